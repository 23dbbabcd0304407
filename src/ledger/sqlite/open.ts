/**
 * Opens `ledger.db` with the settings that were measured to lose nothing at power loss, and reads each back.
 *
 * journal_mode DELETE with synchronous EXTRA: WAL with this driver's defaults and DELETE with FULL both lose acknowledged commits.
 * recursive_triggers: without it INSERT OR REPLACE walks past the triggers that refuse deletion.
 */
import {closeSync, constants, existsSync, lstatSync, openSync, readSync, statSync, type Stats} from 'node:fs'
import {dirname} from 'node:path'
import Database from 'better-sqlite3'
import {KeyriteError} from '../../base/errors.ts'
import {storageError as fileError} from '../../base/file-errors.ts'
import {applicationId, schema, userVersion} from './schema.ts'

/** Pragma, what is set, what must be read back. */
const settings: readonly (readonly [name: string, set: string, read: string | number])[] = [
  ['journal_mode', 'DELETE', 'delete'],
  ['synchronous', 'EXTRA', 3],
  ['fullfsync', 'ON', 1],
  ['foreign_keys', 'ON', 1],
  ['recursive_triggers', 'ON', 1],
  ['trusted_schema', 'OFF', 0],
  ['cell_size_check', 'ON', 1],
  ['mmap_size', '0', 0],
  ['secure_delete', 'ON', 1],
  ['temp_store', 'MEMORY', 2],
  ['busy_timeout', '5000', 5000],
]

/** Makes a new, empty ledger file. The caller has made sure that nothing lies there. @throws KeyriteError `STORAGE`. */
export function createDatabase(path: string): Database.Database {
  const umask = process.umask(0o077)
  try {
    const db = new Database(path)
    arm(db)
    db.pragma(`application_id = ${applicationId}`)
    db.pragma(`user_version = ${userVersion}`)
    db.transaction(() => {
      for (const statement of schema) db.exec(statement)
    }).immediate()
    return db
  } catch (error) {
    throw storageError('make the ledger', error)
  } finally {
    process.umask(umask)
  }
}

/**
 * Opens an existing ledger file, after looking at it from outside.
 * @throws KeyriteError `LEDGER_NOT_FOUND`, `UNSAFE_FILE` (a link, someone else's), `LEDGER_TAMPERED` (not a ledger of this version), `STORAGE`.
 */
export function openDatabase(path: string, access: 'read' | 'write'): Database.Database {
  lookAt(path)
  try {
    // A hot journal is what a killed writer leaves. SQLite rolls it back at the next read, which a read-only handle may not.
    if (access === 'read' && existsSync(`${path}-journal`)) rollBack(path)
    const db = new Database(path, {readonly: access === 'read', fileMustExist: true})
    arm(db)
    if (db.pragma('application_id', {simple: true}) !== applicationId)
      throw tampered('its application_id is not that of a ledger')
    const version = db.pragma('user_version', {simple: true})
    if (version !== userVersion)
      throw tampered(`its user_version is ${String(version)}; this keyrite reads ${userVersion}`)
    // Else what SQLite gives as text would not be what the bytes say.
    if (db.pragma('encoding', {simple: true}) !== 'UTF-8') throw tampered('its encoding is not UTF-8')
    return db
  } catch (error) {
    throw storageError('open the ledger', error)
  }
}

function arm(db: Database.Database): void {
  for (const [name, set, read] of settings) {
    if (db.readonly && name === 'journal_mode') continue
    db.pragma(`${name} = ${set}`)
    const got = db.pragma(name, {simple: true})
    if (got !== read)
      throw new KeyriteError(
        'STORAGE',
        `cannot use the ledger: SQLite answers ${name} = ${String(got)}, not ${read}`,
      )
  }
}

function rollBack(path: string): void {
  const db = new Database(path, {fileMustExist: true})
  db.prepare('SELECT count(*) FROM sqlite_schema').get()
  db.close()
}

function lookAt(path: string): void {
  const found = statusOf(path)
  if (found === undefined) {
    throw new KeyriteError('LEDGER_NOT_FOUND', `cannot open a ledger: there is none at "${path}"`, {
      hints: [
        'keyrite init --org example.com --person you@example.com=KEY.pub',
        'keyrite --home DIR …, if it lies elsewhere',
        'keyrite demo, to see one',
      ],
    })
  }
  const unsafe = (fact: string): KeyriteError =>
    new KeyriteError('UNSAFE_FILE', `cannot open the ledger: "${path}" ${fact}`)
  if (!found.isFile()) throw unsafe('is not a regular file')
  if (found.nlink !== 1) throw unsafe('has more than one name (hard link)')
  if (process.getuid !== undefined && found.uid !== process.getuid() && process.getuid() !== 0)
    throw unsafe('belongs to someone else')
  if ((found.mode & 0o022) !== 0) throw unsafe('can be written by others')
  if ((statSync(dirname(path)).mode & 0o022) !== 0) throw unsafe('lies in a folder that others can write')
  // Merely to read a file that is set to WAL would lay a -wal beside it.
  if (versionsIn(path).includes(2))
    throw tampered('it is set to write-ahead logging (WAL), which keyrite never does')
  if (statusOf(`${path}-wal`) !== undefined)
    throw tampered('a -wal file lies beside it, which keyrite never makes')
  const journal = lstatSync(`${path}-journal`, {throwIfNoEntry: false})
  if (
    journal !== undefined &&
    (!journal.isFile() || journal.nlink !== 1 || journal.uid !== statSync(path).uid)
  ) {
    throw unsafe('has a journal beside it that is not its own')
  }
}

/** What lies there; undefined if nothing does. A home that is a file, or that we may not look into, is no bug. */
function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, {throwIfNoEntry: false})
  } catch (cause) {
    throw fileError('read', path, cause)
  }
}

/** How the file is to be written and read: bytes 18 and 19 of SQLite's header, 1 for a rollback journal, 2 for WAL. */
function versionsIn(path: string): Buffer {
  const header = Buffer.alloc(20)
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      readSync(file, header, 0, header.length, 0)
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    throw fileError('read', path, cause)
  }
  return header.subarray(18)
}

function tampered(fact: string): KeyriteError {
  return new KeyriteError('LEDGER_TAMPERED', `cannot open the ledger: ${fact}`, {
    hints: ['keyrite ledger verify'],
  })
}

/** SQLite's own errors in our words. @param doing - what we were doing, as it stands after "cannot". */
export function storageError(doing: string, error: unknown): Error {
  const code = sqliteCode(error)
  if (code === undefined) return error instanceof Error ? error : new Error(String(error))
  const {message} = error as {readonly message: string}
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return tampered(`SQLite says "${message}"`)
  const fact = code.startsWith('SQLITE_FULL') ? 'the disk is full' : message
  return new KeyriteError('STORAGE', `cannot ${doing}: ${fact} (${code})`, {
    cause: error,
    hints: ['keyrite doctor'],
  })
}

/** SQLite's code of an error of the driver. Its class is not asked: it is another one where the driver was loaded twice. */
export function sqliteCode(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined
}
