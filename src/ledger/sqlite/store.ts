/** The embedded store: one SQLite file, one connection. */
import {closeSync, fsyncSync, openSync} from 'node:fs'
import type Database from 'better-sqlite3'
import {fromHex, hex, sameBytes} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import type {Opening} from '../draft.ts'
import type {Batch, HashedRow, NoteRow, Row, SealedRow, SideRow, Store} from '../store.ts'
import {createDatabase, openDatabase, sqliteCode, storageError} from './open.ts'
import {misnamedBlobs, strayFlaws} from './flaws.ts'
import {entriesIn, notesIn, openingsIn, spelled, type Statements} from './pieces.ts'
import {ownIndexes, schema} from './schema.ts'

interface EntryRow {
  readonly seq: number
  readonly leaf: Uint8Array
  readonly bytes: Uint8Array
}

export class SqliteStore implements Store {
  readonly #db: Database.Database
  /** Statements that read, by their SQL: preparing one costs more than running it. */
  readonly #prepared = new Map<string, Database.Statement>()
  #dead = false

  private constructor(db: Database.Database) {
    this.#db = db
  }

  static create(path: string): SqliteStore {
    return new SqliteStore(createDatabase(path))
  }

  static open(path: string, access: 'read' | 'write'): SqliteStore {
    return new SqliteStore(openDatabase(path, access))
  }

  hold(): void {
    this.#reading(() => this.#db.exec('BEGIN').prepare('SELECT max(seq) FROM entries').get())
  }

  #all<T>(sql: string, ...values: unknown[]): T[] {
    return this.#reading(() => this.#statement(sql).all(...values) as T[])
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the row's shape is known to whoever wrote the SQL
  #get<T>(sql: string, ...values: unknown[]): T | undefined {
    return this.#reading(() => this.#statement(sql).get(...values) as T | undefined)
  }

  #statement(sql: string): Database.Statement {
    const statement = this.#prepared.get(sql) ?? this.#db.prepare(sql)
    this.#prepared.set(sql, statement)
    return statement
  }

  /** Gives statements whose rows are lists of their columns, which cost less than objects. */
  readonly #raw: Statements = (sql) => this.#statement(sql).raw()

  #reading<T>(read: () => T): T {
    if (this.#dead)
      throw new KeyriteError('STORAGE', 'cannot read the ledger: an earlier write failed', {
        hints: ['keyrite ledger verify'],
      })
    try {
      return read()
    } catch (error) {
      throw storageError('read the ledger', error)
    }
  }

  rows(from: number, count: number): readonly Row[] {
    return this.#all<EntryRow>(
      'SELECT seq, leaf, bytes FROM entries WHERE seq >= ? ORDER BY seq LIMIT ?',
      from,
      count,
    )
  }

  hashed(from: number, count: number): readonly HashedRow[] {
    const rows = this.#reading(() => entriesIn(this.#raw, from, count))
    return (
      rows ??
      this.rows(from, count).map(({seq, leaf, bytes}) => {
        const hashed = Buffer.concat([Buffer.of(0), bytes])
        return {seq, leaf: hex(leaf), hashed, text: spelled(hashed.subarray(1))}
      })
    )
  }

  sizes(): {readonly entries: number; readonly covered: number} {
    const found = this.#get<{entries: number | null; covered: number | null}>(
      'SELECT (SELECT max(seq) + 1 FROM entries) AS entries, (SELECT max(size) FROM checkpoints) AS covered',
    )
    return {entries: found?.entries ?? 0, covered: found?.covered ?? 0}
  }

  row(seq: number): Row | undefined {
    return this.#get<EntryRow>('SELECT seq, leaf, bytes FROM entries WHERE seq = ?', seq)
  }

  leaves(from: number, count: number): readonly Uint8Array[] {
    return this.#all<{leaf: Uint8Array}>(
      'SELECT leaf FROM entries WHERE seq >= ? ORDER BY seq LIMIT ?',
      from,
      count,
    ).map(({leaf}) => leaf)
  }

  checkpoints(from: number, count = -1): readonly {readonly size: number; readonly note: string}[] {
    return this.#all<{size: number; note: string}>(
      'SELECT size, CAST(note AS TEXT) AS note FROM checkpoints WHERE size >= ? ORDER BY size LIMIT ?',
      from,
      count,
    )
  }

  notes(from: number, count: number): readonly NoteRow[] {
    return (
      this.#reading(() => notesIn(this.#raw, from, count)) ??
      this.checkpoints(from, count).map(({size, note}) => ({
        size,
        note: Buffer.from(note).toString('latin1'),
      }))
    )
  }

  lastCheckpoint(): string | undefined {
    const row = this.#get<{note: Uint8Array}>('SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1')
    return row === undefined ? undefined : Buffer.from(row.note).toString('utf8')
  }

  opening(commitment: string): Opening | undefined {
    const row = this.#get<{salt: Uint8Array; value: Uint8Array}>(
      'SELECT salt, value FROM openings WHERE commitment = ?',
      Buffer.from(commitment, 'hex'),
    )
    return row === undefined ? undefined : {commitment, ...row}
  }

  sealed(after: number, count: number): readonly SealedRow[] {
    return this.#reading(() => openingsIn(this.#raw, after, count)) ?? []
  }

  blob(sha256: string): Uint8Array | undefined {
    return this.#get<{bytes: Uint8Array}>('SELECT bytes FROM blobs WHERE sha256 = ?', fromHex(sha256))?.bytes
  }

  commitments(after: number, count: number): {readonly last: number; readonly found: readonly string[]} {
    const rows = this.#all<{at: number; commitment: Uint8Array}>(
      'SELECT rowid AS at, commitment FROM openings WHERE rowid > ? ORDER BY rowid LIMIT ?',
      after,
      count,
    )
    return {last: rows.at(-1)?.at ?? after, found: rows.map(({commitment}) => hex(commitment))}
  }

  count(table: 'openings' | 'blobs' | 'side'): number {
    return this.#get<{n: number}>(`SELECT count(*) AS n FROM ${table}`)?.n ?? 0
  }

  side(): readonly SideRow[] {
    return this.#all<SideRow>('SELECT fold, id, row FROM side ORDER BY fold, id')
  }

  sideRow(fold: string, id: string): Uint8Array | undefined {
    return this.#get<{row: Uint8Array}>('SELECT row FROM side WHERE fold = ? AND id = ?', fold, id)?.row
  }

  flaws(): readonly string[] {
    const damage = this.#all<{integrity_check: string}>('PRAGMA integrity_check')
      .map((row) => row.integrity_check)
      .filter((line) => line !== 'ok')
    return [
      ...damage.map((line) => `integrity_check: ${line}`),
      // Of a damaged file anything may stand where a blob is read.
      ...(damage.length > 0 ? [] : this.#reading(() => misnamedBlobs(this.#db))),
      ...this.schemaFlaws(),
    ]
  }

  schemaFlaws(): readonly string[] {
    // Whatever it is called: only the indexes that SQLite itself makes for primary keys have no SQL.
    const found = this.#all<{name: string; sql: string | null}>('SELECT name, sql FROM sqlite_schema')
      .filter(({name, sql}) => sql !== null || !ownIndexes.includes(name))
      .map(({name, sql}) => sql ?? `(no SQL) ${name}`)
    return [
      ...schema
        .filter((statement) => !found.includes(statement))
        .map((statement) => `schema: missing ${statement.slice(0, 60)}`),
      ...found
        .filter((statement) => !schema.includes(statement))
        .map((statement) => `schema: not ours: ${statement.slice(0, 60)}`),
      ...this.#reading(() => strayFlaws(this.#db)),
    ]
  }

  // No await inside: the transaction is one synchronous run.
  async append(batch: Batch, expectedSize: number): Promise<number> {
    const size = expectedSize + batch.rows.length
    try {
      this.#retried(
        this.#db.transaction(() => {
          const last = this.sizes().entries
          if (last !== expectedSize)
            throw new KeyriteError(
              'LEDGER_BEHIND',
              `cannot append: the ledger has ${last} entries, not ${expectedSize}`,
            )
          this.#write(batch, size)
        }),
      )
    } catch (error) {
      if (error instanceof KeyriteError) throw error
      // The row may still be there (EIO at the last fsync of the folder stores it): nothing more goes over this connection.
      this.#dead = true
      throw mayBeThere(storageError('write the ledger', error))
    }
    const back = this.rows(expectedSize, batch.rows.length + 1)
    if (
      back.length !== batch.rows.length ||
      !batch.rows.every((row, at) => sameBytes(row.bytes, back[at]?.bytes ?? new Uint8Array()))
    ) {
      throw new KeyriteError('STORAGE', 'cannot write the ledger: what was committed does not read back', {
        changed: true,
      })
    }
    return size
  }

  /** A whole verification may be reading: then SQLite gives up after its own five seconds, and nothing was written. */
  #retried(transaction: Database.Transaction<() => void>): void {
    for (let left = 12; ; left--) {
      try {
        transaction.immediate()
        return
      } catch (error) {
        if (sqliteCode(error)?.startsWith('SQLITE_BUSY') !== true) throw error
        if (left === 0)
          throw new KeyriteError(
            'LOCKED',
            'cannot write the ledger: another program reads it, and does not end',
            {
              hints: ['the same command again, when that one has ended'],
            },
          )
      }
    }
  }

  #write(batch: Batch, size: number): void {
    const entry = this.#statement('INSERT INTO entries (seq, leaf, bytes) VALUES (?, ?, ?)')
    for (const row of batch.rows) entry.run(row.seq, row.leaf, row.bytes)
    const opening = this.#statement('INSERT INTO openings (commitment, salt, value) VALUES (?, ?, ?)')
    for (const one of batch.openings) opening.run(fromHex(one.commitment), one.salt, one.value)
    const erase = this.#statement('DELETE FROM openings WHERE commitment = ?')
    for (const one of batch.erased) erase.run(fromHex(one))
    const blob = this.#statement('INSERT INTO blobs (sha256, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING')
    for (const one of batch.blobs) blob.run(fromHex(one.sha256), one.bytes)
    this.#statement('INSERT INTO checkpoints (size, note) VALUES (?, ?)').run(
      size,
      Buffer.from(batch.checkpoint, 'utf8'),
    )
    const drop = this.#statement('DELETE FROM side WHERE fold = ? AND id = ?')
    for (const {fold, id} of batch.side.removed) drop.run(fold, id)
    const put = this.#statement(
      'INSERT INTO side (fold, id, row) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET row = excluded.row',
    )
    for (const {fold, id, row} of batch.side.put) put.run(fold, id, row)
  }

  /** Copies the whole file by SQLite's own backup, and returns once it is on disk. @throws KeyriteError `STORAGE`. */
  async backup(path: string): Promise<void> {
    const umask = process.umask(0o077)
    try {
      await this.#db.backup(path)
      syncFile(path)
    } catch (error) {
      throw storageError('copy the ledger', error)
    } finally {
      process.umask(umask)
    }
  }

  close(): void {
    this.#db.close()
  }
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * A commit that failed, told without claiming that nothing was stored: an I/O error at the last sync of the folder, after
 * the journal was removed, leaves the entry stored. A disk that is full stops earlier, and SQLite takes everything back.
 */
function mayBeThere(error: Error): Error {
  if (!(error instanceof KeyriteError) || sqliteCode(error.cause)?.startsWith('SQLITE_IOERR') !== true)
    return error
  return new KeyriteError(
    'STORAGE',
    `${error.message}; whether the entry is stored is not known until the ledger is read anew`,
    {cause: error.cause, changed: true, hints: ['keyrite ledger show --last 1', ...error.hints]},
  )
}
