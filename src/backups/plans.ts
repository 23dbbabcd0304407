/** The plan to do something with a backup that a service keeps: pure, and thrown out before anybody is asked. */
import {KeyriteError} from '../base/errors.ts'
import {profileOf, type Planned} from '../keys/index.ts'
import type {View} from '../ledger/index.ts'
import type {KeptBackup} from '../providers/ports.ts'
import {planFor} from '../requests/index.ts'
import {regionName} from './fold.ts'
import type {BackupAct} from './state.ts'

/** What is there, as the provider says it. */
export interface Found {
  readonly backup: KeptBackup
  /** Whether no other one of the store is ready in its region. */
  readonly isLast: boolean
}

/** @throws KeyriteError `UNSUPPORTED` if its state does not allow it, or the region is none; `POLICY_REFUSES`, `PROFILE_NOT_FOUND`. */
export function planBackup(
  view: Pick<View, 'of'>,
  wish: {readonly act: BackupAct; readonly profile: string; readonly region: string | null},
  found: Found,
): Planned {
  const {act, region} = wish
  demandPossible(act, found.backup, wish.profile)
  const profile = profileOf(view, wish.profile)
  if (region !== null && !regionName.safeParse(region).success)
    throw new KeyriteError('USAGE', `cannot copy a backup to "${region}": that is not the name of a region`, {
      hints: ['--region eu-west-1'],
    })
  if (region !== null && region === profile.identity['region'])
    throw new KeyriteError('USAGE', `cannot copy a backup to ${region}: it lies there`, {
      hints: ['another --region'],
    })
  const operation = `backup.${act}` as const
  const {id, state} = found.backup
  const plan = planFor(view, {
    operation,
    class: null,
    change: {
      backup: id,
      ...(act === 'copy' ? {region} : {}),
      ...(act === 'delete' ? {last: found.isLast} : {}),
    },
    phases: [act],
    profile,
    rests: [
      `backup "${id}" is ${state}`,
      ...(act === 'delete' && !found.isLast ? ['another one of the same store is ready'] : []),
    ],
  })
  return {plan, names: {}}
}

/** @throws KeyriteError `UNSUPPORTED`. */
export function demandPossible(act: BackupAct, {id, state, goneAt}: KeptBackup, profile: string): void {
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot ${act} backup "${id}": ${fact}`, {
      hints: [`keyrite backup list ${profile}`],
    })
  }
  if (act === 'restore' && state !== 'deleted') refuse('it is not deleted')
  if (act === 'delete' && state === 'deleted')
    refuse(`it is deleted already, and gone at ${goneAt?.toISOString() ?? 'a time that is not known'}`)
  if (act === 'copy' && state !== 'ready')
    refuse(`it is ${state === 'deleted' ? 'deleted' : 'still being made'}`)
}
