// How fast the ledger is, as ratios within one run, so that whatever else the machine does falls on all of them alike:
// an append against a bare SQLite commit with the same settings, and the verification of big ledgers against a bare loop
// that hashes and parses the same entries.
//
//   node bench/ledger.js [--entries N,N…] [--per-append N]     (100 000 and 1 000 000 entries, one an append, unless told:
//                                                              that takes a quarter of an hour, most of it to make them)
//
// Verification runs in a process of its own, one for each ledger, so that its memory is its own. CPU time is all threads'.
import {spawnSync} from 'node:child_process'
import {hash} from 'node:crypto'
import {dirname, join} from 'node:path'
import {parseArgs} from 'node:util'
import Database from 'better-sqlite3'
import {makeBigLedger} from '../test/support/big-ledger.ts'
import {makeLedger} from '../test/support/ledger.ts'

const root = dirname(import.meta.dirname)
const {values} = parseArgs({
  options: {
    entries: {type: 'string', default: '100000,1000000'},
    'per-append': {type: 'string', default: '1'},
  },
})
const [sizes, perAppend] = [values.entries.split(',').map(Number), Number(values['per-append'])]
if (![...sizes, perAppend].every((one) => Number.isSafeInteger(one) && one > 0))
  throw new Error('expected numbers')

const draft = {
  type: 'attempt.refused',
  actor: {person: null, evidence: 'stated'},
  data: {operation: 'key.create', key: 'payments', code: 'USAGE'},
}
const settings = ['journal_mode = DELETE', 'synchronous = EXTRA', 'fullfsync = ON', 'secure_delete = ON']

const line = (name, value, note = '') =>
  console.log(`${name.padEnd(44)}${value.padStart(14)}  ${note}`.trimEnd())

function median(list) {
  return list.toSorted((a, b) => a - b)[list.length >> 1]
}

async function timed(act) {
  const start = process.hrtime.bigint()
  await act()
  return Number(process.hrtime.bigint() - start) / 1e6
}

/** Appends through an open ledger, in alternation with bare commits of as many bytes beside it. */
async function append(made, rounds) {
  const app = made.open()
  const opened = await timed(() => app.ledger.size)
  const db = new Database(join(made.world.home, 'bare.db'))
  for (const one of settings) db.pragma(one)
  db.exec('CREATE TABLE entries (seq INTEGER PRIMARY KEY, leaf BLOB NOT NULL, bytes BLOB NOT NULL) STRICT')
  const insert = db.prepare('INSERT INTO entries (leaf, bytes) VALUES (?, ?)')
  const [leaf, bytes] = [Buffer.alloc(32, 1), Buffer.alloc(650, 2)]
  const commit = db.transaction(() => insert.run(leaf, bytes))
  const taken = {bare: [], own: []}
  for (let round = 0; round < rounds; round++) {
    taken.bare.push(await timed(() => commit.immediate()))
    taken.own.push(await timed(() => app.ledger.append([draft])))
  }
  db.close()
  const {size} = app.ledger
  await app.close()
  const [bare, own] = [median(taken.bare), median(taken.own)]
  line(`a bare SQLite commit`, `${bare.toFixed(2)} ms`)
  line(
    `an append to ${size.toLocaleString('en')} entries`,
    `${own.toFixed(2)} ms`,
    `${(own / bare).toFixed(2)} x, ${(own - bare).toFixed(2)} ms more (opening it: ${(opened / 1000).toFixed(1)} s)`,
  )
}

/** Runs keyrite as it is built. @returns what it printed, and what it used. */
function keyrite(made, ...words) {
  const program = [
    '--disable-sigusr1',
    '--import',
    join(import.meta.dirname, 'usage.js'),
    join(root, 'bin/run.js'),
  ]
  const {status, stdout, stderr, output} = spawnSync(process.execPath, [...program, ...words, '--json'], {
    env: {PATH: process.env.PATH, KEYRITE_HOME: made.world.home, XDG_STATE_HOME: dirname(made.world.state)},
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`keyrite ${words.join(' ')} ended with ${status}: ${stdout}${stderr}`)
  return {document: JSON.parse(stdout), ...JSON.parse(output[3])}
}

const cpu = (from) => {
  const {user, system} = process.cpuUsage(from)
  return (user + system) / 1000
}

/** SHA-256 and JSON.parse of some entries, µs each: what any verifier has to do; and SQLite's own check of the file, ms. */
function bare(made) {
  const db = new Database(join(made.world.home, 'ledger.db'), {readonly: true})
  const rows = db.prepare('SELECT bytes FROM entries LIMIT 20000').pluck().all()
  let from = process.cpuUsage()
  for (const bytes of rows) {
    hash('sha256', bytes, 'hex')
    JSON.parse(bytes.toString('utf8'))
  }
  const eachUs = (cpu(from) * 1000) / rows.length
  from = process.cpuUsage()
  db.pragma('integrity_check')
  const checkMs = cpu(from)
  db.close()
  return {eachUs, checkMs}
}

function verify(made, name) {
  const {document, cpuMs, rssMb} = keyrite(made, 'ledger', 'verify')
  const {eachUs, checkMs} = bare(made)
  const each = ((cpuMs - checkMs) * 1000) / document.entries
  line(
    `verify ${document.entries.toLocaleString('en')} entries, ${name}`,
    `${Math.round(1e6 / each).toLocaleString('en')}/s`,
    `${each.toFixed(1)} µs CPU each, ${(each / eachUs).toFixed(1)} x SHA-256 + JSON.parse; ` +
      `integrity_check ${(checkMs / 1000).toFixed(1)} s beside it; max RSS ${rssMb} MB`,
  )
}

const small = await makeLedger({people: 5})
await append(small, 101)
small.remove()
for (const entries of sizes)
  for (const approvals of [0.01, 0.2]) {
    const made = await makeBigLedger({entries, approvals, perAppend})
    verify(made, `${approvals * 100} % approvals`)
    if (approvals === 0.2) await append(made, 51)
    made.remove()
  }
