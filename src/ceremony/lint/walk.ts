/** The steps in their order, in a model of the room: what could not be done, or would be left open. */
import {keysFold} from '../../keys/index.ts'
import type {View} from '../../ledger/index.ts'
import {firstState} from '../materials.ts'
import {brings} from '../step.ts'
import {kindOf} from '../steps/index.ts'
import {sharesFold} from '../../shares/index.ts'
import {World, type KnownKey, type KnownSet} from '../world/index.ts'
import type {Remark, Script} from './script.ts'

export function walkThrough(script: Script, view: Pick<View, 'of'> | null): readonly Remark[] {
  const {steps, template} = script
  const {materials} = template
  const found: Remark[] = []
  const world = new World(
    steps.map(({step}) => step),
    {
      things: materials.map((one) => ({
        id: one.id,
        kind: one.kind,
        state: firstState(one, materials),
        bag: one.in ?? null,
        profile: one.profile ?? null,
      })),
      key: keysBefore(script, view),
      set: setsBefore(script, view),
    },
    (step, field, rule, message) => {
      const {path, number} = steps.find((one) => one.step === step) ?? {path: [], number: '?'}
      found.push({rule, path: [...path, ...field], message: `step ${number} "${step.id}": ${message}`})
    },
  )
  for (const {step} of steps) {
    world.begin(step)
    kindOf(step).plan(world, step)
    world.end(step)
  }
  world.finish()
  return found
}

/** Sets that were there before. Nothing is known of one that only a parameter without value names, nor of any without a ledger. */
function setsBefore(script: Script, view: Pick<View, 'of'> | null): (name: string) => KnownSet {
  const guessed = new Set(
    script.steps.flatMap(({step, path}) =>
      'set' in step && !script.knows([...path, 'set']) ? [step.set] : [],
    ),
  )
  return (name) => {
    if (view === null || guessed.has(name)) return null
    const sets = [...view.of(sharesFold).sets.values()].filter((one) => one.name === name)
    return sets.some((one) => one.void === null) ? 'recovers' : 'none'
  }
}

/** Keys that were there before. Nothing is known of one that only a parameter without value names, nor, without a ledger, of any that a template names which makes none. */
function keysBefore(script: Script, view: Pick<View, 'of'> | null): (name: string) => KnownKey | null {
  const {steps} = script
  const unknown: KnownKey = {profile: '', state: null, proved: false}
  const guessed = new Set(
    steps.flatMap(({step, path}) =>
      'key' in step && step.key !== undefined && !script.knows([...path, 'key']) ? [step.key] : [],
    ),
  )
  const makesNone = !steps.some(({step}) => brings(step))
  return (name) => {
    if (guessed.has(name) || (view === null && makesNone)) return unknown
    const key = view?.of(keysFold).keys.get(name)
    if (key === undefined) return null
    const version = key.versions.find((one) => one.version === key.primary)
    return {
      profile: key.profile,
      state: version?.state ?? 'destroyed',
      proved: version?.tried?.ok === true,
    }
  }
}
