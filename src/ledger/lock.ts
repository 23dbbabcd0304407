/**
 * `ledger.lock`: one writer at a time, by a second, empty SQLite file held exclusively. The kernel frees it at death, so
 * nothing is ever stale; `ledger.lock.info` is only a hint for the message that a waiter shows.
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
}

const shown = 1_000

/**
 * Holds the lock while `work` runs.
 * @throws KeyriteError `LOCKED` after 60 s, `UNSAFE_FILE`, `STORAGE`.
 */
export async function withLock<T>(home: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const path = join(home, 'ledger.lock')
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
    await take(db, home, options)
    leaveHint(home, options.command)
    return await work()
  } finally {
    rmSync(hintPath(home), {force: true})
    db.close()
  }
}

async function take(
  db: Database.Database,
  home: string,
  {onWait, waitMs = 60_000}: LockOptions,
): Promise<void> {
  let said = false
  for (let waited = 0; ; waited += 25) {
    try {
      db.exec('BEGIN EXCLUSIVE')
      return
    } catch (error) {
      const busy = sqliteCode(error)?.startsWith('SQLITE_BUSY') === true
      if (!busy) throw storageError('lock the ledger', error)
      if (waited >= waitMs) {
        throw new KeyriteError('LOCKED', `cannot write the ledger: it is held by ${holder(home)}`, {
          hints: ['the same command again, when that one has ended'],
        })
      }
    }
    if (waited >= shown && !said) {
      said = true
      onWait(holder(home))
    }
    await sleep(25)
  }
}

const hintPath = (home: string): string => join(home, 'ledger.lock.info')

function leaveHint(home: string, command: string): void {
  try {
    writeFileSync(
      hintPath(home),
      `${command} (pid ${process.pid}, since ${new Date(performance.timeOrigin).toISOString()})`,
      {mode: 0o600},
    )
  } catch {
    // Only a hint: the lock itself is held.
  }
}

function holder(home: string): string {
  try {
    return existsSync(hintPath(home)) ? readFileSync(hintPath(home), 'utf8').slice(0, 200) : 'another keyrite'
  } catch {
    return 'another keyrite'
  }
}
