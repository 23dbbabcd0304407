/** An OpenBao for tests, with transit mounted: the product itself, in a process of its own. */
import {randomBytes} from 'node:crypto'
import {Secret} from '../../../src/base/secret.ts'
import {openTransit, type Place} from '../../../src/providers/transit/index.ts'
import {patience, type Patience} from '../../../src/providers/transit/http.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {bring} from '../../backends/bring.ts'
import {startOpenBao, type OpenBao, type OpenBaoOptions} from '../../backends/openbao.ts'

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
