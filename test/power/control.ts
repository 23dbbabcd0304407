/** A plain SQLite writer with settings that lose: `node control.ts FILE JOURNAL_MODE SYNCHRONOUS COUNT`. Says each row once it is committed. */
import {writeSync} from 'node:fs'
import Database from 'better-sqlite3'

const [path = '', journal = '', synchronous = '', count = '0'] = process.argv.slice(2)
const db = new Database(path, {fileMustExist: true})
db.pragma(`journal_mode = ${journal}`)
db.pragma(`synchronous = ${synchronous}`)
const insert = db.prepare('INSERT INTO t (x) VALUES (?)')
for (let at = 0; at < Number(count); at += 1) {
  const {lastInsertRowid} = insert.run(Buffer.alloc(700, at))
  writeSync(1, `${String(lastInsertRowid)}\n`)
}
// As when the power goes: it never closes.
process.exit(0)
