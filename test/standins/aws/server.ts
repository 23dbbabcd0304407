/** The stand-in's server: faults first, then the service, or the emulator behind. */
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http'
import {setTimeout as wait} from 'node:timers/promises'
import {AwsError, notModelled, type Call, type Json} from './call.ts'
import {cloudHsm} from './cloudhsm/index.ts'
import {cloudTrail, type Trailed} from './cloudtrail.ts'
import {control, type Seen} from './control.ts'
import type {Fault} from './faults.ts'
import {kms} from './kms/index.ts'
import {findKey} from './kms/key.ts'
import {passed} from './pass.ts'
import {upstreamAt} from './upstream.ts'
import {answer, bodyOf, callOf} from './wire.ts'
import {World} from './world.ts'

/** Refused before anything is done. */
const refusals: Readonly<Partial<Record<Fault['kind'], AwsError>>> = {
  throttle: new AwsError('ThrottlingException', 'Rate exceeded'),
  'throttle-429': new AwsError('TooManyRequestsException', 'Too many requests', 429),
  error: new AwsError('KMSInternalException', 'an internal error', 500),
  refuse: new AwsError(
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ),
  expired: new AwsError('ExpiredTokenException', 'The security token included in the request is expired'),
  unknown: new AwsError('UnknownOperationException', ''),
  denied: new AwsError('AccessDeniedException', 'User is not authorized to perform this action'),
}

/** Operations whose answer is empty: only of these can a yes be said with nothing behind it. */
const empty = new Set([
  'DisableKey',
  'EnableKey',
  'PutKeyPolicy',
  'TagResource',
  'UntagResource',
  'CreateAlias',
  'UpdateAlias',
  'DeleteAlias',
  'EnableKeyRotation',
  'DisableKeyRotation',
  'UpdatePrimaryRegion',
  'RevokeGrant',
])

export function standinForAws(emulator: string): Server {
  const world = new World()
  const seen: Seen[] = []
  const upstream = upstreamAt(emulator)

  const done = async (call: Call, fault: Fault | undefined): Promise<Json> => {
    if (fault?.kind === 'hollow' || fault?.kind === 'lag') {
      if (!empty.has(call.operation)) throw notModelled(`the fault "${fault.kind}" for ${call.operation}`)
      if (fault.kind === 'lag') {
        const key = await findKey(world, upstream, call, String(call.input['KeyId']))
        key.note.later = {at: world.now() + fault.seconds, operation: call.operation}
      }
      return {}
    }
    if (call.service === 'cloudtrail') return cloudTrail(world, upstream, call)
    return call.service === 'kms' ? kms(world, upstream, call) : cloudHsm(world, call)
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request)
    if (request.url?.startsWith('/_standin/') === true) {
      control(world, seen, request, body, response)
      return
    }
    response.setHeader('date', new Date(world.now() * 1000).toUTCString())
    response.setHeader('server', 'keyrite stand-in for AWS')
    const call = callOf(world, request, body)
    if (call === undefined) {
      await passed(world, emulator, request, body, response)
      return
    }
    const {operation, account, region} = call
    const entry: Seen = {
      operation,
      account,
      region,
      userAgent: request.headers['user-agent'] ?? '',
      ...(typeof call.input['WrappingAlgorithm'] === 'string'
        ? {wrapping: call.input['WrappingAlgorithm']}
        : {}),
      outcome: 'ok',
    }
    seen.push(entry)
    const {userAgent} = entry
    const trailed: Trailed = {call, at: world.now(), userAgent, address: request.socket.remoteAddress ?? ''}
    if (call.service === 'kms') world.trail.push(trailed)
    const fault = world.faults.take(operation)
    try {
      if (fault !== undefined) entry.outcome = fault.kind
      if (fault?.kind === 'cut-before') return void request.socket.destroy()
      if (fault?.kind === 'unavailable') {
        response.writeHead(503, {'content-type': 'text/html'})
        response.end('<html><body>Service Unavailable</body></html>')
        return
      }
      const refusal = fault === undefined ? undefined : refusals[fault.kind]
      if (refusal !== undefined) throw refusal
      const result = await done(call, fault)
      if (fault?.kind === 'slow') await wait(fault.ms)
      if (fault?.kind === 'cut-after') return void request.socket.destroy()
      if (fault?.kind === 'garbage') return void response.end('{"KeyMetadata": ')
      answer(request, response, 200, result)
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      entry.outcome = error.code
      trailed.code = error.code
      answer(request, response, error.status, {__type: error.code, message: error.message}, error.code)
    }
  }

  return createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      console.error(error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
}
