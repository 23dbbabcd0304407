/** Which kinds of place keep grants of single keys, and what is said of those that keep none. */
import {KeyriteError} from '../base/errors.ts'
import type {Grantable} from './grants.ts'
import {providerKind, providerKinds, type ProviderKind} from './registry.ts'

/** @throws KeyriteError `UNSUPPORTED` where a place of this kind keeps no grants of single keys. */
export async function grantableOf(kind: string, key: string): Promise<Grantable> {
  const {grants} = providerKind(kind)
  if (grants !== undefined) return grants()
  throw noGrants(key, kind)
}

export function noGrants(key: string, kind: string): KeyriteError {
  const {permissions} = providerKind(kind)
  return new KeyriteError(
    'UNSUPPORTED',
    `cannot give or take a grant of key "${key}": a place of kind ${kind} keeps none; kinds that do: ${granting()}`,
    {
      hints:
        permissions === undefined
          ? ['keep its PIN from whoever should not use its keys']
          : [`keyrite key permissions ${key} --role ROLE, which writes what lets somebody use it there`],
    },
  )
}

function granting(): string {
  const kinds: [string, ProviderKind][] = Object.entries(providerKinds)
  return kinds.flatMap(([kind, {grants}]) => (grants === undefined ? [] : [kind])).join(', ')
}
