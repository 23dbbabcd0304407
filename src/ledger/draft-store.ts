/**
 * A take-over that waits for people: the ledger as it stands, and the entries of the run that is to follow it, which are
 * under no checkpoint yet. They lie in a file beside the ledger, replaced whole with each answer, so that a crash leaves
 * the answers before or after; with the entry that changes the writer all of them are committed at once.
 */
import {existsSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {base64, fromBase64, fromHex, hex, sameBytes, sha256Hex} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {readOwn, replaceOwn, syncFolder} from '../base/files.ts'
import {isObject, jcsBytes, parseJcs, type Json} from '../base/jcs.ts'
import type {Opening, StoredBlob} from './draft.ts'
import {leafHash, type Entry} from './entry.ts'
import {parseCheckpoint} from './note.ts'
import {SqliteStore} from './sqlite/store.ts'
import type {Batch, HashedRow, NoteRow, Row, SealedRow, SideRow, Store} from './store.ts'
import {aboutOf, writerTypes} from './writers.ts'

const limitBytes = 64 * 1024 * 1024

const pathIn = (home: string): string => join(home, 'take-over.draft')

/** Whether a take-over waits here. One that follows another head than the ledger has by now is void. @throws KeyriteError `UNSAFE_FILE`, and what opening a ledger throws. */
export function hasDraft(home: string): boolean {
  if (!existsSync(pathIn(home))) return false
  const store = DraftStore.open(home)
  try {
    return store.drafted().length > 0
  } finally {
    store.close()
  }
}

/** Gives a draft up. @throws KeyriteError `STORAGE`. */
export function discardDraft(home: string): void {
  rmSync(pathIn(home), {force: true})
  syncFolder(home)
}

interface Kept {
  readonly rows: readonly Row[]
  readonly openings: readonly Opening[]
  readonly blobs: readonly StoredBlob[]
}

const nothing: Kept = {rows: [], openings: [], blobs: []}

export class DraftStore implements Store {
  readonly #home: string
  readonly #head: string
  readonly #size: number
  #base: SqliteStore
  #kept: Kept

  private constructor(home: string) {
    this.#home = home
    this.#base = SqliteStore.open(join(home, 'ledger.db'), 'read')
    this.#head = this.#base.lastCheckpoint() ?? ''
    this.#size = parseCheckpoint(this.#head).size
    this.#kept = this.#read()
  }

  /** @throws KeyriteError `UNSAFE_FILE`, and what opening a ledger throws. */
  static open(home: string): DraftStore {
    return new DraftStore(home)
  }

  #read(): Kept {
    const path = pathIn(this.#home)
    if (!existsSync(path)) return nothing
    const bytes = readOwn(path, limitBytes)
    try {
      const {head, kept} = parseDraft(bytes, this.#size)
      return head === this.#head ? kept : nothing
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause
      throw new KeyriteError('UNSAFE_FILE', `cannot use "${path}": ${cause.message}`, {cause})
    }
  }

  /** Entries beyond the last checkpoint, as the file has them now. */
  drafted(): readonly Row[] {
    const now = this.#read()
    const gone = ({bytes}: Row, at: number): boolean =>
      !sameBytes(bytes, now.rows[at]?.bytes ?? new Uint8Array())
    if (this.#kept.rows.some(gone))
      throw new KeyriteError('REQUEST_STATE', 'cannot go on: the take-over that waits here is another by now')
    this.#kept = now
    return now.rows
  }

  hold(): void {
    // What is read is fixed by its head; a transaction held here would keep this process itself from committing.
  }

  rows(from: number, count: number): readonly Row[] {
    return this.#base.rows(from, count)
  }

  hashed(from: number, count: number): readonly HashedRow[] {
    return this.#base.hashed(from, count)
  }

  sizes(): {readonly entries: number; readonly covered: number} {
    return this.#base.sizes()
  }

  row(seq: number): Row | undefined {
    return this.#base.row(seq) ?? this.#kept.rows.find((row) => row.seq === seq)
  }

  leaves(from: number, count: number): readonly Uint8Array[] {
    return this.#base.leaves(from, count)
  }

  checkpoints(from: number, count = -1): readonly {readonly size: number; readonly note: string}[] {
    return this.#base.checkpoints(from, count)
  }

  notes(from: number, count: number): readonly NoteRow[] {
    return this.#base.notes(from, count)
  }

  lastCheckpoint(): string {
    return this.#head
  }

  opening(commitment: string): Opening | undefined {
    return this.#base.opening(commitment) ?? this.#kept.openings.find((one) => one.commitment === commitment)
  }

  /** Those of the ledger; what is drafted is few, and asked for one by one. */
  sealed(after: number, count: number): readonly SealedRow[] {
    return this.#base.sealed(after, count)
  }

  blob(sha256: string): Uint8Array | undefined {
    return this.#base.blob(sha256) ?? this.#kept.blobs.find((one) => one.sha256 === sha256)?.bytes
  }

  commitments(after: number, count: number): ReturnType<Store['commitments']> {
    return this.#base.commitments(after, count)
  }

  count(table: 'openings' | 'blobs' | 'side'): number {
    return this.#base.count(table)
  }

  side(): readonly SideRow[] {
    return this.#base.side()
  }

  sideRow(fold: string, id: string): Uint8Array | undefined {
    return this.#base.sideRow(fold, id)
  }

  flaws(): readonly string[] {
    return this.#base.flaws()
  }

  schemaFlaws(): readonly string[] {
    return this.#base.schemaFlaws()
  }

  /** Without a checkpoint the entries are kept in the draft; with one, all of the draft is committed in one transaction. */
  async append(batch: Batch, expectedSize: number): Promise<number> {
    const all: Kept = {
      rows: [...this.#kept.rows, ...batch.rows],
      openings: [...this.#kept.openings, ...batch.openings],
      blobs: [...this.#kept.blobs, ...batch.blobs],
    }
    if (batch.checkpoint === '') {
      replaceOwn(pathIn(this.#home), draftBytes(this.#head, all))
      this.#kept = all
      return expectedSize + batch.rows.length
    }
    this.#base.close()
    this.#base = SqliteStore.open(join(this.#home, 'ledger.db'), 'write')
    const size = await this.#base.append({...batch, ...all}, this.#size)
    discardDraft(this.#home)
    return size
  }

  close(): void {
    this.#base.close()
  }
}

/** What a take-over takes before it is one: its question, answers to that, and what follows from them. @throws KeyriteError `REQUEST_STATE`. */
export function demandRun(entries: readonly Entry[], store: Store): void {
  const first = store.drafted?.()[0]
  const question = first === undefined ? entries[0]?.leaf : leafHash(first.bytes)
  const belongs = (entry: Entry): boolean =>
    entry.leaf === question
      ? entry.type === 'quorum.opened'
      : ['quorum.met', ...writerTypes].includes(entry.type) ||
        (entry.type === 'approval.given' && aboutOf(entry) === question)
  if (entries.every(belongs)) return
  throw new KeyriteError(
    'REQUEST_STATE',
    'cannot record this now: a take-over waits here, and until it is done nothing else is recorded',
    {hints: ['keyrite request list', 'keyrite ledger take-over --without-release --reason R']},
  )
}

function draftBytes(head: string, {rows, openings, blobs}: Kept): Uint8Array {
  return jcsBytes({
    blobs: blobs.map(({bytes}) => base64(bytes)),
    entries: rows.map(({bytes}) => base64(bytes)),
    head,
    openings: openings.map(({commitment, salt, value}) => ({
      commitment,
      salt: hex(salt),
      value: base64(value),
    })),
    type: 'keyrite.draft/1',
  })
}

/** @throws TypeError if it is not what `draftBytes` writes. */
function parseDraft(bytes: Uint8Array, size: number): {readonly head: string; readonly kept: Kept} {
  const draft = parseJcs(bytes)
  if (!isObject(draft) || draft['type'] !== 'keyrite.draft/1') throw new TypeError('it is not a draft')
  const {head, entries, blobs, openings} = draft
  return {
    head: text(head),
    kept: {
      rows: list(entries).map((one, at) => {
        const row = fromBase64(text(one))
        return {seq: size + at, leaf: fromHex(leafHash(row)), bytes: row}
      }),
      blobs: list(blobs).map((one) => {
        const blob = fromBase64(text(one))
        return {sha256: sha256Hex(blob), bytes: blob}
      }),
      openings: list(openings).map((one) => {
        if (!isObject(one)) throw new TypeError('it is not a draft')
        return {
          commitment: text(one['commitment']),
          salt: fromHex(text(one['salt'])),
          value: fromBase64(text(one['value'])),
        }
      }),
    },
  }
}

function list(value: Json | undefined): readonly Json[] {
  if (!Array.isArray(value)) throw new TypeError('it is not a draft')
  return value as readonly Json[]
}

function text(value: Json | undefined): string {
  if (typeof value !== 'string') throw new TypeError('it is not a draft')
  return value
}
