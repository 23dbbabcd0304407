/** The next entries: which ledger they are of, what the replay says of them, and the note over them. */
import {fromBase64} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import type {Access} from './access.ts'
import type {Draft} from './draft.ts'
import type {Entry} from './entry.ts'
import {signCheckpoint, vkeyText} from './note.ts'
import type {Replay} from './replay.ts'
import type {Writer} from './writer.ts'

/** @throws TypeError where there is no ledger yet, and this does not open one. */
export function nameFor(draft: Draft, replay: Replay, access: Access): string {
  if (replay.opened) return replay.facts.name
  if (access.kind === 'writer' && draft.type === 'ledger.opened') return access.writer.key.name
  throw new TypeError('the first entry is ledger.opened')
}

/** @throws KeyriteError `POLICY_REFUSES` where verification would not take it. */
export function judged(replay: Replay, bytes: Uint8Array): Entry {
  const {entry, problems} = replay.step(bytes)
  const [first] = problems
  if (first !== undefined)
    throw new KeyriteError('POLICY_REFUSES', `cannot record: ${first.message} (${first.rule})`)
  if (entry === undefined) throw new TypeError('an entry without a problem is an entry')
  return entry
}

/** Whether checkpoints of this size are signed by this key. */
export function isInForce({key}: Writer, replay: Replay): boolean {
  return vkeyText(key) === replay.facts.vkey
}

/** The note over all that was replayed. */
export function signedNote({key, privateKey}: Writer, replay: Replay): string {
  const root = replay.rootAt(replay.size)
  if (root === undefined) throw new TypeError('a ledger is complete')
  return signCheckpoint({origin: key.name, size: replay.size, root: fromBase64(root)}, key, privateKey)
}
