/** That one entry is in the ledger, as a text that a stranger can check: a C2SP tlog-proof under a signed checkpoint. */
import {KeyriteError} from '../base/errors.ts'
import {sha256} from '../base/bytes.ts'
import type {LedgerFacts} from './fold.ts'
import {inclusionPath, verifyInclusion} from './merkle.ts'
import type {Checkpoint} from './note.ts'
import {parseProof, proofText} from './proof.ts'
import {noteAt, type Store} from './store.ts'
import {storedTree} from './stored-tree.ts'
import {openOwn} from './writers.ts'

export interface EntryProof {
  readonly text: string
  /** 32 bytes, of the entry's bytes. */
  readonly leaf: Uint8Array
  /** What the proof leads to. */
  readonly checkpoint: Checkpoint
  /** How many hashes are in it. */
  readonly hashes: number
}

/**
 * Proves entry `seq` under the checkpoint of `size`. The text was read back and verified as its reader will.
 * @throws KeyriteError `NOT_FOUND` if there is no such entry, `LEDGER_TAMPERED` if what is stored proves nothing.
 */
export function proveEntry(
  store: Pick<Store, 'row' | 'leaves' | 'checkpoints'>,
  facts: LedgerFacts,
  size: number,
  seq: number,
): EntryProof {
  const row = seq < size ? store.row(seq) : undefined
  if (row === undefined)
    throw new KeyriteError(
      'NOT_FOUND',
      `cannot prove entry ${seq}: the ledger has ${size} entries, counted from 0`,
      {hints: ['keyrite ledger show --last 5']},
    )
  try {
    const hashes = inclusionPath(seq, size, storedTree(store))
    const text = proofText({index: seq, hashes, checkpoint: noteAt(store, size) ?? ''})
    const leaf = sha256(Buffer.from([0]), row.bytes)
    return {text, leaf, checkpoint: checked(text, leaf, facts), hashes: hashes.length}
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new KeyriteError('LEDGER_TAMPERED', `cannot prove entry ${seq}: ${error.message}`, {
      hints: ['keyrite ledger verify'],
    })
  }
}

/** @throws TypeError if the text does not prove the leaf. */
function checked(text: string, leaf: Uint8Array, facts: LedgerFacts): Checkpoint {
  const proof = parseProof(text)
  const checkpoint = openOwn(proof.checkpoint, facts)
  if (!verifyInclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root))
    throw new TypeError('what is stored does not lead to the checkpoint')
  return checkpoint
}
