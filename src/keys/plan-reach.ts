/** Plans about aliases and copies: what a place cannot have is refused before anybody is asked. */
import {KeyriteError} from '../base/errors.ts'
import type {View} from '../ledger/index.ts'
import {demandReachable} from './operations/reach.ts'
import {onePhase} from './one-phase.ts'
import {versionNamed} from './plan-move.ts'
import {profileOf, type Planned} from './plans.ts'
import {aliasIn, demandRegions} from './reachable.ts'

type Known = Pick<View, 'of'>

/** @param number - which version; the primary one where it is null. @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE`, `UNSUPPORTED`, `USAGE`, `POLICY_REFUSES`. */
export function planAlias(view: Known, name: string, typed: string, number: number | null): Planned {
  const {key, version} = versionNamed(view, name, number)
  const profile = profileOf(view, key.profile)
  const alias = aliasIn(profile, typed)
  demandReachable(view, name, version.version, 'give an alias to')
  if (version.state !== 'active')
    throw new KeyriteError(
      'KEY_STATE',
      `cannot give alias "${alias}" to key "${name}": version ${version.version} is ${version.state}, and whoever uses that name would use it`,
      {hints: [`keyrite key activate ${name}`, `keyrite key show ${name}`]},
    )
  const change = {alias, class: key.spec.class, key: name, version: version.version}
  return onePhase(view, profile, {operation: 'key.alias', name: 'alias'}, change, [
    `key "${name}" version ${version.version} is active`,
  ])
}

/** @param primary - the region whose copy becomes the primary; null: none does. @throws KeyriteError as `planAlias`. */
export function planReplicate(
  view: Known,
  name: string,
  {regions, primary}: {readonly regions: readonly string[]; readonly primary: string | null},
  number: number | null,
): Planned {
  const {key, version} = versionNamed(view, name, number)
  const profile = profileOf(view, key.profile)
  if (regions.length === 0 && primary === null)
    throw new KeyriteError('USAGE', `cannot copy key "${name}": no region was given`, {
      hints: ['--region R', '--primary R'],
    })
  demandRegions(profile, regions)
  if (primary !== null && primary !== profile.identity['region']) demandRegions(profile, [primary])
  demandReachable(view, name, version.version, 'copy')
  const change = {
    class: key.spec.class,
    key: name,
    primary,
    regions: regions.toSorted(),
    version: version.version,
  }
  return onePhase(view, profile, {operation: 'key.replicate', name: 'replicate'}, change, [
    `key "${name}" version ${version.version} is not destroyed`,
  ])
}
