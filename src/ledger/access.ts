/** Who may write: the machine with the key, in the home that it wrote last, and only where nothing that it signed is missing. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {base64} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {leafHash} from './entry.ts'
import {openCheckpoint, parseVkey, type Checkpoint} from './note.ts'
import type {Replay} from './replay.ts'
import type {Store} from './store.ts'
import {behind, loadHead, loadWriter, realHome, type Head, type StateDir, type Writer} from './writer.ts'

/** Why this process may only read, if so. */
export type Access =
  {readonly kind: 'writer'; readonly writer: Writer} | {readonly kind: 'reader'; readonly because: string}

interface Place {
  readonly home: string
  readonly state: StateDir
}

/** The head of the ledger whose first entry is in the store. */
export function headOf(state: StateDir, store: Pick<Store, 'row'>): Head | undefined {
  const first = store.row(0)
  return first === undefined ? undefined : loadHead(state, leafHash(first.bytes))
}

/**
 * What may be done here: write, or only read and why.
 * @param head - what this machine signed last, read before the replay.
 * @throws KeyriteError `LEDGER_BEHIND` if the ledger does not continue the head, `LEDGER_TAMPERED`, `UNSAFE_FILE`.
 */
export function accessOf({home, state}: Place, replay: Replay, head: Head | undefined): Access {
  const {fingerprint, vkey} = replay.facts
  const writer = loadWriter(state, fingerprint, parseVkey(vkey))
  if (writer === undefined)
    return {kind: 'reader', because: 'the key that writes this ledger is not on this machine'}
  if (head === undefined) return {kind: 'writer', writer}
  const signed = signedHead(head, writer)
  if (signed.size > replay.size || replay.rootAt(signed.size) !== base64(signed.root)) {
    throw behind(head, replay.size, signed.size)
  }
  const here = realHome(home)
  if (head.home !== here && existsSync(join(head.home, 'ledger.db'))) {
    return {kind: 'reader', because: `this home is a copy; the ledger is written in "${head.home}"`}
  }
  return {kind: 'writer', writer}
}

function signedHead({checkpoint}: Head, {key}: Writer): Checkpoint {
  try {
    return openCheckpoint(checkpoint, key)
  } catch (cause) {
    throw new KeyriteError(
      'UNSAFE_FILE',
      'cannot use what this machine signed last: it is not signed by its key',
      {
        cause,
        hints: ['keyrite ledger verify', 'keyrite doctor'],
      },
    )
  }
}
