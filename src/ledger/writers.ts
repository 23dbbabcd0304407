/**
 * Who writes, and since when: `writer.changed` and `ledger.restored`, as the ledger itself reads them. docs/ledger-format.md, section 2.
 *
 * - handed over, or replaced: the entry is the last that the old key signs;
 * - taken over, or restored, without the old key: question, answers, quorum and change are one run, and no checkpoint lies in it.
 *
 * Whether enough people approved it is judged where every other act is.
 */
import {isObject, type Json} from '../base/jcs.ts'
import {isPrivate, isTime, type Entry} from './entry.ts'
import {problem, type LedgerFacts, type Problem, type View, type WriterChange} from './fold.ts'
import {openCheckpoint, parseCheckpoint, parseVkey, type Checkpoint, type VerifierKey} from './note.ts'

/** The entry types that change who writes. */
export const writerTypes = ['writer.changed', 'ledger.restored'] as const

const ways = ['hand-over', 'take-over', 'replacement'] as const

export function changesWriter({type}: Pick<Entry, 'type'>): boolean {
  return (writerTypes as readonly string[]).includes(type)
}

/** The key that signs the checkpoint of a size. */
export function keyAt({writers}: Pick<LedgerFacts, 'writers'>, size: number): VerifierKey {
  return parseVkey(vkeyAt({writers}, size))
}

/** The same as text. */
export function vkeyAt({writers}: Pick<LedgerFacts, 'writers'>, size: number): string {
  const found = writers.findLast(({from}) => from <= size) ?? writers[0]
  if (found === undefined) throw new TypeError('a ledger has a writer')
  return found.vkey
}

/** The run that a size lies within, where no checkpoint may be. */
export function runAround({writers}: Pick<LedgerFacts, 'writers'>, size: number): WriterChange | undefined {
  return writers.find(({head, from}) => head < size && size < from)
}

/** @throws TypeError unless it is a checkpoint of this ledger, signed by the key in force at its size. */
export function openOwn(note: string, facts: LedgerFacts): Checkpoint {
  return openCheckpoint(note, keyAt(facts, parseCheckpoint(note).size))
}

/** The facts after an entry that changes the writer. @throws TypeError if it is not of its form. */
export function withWriter(facts: LedgerFacts, entry: Entry, runStart: number | undefined): LedgerFacts {
  const change = readChange(entry, runStart ?? entry.seq)
  return {...facts, vkey: change.vkey, writers: [...facts.writers, change]}
}

function readChange(entry: Entry, runStart: number): WriterChange {
  const {data, seq, time, type} = entry
  const released = type === 'writer.changed' && data['by'] !== 'take-over'
  return {
    seq,
    time,
    by: type === 'ledger.restored' ? 'restore' : (data['by'] as (typeof ways)[number]),
    vkey: textOf(data['vkey']),
    head: released ? seq + 1 : runStart,
    from: released ? seq + 2 : seq + 1,
    stolenSince: typeof data['stolen_since'] === 'string' ? data['stolen_since'] : null,
    lost: type === 'ledger.restored' ? (data['lost'] as readonly string[]) : [],
  }
}

/** Where the run of a take-over begins: what its `quorum.met` says that it answers. */
export function runStart(view: Pick<View, 'entry'>, {approved, seq, type, data}: Entry): number | undefined {
  if (type === 'writer.changed' && data['by'] !== 'take-over') return undefined
  const opened = approved === null || approved !== seq - 1 ? undefined : view.entry(approved)?.data['opened']
  return typeof opened === 'number' ? opened : undefined
}

/** What is wrong with an entry that changes the writer, besides what it was approved for. */
export function writerProblems(view: View, entry: Entry): Problem[] {
  const wrong = (message: string): Problem[] => [problem('writer', entry, message)]
  const fault = entry.type === 'writer.changed' ? changeFault(entry) : restoreFault(view, entry)
  if (fault !== undefined) return wrong(fault)
  const vkey = textOf(entry.data['vkey'])
  if (parseVkey(vkey).name !== view.facts.name) return wrong('the new verifier key is that of another ledger')
  if (view.facts.writers.some((one) => samePublicKey(one.vkey, vkey)))
    return wrong('the new verifier key is one that this ledger had before')
  if (entry.type === 'writer.changed' && entry.data['by'] !== 'take-over') return []
  return runProblems(view, entry)
}

function samePublicKey(a: string, b: string): boolean {
  return Buffer.from(parseVkey(a).publicKey).equals(parseVkey(b).publicKey)
}

function changeFault({data, time}: Entry): string | undefined {
  const {by, reason, stolen_since: stolen, vkey} = data
  if (Object.keys(data).join() !== 'by,reason,stolen_since,vkey') return 'data is not of its form'
  if (!(ways as readonly (Json | undefined)[]).includes(by)) return 'it does not say by which way'
  if (!isVkey(vkey) || !(reason === null || isPrivate(reason))) return 'data is not of its form'
  if (stolen === null) return undefined
  if (typeof stolen !== 'string' || !isTime(stolen)) return 'stolen_since is not a time'
  return stolen <= time ? undefined : 'the old key is said to be stolen later than this entry'
}

function restoreFault(view: View, entry: Entry): string | undefined {
  const {from, lost, reason, vkey} = entry.data
  if (Object.keys(entry.data).join() !== 'from,lost,reason,vkey') return 'data is not of its form'
  if (!isVkey(vkey) || !isPrivate(reason) || !isObject(from)) return 'data is not of its form'
  const {root, size} = from
  if (Object.keys(from).join() !== 'root,size' || typeof size !== 'number') return 'data is not of its form'
  const known = view.rootAt(size)
  if (size !== runStart(view, entry) || (known !== undefined && known !== root))
    return 'it is not restored from where its run begins'
  if (!Array.isArray(lost) || lost.length === 0) return 'it names nothing that was lost'
  return (lost as readonly Json[]).every((note) => isBeyond(note, size, view.facts.name))
    ? undefined
    : 'what it says to be lost is no checkpoint beyond that'
}

function isBeyond(note: Json, size: number, name: string): boolean {
  if (typeof note !== 'string') return false
  const checkpoint = parseCheckpoint(note)
  return checkpoint.size > size && checkpoint.origin === name
}

function isVkey(value: Json | undefined): value is string {
  if (typeof value !== 'string') return false
  parseVkey(value)
  return true
}

/** The only entries that a new key may sign for the old one: question, answers, quorum, change, and nothing between. */
function runProblems(view: View, entry: Entry): Problem[] {
  const wrong = (message: string): Problem[] => [problem('writer-run', entry, message)]
  const first = runStart(view, entry)
  if (first === undefined) return wrong('the entry before it is not the quorum that it cites')
  for (let seq = first; seq < entry.seq; seq++) {
    const wanted = seq === first ? 'quorum.opened' : seq === entry.seq - 1 ? 'quorum.met' : 'approval.given'
    const found = view.entry(seq)
    if (found?.type !== wanted || (wanted === 'approval.given' && aboutOf(found) !== view.entry(first)?.leaf))
      return wrong(`entry ${seq} is not part of the run that leads to it`)
  }
  return []
}

/**
 * Entries from when a key was stolen until it was replaced that nobody's signature and no approval stands behind. Order is
 * seq: a clock that a thief set back hides nothing that came after it.
 */
export function doubtfulIn(
  {writers, turned}: Pick<LedgerFacts, 'writers' | 'turned'>,
  entryAt: (seq: number) => Entry | undefined,
): readonly number[] {
  const found = new Set<number>()
  for (const {seq: until, stolenSince} of writers) {
    if (stolenSince === null) continue
    for (let seq = firstFrom(stolenSince, until, turned, entryAt); seq < until; seq++) {
      const entry = entryAt(seq)
      if (entry !== undefined && needsNobody(entry)) found.add(seq)
    }
  }
  return [...found].sort((a, b) => a - b)
}

/** The first entry of this time or later; between two that are dated back, times only go forward. */
function firstFrom(
  time: string,
  until: number,
  turned: readonly number[],
  entryAt: (seq: number) => Entry | undefined,
): number {
  const isLater = (seq: number): boolean => (entryAt(seq)?.time ?? '') >= time
  const ends = [...turned.filter((seq) => seq < until), until]
  let [least, most] = [1, until]
  for (const [index, end] of ends.entries()) {
    if (end <= 1 || !isLater(end - 1)) continue
    ;[least, most] = [Math.max(1, ends[index - 1] ?? 1), end]
    break
  }
  while (least < most) {
    const middle = Math.floor((least + most) / 2)
    if (isLater(middle)) most = middle
    else least = middle + 1
  }
  return least
}

/** Whether the writer's key alone can have made it: it holds no statement, cites no quorum, and is not what people answered. */
function needsNobody({approved, data, type}: Entry): boolean {
  return approved === null && !('statement' in data) && type !== 'quorum.met' && type !== 'quorum.opened'
}

/** The leaf that the statement in an entry is about. */
export function aboutOf({data}: Entry): Json | undefined {
  const {statement} = data
  return isObject(statement) ? statement['about'] : undefined
}

function textOf(value: Json | undefined): string {
  if (typeof value !== 'string') throw new TypeError('data is not of its form')
  return value
}
