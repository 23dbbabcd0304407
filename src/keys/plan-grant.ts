/** Plans to give a right to use a key that the service keeps, and to take one away: what cannot be is refused before anybody is asked. */
import {KeyriteError} from '../base/errors.ts'
import {isObject, type JsonObject} from '../base/jcs.ts'
import type {View} from '../ledger/index.ts'
import type {Profile} from '../profiles/index.ts'
import type {Grant, Grantable} from '../providers/grants.ts'
import type {Provider} from '../providers/ports.ts'
import {noGrants} from '../providers/granting.ts'
import {requests} from '../requests/index.ts'
import {policyDigest} from './operations/key-policy.ts'
import {demandReachable} from './operations/reach.ts'
import {keysFold} from './fold.ts'
import {onePhase} from './one-phase.ts'
import {versionNamed} from './plan-move.ts'
import {profileOf, type Planned} from './plans.ts'
import {reachSchemas} from './reach.ts'
import {openIntent, type Key, type Version} from './state.ts'

type Known = Pick<View, 'of'>

/** What of a grant says which one it is. */
export type GrantThere = Pick<Grant, 'id' | 'name' | 'grantee' | 'region'>

export interface GrantPlanWish {
  readonly grantee: string
  readonly operations: readonly string[]
  /** Null: the region of the profile. */
  readonly region: string | null
}

/** @param number - which version; the primary one where it is null. @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE`, `UNSUPPORTED`, `USAGE`, `POLICY_REFUSES`. */
export function planGrant(
  view: Known,
  name: string,
  wish: GrantPlanWish,
  number: number | null,
  grantable: Grantable,
): Planned {
  const {key, version} = versionNamed(view, name, number)
  const profile = profileOf(view, key.profile)
  const {grantee} = wish
  const operations = [...new Set(wish.operations)].toSorted()
  const fault = faultOf(key, version, profile, {...wish, operations}, grantable)
  if (fault !== undefined)
    throw new KeyriteError('USAGE', `cannot give a grant of key "${name}": ${fault}`, {
      hints: [
        `keyrite key grant ${name} --to ${grantable.example ?? 'ARN'} --operation ${quoted(grantable.operations(key.spec.purpose)[0] ?? '')}`,
      ],
    })
  demandReachable(view, name, version.version, 'give a grant of')
  if (version.state !== 'active')
    throw new KeyriteError(
      'KEY_STATE',
      `cannot give a grant of key "${name}": version ${version.version} is ${version.state}, and nobody is to use it`,
      {hints: [`keyrite key show ${name}`]},
    )
  const region = wish.region ?? regionIn(profile, grantable)
  const change = {class: key.spec.class, grantee, key: name, operations, region, version: version.version}
  return onePhase(view, profile, {operation: 'key.grant', name: 'grant'}, change, [
    `key "${name}" version ${version.version} is active`,
  ])
}

const quoted = (operation: string): string => (operation.includes(' ') ? `"${operation}"` : operation)

/**
 * The policy that its service keeps with a key becomes `document`; `before` stands now, as the service gives it back.
 * @param number - which version; the primary one where it is null. @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE`, `POLICY_REFUSES`.
 */
export function planPolicy(
  view: Known,
  name: string,
  {document, before}: {readonly document: JsonObject; readonly before: JsonObject},
  number: number | null,
): Planned {
  const {key, version} = versionNamed(view, name, number)
  const profile = profileOf(view, key.profile)
  demandReachable(view, name, version.version, 'set the policy of')
  const region = profile.identity['region'] ?? ''
  const about = {class: key.spec.class, key: name, region, version: version.version}
  const change = {...about, before, document, policy: policyDigest(document)}
  return onePhase(view, profile, {operation: 'key.grant', name: 'grant'}, change, [
    `key "${name}" version ${version.version} is ${version.state}`,
  ])
}

/** What stood when a policy was begun to be set that has no outcome yet, as its plan has it; undefined where none was, or another. */
export function begunPolicy(
  view: Known,
  name: string,
  number: number,
  document: JsonObject,
): JsonObject | undefined {
  const open = openIntent(view.of(keysFold), 'grant', name, number)
  const {all, byMet} = view.of(requests)
  const plan = all.get(byMet.get(open?.approved ?? -1) ?? -1)?.plan
  const before = plan?.change['before']
  return isObject(before) && plan?.change['policy'] === policyDigest(document) ? before : undefined
}

function regionIn({identity}: Pick<Profile, 'identity'>, {regionOf}: Grantable): string {
  return regionOf?.(identity) ?? identity['region'] ?? ''
}

function faultOf(
  {spec}: Key,
  {copies}: Version,
  {identity}: Profile,
  {grantee, operations, region}: GrantPlanWish,
  grantable: Grantable,
): string | undefined {
  const can = grantable.operations(spec.purpose)
  const odd = operations.find((one) => !can.includes(one))
  const own = regionIn({identity}, grantable)
  if (operations.length === 0 || odd !== undefined)
    return `a key to ${spec.purpose} is granted for ${can.join(', ')}${odd === undefined ? '' : `, and not for ${odd}`}`
  const most = grantable.most ?? operations.length
  if (operations.length > most) return `one is for ${most} at a time, and not for ${operations.join(', ')}`
  if (region !== null && region !== own && !copies.includes(region))
    return `it lies in ${[own, ...copies].join(', ')}, and not in ${region}`
  const wrong = grantable.granteeFault(grantee)
  return wrong === undefined ? undefined : `"${grantee}" cannot have one: ${wrong}`
}

/** @param grant - as the service lists it, or as it was when this was begun. @throws KeyriteError as `planGrant`. */
export function planUngrant(view: Known, name: string, grant: GrantThere, number: number | null): Planned {
  const {key, version} = versionNamed(view, name, number)
  demandReachable(view, name, version.version, 'take a grant away of', ['destroyed'])
  const {id, grantee, region} = grant
  const change = {class: key.spec.class, grant: id, grantee, key: name, region, version: version.version}
  return onePhase(view, profileOf(view, key.profile), {operation: 'key.ungrant', name: 'ungrant'}, change, [
    `the service lists grant "${id}"`,
  ])
}

/** By its id, the beginning of it, or its name. @throws KeyriteError `NOT_FOUND`, `AMBIGUOUS`. */
export function grantCalled(listed: readonly GrantThere[], typed: string, key: string): GrantThere {
  const grants = [...new Map(listed.map((one) => [`${one.region} ${one.id}`, one])).values()]
  const exact = grants.filter(({id, name}) => id === typed || name === typed)
  const found = exact.length > 0 || typed.length < 8 ? exact : grants.filter(({id}) => id.startsWith(typed))
  const [one] = found
  if (one !== undefined && found.length === 1) return one
  throw one === undefined
    ? new KeyriteError('NOT_FOUND', `cannot find grant "${typed}" of key "${key}"`, {
        hints: [`keyrite key grants ${key}`],
      })
    : new KeyriteError(
        'AMBIGUOUS',
        `cannot tell which grant of key "${key}" is meant: ${found.length} are called "${typed}"`,
        {
          hints: [`keyrite key grants ${key} --json, and its whole id`],
        },
      )
}

/** What was begun to be taken away, and has no outcome yet: none or one. */
export function begunUngrant(view: Pick<View, 'of' | 'entry'>, name: string, number: number): GrantThere[] {
  const open = openIntent(view.of(keysFold), 'ungrant', name, number)
  const entry = open === undefined ? undefined : view.entry(open.seq)
  if (entry === undefined) return []
  const {grant, grantee, region} = reachSchemas['key.ungrant.intended'].parse(entry.data)
  return [{id: grant, name: null, grantee, region}]
}

/** @throws KeyriteError `UNSUPPORTED` where the place keeps none. */
export async function grantsListed(
  {grants, kind}: Provider,
  {name, versions}: Key,
  number: number,
): Promise<readonly Grant[]> {
  const version = versions.find((one) => one.version === number)
  if (grants === undefined) throw noGrants(name, kind)
  return version === undefined ? [] : grants.list(version.ref)
}
