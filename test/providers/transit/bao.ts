/** An OpenBao for tests, with transit mounted: the product itself, in a process of its own. */
import {randomBytes} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
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

/** A token with these rules: what `bao policy write` takes. */
export async function tokenWith(bao: OpenBao, rules: string, ...more: readonly string[]): Promise<string> {
  const name = `p${randomBytes(8).toString('hex')}`
  const file = join(bao.folder, `${name}.hcl`)
  writeFileSync(file, rules)
  await bao.bao('policy', 'write', name, file)
  return (await bao.bao('token', 'create', '-field=token', `-policy=${name}`, ...more)).trim()
}
