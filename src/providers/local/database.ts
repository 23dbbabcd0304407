import Database from 'better-sqlite3'
import {KeyriteError} from '../../base/errors.ts'
import {tampered} from './refusals.ts'

/** "krtk": what `file` and we know a token by. */
const applicationId = 0x6b72746b
const format = 1

/** Why each: `ledger.md`, SQLite. DELETE before EXTRA, or EXTRA does not hold. Set, then read back. */
const settings: readonly (readonly [string, string, unknown])[] = [
  ['trusted_schema', 'OFF', 0],
  ['cell_size_check', 'ON', 1],
  ['mmap_size', '0', 0],
  ['temp_store', 'MEMORY', 2],
  ['busy_timeout', '5000', 5000],
  ['secure_delete', 'ON', 1],
  ['fullfsync', 'ON', 1],
  ['journal_mode', 'DELETE', 'delete'],
  ['synchronous', 'EXTRA', 3],
]

const tables = {
  token: `CREATE TABLE token (
  one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, name TEXT NOT NULL,
  scrypt_n INTEGER NOT NULL, scrypt_r INTEGER NOT NULL, scrypt_p INTEGER NOT NULL, salt BLOB NOT NULL,
  nonce BLOB NOT NULL, wrapped BLOB NOT NULL, tag BLOB NOT NULL, digest BLOB NOT NULL
) STRICT`,
  header: `CREATE TABLE header (
  one INTEGER PRIMARY KEY CHECK (one = 1), nonce BLOB NOT NULL, ciphertext BLOB NOT NULL, tag BLOB NOT NULL
) STRICT`,
  objects: `CREATE TABLE objects (
  key TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL,
  nonce BLOB NOT NULL, ciphertext BLOB NOT NULL, tag BLOB NOT NULL, PRIMARY KEY (key, version)
) STRICT`,
} as const

export type Connection = Database.Database

/** Opens the file with the settings above. @throws KeyriteError `STORAGE` if a setting does not hold. */
export function connect(path: string): Connection {
  const db = new Database(path, {fileMustExist: true, timeout: 5000})
  try {
    for (const [name, value, expected] of settings) {
      db.pragma(`${name} = ${value}`)
      // A build without memory mapping answers nothing at all, which is as good as 0.
      const held = db.pragma(name, {simple: true}) ?? (name === 'mmap_size' ? 0 : undefined)
      if (held !== expected)
        throw new KeyriteError(
          'STORAGE',
          `cannot open token "${path}": SQLite does not keep ${name} = ${value}`,
        )
    }
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Makes the tables; within the caller's transaction. */
export function createTables(db: Connection): void {
  for (const sql of Object.values(tables)) db.exec(sql)
  db.pragma(`application_id = ${applicationId}`)
  db.pragma(`user_version = ${format}`)
}

/**
 * Whether this is a token at all, and holds nothing but its tables: a trigger could keep what is to be erased.
 * @throws KeyriteError `TOKEN_TAMPERED`, or `UNSUPPORTED` if a newer keyrite made it.
 */
export function checkSchema(db: Connection, path: string): void {
  if (db.pragma('application_id', {simple: true}) !== applicationId)
    throw tampered(path, 'it is not a keyrite token (application id)')
  const version = db.pragma('user_version', {simple: true})
  if (typeof version === 'number' && version > format)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot open token "${path}": its format ${version} is newer than this keyrite`,
    )
  if (version !== format) throw tampered(path, 'its format is unknown')
  const found = db
    .prepare<[], {sql: unknown}>(
      "SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_autoindex_%' ORDER BY name",
    )
    .all()
  const expected = Object.entries(tables).sort(([a], [b]) => (a < b ? -1 : 1))
  if (found.length !== expected.length || found.some((row, at) => row.sql !== expected[at]?.[1]))
    throw tampered(path, 'its tables are not those of a token')
}

/** @throws KeyriteError `TOKEN_TAMPERED` if the pages of the file do not hang together. */
export function checkPages(db: Connection, path: string): void {
  if (db.pragma('integrity_check', {simple: true}) !== 'ok') throw tampered(path, 'its pages are damaged')
}
