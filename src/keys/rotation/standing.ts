/** How a key of a ledger stands by its schedule. */
import type {Ledger} from '../../ledger/index.ts'
import {policyFold, scheduleOf} from '../../policy/index.ts'
import {profilesFold} from '../../profiles/index.ts'
import {emergencyOf} from '../emergencies.ts'
import type {Key} from '../state.ts'
import {successor} from './plan.ts'
import {isRunning, rotations} from './state.ts'
import {rotationStatus, type RotationStatus} from './status.ts'

export function standing(ledger: Pick<Ledger, 'of' | 'time'>, key: Key): RotationStatus {
  const rotation = ledger.of(rotations).last.get(key.name)
  return rotationStatus(key, {
    schedule: scheduleOf(ledger.of(policyFold).policy, key.spec.class),
    kind: ledger.of(profilesFold).profiles.get(key.profile)?.kind ?? '',
    rotation: isRunning(rotation) ? rotation : undefined,
    now: ledger.time,
    incident: emergencyOf(ledger, key.name),
  })
}

/** Whether its schedule says that another version takes its place by now. */
export function isDue({reason, due}: RotationStatus, {time}: Pick<Ledger, 'time'>): boolean {
  return reason !== 'not-active' && due !== null && due <= time.toISOString()
}

/** Whether a run would begin a rotation now that has another version made, or ask people for one. */
export function makesVersion(ledger: Pick<Ledger, 'of' | 'time'>, key: Key): boolean {
  if (isRunning(ledger.of(rotations).last.get(key.name))) return false
  const stands = standing(ledger, key)
  return (
    isDue(stands, ledger) &&
    stands.cannot === null &&
    !key.versions.some(({version}) => version === successor(key))
  )
}
