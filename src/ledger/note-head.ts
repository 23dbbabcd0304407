/** What was signed last is noted outside the home, so that an older copy of it is known for one. */
import {KeyriteError} from '../base/errors.ts'
import type {LedgerWorld} from './ledger-world.ts'
import {storeHead} from './head.ts'
import {realHome} from './writer.ts'

/** @throws KeyriteError `STORAGE`, saying that the entries are there all the same. */
export function noteHead({home, state}: LedgerWorld, fingerprint: string, checkpoint: string): void {
  try {
    storeHead(state, fingerprint, {home: realHome(home), checkpoint})
  } catch (cause) {
    throw new KeyriteError(
      'STORAGE',
      `cannot note outside the home what was signed last: ${cause instanceof Error ? cause.message : String(cause)}; the entry itself is recorded`,
      {cause, changed: true, hints: ['keyrite ledger show --last 1', 'keyrite doctor']},
    )
  }
}
