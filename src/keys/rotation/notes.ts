/** What people say of a rotation: paused, resumed, given up; and by what it is taken back. */
import {KeyriteError} from '../../base/errors.ts'
import type {Person} from '../../custody/index.ts'
import {Private, type Ledger} from '../../ledger/index.ts'
import {requests, type Request} from '../../requests/index.ts'
import {isRunning, rotations, type Rotation} from './state.ts'

/** Records it. @throws KeyriteError `ROTATION_STATE` where there is nothing to say it of. */
export async function noteRotation(
  ledger: Ledger,
  name: string,
  {id}: Person,
  word: 'paused' | 'resumed' | 'stopped',
  reason: string,
): Promise<void> {
  const rotation = ledger.of(rotations).last.get(name)
  // Given up already, by a run that ended before the old version was primary again: that is gone on with.
  if (
    word === 'stopped' &&
    rotation !== undefined &&
    rotation.stopped !== null &&
    rotation.at.rollback === undefined
  )
    return
  const fault = noteFault(rotation, word)
  if (rotation === undefined || fault !== undefined)
    throw new KeyriteError(
      'ROTATION_STATE',
      `cannot say that the rotation of key "${name}" is ${word}: ${fault ?? ''}`,
      {
        hints: ['keyrite rotation status', `keyrite key show ${name}`],
      },
    )
  await ledger.append([
    {
      type: `rotation.${word}`,
      data: {rotation: rotation.seq, key: name, reason: new Private(reason)},
      actor: {person: id, evidence: 'stated'},
    },
  ])
}

function noteFault(
  rotation: Rotation | undefined,
  word: 'paused' | 'resumed' | 'stopped',
): string | undefined {
  if (!isRunning(rotation)) return 'none is running'
  if (word === 'paused' && rotation.paused !== null) return 'it is paused already'
  return word === 'resumed' && rotation.paused === null ? 'it is not paused' : undefined
}

/** Whether taking the last rotation back makes another version primary, or only ends it. */
export function rollsBack(ledger: Pick<Ledger, 'of'>, name: string): boolean {
  const rotation = ledger.of(rotations).last.get(name)
  return rotation?.at.primary !== undefined && rotation.at.rollback === undefined
}

/** The request whose people approved that the last rotation may be taken back, while it may be. */
export function rollbackRequest(ledger: Pick<Ledger, 'of' | 'time'>, name: string): Request | undefined {
  const approved = ledger.of(rotations).last.get(name)?.approved
  const {all, byMet} = ledger.of(requests)
  const request = all.get(byMet.get(approved ?? -1) ?? -1)
  const phase = request?.plan.phases.find((one) => one.name === 'rollback')
  const now = ledger.time.toISOString()
  return phase === undefined || (phase.latest !== null && now > phase.latest) || request?.withdrawn === true
    ? undefined
    : request
}
