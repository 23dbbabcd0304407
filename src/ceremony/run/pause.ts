/** `pause`: a break that the script foresees. Who stays is recorded; nothing waits for anybody until the room is back. */
import type {DraftObject} from '../../ledger/index.ts'
import {pauseHere} from '../asides.ts'
import type {StepBase} from '../step.ts'
import {ceremonyOf, type RunContext} from '../run-context.ts'
import type {Note} from '../state.ts'

export async function runPause(context: RunContext, step: StepBase): Promise<DraftObject> {
  // After a crash the pause may be over: it went on when the ceremony was resumed.
  if (pauseAt(context, step.id) === undefined) await pauseHere(context)
  const paused = pauseAt(context, step.id)
  if (paused === undefined) throw new TypeError('the pause that was recorded is there')
  const resumed = ceremonyOf(context).notes.find(({what, seq}) => what === 'resumed' && seq > paused.seq)
  const ms = Date.parse(resumed?.at ?? paused.at) - Date.parse(paused.at)
  return {paused: paused.seq, minutes: Math.round(ms / 60_000)}
}

function pauseAt(context: RunContext, step: string): Note | undefined {
  return ceremonyOf(context).notes.findLast((note) => note.what === 'paused' && note.step === step)
}
