/** Which phase of a rotation may begin, and when: one table for the program, the ledger's checks, and lists. */
import type {View} from '../../ledger/index.ts'
import {hooksAfter, policyFold, type Hook, type RotationPhase} from '../../policy/index.ts'
import type {Key} from '../state.ts'
import {after} from './dates.ts'
import type {Rotation} from './state.ts'

/** What follows a phase. */
export const following = {
  version: 'accept',
  accept: 'primary',
  primary: 'retire',
  retire: null,
  rollback: null,
} as const satisfies Record<RotationPhase, RotationPhase | null>

/** When the phase after one may begin: two of them have to wait. */
export function dueAfter(
  {verification, grace}: Pick<Rotation, 'verification' | 'grace'>,
  phase: RotationPhase,
  done: string,
): Rotation['next'] {
  const next = following[phase]
  if (next === null) return null
  return {
    phase: next,
    due: next === 'primary' ? after(done, verification) : next === 'retire' ? after(done, grace) : done,
  }
}

/** The phase that was done last; undefined before the first. */
export function lastDone({at}: Rotation): RotationPhase | undefined {
  return (['rollback', 'retire', 'primary', 'accept', 'version'] as const).find(
    (phase) => at[phase] !== undefined,
  )
}

/** The programs that the policy wants to have run after the last phase, and that did not, in its order. */
export function hooksMissing(
  view: Pick<View, 'of'>,
  key: Pick<Key, 'spec'>,
  rotation: Rotation,
  phase: RotationPhase | undefined = lastDone(rotation),
): readonly Hook[] {
  if (phase === undefined) return []
  return hooksAfter(view.of(policyFold).policy, key.spec.class, phase).filter(
    ({name, sha256}) =>
      !rotation.hooks.some(
        (run) => run.ok && run.phase === phase && run.hook === name && run.sha256 === sha256,
      ),
  )
}

/** Why a phase may not begin now, as the end of a sentence; undefined if it may. */
export function phaseFault(
  view: Pick<View, 'of'>,
  key: Key,
  rotation: Rotation,
  phase: RotationPhase,
  time: string,
): string | undefined {
  if (phase === 'rollback') return rollbackFault(key, rotation)
  const {next, paused, stopped} = rotation
  if (stopped !== null) return `it was given up at entry ${stopped.seq}`
  if (next === null) return 'it is over'
  if (paused !== null) return `it is paused since entry ${paused.seq}`
  if (next.phase !== phase) return `phase ${next.phase} comes next`
  if (time < next.due) return `phase ${phase} may begin at ${next.due}`
  const [missing] = hooksMissing(view, key, rotation)
  return missing === undefined
    ? undefined
    : `hook "${missing.name}" after phase ${missing.phase} has not succeeded`
}

/** The old version becomes primary again only while it can still be used as one. */
function rollbackFault(key: Key, {from, to, at}: Rotation): string | undefined {
  if (at.primary === undefined || key.primary !== to) return `version ${to} is not primary`
  const state = key.versions.find(({version}) => version === from)?.state
  return state === 'active' ? undefined : `version ${from} is ${state ?? 'gone'}`
}
