/** A ceremony is broken off in every way at every step, and gone on with: each step is done once, and one key is made. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {KeyriteError} from '../../src/base/errors.ts'
import {abort, resume, walk} from '../../src/ceremony/engine.ts'
import {leftBehind} from '../../src/ceremony/left-behind.ts'
import type {Room} from '../../src/ceremony/room.ts'
import type {Provider} from '../../src/providers/ports.ts'
import {ceremonyApp} from '../../src/ui/ceremony.ts'
import {failing, instead, PowerCut, shapeOf} from './power-cut.ts'
import {
  ceremonyIn,
  contextIn,
  expectWhole,
  makeHouse,
  openIn,
  problemsOf,
  shortTemplate,
  willing,
  type House,
} from './room.ts'

let house: House
let whole: string[]
beforeAll(async () => {
  house = await makeHouse()
  whole = await house.using(async (app) => {
    const id = await openIn(house, app, {key: 'key-0', template: shortTemplate})
    await walk(contextIn(house, app, id))
    await expectWhole(house, id, 'key-0', 9)
    return shapeOf(app, id)
  })
})
afterAll(() => {
  house.remove()
})

let keys = 0
const nextKey = (): string => `key-${++keys}`

test('a room that gives up before every step comes to the same transcript', async () => {
  const key = nextKey()
  const id = await house.using((app) => openIn(house, app, {key, template: shortTemplate}))
  const given = new Set<string>()
  const leaving: Room = {
    ...willing(house),
    begin: ({id: step}) => {
      if (given.has(step)) return
      given.add(step)
      throw new KeyriteError('CANCELLED', 'cancelled')
    },
  }
  await house.using(async (app) => {
    await expect(walk(contextIn(house, app, id, {room: leaving}))).rejects.toMatchObject({code: 'CANCELLED'})
    for (let more = true; more;)
      more = await resume(contextIn(house, app, id, {room: leaving})).then(
        () => false,
        () => true,
      )
    expect(shapeOf(app, id)).toEqual(whole)
    const {notes} = ceremonyIn(app, id)
    expect(notes.filter(({what}) => what === 'stopped')).toHaveLength(given.size)
    expect(notes.filter(({what}) => what === 'resumed')).toHaveLength(given.size)
  })
  await expectWhole(house, id, key, 9)
})

// The appends of a walk are those of the whole, but for the opening. By default those around the key and the sign-off.
const slow = process.env['SLOW'] === '1'
const telling = /^(?:key\.create\.intended|key\.created|quorum\.met|signoff)/

test.each(['before', 'after'] as const)(
  'a power cut %s an append was committed leaves each step done once, and one key',
  async (when) => {
    const points = whole.flatMap((what, nth) => (nth > 0 && (slow || telling.test(what)) ? [nth] : []))
    const chosen = slow ? points : points.filter((nth) => whole.indexOf(whole[nth] ?? '') === nth)
    expect(chosen.length).toBeGreaterThan(3)
    await house.using(async (app) => {
      // The last signature ends the ceremony: after it there is nothing to resume.
      for (const nth of chosen.filter((one) => when === 'before' || one < whole.length - 1)) {
        const key = nextKey()
        const id = await openIn(house, app, {key, template: shortTemplate})
        const broken = {app: {ledger: failing(app.ledger, nth, when)}}
        await expect(walk(contextIn(house, app, id, broken))).rejects.toThrow(PowerCut)
        await resume(contextIn(house, app, id))
        expect([whole[nth], shapeOf(app, id)]).toEqual([whole[nth], whole])
        const {store} = await app.provider('main')
        let made = 0
        for await (const {spec} of store.list()) if (spec.label === key) made++
        expect(made).toBe(1)
      }
    })
    expect(problemsOf(house)).toEqual([])
  },
  300_000,
)

test.each(['before', 'after'] as const)(
  'a provider that dies %s making the key leaves one key',
  async (when) => {
    const key = nextKey()
    await house.using(async (app) => {
      const id = await openIn(house, app, {key, template: shortTemplate})
      const real = await app.provider('main')
      let dead = false
      const store = instead(
        real.store,
        'create',
        async (...args: Parameters<Provider['store']['create']>) => {
          if (when === 'after') await real.store.create(...args)
          dead = true
          throw new KeyriteError('PROVIDER_UNREACHABLE', 'the cable was pulled')
        },
      )
      const provider = {...real, use: real.use, life: real.life, evidence: real.evidence, store} as Provider
      const context = contextIn(house, app, id, {app: {provider: async () => provider}})
      await expect(walk(context)).rejects.toMatchObject({code: 'PROVIDER_UNREACHABLE', exit: 7})
      expect(dead).toBe(true)
      expect(ceremonyIn(app, id)).toMatchObject({stopped: true})
      // Nobody can tell yet whether it was made: whoever ends the ceremony now is told so.
      expect(leftBehind({app: ceremonyApp(app), id}).map(({what}) => what)).toEqual([
        expect.stringMatching(new RegExp(`"${key}".*not known`)),
      ])
      await resume(contextIn(house, app, id))
      expect(shapeOf(app, id)).toEqual(whole)
    })
    await house.using(async (app) => {
      const id =
        [
          ...new Set(Array.from({length: app.ledger.size}, (_, seq) => app.ledger.view.entry(seq)?.ceremony)),
        ].at(-1) ?? ''
      await expectWhole(house, id, key, 9)
    })
  },
)

test('whoever is missing when it goes on is missing in the record; a role without its people refuses', async () => {
  await house.using(async (app) => {
    const id = await openIn(house, app, {key: nextKey(), template: shortTemplate})
    const {size} = app.ledger
    const but = (name: string): Room => ({
      ...willing(house),
      present: async (people) => people.filter((person) => person.name !== name),
      begin: () => {
        throw new KeyriteError('CANCELLED', 'cancelled')
      },
    })
    const missing = resume(contextIn(house, app, id, {room: but('Grace')}))
    await expect(missing).rejects.toMatchObject({
      code: 'POLICY_REFUSES',
      message: expect.stringContaining('"witness" takes 3, and 2'),
    })
    expect(app.ledger.size).toBe(size)
    // Four custodians were named, and three are enough.
    await expect(resume(contextIn(house, app, id, {room: but('Frank')}))).rejects.toMatchObject({
      code: 'CANCELLED',
    })
    const resumed = app.ledger.view.entry(size)
    expect(resumed?.type).toBe('ceremony.resumed')
    expect(resumed?.data['present']).toHaveLength(8)
    await abort({app: ceremonyApp(app), id}, 'the test is over')
    await expect(walk(contextIn(house, app, id))).rejects.toMatchObject({code: 'CEREMONY_STATE', exit: 5})
  })
})

test('a resumed sign-off shows the root that was signed, and asks only whose signature is missing', async () => {
  await house.using(async (app) => {
    const id = await openIn(house, app, {key: nextKey(), template: shortTemplate})
    const said: string[] = []
    const asked: string[] = []
    const room = (absent: string): Room => ({
      ...willing(house),
      say: (lines) => void said.push(...lines.filter((line) => line.includes('transcript is closed'))),
      signer: async (person, what) => {
        if (what === 'the transcript') asked.push(person.name ?? '')
        return person.name === absent ? null : willing(house).signer(person, what)
      },
    })
    await walk(contextIn(house, app, id, {room: room('Grace')}))
    asked.length = 0
    await resume(contextIn(house, app, id, {room: room('')}))
    expect(asked).toEqual(['Grace'])
    expect(said).toHaveLength(2)
    expect(said[1]).toBe(said[0])
  })
})
