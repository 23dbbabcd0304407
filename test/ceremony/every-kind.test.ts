/** Every kind of step is broken off at its boundaries and inside: whatever was lost, the transcript holds each step once. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {KeyriteError} from '../../src/base/errors.ts'
import {certificatesFold, certificatesOf} from '../../src/certificates/index.ts'
import {resume, walk} from '../../src/ceremony/engine.ts'
import {Aside, type Room} from '../../src/ceremony/room.ts'
import {statusOfCeremony} from '../../src/ceremony/state.ts'
import {stepKinds} from '../../src/ceremony/steps/index.ts'
import {everyKindTemplate, typedInEveryKind} from './every-kind.ts'
import {failing, PowerCut, shapeOf} from './power-cut.ts'
import {
  ceremonyIn,
  contextIn,
  expectWhole,
  makeHouse,
  openIn,
  problemsOf,
  willing,
  type House,
} from './room.ts'

let house: House
let whole: string[]
beforeAll(async () => {
  house = await makeHouse()
  whole = await house.using(async (app) => {
    const id = await open(app)
    await walk(contextIn(house, app, id, {room: roomIn(app, id)}))
    return shapeOf(app, id)
  })
})
afterAll(() => {
  house.remove()
})

const slow = process.env['SLOW'] === '1'
let keys = 0
const open = (app: App): Promise<string> =>
  openIn(house, app, {key: `key-${++keys}`, template: everyKindTemplate})

/** Somebody says at the picture that it is done otherwise, and again if that was lost. */
function roomIn(app: App, id: string): Room {
  const room = willing(house)
  return {
    ...room,
    text: async (step, field) => {
      if (step === 'picture' && ceremonyIn(app, id).deviations.length === 0) throw new Aside('deviation')
      return typedInEveryKind[field] ?? 'something'
    },
    otherwise: async ([first, second]) => ({
      ...{what: 'two pictures', why: 'one was blurred'},
      ...{decidedBy: first?.id ?? '', agreedBy: [second?.id ?? '']},
    }),
  }
}

test('the template here has every kind of step that there is, but for those on shares, on keys from outside and on keys in use, which have tests of their own', async () => {
  await house.using((app) => {
    const [id = ''] = [
      ...new Set(
        Array.from({length: app.ledger.size}, (_, seq) => app.ledger.view.entry(seq)?.ceremony ?? ''),
      ),
    ].filter((one) => one !== '')
    const kinds = new Set(ceremonyIn(app, id).done.map(({kind}) => kind))
    const missing = [...stepKinds.keys()].filter((kind) => !kinds.has(kind))
    const elsewhere = /^shares?\.|^key\.(?:import|rotate|destroy)$/
    expect(missing.filter((kind) => !elsewhere.test(kind))).toEqual(['sign-off'])
  })
})

test.each(['before', 'after'] as const)(
  'a power cut %s each entry in turn, in one ceremony: each step is done once, and one key, certificate and request are made',
  async (when) => {
    const id = await house.using(open)
    let cuts = 0
    for (let more = true; more;) {
      // Opened anew after every cut, or in a short run after every eighth.
      more = await house.using(async (app) => {
        for (const start = cuts; cuts - start < (slow ? 1 : 8);) {
          // Each time it comes one entry further than before. One says that it goes on: it is not the one that is cut at.
          const nth = (when === 'before' ? 2 : 1) + (cuts === 0 ? 0 : 1)
          const broken = {room: roomIn(app, id), app: {ledger: failing(app.ledger, nth, when)}}
          try {
            await (cuts === 0 ? walk : resume)(contextIn(house, app, id, broken))
          } catch (error) {
            if (!(error instanceof PowerCut)) throw error
            cuts++
          }
          if (statusOfCeremony(ceremonyIn(app, id)) === 'signed-off') return false
        }
        return true
      })
    }
    expect(cuts).toBeGreaterThan(60)
    await house.using((app) => {
      expect(shapeOf(app, id)).toEqual(whole)
      expect(certificatesOf(app.ledger.of(certificatesFold), `key-${keys}`).map(({form}) => form)).toEqual([
        'self-signed',
        'request',
      ])
    })
    await expectWhole(
      house,
      id,
      `key-${keys}`,
      new Set(whole.filter((one) => one.startsWith('step.done'))).size + 1,
    )
    expect(problemsOf(house)).toEqual([])
  },
  120_000,
)

test('a room that gives up at every question of every step, and at its beginning, comes to the same transcript', async () => {
  const id = await house.using(open)
  const given = new Set<string>()
  const left = (where: string): void => {
    if (given.has(where)) return
    given.add(where)
    throw new KeyriteError('CANCELLED', 'cancelled')
  }
  await house.using(async (app) => {
    const room = roomIn(app, id)
    const leaving: Room = {
      ...room,
      begin: ({id: step}) => {
        left(step)
      },
      confirm: async (step, question) => (left(`${step} ${question}`), room.confirm(step, question)),
      text: async (step, field, question) => (left(`${step} ${field}`), room.text(step, field, question)),
      decide: async (step, person) => (left(`${step} ${person.id}`), room.decide(step, person)),
      signer: async (person, what) => (left(`${what.slice(0, 9)} ${person.id}`), room.signer(person, what)),
      rest: async () => {
        left('pause')
      },
    }
    let stops = 0
    for (let more = true; more;) {
      const context = contextIn(house, app, id, {room: leaving})
      more = await (stops === 0 ? walk(context) : resume(context)).then(
        () => false,
        (error: unknown) => {
          if (!(error instanceof KeyriteError && error.code === 'CANCELLED')) throw error
          stops++
          return true
        },
      )
    }
    expect(stops).toBe(given.size)
    expect(stops).toBeGreaterThan(50)
    expect(shapeOf(app, id)).toEqual(whole)
  })
  expect(problemsOf(house)).toEqual([])
}, 120_000)
