/**
 * `ledger.lock`: one writer at a time, by a second, empty SQLite file held exclusively. The kernel frees it at death, so
 * nothing is ever stale; `ledger.lock.info` is only a hint for the message that a waiter shows. `acts.lock` is the same
 * for acts at providers, which last longer than one entry: what one process has begun, another neither begins nor finishes.
 */
import {existsSync, lstatSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import Database from 'better-sqlite3'
import {KeyriteError} from '../base/errors.ts'
import {sqliteCode, storageError} from './sqlite/open.ts'

export interface LockOptions {
  /** What the holder is doing, for others to read. Holds no argument. */
  readonly command: string
  /** Called once when the wait has lasted a second, with what the holder left about itself. */
  readonly onWait: (holder: string) => void
  readonly waitMs?: number
  /** What is locked: `ledger.lock` unless told. */
  readonly file?: 'ledger.lock' | 'acts.lock'
}

const shown = 1_000

/**
 * Holds the lock while `work` runs.
 * @throws KeyriteError `LOCKED` after 60 s, `UNSAFE_FILE`, `STORAGE`.
 */
export async function withLock<T>(home: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const path = join(home, options.file ?? 'ledger.lock')
  const found = lstatSync(path, {throwIfNoEntry: false})
  if (found !== undefined && (!found.isFile() || found.nlink !== 1))
    throw new KeyriteError('UNSAFE_FILE', `cannot lock: "${path}" is not a file of its own`)
  const umask = process.umask(0o077)
  let db: Database.Database
  try {
    db = new Database(path, {timeout: 0})
  } catch (error) {
    throw storageError('lock the ledger', error)
  } finally {
    process.umask(umask)
  }
  try {
    await take(db, path, options)
    leaveHint(path, options.command)
    // A second Ctrl-C ends the program in the middle of the work.
    const left = (): void => {
      takeHint(path)
    }
    process.once('exit', left)
    try {
      return await work()
    } finally {
      process.off('exit', left)
      takeHint(path)
    }
  } finally {
    db.close()
  }
}

async function take(
  db: Database.Database,
  path: string,
  {onWait, waitMs = 60_000}: LockOptions,
): Promise<void> {
  let said = false
  for (let waited = 0; ; waited += 25) {
    try {
      // Nothing is ever written to it, so it needs no journal on the disk.
      db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
      return
    } catch (error) {
      const busy = sqliteCode(error)?.startsWith('SQLITE_BUSY') === true
      if (!busy) throw storageError('lock the ledger', error)
      if (waited >= waitMs) {
        throw new KeyriteError('LOCKED', `cannot go on: the ledger is held by ${holder(path)}`, {
          hints: ['the same command again, when that one has ended'],
        })
      }
    }
    if (waited >= shown && !said) {
      said = true
      onWait(holder(path))
    }
    await sleep(25)
  }
}

const hintPath = (path: string): string => `${path}.info`

function leaveHint(path: string, command: string): void {
  try {
    // What a killed holder left, or a link that someone put there, is not written through.
    rmSync(hintPath(path), {force: true})
    writeFileSync(
      hintPath(path),
      `${command} (pid ${process.pid}, since ${new Date(performance.timeOrigin).toISOString()})`,
      {mode: 0o600, flag: 'wx'},
    )
  } catch {
    // Only a hint: the lock itself is held.
  }
}

/** The next holder leaves another one: that this one stays, where it cannot be taken away, changes nothing. */
function takeHint(path: string): void {
  try {
    rmSync(hintPath(path), {force: true})
  } catch {
    // What was done under the lock is done, and must not be told as a failure.
  }
}

function holder(path: string): string {
  try {
    return existsSync(hintPath(path)) ? readFileSync(hintPath(path), 'utf8').slice(0, 200) : 'another keyrite'
  } catch {
    return 'another keyrite'
  }
}
