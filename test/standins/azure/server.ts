/** The HTTPS side: the challenge, the routes, the faults. */
import {createServer, type Server} from 'node:https'
import type {IncomingMessage, ServerResponse} from 'node:http'
import {setTimeout as sleep} from 'node:timers/promises'
import {backupActs, hsmBackupActs} from './backups.ts'
import {attestationAct} from './attesting.ts'
import {cryptoActs, randomBytesAct} from './crypto.ts'
import {domainActs} from './domain.ts'
import {badParameter, forbidden, keyNotFound, notModelled, Refused} from './failures.ts'
import {keyActs, type Act, type Call} from './keys.ts'
import {Accepted, type Body} from './messages.ts'
import {roleActs, settingActs} from './roles.ts'
import {ofDisabled, otherwise, refusal, type Quirk} from './quirks.ts'
import {rotateDue, rotationActs} from './rotation.ts'
import type {World} from './world.ts'

/** The one token that is taken. */
export interface Tls {
  readonly cert: Buffer
  readonly key: Buffer
}

interface Found {
  readonly route: Route
  readonly name: string
  readonly version: string
}

interface Route {
  readonly name: string
  readonly action: string
  readonly act: Act
}

const pendingPath = /^\/(?:backup|restore)\/([^/]+)\/pending$/
const rolePath = (what: string): RegExp =>
  new RegExp(`^/+((?:keys(?:/[^/]+)?)?)/*providers/Microsoft\\.Authorization/${what}$`)
const one = '/([^/]+)'
const roles = 'managedHsm/roleAssignments'
const definitions = 'managedHsm/roleDefinitions'

const policyPath = /^\/keys\/([^/]+)\/rotationpolicy$/

/** R, S: method and path, and the action that a role must have for it. */
const routes: readonly (readonly [string, RegExp, string, string, Act])[] = [
  ['GET', /^\/keys$/, 'list', 'keys/read', keyActs.list],
  ['GET', /^\/keys\/([^/]+)\/versions$/, 'versions', 'keys/read', keyActs.versions],
  ['POST', /^\/keys\/([^/]*)\/create$/, 'create', 'keys/create/action', keyActs.create],
  ['POST', /^\/keys\/([^/]+)\/rotate$/, 'rotate', 'keys/rotate/action', rotationActs.rotate],
  ['GET', policyPath, 'getPolicy', 'keyrotationpolicies/read', rotationActs.getPolicy],
  ['PUT', policyPath, 'setPolicy', 'keyrotationpolicies/write', rotationActs.setPolicy],
  ['POST', /^\/keys\/([^/]+)\/backup$/, 'backup', 'keys/backup/action', backupActs.backup],
  ['POST', /^\/keys\/(restore)$/, 'restore', 'keys/restore/action', backupActs.restore],
  ['PUT', /^\/keys\/([^/]+)\/restore$/, 'restoreOne', 'restore/start/action', hsmBackupActs.restoreOne],
  ['POST', /^\/backup$/, 'backUp', 'backup/start/action', hsmBackupActs.backUp],
  ['POST', /^\/prebackup$/, 'preBackup', 'backup/start/action', hsmBackupActs.preBackup],
  ['PUT', /^\/restore$/, 'restoreAll', 'restore/start/action', hsmBackupActs.restoreAll],
  ['PUT', /^\/prerestore$/, 'preRestore', 'restore/start/action', hsmBackupActs.preRestore],
  ['GET', pendingPath, 'pending', 'backup/status/action', hsmBackupActs.pending],
  ['GET', /^\/settings$/, 'listSettings', 'settings/read', settingActs.list],
  ['GET', /^\/settings\/([^/]+)$/, 'getSetting', 'settings/read', settingActs.get],
  ['PATCH', /^\/settings\/([^/]+)$/, 'setSetting', 'settings/write', settingActs.update],
  ['POST', /^\/securitydomain\/download$/, 'download', 'securitydomain/download/action', domainActs.download],
  [
    'GET',
    /^\/securitydomain\/upload$/,
    'transferKey',
    'securitydomain/transferkey/read',
    domainActs.transferKey,
  ],
  ['POST', /^\/securitydomain\/upload$/, 'upload', 'securitydomain/upload/action', domainActs.upload],
  [
    'GET',
    /^\/securitydomain\/upload\/pending$/,
    'uploaded',
    'securitydomain/upload/read',
    domainActs.uploaded,
  ],
  [
    'GET',
    /^\/securitydomain\/download\/pending$/,
    'domain',
    'securitydomain/download/read',
    domainActs.pending,
  ],
  ['POST', /^\/rng$/, 'rng', 'rng/action', randomBytesAct],
  ['GET', /^\/keys\/([^/]+)\/([^/]*)\/attestation$/, 'attestation', 'keys/read', attestationAct],
  ['GET', rolePath('roleDefinitions'), 'listDefinitions', `${definitions}/read`, roleActs.listDefinitions],
  ['GET', rolePath(`roleDefinitions${one}`), 'getDefinition', `${definitions}/read`, roleActs.getDefinition],
  ['PUT', rolePath(`roleDefinitions${one}`), 'setDefinition', `${definitions}/write`, roleActs.setDefinition],
  [
    'DELETE',
    rolePath(`roleDefinitions${one}`),
    'deleteDefinition',
    `${definitions}/delete`,
    roleActs.deleteDefinition,
  ],
  ['GET', rolePath('roleAssignments'), 'listAssignments', `${roles}/read`, roleActs.listAssignments],
  ['GET', rolePath(`roleAssignments${one}`), 'getAssignment', `${roles}/read`, roleActs.getAssignment],
  ['PUT', rolePath(`roleAssignments${one}`), 'setAssignment', `${roles}/write`, roleActs.setAssignment],
  [
    'DELETE',
    rolePath(`roleAssignments${one}`),
    'deleteAssignment',
    `${roles}/delete`,
    roleActs.deleteAssignment,
  ],
  ['GET', /^\/keys\/([^/]+)\/([^/]*)$/, 'get', 'keys/read', keyActs.get],
  ['GET', /^\/keys\/([^/]+)$/, 'get', 'keys/read', keyActs.get],
  ['PUT', /^\/keys\/([^/]+)$/, 'import', 'keys/import/action', keyActs.import],
  ['PATCH', /^\/keys\/([^/]+)(?:\/([^/]*))?$/, 'update', 'keys/update/action', keyActs.update],
  ['DELETE', /^\/keys\/([^/]+)$/, 'delete', 'keys/delete', keyActs.delete],
  ['GET', /^\/deletedkeys$/, 'listDeleted', 'deletedKeys/read', keyActs.listDeleted],
  ['GET', /^\/deletedkeys\/([^/]+)$/, 'getDeleted', 'deletedKeys/read', keyActs.getDeleted],
  ['POST', /^\/deletedkeys\/([^/]+)\/recover$/, 'recover', 'deletedKeys/recover/action', keyActs.recover],
  ['DELETE', /^\/deletedkeys\/([^/]+)$/, 'purge', 'deletedKeys/purge/action', keyActs.purge],
  ...Object.entries(cryptoActs).map(
    ([name, act]) =>
      // T: Microsoft’s client for Go leaves out what has no version, slash and all.
      ['POST', new RegExp(`^/keys/([^/]+)(?:/([^/]*))?/${name}$`), name, `keys/${name}/action`, act] as const,
  ),
]

export async function listen(world: World, token: string, tls: Tls, port = 0): Promise<Server> {
  const server = createServer(tls, (request, response) => {
    answer(world, token, request, response).catch((error: unknown) => {
      refuse(world, response, error)
    })
  })
  server.listen(port, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return server
}

async function answer(
  world: World,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const base = `https://${request.headers.host ?? ''}`
  // Not as a second argument: a path may begin with several slashes.
  const url = new URL(`${base}${request.url ?? '/'}`)
  // R: the first one comes empty, before anybody said who they are.
  const body = await bodyOf(request)
  const operation = found(request.method, url.pathname)?.route.name ?? ''
  const isKnown = request.headers.authorization === `Bearer ${token}`
  world.seen.push({operation, userAgent: request.headers['user-agent'] ?? '', isKnown})
  const has = (quirk: Quirk): boolean => world.quirks.has(quirk)
  if (has('no-challenge') && request.headers.authorization === undefined) {
    send(response, 200, {value: []})
    return
  }
  if (has('no-deleted-keys') && url.pathname.startsWith('/deletedkeys'))
    throw new Refused(404, 'NotFound', 'no such path')
  const fault = isKnown ? world.fault(operation) : undefined
  if (!isKnown || fault?.fault === 'unauthenticated') {
    const resource = world.place.isHsm ? 'https://managedhsm.azure.net' : 'https://vault.azure.net'
    response.writeHead(401, {
      'www-authenticate': challenge(has, {base, path: url.pathname, tenant: world.place.tenant, resource}),
      'content-type': 'application/json; charset=utf-8',
    })
    response.end(
      world.place.isHsm
        ? 'OK'
        : '{"error":{"code":"Unauthorized","message":"AKV10000: Request is missing a Bearer or PoP token."}}',
    )
    return
  }
  if (fault?.fault === 'throttle')
    throw new Refused(
      429,
      'Throttled',
      'Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached',
    )
  // Its words are in no source: it has none.
  if (fault?.fault === 'internal') {
    response.writeHead(500, {'content-length': '0'}).end()
    return
  }
  if (fault?.fault === 'unavailable')
    throw new Refused(503, 'ServiceUnavailable', 'The service is unavailable.')
  // T: how a job stands is asked at the address that was given out, as it is.
  if (!url.searchParams.has('api-version') && !url.pathname.endsWith('/pending'))
    throw badParameter('api-version must be specified')
  const match = found(request.method, url.pathname)
  if (match === undefined) throw notModelled(`${request.method ?? ''} ${url.pathname}`)
  const {route, name, version} = match
  if (world.denied.has(route.action)) throw forbidden(route.action)
  world.settle()
  rotateDue(world)
  if (has('only-7-6') && !/^7\.[2-6]$/.test(url.searchParams.get('api-version') ?? ''))
    throw badParameter(`unknown api-version ${url.searchParams.get('api-version') ?? ''}`)
  demandTold(world, has, match)
  const call: Call = {base, name, version, query: url.searchParams, body, lies: fault?.fault === 'lie'}
  const act = (): ReturnType<Act> => route.act(world, call)
  const said = otherwise(has, request.method === 'GET' ? world.reading(route.name, act) : world.changing(act))
  if (fault?.fault === 'late') await sleep(fault.milliseconds ?? 1000)
  // The work is done, and nobody hears of it.
  if (fault?.fault === 'cut') response.destroy()
  else if (said instanceof Accepted) send(response, said.status, said.body, said.headers)
  else send(response, said === null ? 204 : has('created-201') && route.name === 'create' ? 201 : 200, said)
}

function found(method: string | undefined, path: string): Found | undefined {
  for (const [verb, pattern, name, action, act] of routes) {
    const match = verb === method ? pattern.exec(path) : null
    if (match !== null) return {route: {name, action, act}, name: match[1] ?? '', version: match[2] ?? ''}
  }
  return undefined
}

async function bodyOf(request: IncomingMessage): Promise<Body> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const text = Buffer.concat(parts).toString('utf8')
  return text === '' ? {} : (JSON.parse(text) as Body)
}

function send(
  response: ServerResponse,
  status: number,
  body: Body | null,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-cache',
    'x-ms-keyvault-service-version': 'stand-in',
  })
  response.end(body === null ? '' : JSON.stringify(body))
}

function refuse(world: World, response: ServerResponse, error: unknown): void {
  const failure =
    error instanceof Refused
      ? error
      : {status: 500, code: 'InternalServerError', message: String(error), inner: undefined}
  const {status, text, type} = refusal((quirk) => world.quirks.has(quirk), failure)
  response.writeHead(status, {'content-type': type, 'x-ms-keyvault-service-version': 'stand-in'})
  response.end(text)
}

/** R, unless it has another. */
function challenge(
  has: (quirk: Quirk) => boolean,
  {base, path, tenant, resource}: Readonly<Record<'base' | 'path' | 'tenant' | 'resource', string>>,
): string {
  if (has('bare-challenge')) return 'Bearer'
  if (has('challenge-of-path')) return `Bearer resource="${base}", authorization_uri="${base}${path}"`
  const name = has('challenge-by-uri') ? 'authorization_uri' : 'authorization'
  return `Bearer ${name}="https://login.microsoftonline.com/${tenant}", resource="${resource}"`
}

/** @throws Refused where an emulator tells nothing of what is asked. */
function demandTold(world: World, has: (quirk: Quirk) => boolean, {route, name, version}: Found): void {
  const key = route.name === 'getDeleted' ? world.deleted.get(name)?.key : world.keys.get(name)
  const one = key?.versions.find(({id}) => id === version) ?? key?.versions.at(-1)
  const refused = one?.enabled === false ? ofDisabled(has, route.name) : undefined
  if (refused !== undefined) throw refused
  if (key === undefined && route.name === 'versions' && has('versions-404')) throw keyNotFound(name)
  if (route.name === 'getPolicy' && key?.policy === undefined && has('policy-404')) throw keyNotFound(name)
  if (route.name === 'getPolicy' && has('policy-501')) throw notModelled('rotation policies')
}
