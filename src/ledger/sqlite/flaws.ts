/** What SQLite's own check passes over: what lies in the file and is no part of the ledger, and what is not called as it is. */
import {statSync} from 'node:fs'
import type Database from 'better-sqlite3'
import {hex, sha256Hex} from '../../base/bytes.ts'

/** Cheap: looked at before anybody acts. Bytes after the last page, and rows at numbers that no entry and no checkpoint has. */
export function strayFlaws(db: Database.Database): readonly string[] {
  // In one transaction, begun by reading: while it lasts nobody writes to the file, so that its length is that of these pages.
  return db.transaction(() => {
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return strays(db)
  })()
}

function strays(db: Database.Database): readonly string[] {
  const used =
    Number(db.pragma('page_count', {simple: true})) * Number(db.pragma('page_size', {simple: true}))
  const more = statSync(db.name).size - used
  return [
    ...(more === 0
      ? []
      : [`the file: ${Math.abs(more)} bytes ${more > 0 ? 'lie after' : 'lack of'} its last page`]),
    ...beyond(db, 'entries', 'seq', 0),
    ...beyond(db, 'checkpoints', 'size', 1),
  ]
}

/** As text: JavaScript has no number for most of those that SQLite can hold. */
function beyond(db: Database.Database, table: string, column: string, least: number): readonly string[] {
  return db
    .prepare(
      `SELECT CAST(${column} AS TEXT) FROM ${table} WHERE ${column} < ${least} OR ${column} > ${Number.MAX_SAFE_INTEGER - 1} LIMIT 10`,
    )
    .pluck()
    .all()
    .map((at) => `table "${table}" has a row at ${String(at)}, where none can be`)
}

/** Reads every blob: those whose name is not the SHA-256 of their bytes. An entry that asked for one would find it; no entry need ask. */
export function misnamedBlobs(db: Database.Database): readonly string[] {
  const found: string[] = []
  const rows = db.prepare('SELECT sha256, bytes FROM blobs').iterate() as Iterable<BlobRow>
  for (const {sha256, bytes} of rows)
    if (sha256Hex(bytes) !== hex(sha256))
      found.push(
        `table "blobs" has a row called ${hex(sha256).slice(0, 12)}… whose bytes have another SHA-256`,
      )
  return found
}

interface BlobRow {
  readonly sha256: Uint8Array
  readonly bytes: Uint8Array
}
