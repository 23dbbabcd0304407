/** An OpenBao for tests, with transit mounted: the product itself, in a process of its own. */
import {randomBytes} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {request} from 'node:http'
import {join} from 'node:path'
import {Secret} from '../../../src/base/secret.ts'
import {openTransit, type Place} from '../../../src/providers/transit/index.ts'
import {patience, type Patience} from '../../../src/providers/transit/http.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {bring} from '../../backends/bring.ts'
import {launch, type Running} from '../../backends/launch.ts'
import {baoOf, startOpenBao, type OpenBao, type OpenBaoOptions} from '../../backends/openbao.ts'

export const openbao = await bring('openbao')
export const clock = {now: () => new Date()}

export async function startTransit(options: OpenBaoOptions = {}): Promise<OpenBao> {
  const bao = await startOpenBao(openbao, options)
  await bao.bao('secrets', 'enable', 'transit')
  return bao
}

export function placeOf(bao: Pick<OpenBao, 'url' | 'caFile'>, over: Partial<Place> = {}): Place {
  return {address: bao.url, mount: 'transit', namespace: '', tokenFile: null, caFile: bao.caFile, ...over}
}

export async function openAs(
  place: Place,
  token: string | null,
  within: Patience = patience,
): Promise<Provider> {
  return openTransit(place, token === null ? null : new Secret(Buffer.from(token)), clock, within)
}

/** `bao agent` in front of it, with a token of its own, on the socket `agent.sock` of its folder. */
export async function startAgent(bao: OpenBao): Promise<Running> {
  return launch({
    name: 'openbao-agent',
    host: '127.0.0.1',
    program: ({folder}) => {
      writeFileSync(join(folder, 'token'), bao.token, {mode: 0o600})
      const config = join(folder, 'agent.hcl')
      writeFileSync(
        config,
        `vault { address = "${bao.url}" }
auto_auth {
  method "token_file" { config = { token_file_path = "${join(folder, 'token')}" } }
}
api_proxy { use_auto_auth_token = true }
listener "unix" {
  address = "${join(folder, 'agent.sock')}"
  tls_disable = true
}
`,
      )
      return [baoOf(openbao), 'agent', `-config=${config}`]
    },
    ready: async ({folder}) => knowsUs(join(folder, 'agent.sock')),
    withinMs: 30_000,
  })
}

async function knowsUs(socketPath: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const asked = request({socketPath, path: '/v1/auth/token/lookup-self'}, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    asked.once('error', reject)
    asked.end()
  })
}

/** Asks it as root, without TLS. */
export async function ask<T>(bao: OpenBao, method: string, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${bao.url}/v1/${path}`, {
    method,
    headers: {'x-vault-token': bao.token},
    ...(body === undefined ? {} : {body: JSON.stringify(body)}),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return (text === '' ? {} : JSON.parse(text)) as T
}

/** A token with these rules, in what `bao policy write` takes; renewable for a month unless told. */
export async function tokenWith(bao: OpenBao, rules: string, more: object = {}): Promise<string> {
  const name = `p${randomBytes(8).toString('hex')}`
  await ask(bao, 'POST', `sys/policies/acl/${name}`, {policy: rules})
  const made = await ask<{auth: {client_token: string}}>(bao, 'POST', 'auth/token/create', {
    policies: [name],
    ...more,
  })
  return made.auth.client_token
}
