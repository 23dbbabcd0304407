/** Requests and answers on the wire: JSON 1.1, and CBOR where a client asks so. */
import type {IncomingMessage, ServerResponse} from 'node:http'
import {decode, encode} from './cbor.ts'
import {AwsError, type Call, type Json} from './call.ts'
import type {World} from './world.ts'

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

const services: Readonly<Record<string, Call['service']>> = {
  TrentService: 'kms',
  BaldrApiService: 'cloudhsm',
  CloudTrail_20131101: 'cloudtrail',
}

const text = (request: IncomingMessage, name: string): string => {
  const value = request.headers[name]
  return typeof value === 'string' ? value : ''
}

/** The access key, and the Region it was signed for. */
export function signer(request: IncomingMessage): {readonly accessKey: string; readonly region: string} {
  const [, accessKey = '', region = 'us-east-1'] =
    /Credential=([^/]+)\/[^/]+\/([^/]+)\//.exec(text(request, 'authorization')) ?? []
  return {accessKey, region}
}

/** Twelve digits are an account; any other key is of the account that its principal names, or of none in particular. */
export function accountOf(world: World, accessKey: string): string {
  const [, , , , account] = world.principals.get(accessKey)?.arn.split(':') ?? []
  return account ?? (/^\d{12}$/.test(accessKey) ? accessKey : '000000000000')
}

export const isCbor = (request: IncomingMessage): boolean =>
  text(request, 'smithy-protocol') === 'rpc-v2-cbor'

/** @returns undefined for what is none of these services: that is the emulator's. */
export function callOf(world: World, request: IncomingMessage, body: Buffer): Call | undefined {
  const path = /^\/service\/(\w+)\/operation\/(\w+)$/.exec(request.url ?? '')
  const [service = '', operation = ''] =
    path === null ? text(request, 'x-amz-target').split('.').slice(-2) : path.slice(1)
  const known = services[service]
  if (known === undefined) return undefined
  const {accessKey, region} = signer(request)
  return {
    service: known,
    operation,
    input: read(request, body),
    account: accountOf(world, accessKey),
    region,
    accessKey,
  }
}

function read(request: IncomingMessage, body: Buffer): Json {
  if (body.length === 0) return {}
  try {
    return (isCbor(request) ? decode(body) : JSON.parse(body.toString('utf8'))) as Json
  } catch {
    throw new AwsError('SerializationException', 'the request cannot be read')
  }
}

/** AWS's JSON says times as seconds. */
const seconds = (value: unknown): unknown =>
  value instanceof Date
    ? value.getTime() / 1000
    : Array.isArray(value)
      ? value.map(seconds)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, seconds(each)]))
        : value

export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: Json,
  code?: string,
): void {
  if (isCbor(request)) {
    response.writeHead(status, {'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor'})
    response.end(encode(body))
    return
  }
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    ...(code === undefined ? {} : {'x-amzn-errortype': code}),
  })
  response.end(JSON.stringify(seconds(body)))
}
