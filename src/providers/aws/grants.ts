/** Grants of AWS KMS, region by region. A grant carries its intent as its name: KMS itself gives the same one again for it. */
import type {GrantOperation, KMS, ListGrantsCommandOutput} from '@aws-sdk/client-kms'
import {KeyriteError} from '../../base/errors.ts'
import type {Grant, GrantWish} from '../grants.ts'
import type {IntentId, KeyGrants} from '../ports.ts'
import {isMissing} from './failures.ts'
import {grantable} from './grantable.ts'
import {otherRegionsOf, type Keys, type Version} from './keys.ts'
import {pages, told} from './pages.ts'

const nameOf = (intent: IntentId): string => `keyrite-${intent}`

export function keyGrants(keys: Keys): KeyGrants {
  const found = async (version: Version, intent: IntentId, region: string): Promise<Grant | undefined> =>
    (await grantsIn(keys, version, region)).find(({name}) => name === nameOf(intent))
  return {
    async list(ref) {
      return grantsOf(keys, await keys.existing(ref))
    },

    async find(ref, intent, region) {
      return found(await keys.existing(ref), intent, region)
    },

    async give(ref, wish, intent) {
      const version = await keys.existing(ref)
      const {id, spec} = version
      const {grantee, operations, region} = wish
      demandGrantable(keys, version, wish)
      const what = `give a grant of key "${spec.label}" in ${region} to ${grantee}`
      await keys.line.call(
        what,
        async (kms) =>
          kms.createGrant({
            KeyId: id,
            GranteePrincipal: grantee,
            Operations: operations as GrantOperation[],
            Name: nameOf(intent),
          }),
        {region},
      )
      return settled(keys, what, () => found(version, intent, region))
    },

    async remove(ref, {id: grant, region}) {
      const version = await keys.existing(ref)
      const what = `take grant ${grant} of key "${version.spec.label}" in ${region} away`
      const there = async (): Promise<boolean> =>
        (await grantsIn(keys, version, region)).some(({id}) => id === grant)
      if (!(await there())) return
      try {
        await keys.line.call(what, async (kms) => kms.revokeGrant({KeyId: version.id, GrantId: grant}), {
          region,
        })
      } catch (error) {
        // Somebody was faster; whether it is gone is what is looked at.
        if (!isMissing(error)) throw error
      }
      await settled(keys, what, async () => ((await there()) ? undefined : true))
    },
  }
}

/** Everywhere where the key lies. */
export async function grantsOf(keys: Keys, version: Version): Promise<readonly Grant[]> {
  const found = regionsOf(keys, version).map(async (region) => grantsIn(keys, version, region))
  return (await Promise.all(found)).flat()
}

async function grantsIn({line}: Keys, {id, spec}: Version, region: string): Promise<readonly Grant[]> {
  const found: Grant[] = []
  const what = `list the grants of key "${spec.label}" in ${region}`
  const ask = async (kms: KMS, from: object): Promise<ListGrantsCommandOutput> =>
    kms.listGrants({KeyId: id, ...from})
  for await (const page of pages(line, what, ask, {region}))
    for (const one of told(what, 'Grants', page.Grants))
      found.push({
        id: one.GrantId ?? '',
        region,
        name: one.Name === undefined || one.Name === '' ? null : one.Name,
        grantee: one.GranteePrincipal ?? '',
        operations: [...(one.Operations ?? [])],
        onlyInContext: one.Constraints !== undefined,
        createdAt: one.CreationDate ?? null,
      })
  return found
}

const regionsOf = ({line}: Keys, {metadata}: Version): readonly string[] => [
  line.place.region,
  ...otherRegionsOf(metadata, line.place.region),
]

function demandGrantable(keys: Keys, version: Version, {grantee, operations, region}: GrantWish): void {
  const {label, purpose} = version.spec
  const can = grantable.operations(purpose)
  const [odd] = operations.filter((one) => !can.includes(one))
  const fault =
    odd !== undefined || operations.length === 0
      ? `a key to ${purpose} is granted for ${can.join(', ')}, and not for ${odd ?? 'nothing'}`
      : !regionsOf(keys, version).includes(region)
        ? `it lies in ${regionsOf(keys, version).join(', ')}, and not in ${region}`
        : grantable.granteeFault(grantee)
  if (fault !== undefined)
    throw new KeyriteError('UNSUPPORTED', `cannot give a grant of key "${label}" to "${grantee}": ${fault}`)
}

/** AWS says that a change of grants is seen everywhere after seconds, rarely minutes. */
async function settled<T>({line}: Keys, what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let waited = 0; ; waited += line.patience.look) {
    const seen = await look()
    if (seen !== undefined) return seen
    if (waited >= line.patience.settle)
      throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: it was asked for, and is not so yet`, {
        changed: true,
        hints: ['the same command again: it asks what was done'],
      })
    await line.pause()
  }
}
