/**
 * A second verifier of whole ledgers, written from docs/ledger-format.md in another language (test/verifier/whole): of ledgers that
 * commands made, and of those that a thief of the writer's key and everybody's made of them, it says good where keyrite does.
 * With SECOND_VERIFIER=1 every house that a test verifies is held against it too.
 */
import {rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import type {House} from '../ceremony/room.ts'
import {Rng} from '../fuzz/rng.ts'
import {behind} from '../ledger/support.ts'
import {testWith} from '../support/needs.ts'
import {nightHouse} from './whole/houses.ts'
import type {Item} from './history.ts'
import {opinionOf, startJudge, type Judge} from './whole/opinion.ts'
import {copied, problemsIn, stolenFrom, type Stolen} from './whole/stolen.ts'

const tools = ['python3', 'ssh-keygen', 'openssl'] as const
const slow = process.env['SLOW'] === '1'
const given = process.env['FUZZ_SEED']
const seed = given === undefined ? (slow ? Date.now() % 1_000_000 : 20261130) : Number(given)
const only = process.env['FUZZ_CASE']
const cases = slow ? 2000 : 8
const forMs = slow ? 3_600_000 : Infinity

/** What the head of whole.py leaves to keyrite, and how long or of which letters a text may be, by the first thing that is wrong. */
const left = [/not of its form/, /^(?:step|step-order|template|profile-form): /]

let house: House
let stolen: Stolen
let judge: Judge

beforeAll(async () => {
  house = await nightHouse()
  stolen = stolenFrom(house)
  judge = startJudge()
}, 180_000)
afterAll(() => {
  judge.end()
  house.remove()
})

/** What both say of a home, which is gone afterwards. */
async function both(home: string, pins: readonly string[] = []) {
  try {
    return {ours: problemsIn(home, pins), theirs: await judge.judge(home, pins)}
  } finally {
    rmSync(dirname(home), {recursive: true})
  }
}
const seen = (verdict: {readonly ours: readonly string[]; readonly theirs: readonly string[]}) => ({
  ours: verdict.ours.length > 0,
  theirs: verdict.theirs.length > 0,
})

describe('keyrite and the second verifier', () => {
  testWith(tools, 'accept a whole ledger, and the same one made again', async () => {
    expect(opinionOf(house.world.home)).toEqual([])
    expect(await both(copied(house.world.home))).toEqual({ours: [], theirs: []})
    expect(await both(await stolen.history.same())).toEqual({ours: [], theirs: []})
  })

  testWith(
    tools,
    `say the same of ${cases} whole ledgers that were changed and signed again (FUZZ_SEED=${seed})`,
    async () => {
      const wrong: unknown[] = []
      const refused = {both: 0, neither: 0, ours: 0}
      const until = Date.now() + forMs
      for (let at = only === undefined ? 0 : Number(only); at < cases && Date.now() < until; at++) {
        const change = await stolen.history.changed(new Rng(seed, at)).catch((error: unknown) => {
          if (error instanceof TypeError) return undefined // it cannot be written as canonical JSON at all
          throw error
        })
        if (change === undefined) continue
        const {ours, theirs} = await both(change.files)
        if (ours.length > 0 && theirs.length > 0) refused.both += 1
        else if (ours.length === 0 && theirs.length === 0) refused.neither += 1
        else if (theirs.length === 0 && left.some((one) => one.test(ours[0] ?? ''))) refused.ours += 1
        else wrong.push({case: at, name: change.name, ours: ours.slice(0, 4), theirs: theirs.slice(0, 4)})
        if (only !== undefined) break
      }
      process.stderr.write(`second verifier of whole ledgers: ${JSON.stringify(refused)}\n`)
      expect(wrong).toEqual([])
      if (only === undefined) expect(refused.both).toBeGreaterThan(cases / 4)
    },
    slow ? 7_200_000 : 300_000,
  )

  const ofType = (items: readonly Item[], type: string): number => {
    const at = items.findIndex(({entry}) => entry['type'] === type)
    if (at < 0) throw new Error(`the house has no ${type}`)
    return at
  }
  const again = (item: Item | undefined): Item => structuredClone(item ?? missing())
  const citedBy = (items: readonly Item[], at: number): number[] =>
    (items[at]?.entry['data'] as {approvals: number[]}).approvals
  const attacks: Readonly<Record<string, (items: Item[]) => void>> = {
    'an outcome without its intent': (items) => items.splice(ofType(items, 'key.create.intended'), 1),
    'an outcome before its intent': (items) => {
      const [at, done] = [ofType(items, 'key.create.intended'), ofType(items, 'key.created')]
      items.splice(at, 0, ...items.splice(done, 1))
    },
    'an outcome twice': (items) => {
      const done = ofType(items, 'key.created')
      items.splice(done, 0, again(items[done]))
    },
    'an act again by the approval that was used': (items) => {
      const [at, done] = [ofType(items, 'key.create.intended'), ofType(items, 'key.created')]
      items.push(again(items[at]), again(items[done]))
    },
    'an approval of one person, given twice': (items) => {
      const at = ofType(items, 'approval.given')
      items.splice(at, 0, again(items[at]))
    },
    'an approval that is counted twice': (items) => {
      const cited = citedBy(items, ofType(items, 'quorum.met'))
      cited.push(cited[0] ?? missing())
    },
    'a quorum with one in place of two': (items) => {
      const cited = citedBy(items, ofType(items, 'quorum.met'))
      cited.splice(0, cited.length, cited[0] ?? missing(), cited[0] ?? missing())
    },
    'a quorum that nobody met': (items) => {
      const cited = citedBy(items, ofType(items, 'quorum.met'))
      cited.splice(0, cited.length)
    },
    'an act in another profile than was approved': (items) => {
      for (const type of ['key.create.intended', 'key.created'])
        Object.assign(items[ofType(items, type)]?.entry['data'] as object, {profile: 'elsewhere'})
    },
    'an act that nobody asked for': (items) => {
      const at = ofType(items, 'key.create.intended')
      Object.assign(items[at]?.entry ?? missing(), {approved: null})
    },
  }
  for (const [what, edit] of Object.entries(attacks))
    testWith(tools, `refuse ${what}, signed again by the keys of all`, async () => {
      expect(seen(await both(await stolen.history.edited(edit)))).toEqual({ours: true, theirs: true})
    })

  testWith(tools, 'refuse entries that are dropped, reordered, doubled or changed in place', async () => {
    const {entries} = stolen
    const at = entries.length - 3
    const row = entries[at] ?? Buffer.of()
    const text = Buffer.from(row).toString('utf8')
    for (const some of [
      entries.toSpliced(at, 1),
      entries.toSpliced(at, 2, entries[at + 1] ?? row, row),
      entries.toSpliced(at, 0, row),
      entries.with(at, Buffer.from(text.replace('"evidence":"s', '"evidence": "s'))),
    ])
      expect(seen(await both(stolen.put(some)))).toEqual({ours: true, theirs: true})
  })

  testWith(tools, 'find by a pin what was rolled back, cut off, forked or shown to one alone', async () => {
    const {entries, note} = stolen
    const pin = note(entries)
    const before = note(entries.slice(0, -4))
    const all = copied(house.world.home)
    expect(await both(all, [pin, before])).toEqual({ours: [], theirs: []})
    // Rolled back: whole in itself, and short of what the pin saw.
    const short = entries.slice(0, -4)
    for (const [pins, bad] of [
      [[], false],
      [[before], false],
      [[pin], true],
    ] as const)
      expect(seen(await both(stolen.put(short), pins))).toEqual({ours: bad, theirs: bad})
    // Forked: after the same beginning other entries, signed by the same key.
    const drawn = await forked()
    expect(seen(await both(stolen.put(drawn), [before]))).toEqual({ours: false, theirs: false})
    expect(seen(await both(stolen.put(drawn), [pin]))).toEqual({ours: true, theirs: true})
    // Two views: each has a pin that the other does not continue.
    expect(seen(await both(copied(house.world.home), [note(drawn)]))).toEqual({ours: true, theirs: true})
    // By the command line, too.
    const file = join(house.dir, 'pin-of-the-fork')
    writeFileSync(file, note(drawn))
    expect(opinionOf(house.world.home, [file])).toEqual([expect.stringContaining('| pin |')])
  })

  testWith(
    tools,
    'refuse a checkpoint of another root or key, and what lies in the file beside the ledger',
    async () => {
      const {entries, note} = stolen
      const changes: readonly ((home: string) => void)[] = [
        (home) => {
          behind(home, (db) =>
            db
              .prepare('UPDATE checkpoints SET note = ? WHERE size = ?')
              .run(Buffer.from(note(entries.toReversed())), entries.length),
          )
        },
        (home) => {
          behind(home, (db) => db.prepare('UPDATE entries SET leaf = zeroblob(32) WHERE seq = 3').run())
        },
        (home) => {
          behind(home, (db) => db.prepare('DELETE FROM openings WHERE rowid = 2').run())
        },
        (home) => {
          behind(home, (db) =>
            db.prepare('INSERT INTO openings VALUES (zeroblob(32), zeroblob(32), ?)').run(Buffer.from('1')),
          )
        },
        (home) => {
          behind(home, (db) =>
            db.prepare('UPDATE openings SET value = ? WHERE rowid = 2').run(Buffer.from('"x"')),
          )
        },
        (home) => {
          behind(home, (db) => db.prepare('DELETE FROM blobs WHERE rowid = 2').run())
        },
        (home) => {
          behind(home, (db) => db.prepare('INSERT INTO blobs VALUES (zeroblob(32), ?)').run(Buffer.from('1')))
        },
        (home) => {
          behind(home, (db) => db.exec('CREATE TABLE more (x INTEGER) STRICT'))
        },
        (home) => {
          writeFileSync(join(home, 'ledger.db'), 'more', {flag: 'a'})
        },
      ]
      for (const [at, change] of changes.entries()) {
        const home = copied(house.world.home)
        change(home)
        expect([at, seen(await both(home))]).toEqual([at, {ours: true, theirs: true}])
      }
    },
  )
})

/** Another end after the same beginning: the last entries but one, dated and chained as if that one had never been. */
async function forked(): Promise<readonly Uint8Array[]> {
  const {entries} = stolen
  const last = JSON.parse(Buffer.from(entries.at(-4) ?? Buffer.of()).toString('utf8')) as object
  const {jcsBytes} = await import('../../src/base/jcs.ts')
  const {nobody, refused} = await import('../ledger/drafts.ts')
  const draft = refused('forked')
  const {type, data} = draft
  return [
    ...entries.slice(0, -4),
    jcsBytes({
      ...last,
      type,
      data,
      actor: {...(last as {actor: object}).actor, ...nobody},
      approved: null,
      ceremony: null,
    } as never),
  ]
}

function missing(): never {
  throw new Error('the house has none')
}
