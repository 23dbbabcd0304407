/**
 * What CloudTrail says was done with a key (LookupEvents): a trail of each region of its own, the last 90 days, two questions a
 * second. Its client is loaded here, and for nothing else.
 */
import type {CloudTrail, Event, LookupEventsCommandOutput} from '@aws-sdk/client-cloudtrail'
import {isProbe, type UsageEvent, type UsageLog, type UsageOperation, type UsageQuery} from '../usage.ts'
import {commonConfig} from './client.ts'
import {failure} from './failures.ts'
import {otherRegionsOf, type Keys} from './keys.ts'

const keptMs = 90 * 86_400_000
const page = 50

const operations: Readonly<Record<string, UsageOperation>> = {
  Sign: 'sign',
  Verify: 'verify',
  Encrypt: 'encrypt',
  Decrypt: 'decrypt',
  ReEncrypt: 'decrypt',
  GenerateDataKey: 'wrap',
  GenerateDataKeyWithoutPlaintext: 'wrap',
  GenerateDataKeyPair: 'wrap',
  GenerateDataKeyPairWithoutPlaintext: 'wrap',
  GenerateMac: 'mac',
  VerifyMac: 'mac',
  DeriveSharedSecret: 'derive',
  GetPublicKey: 'read',
}

export async function usageOf(keys: Keys, query: UsageQuery): Promise<UsageLog> {
  const [ref] = query.refs
  if (ref === undefined) throw new TypeError('a key has versions')
  // Versions of a key that only rotates are one KMS key; a key of another kind has one each.
  const ids = [...new Set(query.refs.map((one) => one.key))]
  const found = await Promise.all(ids.map((id) => keys.metadata(id)))
  const arns = found.flatMap((one) => one?.Arn ?? [])
  const {region} = keys.line.place
  const regions = [
    ...new Set([region, ...found.flatMap((one) => (one === undefined ? [] : otherRegionsOf(one, region)))]),
  ]
  const gaps = [
    'CloudTrail shows an event up to about fifteen minutes after it happened',
    ...(query.until.getTime() - query.since.getTime() > keptMs || Date.now() - query.since.getTime() > keptMs
      ? [
          'CloudTrail looks up the last 90 days only: what is older is in a trail’s own bucket, if there is one',
        ]
      : []),
    ...(arns.length < ids.length ? ['of a key that AWS does not know any more nothing was looked up'] : []),
  ]
  return {
    source: `AWS CloudTrail in ${regions.join(', ')}`,
    gaps,
    events: eventsOf(keys, arns, regions, query),
  }
}

async function* eventsOf(
  {line}: Keys,
  arns: readonly string[],
  regions: readonly string[],
  {since, until}: UsageQuery,
): AsyncIterable<UsageEvent> {
  const {CloudTrail: Client} = await import('./trail.ts')
  for (const region of regions) {
    const client = new Client({...configFor(line), region, maxAttempts: line.patience.tries})
    try {
      for (const arn of arns) yield* lookedUp(client, line, inRegion(arn, region), {since, until})
    } finally {
      client.destroy()
    }
  }
}

async function* lookedUp(
  client: CloudTrail,
  line: Keys['line'],
  arn: string,
  {since, until}: Pick<UsageQuery, 'since' | 'until'>,
): AsyncIterable<UsageEvent> {
  let next: string | undefined
  do {
    let found: LookupEventsCommandOutput
    try {
      found = await client.lookupEvents({
        LookupAttributes: [{AttributeKey: 'ResourceName', AttributeValue: arn}],
        StartTime: since,
        EndTime: until,
        MaxResults: page,
        ...(next === undefined ? {} : {NextToken: next}),
      })
    } catch (error) {
      throw failure('read what CloudTrail knows', error, 'AWS CloudTrail', line.place.awsProfile)
    }
    for (const one of found.Events ?? []) {
      const read = eventFrom(one)
      if (read !== undefined && read.at >= since && read.at < until) yield read
    }
    next = found.NextToken
    if (next !== undefined) await line.pause()
  } while (next !== undefined)
}

interface Said {
  readonly userIdentity?: {readonly arn?: string; readonly invokedBy?: string; readonly principalId?: string}
  readonly sourceIPAddress?: string
  readonly userAgent?: string
  readonly errorCode?: string
}

/** Undefined for what has no time: nothing can be said of it. */
function eventFrom({
  EventTime: at,
  EventName: name = '',
  Username: user,
  CloudTrailEvent: text = '{}',
}: Event): UsageEvent | undefined {
  if (at === undefined) return undefined
  let said: Said = {}
  try {
    said = JSON.parse(text) as Said
  } catch {
    // Its name and time stand beside it all the same.
  }
  const {userIdentity, sourceIPAddress, userAgent, errorCode} = said
  return {
    at,
    caller:
      userIdentity?.arn ??
      userIdentity?.invokedBy ??
      userIdentity?.principalId ??
      user ??
      'nobody that CloudTrail names',
    operation: operations[name] ?? 'administer',
    refused: errorCode !== undefined,
    from: sourceIPAddress ?? null,
    probe: isProbe(userAgent),
  }
}

/** A copy of a multi-Region key differs in the region only. */
function inRegion(arn: string, region: string): string {
  return arn
    .split(':')
    .map((part, at) => (at === 3 ? region : part))
    .join(':')
}

/** An address of its own that AWS KMS has in somebody's network is none of CloudTrail's. */
function configFor({place, patience}: Keys['line']): ReturnType<typeof commonConfig> {
  const {endpoint, ...config} = commonConfig(place, patience)
  const isAws = place.endpoint !== null && /\.amazonaws\.com(\.cn)?$/.test(new URL(place.endpoint).hostname)
  return endpoint === undefined || isAws ? config : {...config, endpoint}
}
