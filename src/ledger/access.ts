/** Who may write: the machine with the key, in the home that it wrote last, and only where nothing that it signed is missing. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {base64} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {leafHash} from './entry.ts'
import {behind, loadHead, type Head} from './head.ts'
import type {LedgerFacts, WriterChange} from './fold.ts'
import {parseCheckpoint, vkeyText} from './note.ts'
import {acknowledgement, loadPin} from './pins.ts'
import type {Replay} from './replay.ts'
import type {Store} from './store.ts'
import {
  loadPending,
  loadWriter,
  promotePending,
  realHome,
  strangeKey,
  type StateDir,
  type Writer,
} from './writer.ts'
import {openOwn} from './writers.ts'

/** What this process may do; in a draft a key that waits signs nothing until the entry that puts it in force. */
export type Access =
  | {readonly kind: 'writer' | 'draft'; readonly writer: Writer}
  | {readonly kind: 'reader'; readonly because: string}

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
 * What may be done here: write, or only read and why. Where the key in force waited here for an entry that only its holder
 * can have signed, and a crash came before it was put in its place, that is done now.
 * @param head - what this machine signed last, read before the replay.
 * @throws KeyriteError `LEDGER_BEHIND` if the ledger does not continue the head, `LEDGER_TAMPERED`, `UNSAFE_FILE`.
 */
export function accessOf({home, state}: Place, replay: Replay, head: Head | undefined): Access {
  const {facts} = replay
  finishChange(state, facts)
  const key = loadWriter(state, facts.fingerprint, facts.name)
  if (key === undefined) return {kind: 'reader', because: absent(state, facts)}
  if (head !== undefined) demandContinues(head, replay)
  if (vkeyText(key.key) !== facts.vkey) return {kind: 'reader', because: replaced(state, key, facts)}
  const here = realHome(home)
  if (head !== undefined && head.home !== here && existsSync(join(head.home, 'ledger.db'))) {
    return {kind: 'reader', because: `this home is a copy; the ledger is written in "${head.home}"`}
  }
  const pinned = pinnedElsewhere(state, replay)
  return pinned === undefined ? {kind: 'writer', writer: key} : {kind: 'reader', because: pinned}
}

/** By hand-over a key comes into force elsewhere, and only `take-over FILE` puts it in place: it also brings the ledger. */
function finishChange(state: StateDir, {fingerprint, name, vkey, writers}: LedgerFacts): void {
  if (writers.at(-1)?.by === 'hand-over' || writers.length === 1) return
  const waiting = loadPending(state, name)
  if (waiting !== undefined && vkeyText(waiting.key) === vkey) promotePending(state, fingerprint, name)
}

function absent(state: StateDir, {name, vkey}: LedgerFacts): string {
  const waiting = loadPending(state, name)
  if (waiting === undefined) return 'the key that writes this ledger is not on this machine'
  return vkeyText(waiting.key) === vkey
    ? 'the ledger was handed over to the key that waits here, and was not taken over yet'
    : 'the key that waits on this machine does not write this ledger yet'
}

/** @throws KeyriteError `LEDGER_TAMPERED` if the key never wrote this ledger. */
function replaced(state: StateDir, {key}: Writer, {fingerprint, writers}: LedgerFacts): string {
  const at = writers.findIndex(({vkey}) => vkey === vkeyText(key))
  const next = writers[at + 1]
  if (at === -1 || next === undefined) throw strangeKey(state, fingerprint)
  const last = writers.at(-1) ?? next
  return `${endings[next.by]} at entry ${next.seq}; since entry ${last.seq} ${last.vkey} writes it`
}

const endings: Readonly<Record<WriterChange['by'], string>> = {
  founding: 'the ledger was founded',
  'hand-over': 'the ledger was handed over',
  'take-over': 'the ledger was taken over by another machine',
  replacement: 'the key on this machine was replaced',
  restore: 'an older state of the ledger was restored on another machine',
}

/** @throws KeyriteError `LEDGER_BEHIND`, `UNSAFE_FILE`. */
function demandContinues(head: Head, replay: Replay): void {
  const signed = parseCheckpoint(head.checkpoint)
  if (signed.size > replay.size || replay.rootAt(signed.size) !== base64(signed.root))
    throw behind(head, replay.size, signed.size)
  try {
    openOwn(head.checkpoint, replay.facts)
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

/** Whoever has seen that the ledger goes on elsewhere does not write here. What was restored over is acknowledged. */
function pinnedElsewhere(state: StateDir, replay: Replay): string | undefined {
  const pin = loadPin(state, replay.facts.fingerprint)
  if (pin === undefined) return undefined
  const {size, root} = parseCheckpoint(pin)
  if (size <= replay.size && replay.rootAt(size) === base64(root)) return undefined
  if (acknowledgement(pin, replay.facts) !== undefined) return undefined
  return `this user saw this ledger with ${size} entries, and they are not those here: it goes on elsewhere, or was rolled back`
}
