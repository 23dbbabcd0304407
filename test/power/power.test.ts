/** Simulated power cuts: whatever was acknowledged is there afterwards. And two ways of writing that do lose, as the control. */
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import Database from 'better-sqlite3'
import {refused} from '../ledger/drafts.ts'
import {slow, verified} from '../ledger/support.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {here as has, testWith} from '../support/needs.ts'
import {chances, Disk} from './disk.ts'
import {record, type FileEvent} from './trace.ts'

const cuts = slow ? 300 : 30
const appends = slow ? 25 : 8
const here = import.meta.dirname

/** Takes everything up to a random instant. @returns what was acknowledged by then, and how much was done. */
function until(
  disk: Disk,
  events: readonly FileEvent[],
  chance: () => number,
): {readonly acknowledged: readonly string[]; readonly done: number} {
  const done = Math.floor(chance() * (events.length + 1))
  const acknowledged: string[] = []
  for (const event of events.slice(0, done)) {
    disk.take(event)
    if (event.kind === 'ack') acknowledged.push(...event.text.split('\n').filter(Boolean))
  }
  return {acknowledged, done}
}

describe('a ledger, when the power goes', () => {
  let made: TestLedger
  let events: readonly FileEvent[]
  let disk: () => Disk
  beforeAll(async () => {
    made = await makeLedger({people: 1})
    if (!has('strace')) return
    const roots = [made.world.home, made.world.state]
    const before = new Disk(roots)
    // The first life of a disk is as it was founded; each cut begins there.
    disk = () => before.again()
    events = await record(
      [
        process.execPath,
        '--no-warnings',
        join(here, '../ledger/appender.ts'),
        made.world.home,
        made.world.state,
        String(appends),
      ],
      roots,
      join(dirname(made.world.home), 'trace'),
    )
  }, 120_000)
  afterAll(() => {
    made.remove()
  })

  testWith(
    'strace',
    'loses no acknowledged entry, verifies after each cut, and is written on',
    async () => {
      const acks = events.filter(({kind}) => kind === 'ack')
      expect(acks).toHaveLength(appends)
      expect(events.filter(({kind}) => kind === 'sync').length).toBeGreaterThan(appends * 2)
      let lost = 0
      let beyond = 0
      for (let seed = 1; seed <= cuts; seed += 1) {
        const chance = chances(seed)
        const one = disk()
        const {acknowledged} = until(one, events, chance)
        one.cut(chance)
        const {problems, entries} = verified(made.world)
        expect([seed, problems]).toEqual([seed, []])
        const promised = Number(acknowledged.at(-1) ?? 1) + 1
        if (entries < promised) lost += 1
        if (entries > promised) beyond += 1
        if (seed % 5 === 0)
          await made.using(async (app) => {
            const [entry] = await app.ledger.append([refused('after the cut')])
            expect(entry?.seq).toBe(entries)
          })
      }
      console.log(
        `power cuts: ${cuts} runs of ${appends} appends, ${lost} lost, ${beyond} held one more than was acknowledged`,
      )
      expect(lost).toBe(0)
    },
    1_200_000,
  )
})

describe('the control: SQLite with settings that are known to lose', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyrite-power-'))
  })
  afterAll(() => {
    rmSync(folder, {recursive: true})
  })

  for (const [journal, synchronous] of [
    ['DELETE', 'FULL'],
    ['WAL', 'NORMAL'],
  ] as const)
    testWith(
      'strace',
      `${journal} with ${synchronous} loses acknowledged rows, or the simulation shows nothing`,
      async () => {
        const home = join(folder, `${journal}-${synchronous}`)
        mkdirSync(home)
        const path = join(home, 'control.db')
        const db = new Database(path)
        db.pragma(`journal_mode = ${journal}`)
        db.exec('CREATE TABLE t (seq INTEGER PRIMARY KEY, x BLOB)')
        db.close()
        const before = new Disk([home])
        const events = await record(
          [process.execPath, '--no-warnings', join(here, 'control.ts'), path, journal, synchronous, '20'],
          [home],
          join(folder, 'trace'),
        )
        let lost = 0
        for (let seed = 1; seed <= cuts; seed += 1) {
          const chance = chances(seed)
          const disk = before.again()
          const {acknowledged} = until(disk, events, chance)
          disk.cut(chance)
          const after = new Database(path)
          const {rows} = after.prepare('SELECT count(*) AS rows FROM t').get() as {rows: number}
          after.close()
          if (rows < acknowledged.length) lost += 1
        }
        console.log(`power cuts, ${journal}/${synchronous} as the control: ${cuts} runs, ${lost} lost`)
        expect(lost).toBeGreaterThan(0)
      },
      600_000,
    )
})
