/**
 * Folds: how a folder reads the ledger. The ledger runs the folds it is given and knows none of them.
 */
import type {Json} from '../base/jcs.ts'
import type {Entry} from './entry.ts'

/** What is wrong with an entry: the rule's name, and one sentence. */
export interface Problem {
  readonly rule: string
  readonly seq: number | null
  readonly message: string
  /** The file, where a bundle is judged. */
  readonly file?: string
}

/** A fold by which its state is asked for: the fold itself, or what stands for it. */
export type Handle<S> = Pick<Fold<S>, 'name' | 'initial' | 'tick'>

/** What is known before this entry. */
export interface View {
  /** The state, before this entry, of a fold further left, or of the fold itself. */
  of<S>(fold: Handle<S>): S
  /** @throws TypeError if an entry refers to a blob that is not there. */
  blob(sha256: string): Uint8Array
  /** Whether that blob is there: below level full a bundle may withhold a template. */
  holds(sha256: string): boolean
  /** The private value behind a commitment; undefined where it is withheld or erased. */
  open(field: Json | undefined): Json | undefined
  /** An entry before this one; undefined if there is none with this seq (or a bundle does not hold it). */
  entry(seq: number): Entry | undefined
  /** The seq of the entry with this leaf hash, if it stands before this one. */
  seqOf(leaf: string): number | undefined
  /** The root (base64) at a size before this entry; undefined where not all leaves are known. */
  rootAt(size: number): string | undefined
  readonly facts: LedgerFacts
}

/** What the first entry says, and who writes. */
export interface LedgerFacts {
  readonly name: string
  readonly organisation: string
  /** Whether it is that of a rehearsal: nothing in it counts anywhere else. */
  readonly rehearsal: boolean
  /** Leaf hash of entry 0, hex. */
  readonly fingerprint: string
  /** The verifier key of whoever writes now. */
  readonly vkey: string
  /** Everyone who wrote, in order; `keyAt` finds the key that signs the checkpoint of a size. */
  readonly writers: readonly WriterChange[]
  /** Copies that were seen beside this one, in order. */
  readonly absorbed: readonly Absorbed[]
  /** Entries that are dated before the one before them. */
  readonly turned: readonly number[]
}

/** Another copy of the ledger, as it was seen. */
export interface Absorbed {
  readonly seq: number
  /** The change of the writer whose risk of a fork it ends; null if none. */
  readonly after: number | null
  /** How many entries it has in common with this one, and how many it has. */
  readonly at: number
  readonly size: number
  /** Its roots (base64) by size, from `at` on. */
  readonly roots: ReadonlyMap<number, string>
}

/** A key that writes, and how it came to. */
export interface WriterChange {
  /** The entry that names it. */
  readonly seq: number
  readonly time: string
  readonly by: 'founding' | 'hand-over' | 'take-over' | 'replacement' | 'restore'
  readonly vkey: string
  /** The size of the last checkpoint of the key before it. */
  readonly head: number
  /** The smallest size whose checkpoint it signs. */
  readonly from: number
  /** Since when the key before it may be in foreign hands. */
  readonly stolenSince: string | null
  /** Signed notes beyond what was restored. */
  readonly lost: readonly string[]
}

export interface Fold<S> {
  readonly name: string
  /** The entry types that it reads. */
  readonly types: readonly string[]
  initial(): S
  /** Judges an entry by the state before it; an entry with any problem, in any fold, has no effect. */
  check(view: View, entry: Entry): readonly Problem[]
  /** Judges entries of all types, those of other folds too. */
  every?(view: View, entry: Entry): readonly Problem[]
  /**
   * The state after it. What was there before stays as it was: it is gone back to where an append is refused. So what grows
   * with the ledger is kept in `Versions`, which costs an entry only what it changes.
   */
  apply(view: View, entry: Entry): S
  /**
   * What time alone changes, such as a suspension that lapses: the state as it is at `time`, a new one where it differs
   * and else the same. Asked before each entry with that entry's time, and by whoever looks now.
   */
  tick?(state: S, time: string): S
  /** Rows for reading with other tools; they must equal their rebuild and decide nothing. */
  table?(state: S): Iterable<readonly [id: string, row: Json]>
  /**
   * The rows of `after` that may differ from those of `before`, null where there is none any more; an append writes them.
   * A fold whose table can grow has this; of others, whole tables are compared.
   */
  changed?(before: S, after: S): Iterable<readonly [id: string, row: Json | null]>
}

/** A fold of any state: what lists of folds hold. */
export type AnyFold = Fold<never> | Fold<unknown>

export function problem(rule: string, entry: Entry, message: string): Problem {
  return {rule, seq: entry.seq, message}
}
