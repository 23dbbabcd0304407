/**
 * T14: keyrite, as it is shipped, makes a key and is killed when half of one of its writes is done: its traced run is done again
 * up to there. What was committed is there, it verifies, and the next command goes on.
 */
import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import {slow} from '../ledger/support.ts'
import {Disk} from '../power/disk.ts'
import {record, type FileEvent} from '../power/trace.ts'
import {needing} from '../support/needs.ts'
import {SmallHome} from './home.ts'

const {afterAll, beforeAll, test} = needing(['ssh-keygen', 'strace'])

const entriesOfKey = 5
/** So many of all writes are torn in a quick run. */
const few = 4

let home: SmallHome
let first: number
let before: Disk
let events: readonly FileEvent[]
beforeAll(async () => {
  home = new SmallHome()
  home.ok(...home.makes('before'))
  first = home.verified().entries
  before = new Disk([home.work])
  events = await record(home.started(home.makes('made')), [home.work], join(home.folder, 'trace'))
}, 120_000)
afterAll(() => {
  home.remove()
})

const journal = 'home/ledger.db-journal'
const isCommit = (event: FileEvent): boolean =>
  event.kind === 'unlink' && event.path === join(home.work, journal)

/** Lays what is there when half of this write, which is the event of that number, is done. */
function torn(at: number, event: Extract<FileEvent, {kind: 'write'}>): void {
  const disk = before.again()
  for (const one of events.slice(0, at)) disk.take(one)
  disk.take({...event, bytes: event.bytes.subarray(0, event.bytes.length >> 1)})
  disk.kill()
}

test('a write of which half is done when the command is killed loses nothing that was committed, and the next run goes on', async () => {
  const writes = events.flatMap((event, at) =>
    event.kind === 'write' && event.bytes.length > 1 ? [{event, at}] : [],
  )
  const written = new Set(writes.map(({event}) => event.path.slice(home.work.length + 1)))
  expect([...written]).toEqual(expect.arrayContaining(['home/ledger.db', journal, 'home/tokens/main.token']))
  expect(events.filter(isCommit)).toHaveLength(entriesOfKey)
  const each = slow ? 1 : Math.ceil(writes.length / few)
  let done = 0
  let finished = 0
  for (const {event, at} of writes.filter((_, nth) => nth % each === each - 1 || slow)) {
    torn(at, event)
    const committed = first + events.slice(0, at).filter(isCommit).length
    const where = `write ${at} of ${event.path.slice(home.work.length + 1)}`
    const {problems, entries} = home.verified()
    expect([where, problems, entries]).toEqual([where, [], committed])
    try {
      await home.finishes('made', first + entriesOfKey)
    } catch (error) {
      throw new Error(where, {cause: error})
    }
    done += 1
    if (entries < first + entriesOfKey) finished += 1
  }
  process.stderr.write(
    `torn writes: ${done} of ${writes.length}, ${finished} gone on with, 0 committed entries lost, 0 done twice\n`,
  )
  expect(done).toBeGreaterThanOrEqual(slow ? writes.length : few - 1)
}, 3_600_000)

test('the control: without the journal such writes do harm, or the tearing shows nothing', () => {
  const end = events.findIndex(isCommit)
  let harmed = 0
  for (const [at, event] of events.slice(0, end).entries()) {
    if (event.kind !== 'write' || event.path !== join(home.work, 'home/ledger.db')) continue
    torn(at, event)
    rmSync(join(home.work, journal))
    if (home.verified().problems.length > 0) harmed += 1
  }
  expect(harmed).toBeGreaterThan(0)
})
