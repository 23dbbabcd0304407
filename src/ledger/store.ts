/** The port of stores: SQLite is the embedded default; a shared store for several sites answers the same. */
import type {Opening, StoredBlob} from './draft.ts'

export interface Row {
  readonly seq: number
  /** 32 bytes, as stored; verification computes it anew. */
  readonly leaf: Uint8Array
  readonly bytes: Uint8Array
}

/** An entry as it is verified: many of them are read at once. */
export interface HashedRow {
  readonly seq: number
  /** Hex, as stored. */
  readonly leaf: string
  /** A zero byte and the entry's bytes. */
  readonly hashed: Uint8Array
  /** What the bytes are the UTF-8 of; null where they are none. */
  readonly text: string | null
}

/** A checkpoint as it is verified. */
export interface NoteRow {
  readonly size: number
  /** Each byte as a letter (Latin-1). */
  readonly note: string
}

/** An opening as it is verified. */
export interface SealedRow {
  /** Where it, or one that was read with it, lies in the order in which they were put. */
  readonly at: number
  readonly commitment: string
  /** What is hashed to its commitment: the name of the field, a salt of 32 bytes, and the value. */
  readonly sealed: Uint8Array
  /** What the bytes of the value are the UTF-8 of; null where they are none. */
  readonly value: string | null
}

export interface SideRow {
  readonly fold: string
  readonly id: string
  readonly row: Uint8Array
}

/** What one append writes, in one transaction. */
export interface Batch {
  readonly rows: readonly Row[]
  readonly openings: readonly Opening[]
  readonly blobs: readonly StoredBlob[]
  /** Commitments whose openings are deleted. */
  readonly erased: readonly string[]
  /** The signed note over the size that this batch leads to; empty for what is only drafted. */
  readonly checkpoint: string
  readonly side: {
    readonly put: readonly SideRow[]
    readonly removed: readonly {readonly fold: string; readonly id: string}[]
  }
}

/** The signed note over the first `size` entries. Another process may have added to the store since they were read. */
export function noteAt(store: Pick<Store, 'checkpoints'>, size: number): string | undefined {
  const [found] = store.checkpoints(size, 1)
  return found?.size === size ? found.note : undefined
}

export interface Store {
  /** Entries beyond the last checkpoint: only a draft has them. */
  drafted?(): readonly Row[]
  /** From now on shows the ledger as it stands, whatever others add; for stores that are only read, until they are closed. */
  hold(): void
  /** At most `count` entries from `from` on, in order. */
  rows(from: number, count: number): readonly Row[]
  /** The same, to be verified. */
  hashed(from: number, count: number): readonly HashedRow[]
  /** One more than the highest number of an entry, and what the newest checkpoint covers; 0 where there is none. */
  sizes(): {readonly entries: number; readonly covered: number}
  row(seq: number): Row | undefined
  /** At most `count` leaf hashes from `from` on, in order, as stored. */
  leaves(from: number, count: number): readonly Uint8Array[]
  /** At most `count` (all unless told) of those for `from` entries or more, in order. */
  checkpoints(from: number, count?: number): readonly {readonly size: number; readonly note: string}[]
  /** At most `count` of those for `from` entries or more, in order, to be verified. */
  notes(from: number, count: number): readonly NoteRow[]
  lastCheckpoint(): string | undefined
  opening(commitment: string): Opening | undefined
  /**
   * At most `count` openings that were put after the one at `after` (0: from the first on), in the order in which they were
   * put; none where some are not of their form, so that each is looked up by itself.
   */
  sealed(after: number, count: number): readonly SealedRow[]
  blob(sha256: string): Uint8Array | undefined
  /** At most `count` commitments of openings that were put after the one at `after`, and where the last of them stands. */
  commitments(after: number, count: number): {readonly last: number; readonly found: readonly string[]}
  count(table: 'openings' | 'blobs' | 'side'): number
  side(): readonly SideRow[]
  /** The bytes of one row of a side table. */
  sideRow(fold: string, id: string): Uint8Array | undefined
  /** What the store itself finds wrong with its files, in words; it reads every page, and every blob. */
  flaws(): readonly string[]
  /** What is not as it was made: tables, indexes and triggers that are missing, or not ours, and what lies in the file beside its rows. */
  schemaFlaws(): readonly string[]
  /**
   * Durable when it resolves, and read back. Nothing of a batch is there when it throws LEDGER_BEHIND (another wrote first);
   * on STORAGE that is not known until the ledger is read anew.
   * @returns the new size.
   */
  append(batch: Batch, expectedSize: number): Promise<number>
  close(): void
}
