/** How a key of a ledger stands by its schedule. */
import type {Ledger} from '../../ledger/index.ts'
import {policyFold, scheduleOf} from '../../policy/index.ts'
import {profilesFold} from '../../profiles/index.ts'
import {emergencyOf} from '../emergencies.ts'
import type {Key} from '../state.ts'
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
