/** What is left of a refusal: an entry, where it concerns a key, a quorum, a person or a credential. */
import {KeyriteError} from '../base/errors.ts'
import {custodyFold, findPerson, type Person} from '../custody/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {stated} from './actor.ts'

/** Exit statuses of refusals that leave an entry. */
const recorded: readonly number[] = [6, 8, 11]
/** Then the ledger itself is what is wrong, and must not be written to. */
const ledgerIsWrong = new Set(['LEDGER_TAMPERED', 'LEDGER_BEHIND', 'LEDGER_NOT_WRITER'])

interface Attempt {
  readonly operation: string
  /** The key that it was about, if one. */
  readonly key: string | null
  /** Who was named as the one who acts. */
  readonly person: string | undefined
}

/**
 * Records a refusal, where this run has the ledger open to write. Never fails over a KeyriteError: the first error is the
 * one to be told.
 * @returns why it could not be recorded; null where it was, or leaves nothing.
 */
export async function recordRefusal(
  ledger: Ledger,
  error: unknown,
  {operation, key, person}: Attempt,
): Promise<string | null> {
  if (ledger.access.kind !== 'writer' || !(error instanceof KeyriteError)) return null
  if (!recorded.includes(error.exit) || ledgerIsWrong.has(error.code) || ledger.failure === error) return null
  try {
    const data = {operation, key, code: error.code}
    await ledger.append([{type: 'attempt.refused', data, actor: stated(personOf(ledger, person))}])
    return null
  } catch (second) {
    if (!(second instanceof KeyriteError)) throw second
    return second.message
  }
}

/** The person who was named, if they can be found; a refusal is recorded all the same if not. */
function personOf(ledger: Pick<Ledger, 'of'>, named: string | undefined): Person | null {
  try {
    return named === undefined ? null : findPerson(ledger.of(custodyFold).roster, named)
  } catch {
    return null
  }
}
