import {afterAll, beforeAll, expect, test} from '@jest/globals'
import fc from 'fast-check'
import type {VersionRef} from '../../../src/providers/ports.ts'
import {described, intent, labelled, outcome, specOf} from '../support.ts'
import {LocalBench} from './bench.ts'

let bench: LocalBench
beforeAll(async () => {
  bench = await new LocalBench().create()
})
afterAll(async () => bench.close())

/** What the token should think of one version: written down apart from the token's own tables. */
interface Model {
  readonly ref: VersionRef
  state: string
  /** The day of destruction. */
  due: number | null
}

const which = fc.nat({max: 3})
const step = fc.oneof(
  fc.record({
    do: fc.constant('set' as const),
    which,
    to: fc.constantFrom('probe' as const, 'enabled' as const, 'historic' as const, 'disabled' as const),
  }),
  fc.record({do: fc.constant('schedule' as const), which, days: fc.integer({min: -1, max: 4})}),
  fc.record({do: fc.constant('cancel' as const), which}),
  fc.record({do: fc.constant('rotate' as const), which}),
  fc.record({do: fc.constant('wait' as const), days: fc.integer({min: 1, max: 3})}),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Carries out one step on both. @returns what the token answered and what the model says it should. */
async function take(one: Step, models: Model[], day: {now: number}): Promise<[string, string]> {
  const {life} = bench.open
  if (one.do === 'wait') {
    bench.forward(one.days)
    day.now += one.days
    for (const model of models)
      if (model.state === 'destruction-pending' && model.due !== null && model.due <= day.now)
        model.state = 'destroyed'
    return ['ok', 'ok']
  }
  const model = models[one.which % models.length]
  if (model === undefined) throw new Error('no version')
  const gone = model.state === 'destroyed' || model.state === 'destruction-pending'
  if (one.do === 'set') {
    const answer = await outcome(life.setAvailability(model.ref, one.to))
    if (!gone) model.state = one.to
    return [answer, gone ? 'KEY_STATE' : 'ok']
  }
  if (one.do === 'schedule') {
    const answer = await outcome(life.scheduleDestruction(model.ref, one.days))
    if (one.days >= 0 && !gone) {
      model.state = one.days === 0 ? 'destroyed' : 'destruction-pending'
      model.due = day.now + one.days
    }
    return [answer, one.days < 0 ? 'UNSUPPORTED' : 'ok']
  }
  if (one.do === 'cancel') {
    const pending = model.state === 'destruction-pending'
    const answer = await outcome(life.cancelDestruction(model.ref))
    if (pending) [model.state, model.due] = ['disabled', null]
    return [answer, pending ? 'ok' : 'KEY_STATE']
  }
  const dead = models.every(({state}) => state === 'destroyed' || state === 'destruction-pending')
  const answer = await outcome(async () => {
    models.push({ref: await life.rotate(model.ref.key, intent()), state: 'probe', due: null})
  })
  return [answer, dead ? 'KEY_STATE' : 'ok']
}

test('whatever is done in whatever order, the token and a model of it agree', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, {maxLength: 12}), async (steps) => {
      const day = {now: 0}
      const models: Model[] = [
        {ref: await bench.open.store.create(specOf('ed25519'), intent()), state: 'probe', due: null},
      ]
      let generation = (await bench.open.evidence.generation()) ?? 0
      for (const one of steps) {
        const [answer, wanted] = await take(one, models, day)
        expect(answer).toBe(wanted)
        for (const {ref, state} of models) {
          expect((await described(bench.open.store, ref)).availability).toBe(state)
          expect(await outcome(bench.open.use.sign(ref, Buffer.from('real')))).toBe(
            state === 'enabled' ? 'ok' : 'KEY_STATE',
          )
          const probing = state === 'enabled' || state === 'probe'
          expect(await outcome(bench.open.use.sign(ref, labelled('p')))).toBe(probing ? 'ok' : 'KEY_STATE')
        }
        const now = (await bench.open.evidence.generation()) ?? 0
        expect(now).toBeGreaterThanOrEqual(generation)
        generation = now
      }
    }),
    {seed: 20_261_124, numRuns: process.env['SLOW'] === '1' ? 400 : 25},
  )
  await bench.reopen(await bench.open.evidence.generation())
}, 600_000)
