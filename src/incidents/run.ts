/** Containing step by step: what can be done is done, what cannot is said and left open for the next run. */
import {KeyriteError, type ErrorCode} from '../base/errors.ts'
import {apply, requestAt, type ActContext, type Operations, type Request} from '../requests/index.ts'
import {stepOf} from './phases.ts'

/** Then the ledger is what fails, and not the place: nothing more can be recorded here. */
const ledgerFails: readonly ErrorCode[] = [
  'STORAGE',
  'LOCKED',
  'LEDGER_NOT_WRITER',
  'LEDGER_TAMPERED',
  'LEDGER_BEHIND',
  'CLOCK_BEHIND',
  'CLOCK_AHEAD',
  'CANCELLED',
  'NO_TERMINAL',
  'BUG',
]

export interface StepOutcome {
  readonly act: string
  readonly version: number
  /** Null where it was done. */
  readonly failure: KeyriteError | null
}

/**
 * Does every phase that is needed and not done, each whether or not the one before could be.
 * @throws KeyriteError what says that the ledger itself cannot be written.
 */
export async function applyEach(
  context: Omit<ActContext, 'approved'>,
  operations: Operations,
  request: Request,
  report: (step: StepOutcome) => void,
): Promise<readonly StepOutcome[]> {
  const outcomes: StepOutcome[] = []
  for (const {name, needed} of request.plan.phases) {
    const now = requestAt(context.ledger, request.seq)
    if (needed === false || now.done.has(name)) continue
    const failure = await attempt(() => apply(context, operations, now, [name]))
    const outcome = {...stepOf(name), failure}
    outcomes.push(outcome)
    report(outcome)
  }
  return outcomes
}

/**
 * Does these phases in order, as far as they are not done, and stops at the first that fails.
 * @throws KeyriteError what says that the ledger itself cannot be written.
 */
export async function applyThese(
  context: Omit<ActContext, 'approved'>,
  operations: Operations,
  request: Request,
  phases: readonly string[],
): Promise<KeyriteError | null> {
  return attempt(() => apply(context, operations, requestAt(context.ledger, request.seq), phases))
}

async function attempt(work: () => Promise<unknown>): Promise<KeyriteError | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (!(error instanceof KeyriteError) || ledgerFails.includes(error.code)) throw error
    return error
  }
}
