/**
 * T14, T15, T25: keyrite, as it is shipped, makes a key (five entries, and the act at the provider between them), and the
 * kernel fails one of its writes, syncs, removals or renames, or kills it there. Whatever it says must be true.
 */
import {rmSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import {needing, testWith} from '../support/needs.ts'
import {slow} from '../ledger/support.ts'
import {said, SmallHome} from './home.ts'

const tools = ['ssh-keygen', 'strace'] as const
const {afterAll, beforeAll} = needing(tools)

let home: SmallHome
let first: number
beforeAll(() => {
  home = new SmallHome()
  home.ok(...home.makes('before'))
  home.keep('quiet')
  first = home.verified().entries
}, 120_000)
afterAll(() => {
  home.remove()
})

const calls = ['pwrite64', 'write', 'fsync', 'fdatasync', 'unlink', 'rename', 'ftruncate']
const faults = ['signal=SIGKILL', 'error=EIO', 'error=ENOSPC'] as const
const entriesOfKey = 5

interface Point {
  readonly call: string
  /** Which one of its thread. */
  readonly when: number
  readonly what: string
}

const tracer = (log: string, traced: string, ...more: string[]): string[] => [
  ...['strace', '-f', '-qq', '-y', '-o', log, '-e', `trace=${traced}`, ...more],
  '--',
]

let known: readonly Point[] | undefined
/** Where a run that nothing disturbs writes, syncs, removes or renames. */
const points = (): readonly Point[] => (known ??= lookedAt())

function lookedAt(): readonly Point[] {
  home.putBack('quiet')
  const log = join(home.folder, 'baseline.log')
  expect(home.run(home.makes('made'), tracer(log, calls.join())).exit).toBe(0)
  expect(home.verified().entries).toBe(first + entriesOfKey)
  const seen = new Map<string, number>()
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, pid = '', call = '', what = ''] = /^(\d+) +(\w+)\((.*)$/.exec(line) ?? []
      const when = (seen.get(`${pid} ${call}`) ?? 0) + 1
      seen.set(`${pid} ${call}`, when)
      return what.includes(home.work) ? [{call, when, what: pathIn(what)}] : []
    })
}

const pathIn = (args: string): string =>
  (/[<"]([^<>"]*\/work\/[^<>"]*)[>"]/.exec(args)?.[1] ?? '').slice(home.work.length + 1)

interface Outcome {
  readonly fault: string
  readonly point: Point
  readonly exit: number | null
  readonly hit: boolean
}

/** Fails one call, and holds what was said to what is there. */
async function disturbed(point: Point, fault: string): Promise<Outcome> {
  home.putBack('quiet')
  const log = join(home.folder, 'fault.log')
  const {call, when} = point
  const ended = home.run(home.makes('made'), tracer(log, call, '-e', `inject=${call}:${fault}:when=${when}`))
  const {exit, signal} = ended
  const document = said(ended)
  // Calls are counted, and a file of a random name may change the count: what was struck instead may be Node's own, which
  // aborts where it cannot wake its threads. Then only what is left is judged, not how it ended.
  const struck = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.includes('(INJECTED)'))
  const hit = signal === 'SIGKILL' || struck.some((line) => line.includes(home.work))
  const astray = signal === 'SIGABRT' && struck.length > 0 && !hit
  rmSync(log)

  const {problems, entries} = home.verified()
  expect(problems).toEqual([])
  expect(entries).toBeGreaterThanOrEqual(first)
  if (signal === null) {
    // T25: success only where all of it is there; a failure never hides that something may be.
    if (exit === 0) expect(entries).toBe(first + entriesOfKey)
    else {
      expect([exit, document.code]).toEqual([12, 'STORAGE'])
      const tellsOfIt =
        document.changed === true || (document.try ?? []).includes('keyrite ledger show --last 1')
      if (entries > first) expect([document.message, tellsOfIt]).toEqual([document.message, true])
    }
  } else if (!astray) expect(signal).toBe('SIGKILL')

  // The same command again: it finishes what was begun, or finds it done. Nothing is done twice.
  await home.finishes('made', first + entriesOfKey)
  return {fault, point, exit, hit}
}

async function disturbedAt(chosen: readonly (readonly [Point, string])[]): Promise<void> {
  const outcomes: Outcome[] = []
  for (const [point, fault] of chosen) {
    try {
      outcomes.push(await disturbed(point, fault))
    } catch (error) {
      throw new Error(`${fault} at ${point.call} ${point.when} of ${point.what}`, {cause: error})
    }
  }
  const count = (has: (one: Outcome) => boolean): number => outcomes.filter(has).length
  process.stderr.write(
    `faults: ${outcomes.length} injected, ${count(({hit}) => hit)} met; killed ${count(({exit}) => exit === null)}, said to have failed ${count(({exit}) => exit !== null && exit !== 0)}, done all the same ${count(({exit}) => exit === 0)}; 0 lost, 0 done twice\n`,
  )
  expect(count(({hit}) => hit)).toBeGreaterThan(outcomes.length / 2)
}

testWith(
  tools,
  'a kill, EIO or ENOSPC at any write, sync, removal or rename is told truly, and the next run goes on',
  async () => {
    const all = points()
    expect(all.length).toBeGreaterThan(100)
    for (const what of ['home/ledger.db', 'home/ledger.db-journal', 'home', 'home/tokens/main.token'])
      expect(all.map((one) => one.what)).toContain(what)
    const rare = all.filter(({call}) => call !== 'pwrite64')
    const pages = all.filter(({call}) => call === 'pwrite64')
    const every = <T>(list: readonly T[], nth: number, from: number): T[] =>
      list.filter((_, at) => at % nth === from)
    const chosen = slow
      ? faults.flatMap((fault, at) =>
          [...rare, ...every(pages, 5, at)].map((point) => [point, fault] as const),
        )
      : every(all, Math.ceil(all.length / 3), 3).map((point, at) => [point, faults[at % 3] ?? ''] as const)
    await disturbedAt(chosen)
  },
  3_600_000,
)

testWith(
  tools,
  'a hint of who holds the lock that cannot be taken away makes no failure of what was done',
  async () => {
    const hint = points().filter(({call, what}) => call === 'unlink' && what.endsWith('.lock.info'))
    expect(hint.length).toBeGreaterThan(1)
    for (const point of [hint[0], hint.at(-1)]) {
      if (point === undefined) return
      expect(await disturbed(point, 'error=EIO')).toMatchObject({exit: 0, hit: true})
    }
  },
  120_000,
)

testWith(
  tools,
  'EIO at the last sync of the folder is an error although the entry is stored, and says where to look',
  async () => {
    const all = points()
    // After the journal is removed the folder is synced: then, and not before, the commit is durable.
    const at = all.findIndex(({call, what}) => call === 'unlink' && what === 'home/ledger.db-journal')
    const sync = all[at + 1]
    expect(sync).toMatchObject({call: 'fsync', what: 'home'})
    if (sync === undefined) return
    home.putBack('quiet')
    const log = join(home.folder, 'folder.log')
    const inject = `inject=fsync:error=EIO:when=${sync.when}`
    const ended = home.run(home.makes('made'), tracer(log, 'fsync', '-e', inject))
    expect(said(ended)).toMatchObject({
      exit: 12,
      code: 'STORAGE',
      try: expect.arrayContaining(['keyrite ledger show --last 1']),
    })
    expect(home.verified()).toMatchObject({problems: [], entries: first + 1})
    await disturbed(sync, 'error=EIO')
  },
  120_000,
)
