/** The plan to delete what is destroyed from the lists of its service: what cannot be is refused before anybody is asked. */
import {KeyriteError} from '../base/errors.ts'
import type {View} from '../ledger/index.ts'
import {providerKind} from '../providers/registry.ts'
import {deletedSince} from './deletion.ts'
import {demandDeletable} from './operations/delete.ts'
import {onePhase} from './one-phase.ts'
import {versionNamed} from './plan-move.ts'
import {profileOf, type Planned} from './plans.ts'

/** @param number - one version; null: all of them, and then the key. @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE`, `UNSUPPORTED`, `POLICY_REFUSES`. */
export function planDelete(view: Pick<View, 'of'>, name: string, number: number | null): Planned {
  const {key, version} = versionNamed(view, name, number)
  const profile = profileOf(view, key.profile)
  if (providerKind(profile.kind).deletes !== true)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot delete key "${name}" at its service: a place of kind ${profile.kind} has no call for it, and what is destroyed there stays so`,
      {hints: [`keyrite key show ${name}`]},
    )
  const whole = number === null
  demandDeletable(view, name, version.version, whole)
  const since = deletedSince(key, version.version, whole)
  if (since !== undefined)
    throw new KeyriteError(
      'KEY_STATE',
      `cannot delete ${whole ? '' : `version ${version.version} of `}key "${name}" at its service: that was done ${since}`,
      {hints: [`keyrite key show ${name}`]},
    )
  const change = {class: key.spec.class, key: name, version: version.version, whole}
  return onePhase(view, profile, {operation: 'key.delete', name: 'delete'}, change, [
    whole
      ? `every version of key "${name}" is destroyed`
      : `key "${name}" version ${version.version} is destroyed`,
  ])
}
