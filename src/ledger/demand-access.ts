/** What a process may do with a ledger, demanded; or in words why not, and what to type. */
import {KeyriteError} from '../base/errors.ts'
import type {Access} from './access.ts'
import type {Writer} from './writer.ts'

/** @throws KeyriteError `LEDGER_NOT_WRITER`. */
export function writerOf(access: Access): Writer {
  if (access.kind === 'writer') return access.writer
  throw notWriter(access)
}

/** The key that answers are taken by: that of the writer, or of a take-over that waits. @throws KeyriteError `LEDGER_NOT_WRITER`. */
export function answererOf(access: Access): Writer {
  if (access.kind !== 'reader') return access.writer
  throw notWriter(access)
}

function notWriter(access: Access): KeyriteError {
  const because = access.kind === 'reader' ? access.because : 'the take-over is not done yet'
  return new KeyriteError('LEDGER_NOT_WRITER', `cannot write: ${because}`, {
    hints: [
      'keyrite ledger take-over --prepare, to write here; then, where it is written now: keyrite ledger hand-over --to VKEY --out FILE',
      'keyrite ledger verify, and every list and show: reading works here',
    ],
  })
}
