/** CloudTrail beside KMS, as far as LookupEvents by the name of a resource: every call of KMS is an event, refused ones too. */
import {randomUUID} from 'node:crypto'
import {AwsError, notModelled, optionalNumber, optionalText, type Call, type Json} from './call.ts'
import {findKey} from './kms/key.ts'
import type {Upstream} from './upstream.ts'
import type {World} from './world.ts'

export interface Trailed {
  readonly call: Call
  readonly at: number
  readonly userAgent: string
  readonly address: string
  /** The error's code, or undefined. */
  code?: string
}

/** AWS looks back so far. */
const keptSeconds = 90 * 86_400

export async function cloudTrail(world: World, upstream: Upstream, call: Call): Promise<Json> {
  if (call.operation !== 'LookupEvents') throw notModelled(`CloudTrail’s ${call.operation}`)
  const {input, account, region} = call
  const [attribute, ...more] = (input['LookupAttributes'] ?? []) as {
    AttributeKey?: string
    AttributeValue?: string
  }[]
  if (attribute?.AttributeKey !== 'ResourceName' || more.length > 0)
    throw notModelled('LookupEvents but by one ResourceName')
  const [from, to] = [timeIn(input, 'StartTime') ?? 0, timeIn(input, 'EndTime') ?? world.now()]
  if (from > to) throw new AwsError('InvalidTimeRangeException', 'StartTime is after EndTime')
  const limit = optionalNumber(input, 'MaxResults') ?? 50
  if (limit < 1 || limit > 50)
    throw new AwsError('InvalidMaxResultsException', 'MaxResults must be between 1 and 50')
  const begin = Number(optionalText(input, 'NextToken') ?? '0')
  const all: Json[] = []
  for (const one of world.trail.toReversed()) {
    if (one.call.account !== account || one.call.region !== region) continue
    if (one.at < Math.max(from, world.now() - keptSeconds) || one.at > to) continue
    const arn = await arnOf(world, upstream, one.call)
    if (arn !== undefined && arn === attribute.AttributeValue) all.push(eventOf(world, one, arn))
  }
  const end = begin + limit
  return {Events: all.slice(begin, end), ...(end < all.length ? {NextToken: String(end)} : {})}
}

async function arnOf(world: World, upstream: Upstream, call: Call): Promise<string | undefined> {
  const named = call.input['KeyId']
  if (typeof named !== 'string') return undefined
  try {
    return (await findKey(world, upstream, call, named)).arn
  } catch {
    return undefined
  }
}

function eventOf(world: World, {call, at, userAgent, address, code}: Trailed, arn: string): Json {
  const who = world.principals.get(call.accessKey)?.arn ?? `arn:aws:iam::${call.account}:root`
  const time = new Date(at * 1000)
  const id = randomUUID()
  return {
    EventId: id,
    EventName: call.operation,
    EventSource: 'kms.amazonaws.com',
    EventTime: time,
    Resources: [{ResourceType: 'AWS::KMS::Key', ResourceName: arn}],
    CloudTrailEvent: JSON.stringify({
      eventVersion: '1.11',
      userIdentity: {type: who.endsWith(':root') ? 'Root' : 'IAMUser', arn: who, accountId: call.account},
      eventTime: time.toISOString().replace(/\.\d+Z$/, 'Z'),
      eventSource: 'kms.amazonaws.com',
      eventName: call.operation,
      awsRegion: call.region,
      sourceIPAddress: address,
      userAgent,
      ...(code === undefined ? {} : {errorCode: code}),
      eventID: id,
      resources: [{accountId: call.account, type: 'AWS::KMS::Key', ARN: arn}],
    }),
  }
}

function timeIn(input: Json, name: string): number | undefined {
  const value = input[name]
  if (value === undefined || value === null) return undefined
  return value instanceof Date ? value.getTime() / 1000 : Number(value)
}
