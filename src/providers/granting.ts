/** Which kinds of place keep grants of single keys, and what is said of those that keep none. */
import {KeyriteError} from '../base/errors.ts'
import type {Grantable} from './grants.ts'
import type {ProviderKind} from './kind.ts'
import {providerKind, providerKinds} from './registry.ts'

/** @throws KeyriteError `UNSUPPORTED` where this place keeps no grants of single keys. */
export async function grantableOf(
  {kind, identity}: {readonly kind: string; readonly identity: Readonly<Record<string, string>>},
  key: string,
): Promise<Grantable> {
  const {grants} = providerKind(kind)
  if (grants === undefined) throw noGrants(key, kind)
  const grantable = await grants()
  const elsewhere = grantable.keptElsewhere?.(identity, key)
  if (elsewhere === undefined) return grantable
  throw new KeyriteError('UNSUPPORTED', `cannot give or take a grant of key "${key}": ${elsewhere.fact}`, {
    hints: [elsewhere.fix, `keyrite key permissions ${key} --role ROLE, which writes a role for it alone`],
  })
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
