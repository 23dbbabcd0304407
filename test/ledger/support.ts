/** What the tests of the ledger have in common: small drafts, a look behind keyrite's back, and what verification says. */
import {chmodSync, cpSync, readdirSync, realpathSync} from 'node:fs'
import {dirname, join} from 'node:path'
import Database from 'better-sqlite3'
import {folds} from '../../src/app.ts'
import {KeyriteError} from '../../src/base/errors.ts'
import {loadHead, storeHead} from '../../src/ledger/head.ts'
import {verifyLedger, type Verification} from '../../src/ledger/index.ts'
import type {TestLedger} from '../support/ledger.ts'
import type {World} from '../support/run.ts'
import {heldAgainst} from '../verifier/whole/held.ts'

export const slow = process.env['SLOW'] === '1'

export {nobody, refused} from './drafts.ts'

/** Verifies as `keyrite ledger verify` does, with this user's own pins; with SECOND_VERIFIER=1 held against the second verifier. */
export function verified({home, state}: World, pins: readonly string[] = [], deep = false): Verification {
  const said = verifyLedger({home, state: {path: state}, folds, pins, deep})
  heldAgainst(home, said.problems)
  return said
}

/** The rules of the problems that verification names, each once. */
export function rules(world: World): string[] {
  return [...new Set(verified(world).problems.map(({rule}) => rule))]
}

/** What became of it: `ok`, or the code of its refusal. Anything but a KeyriteError fails the test. */
export async function outcome(act: () => unknown): Promise<string> {
  try {
    await act()
    return 'ok'
  } catch (error) {
    if (error instanceof KeyriteError) return error.code
    throw error
  }
}

/** What opening the ledger to act ends in. */
export function opening(made: Pick<TestLedger, 'using'>): Promise<string> {
  return outcome(() => made.using((app) => app.ledger.size))
}

/** Changes the database as someone who does not care for triggers. */
export function behind(home: string, change: (db: Database.Database) => void, triggers = false): void {
  const db = new Database(join(home, 'ledger.db'))
  const kept = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all() as {
    name: string
    sql: string
  }[]
  for (const {name} of kept) db.exec(`DROP TRIGGER ${name}`)
  change(db)
  if (!triggers) for (const {sql} of kept) db.exec(sql)
  db.close()
}

/** The same ledger in another folder: home and, unless told, the state beside it. */
export function copyOf(world: World, name: string, what: 'both' | 'home' = 'both'): World {
  const folder = join(dirname(world.home), name)
  const copy = {
    ...world,
    home: join(folder, 'home'),
    state: what === 'both' ? join(folder, 'state') : world.state,
  }
  cpSync(world.home, copy.home, {recursive: true})
  chmodSync(copy.home, 0o700)
  if (what === 'both') {
    cpSync(world.state, copy.state, {recursive: true})
    // As on another machine, where the original is not: the copy is the home that was written last.
    for (const name of readdirSync(join(copy.state, 'writers')).filter((file) => file.endsWith('.head'))) {
      const [state, fingerprint] = [{path: copy.state}, name.slice(0, -'.head'.length)]
      const head = loadHead(state, fingerprint)
      if (head?.home === realpathSync(world.home))
        storeHead(state, fingerprint, {...head, home: realpathSync(copy.home)})
    }
  }
  return copy
}

/** The bytes with one bit changed. */
export function flipped(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}
