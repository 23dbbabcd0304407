/** What may be wrong with the way to a server, each with the command that mends it. */
import {statSync} from 'node:fs'
import {KeyriteError, type ErrorCode} from '../../base/errors.ts'
import type {CheckLine} from '../ports.ts'
import {names} from './keys.ts'
import {readName} from './names.ts'
import type {Server} from './server.ts'
import {typed} from './typed.ts'

/** In days. */
const soon = 14
/** In seconds: a ceremony takes longer. */
const short = 900

export async function checkLines(server: Server): Promise<readonly CheckLine[]> {
  server.demandOpen()
  return Promise.all([
    line(server, 'server', 'bao status', async () => {
      const {version, cluster} = await server.health()
      return `version ${version}, cluster ${cluster}, not sealed`
    }),
    line(server, 'TLS', '', async () => tlsFact(server)),
    line(server, 'token', '', async () => tokenFact(server)),
    ...(server.token.file === null
      ? []
      : [line(server, 'token file', '', async () => fileFact(server.token.file ?? ''))]),
    line(server, 'mount', 'bao secrets list', async () => {
      const {accessor, version} = await server.mount()
      return `transit at ${server.place.mount}, ${accessor}, ${version}`
    }),
    line(server, 'permission', '', async () => permissionFact(server)).then(needed),
    line(server, 'names', '', async () => keysFact(server)),
  ])
}

const needed = (one: CheckLine): CheckLine => ({...one, needed: true})

/** A fault that is found is thrown with what mends it. */
async function line(
  {place}: Server,
  name: string,
  fix: string,
  look: () => Promise<string>,
): Promise<CheckLine> {
  try {
    return {name, ok: true, detail: await look(), fix: null}
  } catch (error) {
    if (!(error instanceof KeyriteError)) throw error
    return {
      name,
      ok: false,
      detail: error.message,
      code: error.code,
      fix: typed(error.hints[0] ?? fix, place),
    }
  }
}

function fault(code: ErrorCode, fact: string, fix: string): KeyriteError {
  return new KeyriteError(code, fact, {hints: [fix]})
}

function tlsFact({address, authority}: Server): string {
  if (address.socket !== null) return 'none: an agent on this machine is asked, and it asks the server'
  if (authority === null) return 'none: the server is on this machine'
  const days = Math.floor((authority.validTo.getTime() - Date.now()) / 86_400_000)
  const fact = `the server's certificate is signed under ${authority.authority}`
  if (days >= soon) return `${fact}, for ${days} more days`
  throw fault(
    'PROVIDER_FAILED',
    `${fact}, and ends in ${days} days`,
    'have the server given a new certificate by the same authority',
  )
}

async function tokenFact(server: Server): Promise<string> {
  await server.logIn()
  const {facts, left, file} = server.token
  if (facts === null) return 'it is taken; it may not ask what it may do'
  const {policies, renewable} = facts
  const who = policies.includes('root')
    ? 'a root token, which may do everything: not for daily work'
    : `policies ${policies.join(', ')}`
  if (left === null) return `${who}; it does not end`
  const rest = `${Math.round(left)} seconds are left${renewable ? ', and it is renewed while there is work' : ''}`
  if (renewable || left > short) return `${who}; ${rest}`
  throw fault(
    'PROVIDER_FAILED',
    `${who}; ${rest}, and it cannot be renewed: a ceremony takes longer`,
    `bao token create -period=1h, into ${file ?? 'the place where the token is typed'}`,
  )
}

/** Whoever reads it is this token's holder too. */
function fileFact(file: string): string {
  if (((statSync(file, {throwIfNoEntry: false})?.mode ?? 0) & 0o077) === 0)
    return `"${file}" is for its owner alone`
  throw fault('PROVIDER_FAILED', `others may read the token in "${file}"`, `chmod 600 ${file}`)
}

/** What keyrite asks on any account; what more a command needs depends on it, and is refused by name. */
async function permissionFact(server: Server): Promise<string> {
  const {mount} = server.place
  const acts = {
    list: `${mount}/keys`,
    read: `${mount}/keys/x`,
    create: `${mount}/keys/x`,
    sign: `${mount}/sign/x`,
    configure: `${mount}/keys/x/config`,
    destroy: `${mount}/keys/x`,
  }
  const paths = [...new Set(Object.values(acts))]
  const data = await server.system('POST', 'sys/capabilities-self', {
    what: 'ask what the token may do',
    body: {paths},
  })
  const may = (path: string, ...wanted: readonly string[]): boolean => {
    const has = data[path]
    return Array.isArray(has) && ['root', ...wanted].some((one) => has.includes(one))
  }
  if (!may(acts.list, 'list'))
    throw fault(
      'CREDENTIALS_REFUSED',
      `the token may not list ${acts.list}, by which keyrite finds keys`,
      `a policy with: path "${mount}/keys" { capabilities = ["list"] }`,
    )
  const can = [
    ...(may(acts.read, 'read') ? ['read'] : []),
    ...(may(acts.create, 'create', 'update') ? ['make'] : []),
    ...(may(acts.sign, 'update') ? ['sign'] : []),
    ...(may(acts.configure, 'update') ? ['configure'] : []),
    ...(may(acts.destroy, 'delete') ? ['destroy'] : []),
  ]
  return `the token may list keys; of any key at all: ${can.join(', ') || 'nothing'}. Policies for single keys are not seen here`
}

async function keysFact(server: Server): Promise<string> {
  const labels: string[] = []
  for await (const id of names(server)) {
    const label = readName(id)?.label
    if (label !== undefined) labels.push(label)
  }
  const [doubled] = labels.filter((one, at) => labels.indexOf(one) !== at)
  if (doubled !== undefined)
    throw fault(
      'PROVIDER_FAILED',
      `two keys are called "${doubled}"`,
      `bao list ${server.place.mount}/keys, and remove the one that nobody knows`,
    )
  return `${labels.length} of keyrite's names, none of them twice`
}
