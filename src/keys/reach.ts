/** Replays how others reach a version at its service: names, copies in other regions, grants. The part of the keys' fold that is about them. */
import {z} from 'zod'
import {jcs} from '../base/jcs.ts'
import {lately} from '../base/lately.ts'
import type {Entry, View} from '../ledger/index.ts'
import {keyName} from './spec.ts'
import {aliasName, regionName} from './spec.ts'
import type {Key, Keys, Version} from './state.ts'

const about = {key: keyName, version: z.int().min(1), profile: z.string()}
const intent = z.string().regex(/^[0-9a-f]{32}$/)
const outcome = {intended: z.int(), ...about}
const regions = z.array(regionName)
const copies = {regions, primary: regionName.nullable()}
const availability = z.enum(['probe', 'enabled', 'historic', 'disabled', 'destruction-pending', 'destroyed'])

/** Where at its service, in the service's own words. */
const placeName = z.string().regex(/^[a-z0-9-]{2,40}$/)

/** Who may do what, where: of a grant that is given. */
export const grantTerms = {
  grantee: z.string().min(1).max(600),
  operations: z.array(z.string().regex(/^[A-Za-z][A-Za-z./ ]{0,63}$/)).min(1),
  region: placeName,
}
/** The policy that its service keeps with a key, by the SHA-256 of its JCS. */
export const policyTerms = {policy: z.string().regex(/^[0-9a-f]{64}$/), region: placeName}
const taken = {grant: z.string().min(1).max(200), grantee: grantTerms.grantee, region: placeName}

export const reachSchemas = {
  'key.replicate.intended': lately(z.strictObject({...about, ...copies, intent})),
  'key.replicated': lately(
    z.strictObject({
      ...outcome,
      ...copies,
      copies: z.array(z.strictObject({region: regionName, availability})),
    }),
  ),
  'key.replicate.failed': lately(z.strictObject({...outcome, code: z.string()})),
  /** `from`: the key there that the alias stood for until then. */
  'key.alias.intended': lately(
    z.strictObject({...about, alias: aliasName, from: z.string().nullable(), intent}),
  ),
  'key.aliased': lately(z.strictObject({...outcome, alias: aliasName})),
  'key.alias.failed': lately(z.strictObject({...outcome, code: z.string()})),
  'key.grant.intended': lately(
    z.union([
      z.strictObject({...about, ...grantTerms, intent}),
      z.strictObject({...about, ...policyTerms, intent}),
    ]),
  ),
  /** `id`: what the service calls it; of a policy, the same digest of what the service gives back. */
  'key.granted': lately(
    z.union([
      z.strictObject({...outcome, ...grantTerms, id: taken.grant}),
      z.strictObject({...outcome, ...policyTerms, id: policyTerms.policy}),
    ]),
  ),
  'key.grant.failed': lately(z.strictObject({...outcome, code: z.string()})),
  'key.ungrant.intended': lately(z.strictObject({...about, ...taken, intent})),
  'key.ungranted': lately(z.strictObject({...outcome, ...taken})),
  'key.ungrant.failed': lately(z.strictObject({...outcome, code: z.string()})),
} as const

/** What is wrong with an outcome beside its version; undefined if nothing is. */
export function reachFault(view: View, entry: Entry): string | undefined {
  const asked = view.entry(Number(entry.data['intended']))?.data
  if (entry.type === 'key.aliased')
    return entry.data['alias'] === asked?.['alias'] ? undefined : 'it is another alias than was intended'
  if (entry.type === 'key.granted' || entry.type === 'key.ungranted') {
    const members = ['grant', 'grantee', 'operations', 'policy', 'region']
    const same = members.every((name) => jcs(entry.data[name] ?? null) === jcs(asked?.[name] ?? null))
    return same ? undefined : 'it is another grant than was intended'
  }
  if (entry.type !== 'key.replicated') return undefined
  const {regions: made, primary, copies: there} = reachSchemas['key.replicated'].parse(entry.data)
  const wanted = asked === undefined ? undefined : reachSchemas['key.replicate.intended'].parse(asked)
  if (wanted?.regions.join() !== made.join() || wanted.primary !== primary)
    return 'these are other regions than were intended'
  return made.every((region) => there.some((one) => one.region === region))
    ? undefined
    : 'it is called copied, and not every copy is there'
}

/** The keys as they are after `key.replicated` or `key.aliased`. */
export function withReach({type, data}: Entry, keys: Keys['keys']): Keys['keys'] {
  if (type === 'key.replicated') {
    const {key, version, copies: there, primary} = reachSchemas['key.replicated'].parse(data)
    return changed(keys, key, version, (one) => ({
      copies: there.map(({region}) => region),
      primaryRegion: primary ?? one.primaryRegion,
    }))
  }
  const {key, version, profile, alias} = reachSchemas['key.aliased'].parse(data)
  let after = keys
  // At its service an alias stands for one key: whatever had it has it no more.
  for (const one of keys.values())
    if (one.profile === profile && one.versions.some(({aliases}) => aliases.includes(alias)))
      for (const {version: number, aliases} of one.versions)
        after = changed(after, one.name, number, () => ({aliases: aliases.filter((name) => name !== alias)}))
  return changed(after, key, version, ({aliases}) => ({aliases: [...aliases, alias].toSorted()}))
}

/** After a `key.granted` of a policy. */
export function withPolicy({seq, data}: Entry, key: Key): Key {
  return {
    ...key,
    policy: {seq, version: Number(data['version']), sha256: typeof data['id'] === 'string' ? data['id'] : ''},
  }
}

function changed(
  keys: Keys['keys'],
  name: string,
  number: number,
  change: (version: Version) => Partial<Version>,
): Keys['keys'] {
  const key: Key | undefined = keys.get(name)
  if (key === undefined) return keys
  const versions = key.versions.map((one) => (one.version === number ? {...one, ...change(one)} : one))
  return keys.with(name, {...key, versions})
}
