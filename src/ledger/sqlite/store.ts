/** The embedded store: one SQLite file, one connection. */
import {closeSync, fsyncSync, openSync} from 'node:fs'
import type Database from 'better-sqlite3'
import {fromHex, sameBytes} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import type {Opening} from '../draft.ts'
import type {Batch, OpeningText, Row, SideRow, Store, TextRow} from '../store.ts'
import {createDatabase, openDatabase, sqliteCode, storageError} from './open.ts'
import {schema} from './schema.ts'

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

  /** Rows as lists of their columns, which costs less than objects. */
  #lists<T>(sql: string, ...values: unknown[]): T[] {
    return this.#reading(
      () =>
        this.#statement(sql)
          .raw()
          .all(...values) as T[],
    )
  }

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

  texts(from: number, count: number): readonly TextRow[] {
    return this.#lists<readonly [number, string, string, number]>(
      'SELECT seq, lower(hex(leaf)), CAST(bytes AS TEXT), octet_length(bytes) FROM entries WHERE seq >= ? ORDER BY seq LIMIT ?',
      from,
      count,
    ).map(([seq, leaf, text, length]) => ({seq, leaf, text: textOf(text, length)}))
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

  openingTexts(after: number, count: number): readonly OpeningText[] {
    return this.#lists<readonly [number, string, string, string, number]>(
      'SELECT rowid, lower(hex(commitment)), lower(hex(salt)), CAST(value AS TEXT), octet_length(value) FROM openings WHERE rowid > ? ORDER BY rowid LIMIT ?',
      after,
      count,
    ).map(([at, commitment, salt, value, length]) => ({at, commitment, salt, value: textOf(value, length)}))
  }

  blob(sha256: string): Uint8Array | undefined {
    return this.#get<{bytes: Uint8Array}>('SELECT bytes FROM blobs WHERE sha256 = ?', fromHex(sha256))?.bytes
  }

  count(table: 'openings' | 'blobs'): number {
    return this.#get<{n: number}>(`SELECT count(*) AS n FROM ${table}`)?.n ?? 0
  }

  side(): readonly SideRow[] {
    return this.#all<SideRow>('SELECT fold, id, row FROM side ORDER BY fold, id')
  }

  flaws(): readonly string[] {
    const flaws = this.#all<{integrity_check: string}>('PRAGMA integrity_check').map(
      (row) => row.integrity_check,
    )
    return [
      ...flaws.filter((line) => line !== 'ok').map((line) => `integrity_check: ${line}`),
      ...this.schemaFlaws(),
    ]
  }

  schemaFlaws(): readonly string[] {
    const found = this.#all<{sql: string | null}>(
      "SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'",
    ).map((row) => row.sql ?? '')
    return [
      ...schema
        .filter((statement) => !found.includes(statement))
        .map((statement) => `schema: missing ${statement.slice(0, 60)}`),
      ...found
        .filter((statement) => !schema.includes(statement))
        .map((statement) => `schema: not ours: ${statement.slice(0, 60)}`),
    ]
  }

  // No await inside: the transaction is one synchronous run.
  async append(batch: Batch, expectedSize: number): Promise<number> {
    const size = expectedSize + batch.rows.length
    try {
      this.#retried(
        this.#db.transaction(() => {
          const last =
            this.#db
              .prepare<unknown[], {size: number | null}>('SELECT max(seq) + 1 AS size FROM entries')
              .get()?.size ?? 0
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
    const entry = this.#db.prepare('INSERT INTO entries (seq, leaf, bytes) VALUES (?, ?, ?)')
    for (const row of batch.rows) entry.run(row.seq, row.leaf, row.bytes)
    const opening = this.#db.prepare('INSERT INTO openings (commitment, salt, value) VALUES (?, ?, ?)')
    for (const one of batch.openings) opening.run(fromHex(one.commitment), one.salt, one.value)
    const erase = this.#db.prepare('DELETE FROM openings WHERE commitment = ?')
    for (const one of batch.erased) erase.run(fromHex(one))
    const blob = this.#db.prepare('INSERT INTO blobs (sha256, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING')
    for (const one of batch.blobs) blob.run(fromHex(one.sha256), one.bytes)
    this.#db
      .prepare('INSERT INTO checkpoints (size, note) VALUES (?, ?)')
      .run(size, Buffer.from(batch.checkpoint, 'utf8'))
    const drop = this.#db.prepare('DELETE FROM side WHERE fold = ? AND id = ?')
    for (const {fold, id} of batch.side.removed) drop.run(fold, id)
    const put = this.#db.prepare(
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

/** A text that SQLite made of bytes; null where bytes that are no UTF-8 may have been replaced in it, or were left out. */
function textOf(text: string, length: number): string | null {
  if (text.includes('\ufffd')) return null
  return text.length === length || Buffer.byteLength(text, 'utf8') === length ? text : null
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
