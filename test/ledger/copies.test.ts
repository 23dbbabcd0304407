import {cpSync, chmodSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {storePin} from '../../src/ledger/index.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import type {World} from '../support/run.ts'
import {forge} from './forge.ts'
import {behind, copyOf, outcome, refused, rules, verified} from './support.ts'
import {appOf, opening} from './victim.ts'

let made: TestLedger
beforeEach(async () => {
  made = await makeLedger({people: 2})
})
afterEach(() => {
  made.remove()
})

/** What appending in a world ends in. */
async function appending(world: World): Promise<string> {
  const app = appOf(world)
  const code = await outcome(() => app.ledger.append([refused()]))
  await app.close()
  return code
}

/** The home alone, elsewhere. */
function copied(name: string, from: World = made.world): World {
  const home = join(dirname(from.home), name)
  cpSync(from.home, home, {recursive: true})
  chmodSync(home, 0o700)
  return {...from, home}
}

describe('a home', () => {
  test('that was copied to where its key is not reads, and does not write', async () => {
    const world = {...copied('copy'), state: `${made.world.state}-elsewhere`}
    expect(await opening(world)).toBe('ok')
    expect(await appending(world)).toBe('LEDGER_NOT_WRITER')
    expect(verified(world)).toMatchObject({problems: [], pins: 0})
    expect(await appending(made.world)).toBe('ok')
  })

  test('that was copied beside the original does not write while that is there', async () => {
    const world = copied('copy')
    expect(await appending(world)).toBe('LEDGER_NOT_WRITER')
    expect(await appending(made.world)).toBe('ok')
    expect(await opening(world)).toBe('LEDGER_BEHIND') // the original has gone on
  })

  test('that was moved goes on, and is the one from then on', async () => {
    const world = {...made.world, home: join(dirname(made.world.home), 'moved')}
    renameSync(made.world.home, world.home)
    expect(await appending(world)).toBe('ok')
    const back = copied('home', world)
    expect(await appending(back)).toBe('LEDGER_NOT_WRITER')
    expect(await appending(world)).toBe('ok')
  })

  test('is the same under a symbolic link', async () => {
    const world = {...made.world, home: join(dirname(made.world.home), 'link')}
    symlinkSync(made.world.home, world.home)
    expect(await appending(world)).toBe('ok')
    expect(await appending(made.world)).toBe('ok')
  })

  test('that is an older copy put back is refused, and verification says why', async () => {
    const older = copied('older')
    expect(await appending(made.world)).toBe('ok')
    rmSync(made.world.home, {recursive: true})
    renameSync(older.home, made.world.home)
    expect(await opening(made.world)).toBe('LEDGER_BEHIND')
    expect(rules(made.world)).toEqual(['pin'])
  })

  test('that was written after a copy of it on another machine with the same key is a fork, and is refused there', async () => {
    const other = copyOf(made.world, 'other')
    await forge(other, [refused('there')])
    expect(await appending(made.world)).toBe('ok')
    expect(await opening({...other, state: made.world.state})).toBe('LEDGER_BEHIND')
  })

  test('whose key is another is refused', async () => {
    const second = await makeLedger({people: 1})
    const key = async (one: TestLedger): Promise<string> =>
      join(one.world.state, 'writers', `${await one.using((app) => app.ledger.view.facts.fingerprint)}.key`)
    writeFileSync(await key(made), readFileSync(await key(second)))
    second.remove()
    expect(await opening(made.world)).toBe('LEDGER_TAMPERED')
  })

  test.each([
    ['not a key', 'key'],
    ['{}', 'head'],
  ])('whose state folder holds %j as its %s is refused', async (text, what) => {
    const {fingerprint} = await made.using((app) => app.ledger.view.facts)
    writeFileSync(join(made.world.state, 'writers', `${fingerprint}.${what}`), text)
    expect(await opening(made.world)).toBe('UNSAFE_FILE')
  })
})

describe('a pin', () => {
  /** An auditor: someone with a pin and no writer key. */
  const auditor = async (): Promise<World> => {
    const world = {...made.world, state: `${made.world.state}-auditor`}
    const [fingerprint, note] = await made.using((app) => [
      app.ledger.view.facts.fingerprint,
      app.ledger.note,
    ])
    storePin({path: world.state}, fingerprint, note)
    return world
  }

  test('is continued by a ledger that has gone on', async () => {
    const world = await auditor()
    expect(await appending(made.world)).toBe('ok')
    expect(verified(world)).toMatchObject({problems: [], pins: 1, entries: 4})
  })

  test('sees that the tail was cut off with its checkpoint', async () => {
    expect(await appending(made.world)).toBe('ok')
    const world = await auditor()
    behind(made.world.home, (db) => {
      db.exec('DELETE FROM entries WHERE seq = 3')
      db.exec('DELETE FROM checkpoints WHERE size = 4')
      db.exec('DELETE FROM openings WHERE rowid = (SELECT max(rowid) FROM openings)') // else it is of no entry
    })
    expect(rules(world)).toEqual(['pin'])
  })

  test('sees that history was written anew with the real key', async () => {
    const before = copyOf(made.world, 'before')
    expect(await appending(made.world)).toBe('ok')
    const world = await auditor()
    await forge(before, [refused('another'), refused('and another')])
    expect(verified(before).problems).toEqual([]) // whoever has no pin sees nothing
    expect(rules({...world, home: before.home})).toEqual(['pin'])
  })

  test('of another ledger, or that is no note, is a problem and not ignored', async () => {
    const second = await makeLedger({people: 1})
    const foreign = await second.using((app) => app.ledger.note)
    second.remove()
    for (const pin of [foreign, '', 'pin', foreign.slice(0, -2)])
      expect(verified(made.world, [pin]).problems.map(({rule}) => rule)).toEqual(['pin'])
  })
})
