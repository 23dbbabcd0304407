/** Steps on shares are broken off at every entry, and at every question: each step once, nothing lost, no share of two sets. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {KeyriteError} from '../../src/base/errors.ts'
import {abort, resume, walk} from '../../src/ceremony/engine.ts'
import {leftBehind} from '../../src/ceremony/left-behind.ts'
import {lint} from '../../src/ceremony/lint.ts'
import {openCeremony} from '../../src/ceremony/open.ts'
import type {Room, ShareRoom} from '../../src/ceremony/room.ts'
import {statusOfCeremony} from '../../src/ceremony/state.ts'
import {parseTemplate} from '../../src/ceremony/template.ts'
import {duties} from '../../src/duties/index.ts'
import type {Provider, VersionRef} from '../../src/providers/ports.ts'
import {StandInShares} from '../../src/rehearsal/escrow.ts'
import {findSet, sharesFold, statusOfSet} from '../../src/shares/index.ts'
import {ceremonyApp} from '../../src/ui/ceremony.ts'
import {escrowTemplate} from './escrow-template.ts'
import type {Ledger} from '../../src/ledger/index.ts'
import {instead, PowerCut, shapeOf} from './power-cut.ts'
import {ceremonyIn, contextIn, makeHouse, problemsOf, willing, type House} from './room.ts'

let house: House
let whole: string[]
let rooms = 0
beforeAll(async () => {
  house = await makeHouse()
  whole = await house.using(async (app) => {
    const id = await open(app)
    await walk(contextIn(house, app, id, {room: roomIn(app)}))
    return shapeOf(app, id)
  })
}, 60_000)
afterAll(() => {
  house.remove()
})

const slow = process.env['SLOW'] === '1'
const holders = ['carol', 'dan', 'erin', 'alice']

const open = (app: App): Promise<string> =>
  openCeremony(ceremonyApp(app), {
    loaded: parseTemplate(Buffer.from(escrowTemplate), 'escrow.yaml'),
    values: new Map<string, string | readonly string[]>([
      ['set', `set-${++rooms}`],
      ['key', `recovered-${rooms}`],
      ['holders', holders],
    ]),
    participants: {operator: ['frank'], custodian: ['alice', 'carol', 'dan', 'erin']},
    answersFile: true,
  })

/** The holders keep what they were given, whatever happens to the machine. */
function roomIn(app: App, shares: ShareRoom = new StandInShares(app.world.random).room(null)): Room {
  return {...willing(house), shares}
}

/** Every step once; one set that stands, all others void; nothing owed twice. */
async function expectRight(id: string): Promise<void> {
  await house.using((app) => {
    const {done, sets, keys, signOff} = ceremonyIn(app, id)
    expect(done.map(({step}) => step)).toEqual(
      whole.filter((one) => one.startsWith('step.done')).map((one) => one.slice('step.done '.length)),
    )
    expect(signOff).not.toBeNull()
    expect(keys).toHaveLength(1)
    const all = sets.flatMap((set) => app.ledger.of(sharesFold).sets.get(set) ?? [])
    const standing = all.filter((one) => one.void === null)
    expect(standing.map(statusOfSet)).toEqual(['held'])
    expect(standing[0]?.recoveries).toHaveLength(2)
    expect(all.slice(0, -1).every((one) => one.void !== null)).toBe(true)
    const sources = [...app.ledger.of(duties).values()].map(({source, name}) => `${source ?? ''} ${name}`)
    expect(new Set(sources).size).toBe(sources.length)
  })
  expect(problemsOf(house)).toEqual([])
}

test('the template here could be followed, and its ceremony leaves what it must', async () => {
  expect(lint(parseTemplate(Buffer.from(escrowTemplate), 'x'), new Map(), null, null)).toEqual([])
  await house.using((app) => {
    const owed = [...app.ledger.of(duties).values()].map(({name}) => name).sort()
    expect(owed).toEqual([
      ...['recovery-post-mortem', 'recovery-post-mortem'],
      ...['share-drill', 'share-drill'],
    ])
    const [set] = app.ledger.of(sharesFold).sets.values()
    expect(set === undefined ? '' : statusOfSet(set)).toBe('held')
  })
  expect(problemsOf(house)).toEqual([])
})

/** What is recorded of shares, in the order of the steps: each is lost once, or right after it was recorded. */
const recorded = [
  'shares.split',
  'shares.given',
  'shares.void',
  'quorum.opened',
  'shares.receipt',
  'shares.drill.opened',
  'shares.combine.intended',
  'shares.combined',
  'key.import.intended',
  'key.imported',
  'duty.opened',
]

test.each(slow ? (['before', 'after'] as const) : (['after'] as const))(
  'a power cut %s each kind of entry on shares, in one ceremony: each step is done once, what was split in part is void, and people sign for it anew',
  async (when) => {
    const id = await house.using(open)
    const memory = await house.using((app) => new StandInShares(app.world.random).room(null))
    const cut = new Map<string, number>()
    const most = slow ? 2 : 1
    const wired = (ledger: Ledger): Ledger =>
      instead(ledger, 'append', async (drafts: Parameters<Ledger['append']>[0]) => {
        const [first] = typeof drafts === 'function' ? drafts() : drafts
        const type = first?.type ?? ''
        const now = recorded.includes(type) && (cut.get(type) ?? 0) < most
        if (now) cut.set(type, (cut.get(type) ?? 0) + 1)
        if (now && when === 'before') throw new PowerCut()
        const entries = await ledger.append(drafts)
        if (now) throw new PowerCut()
        return entries
      })
    await house.using(async (app) => {
      const context = contextIn(house, app, id, {
        room: roomIn(app, memory),
        app: {ledger: wired(app.ledger)},
      })
      for (let begun = false; statusOfCeremony(ceremonyIn(app, id)) !== 'signed-off'; begun = true)
        await (begun ? resume : walk)(context).catch((error: unknown) => {
          if (!(error instanceof PowerCut)) throw error
        })
    })
    expect([...cut.keys()].sort()).toEqual([...recorded].sort())
    await expectRight(id)
  },
  180_000,
)

describe('shares that are cut off while they are given out', () => {
  test('are void with their set; the next run says so, asks people again, and gives all of them anew', async () => {
    const said: string[] = []
    const id = await house.using(open)
    const memory = await house.using((app) => new StandInShares(app.world.random).room(null))
    let given = 0
    const dropping: ShareRoom = {
      ...memory,
      toSplit: async (at, wants) => {
        const hands = await memory.toSplit(at, wants)
        return {
          ...hands,
          give: async (handing) => {
            if (++given === 3) throw new KeyriteError('CANCELLED', 'cancelled')
            return hands.give(handing)
          },
        }
      },
    }
    await house.using(async (app) => {
      const room = {...roomIn(app, dropping), say: (lines: readonly string[]) => said.push(...lines)}
      await expect(walk(contextIn(house, app, id, {room}))).rejects.toMatchObject({code: 'CANCELLED'})
      expect(ceremonyIn(app, id).sets.map((set) => app.ledger.of(sharesFold).sets.get(set)?.void)).toEqual([
        expect.objectContaining({reason: 'refused'}),
      ])
      await resume(contextIn(house, app, id, {room}))
    })
    expect(said.join('\n')).toMatch(/is void: it was broken off before every share was given out/)
    expect(given).toBe(3 + holders.length)
    await expectRight(id)
  }, 120_000)
})

test('a holder who has not brought their share is named as missing, and signs later from elsewhere', async () => {
  const id = await house.using(open)
  await house.using(async (app) => {
    const memory = new StandInShares(app.world.random).room(null)
    const without: ShareRoom = {
      ...memory,
      own: async (at, set, holder, person) =>
        person.address?.startsWith('dan') === true ? null : memory.own(at, set, holder, person),
    }
    await walk(contextIn(house, app, id, {room: roomIn(app, without)}))
    const {done} = ceremonyIn(app, id)
    const results = done.filter(({kind}) => kind === 'shares.receive' || kind === 'share.check')
    expect(results.map(({result}) => [result['received'], (result['missing'] as string[]).length])).toEqual([
      [3, 1],
      [3, 1],
    ])
  })
  expect(problemsOf(house)).toEqual([])
}, 120_000)

test('a recovery that was begun in a ceremony which was then ended is named as left behind, and is in the way of no other', async () => {
  const memory = await house.using((app) => new StandInShares(app.world.random).room(null))
  await house.using(async (app) => {
    const id = await open(app)
    const cut = (ledger: Ledger): Ledger =>
      instead(ledger, 'append', async (drafts: Parameters<Ledger['append']>[0]) => {
        const entries = await ledger.append(drafts)
        if (entries.some(({type}) => type === 'shares.combine.intended')) throw new PowerCut()
        return entries
      })
    const room = roomIn(app, memory)
    await expect(walk(contextIn(house, app, id, {room, app: {ledger: cut(app.ledger)}}))).rejects.toThrow(
      PowerCut,
    )
    const set = findSet(app.ledger, `set-${rooms}`)
    expect([...app.ledger.of(sharesFold).open.values()].map((one) => one.set)).toEqual([set.set])
    expect(leftBehind({app: ceremonyApp(app), id}).map(({what}) => what)).toEqual([
      `4 of 4 shares of set "${set.name}" (${set.set.slice(0, 8)}) with their holders: they open what was escrowed`,
      `a recovery of set ${set.set.slice(0, 8)} that was begun: nothing came of it that was recorded`,
    ])
    await abort({app: ceremonyApp(app), id}, 'the lights went out')
    expect([...app.ledger.of(sharesFold).open.values()]).toEqual([])
    // Another ceremony recovers the same set, by what its people approve.
    const lines = escrowTemplate.split('\n')
    const only = lines.filter(
      (line) => !/- \{id: (?:approve-)?(?:split|key|to-key|receive|check|verify)[,:]/.test(line),
    )
    const next = await openCeremony(ceremonyApp(app), {
      loaded: parseTemplate(
        Buffer.from(only.filter((line) => !/^ {2}(?:key|holders):/.test(line)).join('\n')),
        'again.yaml',
      ),
      values: new Map([['set', set.name]]),
      participants: {operator: ['frank'], custodian: ['alice', 'carol', 'dan', 'erin']},
      answersFile: true,
    })
    await walk(contextIn(house, app, next, {room}))
    expect(statusOfCeremony(ceremonyIn(app, next))).toBe('signed-off')
    expect(findSet(app.ledger, set.name).recoveries).toHaveLength(1)
  })
  expect(problemsOf(house)).toEqual([])
}, 120_000)

/** What the place says, changed on its way here. */
const lying: Readonly<Record<string, (there: Provider) => Provider>> = {
  'another scheme': (there) =>
    instead(
      there,
      'store',
      instead(there.store, 'describe', async (ref: VersionRef) => {
        const now = await there.store.describe(ref)
        return now === undefined ? now : {...now, spec: {...now.spec, scheme: 'rs256'}}
      }),
    ),
  'another key': (there) =>
    instead(
      there,
      'use',
      instead(there.use, 'mac', async () => Buffer.alloc(32)),
    ),
}

test.each(Object.keys(lying))(
  'a place that has %s than was brought is not believed: the key is not accepted, and the ledger says so',
  async (what) => {
    const id = await house.using(open)
    await house.using(async (app) => {
      const provider = async (name: string): Promise<Provider> => {
        const there = await app.provider(name)
        return lying[what]?.(there) ?? there
      }
      await expect(
        walk(contextIn(house, app, id, {room: roomIn(app), app: {provider}})),
      ).rejects.toMatchObject({code: 'KEY_NOT_AS_PLANNED'})
      expect(ceremonyIn(app, id).keys).toEqual([])
      expect(shapeOf(app, id)).toContain('key.import.failed')
    })
    expect(problemsOf(house)).toEqual([])
  },
  120_000,
)

test('where nobody hands out shares, nothing is split', async () => {
  const id = await house.using(open)
  await house.using(async (app) => {
    await expect(walk(contextIn(house, app, id))).rejects.toMatchObject({code: 'UNSUPPORTED'})
    expect(ceremonyIn(app, id).sets).toEqual([])
  })
})
