/** Two copies of one ledger, held against each other: where they part, what each holds beyond, and who signed it. */
import {base64} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {branchBytes, factsOfBranch, forkRisks} from './branch.ts'
import {Blob, type Draft} from './draft.ts'
import {leafHash, parseEntry} from './entry.ts'
import type {LedgerFacts, WriterChange} from './fold.ts'
import {openCheckpoint, parseCheckpoint} from './note.ts'
import type {OtherCopy} from './other-copy.ts'
import {commonSize, relationOf, type Chain, type Relation} from './relate.ts'
import type {Store} from './store.ts'
import {storedTree} from './stored-tree.ts'
import {keyAt, vkeyAt} from './writers.ts'

/** One entry that only one of the copies holds. */
export interface Beyond {
  readonly seq: number
  readonly time: string
  readonly type: string
}

export interface Comparison {
  readonly relation: Relation
  /** How many entries they have in common. */
  readonly at: number
  readonly here: {readonly size: number; readonly vkey: string; readonly beyond: readonly Beyond[]}
  readonly other: {
    readonly size: number
    /** The key in force at its end; null where its note is not signed by that, or it has none. */
    readonly vkey: string | null
    readonly beyond: readonly Beyond[]
  }
  /** What the other copy's end is called by; undefined where its form has no checkpoint. */
  readonly head: string | undefined
  /** The change of the writer whose risk of a fork this copy ends, if it is recorded. */
  readonly ends: WriterChange | undefined
}

/**
 * @param here - this ledger, verified.
 * @throws KeyriteError `LEDGER_TAMPERED` if the other is a copy of another ledger.
 */
export function compareCopies(here: Chain & {readonly facts: LedgerFacts}, other: OtherCopy): Comparison {
  const {facts} = here
  if (leafHash(other.bytes(0) ?? new Uint8Array()) !== facts.fingerprint)
    throw new KeyriteError(
      'LEDGER_TAMPERED',
      'cannot compare: it is another ledger, with another fingerprint',
      {
        hints: ['keyrite ledger verify, in each of the two homes'],
      },
    )
  const at = commonSize(here, other)
  const beyond = branchOf(other, at)
  const theirs = factsOfBranch(facts, at, beyond)
  return {
    relation: relationOf(here, other, at),
    at,
    here: {size: here.size, vkey: vkeyAt(facts, here.size), beyond: branchOf(here, at).map(shortly)},
    other: {size: other.size, vkey: signerOf(other, theirs), beyond: beyond.map(shortly)},
    head: other.note,
    ends: endsOf(here, other, at),
  }
}

function branchOf(chain: Chain, at: number): readonly Uint8Array[] {
  return Array.from({length: chain.size - at}, (_, index) => chain.bytes(at + index) ?? new Uint8Array())
}

function shortly(bytes: Uint8Array): Beyond {
  const {seq, time, type} = parseEntry(bytes)
  return {seq, time, type}
}

function signerOf({note, size}: OtherCopy, facts: LedgerFacts): string | null {
  if (note === undefined) return null
  try {
    openCheckpoint(note, keyAt(facts, size))
    return vkeyAt(facts, size)
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

/** The old head is where the copy ends, or where it leaves this one: only then is it what the lost machine had. */
function endsOf(
  {facts}: {readonly facts: LedgerFacts},
  other: OtherCopy,
  at: number,
): WriterChange | undefined {
  if (other.note === undefined) return undefined
  return forkRisks(facts).find(({head, seq}) => head === at && other.size >= at && seq >= at)
}

/** Whether there is anything to record: a branch that was not seen before, or the end of a risk. */
export function isNews({absorbed}: LedgerFacts, {relation, ends, head, at}: Comparison): boolean {
  if (head === undefined) return false
  if (ends !== undefined) return relation === 'fork' || relation === 'prefix'
  const {size, root} = parseCheckpoint(head)
  return relation === 'fork' && !absorbed.some((one) => one.at === at && one.roots.get(size) === base64(root))
}

/** The entry that keeps what the other copy holds beyond. @param person - who says to have seen it. */
export function branchDraft(
  store: Pick<Store, 'leaves'>,
  other: OtherCopy,
  {at, ends, head, relation}: Comparison,
  person: string,
): Draft {
  const branch =
    relation === 'fork'
      ? new Blob(branchBytes(at, branchOf(other, at), storedTree(store)), 'application/json')
      : null
  return {
    type: 'branch.absorbed',
    actor: {person, evidence: 'stated'},
    data: {after: ends?.seq ?? null, at, branch, head: head ?? ''},
  }
}
