/** With SECOND_VERIFIER=1: what keyrite says of a ledger that a test made, held against the second verifier. */
import {appendFileSync} from 'node:fs'
import {join} from 'node:path'
import Database from 'better-sqlite3'
import {opinionOf} from './opinion.ts'

/** Not of the ledger alone: who may read its folder, what one user saw of it, and a cache that decides nothing. */
const beside = new Set(['permissions', 'pin', 'side-table'])

/**
 * Asks the second verifier where SECOND_VERIFIER=1, and writes the types that both found good to the file SECOND_VERIFIER_TYPES.
 * @throws Error if one of them takes the ledger and the other does not.
 */
export function heldAgainst(home: string, ours: readonly {readonly rule: string}[]): void {
  if (process.env['SECOND_VERIFIER'] !== '1') return
  const wrong = ours.filter(({rule}) => !beside.has(rule))
  const theirs = opinionOf(home)
  if (wrong.length > 0 !== theirs.length > 0)
    throw new Error(
      `the verifiers differ: ${JSON.stringify({ours: wrong.slice(0, 4), theirs: theirs.slice(0, 4)})}`,
    )
  const file = process.env['SECOND_VERIFIER_TYPES']
  if (file !== undefined && theirs.length === 0) appendFileSync(file, `${typesIn(home).join('\n')}\n`)
}

/** Each type of entry that the ledger holds, once. */
export function typesIn(home: string): readonly string[] {
  const db = new Database(join(home, 'ledger.db'), {readonly: true})
  try {
    const rows = db.prepare('SELECT bytes FROM entries').all() as {readonly bytes: Buffer}[]
    return [...new Set(rows.map(({bytes}) => (JSON.parse(bytes.toString('utf8')) as {type: string}).type))]
  } finally {
    db.close()
  }
}
