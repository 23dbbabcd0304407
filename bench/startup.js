// How long keyrite takes to start, as a multiple of a Node that runs an empty file: medians of one run, in alternation,
// so that whatever else the machine does falls on all of them alike. On a home that `keyrite demo` leaves.
//
//   node bench/startup.js [RUNS]     (31 unless told; exit status 1 where an aim is missed)
import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

const root = dirname(import.meta.dirname)
const runs = Number(process.argv[2] ?? 31)
if (!Number.isSafeInteger(runs) || runs < 1) throw new Error('expected a number of runs')
const folder = mkdtempSync(join(tmpdir(), 'keyrite-bench-'))
const empty = join(folder, 'empty.js')
const env = {
  PATH: process.env.PATH,
  HOME: folder,
  KEYRITE_HOME: join(folder, 'demo/home'),
  XDG_STATE_HOME: join(folder, 'state'),
}

/** What is measured: the command line, and how many times a bare Node it may take. */
const program = [process.execPath, '--disable-sigusr1', join(root, 'bin/run.js')]
const cases = [
  {name: 'bare Node', words: [process.execPath, '--disable-sigusr1', empty], aim: undefined},
  {name: 'keyrite --version', words: [...program, '--version'], aim: 1.3},
  {name: 'keyrite key list', words: [...program, 'key', 'list'], aim: 3.5},
  {name: 'keyrite key list --json', words: [...program, 'key', 'list', '--json'], aim: 3.5},
]

/** Milliseconds from start to end of one process. */
function time([command, ...args]) {
  const start = process.hrtime.bigint()
  const {status, stderr, error} = spawnSync(command, args, {env})
  const taken = Number(process.hrtime.bigint() - start) / 1e6
  if (status !== 0) throw new Error(`"${args.join(' ')}" ended with ${status}: ${error?.message ?? stderr}`)
  return taken
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

try {
  writeFileSync(empty, '')
  time([...program, 'demo', '--dir', join(folder, 'demo')])
  const taken = cases.map(() => [])
  // The first round only fills the caches of files.
  for (let round = -1; round < runs; round++)
    for (const [at, {words}] of cases.entries()) {
      const one = time(words)
      if (round >= 0) taken[at].push(one)
    }
  const bare = median(taken[0])
  for (const [at, {name, aim}] of cases.entries()) {
    const own = median(taken[at])
    const ratio = own / bare
    const judged = aim === undefined ? '' : `  (aim: ${aim}${ratio <= aim ? '' : ', MISSED'})`
    console.log(
      `${name.padEnd(26)}${own.toFixed(1).padStart(7)} ms  ${ratio.toFixed(2).padStart(5)} x${judged}`,
    )
    if (aim !== undefined && ratio > aim) process.exitCode = 1
  }
} finally {
  rmSync(folder, {recursive: true, force: true})
}
