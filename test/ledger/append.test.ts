import {chmodSync, mkdirSync, rmSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import Database from 'better-sqlite3'
import {folds, type App} from '../../src/app.ts'
import {sha256Hex} from '../../src/base/bytes.ts'
import {custodyFold} from '../../src/custody/index.ts'
import {foundLedger, jsonBlob, Private, Replay, type Draft} from '../../src/ledger/index.ts'
import {emptyWorld, makeLedger, type TestLedger} from '../support/ledger.ts'
import {behind, nobody, outcome, refused, verified} from './support.ts'

let made: TestLedger
beforeEach(async () => {
  made = await makeLedger({people: 2})
})
afterEach(() => {
  made.remove()
})

/** How many rows each table has. */
function counted(home: string): Record<string, number> {
  const db = new Database(join(home, 'ledger.db'), {readonly: true})
  const tables = ['entries', 'checkpoints', 'openings', 'blobs', 'side']
  const counts = tables.map((name) => [
    name,
    db.prepare(`SELECT count(*) FROM ${name}`).pluck().get() as number,
  ])
  db.close()
  return Object.fromEntries(counts) as Record<string, number>
}

/** An entry with a private value and a blob of its own; its type takes any data only where a fold allows it, so it is refused. */
const refusedByFolds: Draft = {
  type: 'attempt.refused',
  data: {operation: 'x', key: new Private('a secret name'), code: jsonBlob({big: 'document'})},
  actor: nobody,
}

/** What must be the same before and after something that was refused. */
function everything(app: App): unknown {
  const {ledger} = app
  return {
    size: ledger.size,
    checkpoint: ledger.checkpoint,
    note: ledger.note,
    roster: [...ledger.of(custodyFold).roster],
    last: ledger.view.entry(ledger.size - 1),
    file: counted(app.world.home),
  }
}

describe('what is appended', () => {
  test('reads back: as it was returned, in the next process, and in the bytes that are hashed', async () => {
    const [first, second] = await made.using((app) => app.ledger.append([refused('one'), refused('two')]))
    expect(first).toMatchObject({seq: 3, type: 'attempt.refused', data: {operation: 'one'}})
    expect(second).toMatchObject({seq: 4, prev: first?.leaf})
    await made.using(({ledger}) => {
      expect(ledger.size).toBe(5)
      expect(ledger.view.entry(3)).toEqual(first)
      expect(ledger.view.entry(4)).toEqual(second)
      const row = ledger.store.row(4)
      expect(sha256Hex(Buffer.from([0]), row?.bytes ?? '')).toBe(second?.leaf)
      expect(ledger.view.seqOf(second?.leaf ?? '')).toBe(4)
    })
    expect(verified(made.world)).toMatchObject({problems: [], entries: 5})
  })

  test('has one checkpoint for each append, over all its entries', async () => {
    await made.using((app) => app.ledger.append([refused(), refused(), refused()]))
    const db = new Database(join(made.world.home, 'ledger.db'), {readonly: true})
    expect(db.prepare('SELECT size FROM checkpoints ORDER BY size').pluck().all()).toEqual([1, 2, 3, 6])
    db.close()
  })

  test('holds private values only as commitments; openings and blobs come with it', async () => {
    const db = new Database(join(made.world.home, 'ledger.db'), {readonly: true})
    const entries = db.prepare('SELECT bytes FROM entries').pluck().all() as Buffer[]
    const openings = db.prepare('SELECT value FROM openings').pluck().all() as Buffer[]
    db.close()
    const bytes = Buffer.concat(entries).toString()
    const values = Buffer.concat(openings).toString()
    for (const word of ['Alice', 'alice@example.com', 'test-host']) {
      expect(bytes).not.toContain(word)
      expect(values).toContain(word)
    }
    expect(counted(made.world.home)).toMatchObject({entries: 3, blobs: 2, openings: 2 * 2 + 3})
  })

  test('is dated now, and never before what stands before it', async () => {
    let now = new Date('2030-01-01T00:00:10.000Z')
    const clock = await makeLedger({people: 1, now: () => now})
    await clock.using(async ({ledger}) => {
      now = new Date('2030-01-01T00:00:00.000Z') // ten seconds back: a clock that was set
      const [entry] = await ledger.append([refused()])
      expect(entry?.time).toBe('2030-01-01T00:00:10.000Z')
      now = new Date('2030-01-01T00:01:00.000Z')
      expect((await ledger.append([refused()]))[0]?.time).toBe('2030-01-01T00:01:00.000Z')
    })
    clock.remove()
  })
})

describe('what is refused leaves store and state as they were', () => {
  test.each<[string, readonly Draft[], string]>([
    ['by a fold', [refused('good'), refusedByFolds], 'POLICY_REFUSES'],
    ['for its type', [{type: 'made.up', data: {}, actor: nobody}], 'POLICY_REFUSES'],
    ['as a second beginning', [{type: 'ledger.opened', data: {}, actor: nobody}], 'POLICY_REFUSES'],
    ['for its form', [{...refused(), approved: 99}], 'POLICY_REFUSES'],
    ['for its actor', [{...refused(), actor: {person: 'alice', evidence: 'stated'}}], 'POLICY_REFUSES'],
  ])('%s', async (_name, drafts, code) => {
    await made.using(async (app) => {
      const before = everything(app)
      expect(await outcome(() => app.ledger.append(drafts))).toBe(code)
      expect(everything(app)).toEqual(before)
      expect(app.ledger.appended).toBe(0)
      expect(app.ledger.failure).toMatchObject({code})
      await app.ledger.append([refused()])
      expect(app.ledger.size).toBe(4)
    })
    expect(verified(made.world).problems).toEqual([])
  })

  test('an entry longer than an entry may be is our bug, and is not written', async () => {
    await made.using(async (app) => {
      const before = everything(app)
      await expect(app.ledger.append([refused('x'.repeat(70_000))])).rejects.toThrow('at most 65535')
      expect(everything(app)).toEqual(before)
    })
  })

  test('a clock that is more than two minutes behind the last entry is CLOCK_BEHIND', async () => {
    let now = new Date('2030-01-01T00:10:00.000Z')
    const clock = await makeLedger({people: 1, now: () => now})
    await clock.using(async (app) => {
      const before = everything(app)
      now = new Date('2030-01-01T00:07:59.999Z')
      expect(await outcome(() => app.ledger.append([refused()]))).toBe('CLOCK_BEHIND')
      expect(everything(app)).toEqual(before)
      now = new Date('2030-01-01T00:08:00.000Z')
      await app.ledger.append([refused()])
      expect(app.ledger.size).toBe(3)
    })
    clock.remove()
  })
})

describe('a commit that fails', () => {
  test('half-way gives STORAGE and claims nothing; opened anew, the ledger goes on', async () => {
    const {home} = made.world
    const inTheWay = (statement: string): void => {
      const db = new Database(join(home, 'ledger.db'))
      db.exec(statement)
      db.close()
    }
    await made.using(async ({ledger}) => {
      const before = counted(home)
      // The checkpoint is written after entries, openings and blobs: none of them may stay.
      inTheWay("CREATE TRIGGER stop BEFORE INSERT ON checkpoints BEGIN SELECT RAISE(ABORT, 'no'); END")
      expect(await outcome(() => ledger.append([refused(), refused()]))).toBe('STORAGE')
      expect(counted(home)).toEqual(before)
      expect(ledger.appended).toBe(0)
      inTheWay('DROP TRIGGER stop')
      // The connection is dead: nothing more goes over it, and it says so.
      expect(await outcome(() => ledger.append([refused()]))).toBe('STORAGE')
    })
    await made.using(async ({ledger}) => {
      expect(ledger.size).toBe(3)
      await ledger.append([refused()])
    })
    expect(verified(made.world)).toMatchObject({problems: [], entries: 4})
  })

  test('because the machine’s memory of the last head cannot be written says that the entry is there', async () => {
    await made.using(async (app) => {
      const {fingerprint} = app.ledger.view.facts
      const head = join(made.world.state, 'writers', `${fingerprint}.head`)
      rmSync(head)
      mkdirSync(head)
      let changed: boolean | undefined
      try {
        await app.ledger.append([refused()])
      } catch (error) {
        changed = (error as {changed?: boolean}).changed
      }
      expect(changed).toBe(true)
      expect(app.ledger.size).toBe(4)
      rmSync(head, {recursive: true})
      await app.ledger.append([refused()])
    })
    expect(verified(made.world)).toMatchObject({problems: [], entries: 5})
  })
})

describe('two that write one ledger', () => {
  test('take in what the other wrote, and judge by it', async () => {
    const [one, two] = [made.open(), made.open()]
    for (let turn = 0; turn < 3; turn += 1) {
      const [a] = await one.ledger.append([refused(`one ${turn}`)])
      const [b] = await two.ledger.append([refused(`two ${turn}`)])
      expect(b?.prev).toBe(a?.leaf)
    }
    expect(two.ledger.size).toBe(9)
    expect(two.ledger.view.entry(7)?.data['operation']).toBe('one 2')
    expect(one.ledger.size).toBe(8)
    await one.close()
    await two.close()
    expect(verified(made.world)).toMatchObject({problems: [], entries: 9})
  })

  test('append at the same moment one after the other', async () => {
    const apps = Array.from({length: 4}, () => made.open())
    await Promise.all(apps.map((app) => app.ledger.append([refused(), refused()])))
    for (const app of apps) await app.close()
    expect(verified(made.world)).toMatchObject({problems: [], entries: 3 + 8})
  })

  test('stop at what someone else put there behind their back', async () => {
    const app = made.open()
    expect(app.ledger.size).toBe(3)
    behind(made.world.home, (db) => {
      const {bytes} = db.prepare('SELECT bytes FROM entries WHERE seq = 2').get() as {bytes: Buffer}
      db.prepare('INSERT INTO entries VALUES (3, ?, ?)').run(Buffer.alloc(32), bytes)
    })
    expect(await outcome(() => app.ledger.append([refused()]))).toBe('LEDGER_TAMPERED')
    await app.close()
  })
})

describe('side tables', () => {
  test('stand as a rebuild would write them', async () => {
    await made.using(({ledger}) => {
      const db = new Database(join(made.world.home, 'ledger.db'), {readonly: true})
      const rows = db.prepare('SELECT fold, id, row FROM side ORDER BY id').all() as {
        fold: string
        id: string
        row: Buffer
      }[]
      db.close()
      const rebuilt = new Replay(folds, {
        bytes: (seq) => ledger.store.row(seq)?.bytes,
        blob: (sha256) => ledger.store.blob(sha256),
        opening: (commitment) => ledger.store.opening(commitment),
      })
      for (const {bytes} of ledger.store.rows(0, 100)) rebuilt.step(bytes)
      const wanted = [...rebuilt.table()].map(({fold, id, row}) => ({fold, id, row: Buffer.from(row)}))
      expect(rows).toEqual(wanted.sort((a, b) => (a.id < b.id ? -1 : 1)))
      expect(rows.map(({id}) => id)).toEqual([...ledger.of(custodyFold).roster.keys()].sort())
    })
  })
})

describe('founding', () => {
  const founding = {organisation: 'example.com', data: {}, actor: nobody}

  test.each(['', 'a/b', 'exa mple', 'a+b', 'x'.repeat(101), 'line\nbreak'])(
    'an organisation that cannot be part of a name is refused: %j',
    async (organisation) => {
      const app = made.open()
      expect(await outcome(() => foundLedger(app.ledgerWorld, {...founding, organisation}))).toBe('USAGE')
      await app.close()
    },
  )

  test('over an existing ledger is refused, and leaves it alone', async () => {
    const app = made.open()
    expect(await outcome(() => foundLedger(app.ledgerWorld, founding))).toBe('EXISTS')
    await app.close()
    expect(verified(made.world)).toMatchObject({problems: [], entries: 3})
  })

  test('in a folder that others look into is refused', async () => {
    const {remove, ...world} = emptyWorld()
    mkdirSync(world.home, {recursive: true})
    chmodSync(world.home, 0o755)
    const app = made.open()
    expect(await outcome(() => foundLedger({...app.ledgerWorld, home: world.home}, founding))).toBe(
      'UNSAFE_FILE',
    )
    await app.close()
    remove()
  })

  test('makes files that only their owner reads', () => {
    const {mode} = statSync(join(made.world.home, 'ledger.db'))
    expect(mode & 0o777).toBe(0o600)
  })
})
