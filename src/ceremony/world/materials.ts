/** Where each thing lies, and in which state: bags, devices, media, safes. */
import {materialRules, type MaterialKind, type MaterialState} from '../materials.ts'
import type {BagStep, Step, StepBase} from '../step.ts'
import type {Room} from './room.ts'

/** A material before the first step. */
export interface Thing {
  readonly id: string
  readonly kind: MaterialKind
  readonly state: MaterialState
  /** The bag that it lies in. */
  readonly bag: string | null
  /** The profile that speaks to this device, where it is one. */
  readonly profile: string | null
}

interface Now {
  readonly thing: Thing
  state: MaterialState
  bag: string | null
  /** The step that changed it last. */
  by: StepBase | null
}

/** For each action the state that the bag must be in, and the one that it leaves. */
const actions = {
  seal: {from: ['new'], to: 'sealed'},
  check: {from: ['sealed'], to: 'sealed'},
  open: {from: ['sealed'], to: 'open'},
  destroy: {from: ['open', 'new'], to: 'destroyed'},
} as const satisfies Record<BagStep['action'], {from: readonly MaterialState[]; to: MaterialState}>

function mend(action: BagStep['action'], state: MaterialState): string {
  if (state === 'new') return 'seal it first'
  if (state === 'destroyed') return 'take another one'
  if (state === 'sealed' && action === 'destroy') return 'cut it open first'
  return action === 'seal' ? 'a bag is sealed once: take a new one' : 'look at the steps before'
}

export class Materials {
  readonly #room: Room
  readonly #now: ReadonlyMap<string, Now>

  constructor(room: Room, things: readonly Thing[]) {
    this.#room = room
    this.#now = new Map(
      things.map((thing) => [thing.id, {thing, state: thing.state, bag: thing.bag, by: null}]),
    )
  }

  /** Before a step: what it needs is so. */
  demand(step: Step): void {
    for (const [id, state] of Object.entries(step.needs ?? {})) {
      const one = this.#now.get(id)
      if (one === undefined || one.state === state) continue
      this.#room.report(
        step,
        ['needs', id],
        'material-not-so',
        `"${id}" must be ${state}, and is ${told(one)}: put a step before it that leaves it ${state}`,
      )
      one.state = state // said once
      if (state !== 'in-bag') one.bag = null
    }
  }

  /** After a step: what it leaves becomes so, if it can. */
  leave(step: Step): void {
    for (const [id, state] of Object.entries(step.leaves ?? {})) {
      const one = this.#now.get(id)
      if (one === undefined) continue
      this.#change(step, one, state)
      one.state = state
      if (state !== 'in-bag') one.bag = null
      one.by = step
    }
  }

  handle(step: BagStep): void {
    const bag = this.#now.get(step.bag)
    if (bag?.thing.kind !== 'bag') return // said by the references
    const {from, to} = actions[step.action]
    if (!from.some((state) => state === bag.state))
      this.#room.report(
        step,
        ['bag'],
        'bag-state',
        `bag "${step.bag}" cannot be ${past[step.action]}: it is ${bag.state}: ${mend(step.action, bag.state)}`,
      )
    else if (step.action === 'seal') this.#fill(step)
    else if (step.action === 'open') this.#empty(step)
    bag.state = to
    bag.by = step
  }

  /** A device that a profile speaks to must be connected when the profile is used. */
  demandDevice(step: StepBase, profile: string): void {
    const devices = [...this.#now.values()].filter(({thing}) => thing.profile === profile)
    if (devices.length === 0 || devices.some(({state}) => state === 'connected' || state === 'logged-in'))
      return
    const [first] = devices
    if (first === undefined) return
    this.#room.report(
      step,
      ['kind'],
      'device-not-connected',
      `profile "${profile}" speaks to "${first.thing.id}", which is ${told(first)}: put a step before it that leaves it connected`,
    )
    first.state = 'connected' // said once
    first.bag = null
  }

  /** After the last step: nothing is left open. */
  finish(): void {
    for (const {thing, state, by} of this.#now.values()) {
      const {open} = materialRules[thing.kind]
      if (by === null || !open.includes(state) || (state === thing.state && thing.kind !== 'bag')) continue
      this.#room.report(
        by,
        thing.kind === 'bag' ? ['bag'] : ['leaves', thing.id],
        'left-open',
        `"${thing.id}" is left ${state} at the end: ${closing[state] ?? 'put it back'}`,
      )
    }
  }

  #change(step: Step, one: Now, state: MaterialState): void {
    const {id, kind} = one.thing
    const say = (rule: string, message: string): void => {
      this.#room.report(step, ['leaves', id], rule, message)
    }
    if (kind === 'bag' || state === 'in-bag') {
      say('bag-by-hand', `what is done to bags is a step of kind bag, where their numbers are recorded`)
      return
    }
    if (one.state === 'in-bag') {
      say('still-in-bag', `"${id}" is ${told(one)}: put a bag step before it that opens the bag`)
      return
    }
    const can = materialRules[kind].next[one.state] ?? []
    if (can.includes(state)) return
    say(
      'material-change',
      one.state === state
        ? `"${id}" is ${state} already: take this away, or look at the steps before`
        : `"${id}" cannot become ${state}: it is ${told(one)}${can.length === 0 ? '' : `, and can become ${can.join(' or ')}`}`,
    )
  }

  #fill(step: BagStep): void {
    if (step.contents === undefined)
      this.#room.report(
        step,
        ['action'],
        'bag-contents',
        'nothing is put into the bag: name the materials in contents',
      )
    for (const [at, id] of (step.contents ?? []).entries()) {
      const one = this.#now.get(id)
      if (one === undefined) continue
      const {bagged, first} = materialRules[one.thing.kind]
      const fits = bagged && (one.state === first || one.state === 'wiped')
      if (!fits)
        this.#room.report(
          step,
          ['contents', at],
          'bag-contents',
          bagged
            ? `"${id}" cannot go into the bag: it is ${told(one)}: put a step before it that leaves it ${first}`
            : `a ${one.thing.kind} does not go into a bag: take "${id}" out of contents`,
        )
      one.state = 'in-bag'
      one.bag = step.bag
      one.by = step
    }
  }

  #empty(step: BagStep): void {
    const inside = [...this.#now.values()].filter(({bag}) => bag === step.bag)
    const ids = inside.map(({thing}) => thing.id)
    for (const [at, id] of (step.contents ?? []).entries()) {
      const one = this.#now.get(id)
      if (one === undefined || ids.includes(id)) continue
      this.#room.report(
        step,
        ['contents', at],
        'bag-contents',
        `"${id}" does not come out of bag "${step.bag}": it is ${told(one)}`,
      )
    }
    const left = step.contents === undefined ? [] : ids.filter((id) => step.contents?.includes(id) !== true)
    if (left.length > 0)
      this.#room.report(
        step,
        ['contents'],
        'bag-contents',
        `"${left.join('", "')}" in bag "${step.bag}" is forgotten: a bag that is cut open is emptied`,
      )
    for (const one of inside) {
      one.state = materialRules[one.thing.kind].first
      one.bag = null
      one.by = step
    }
  }
}

const past = {seal: 'sealed', check: 'checked', open: 'cut open', destroy: 'destroyed'} as const

const closing: Partial<Record<MaterialState, string>> = {
  open: 'put a step before the sign-off that closes it; a bag is destroyed',
  connected: 'put a step before the sign-off that takes it off',
  'logged-in': 'put steps before the sign-off that log it out and take it off',
}

function told({state, bag}: Now): string {
  return bag === null ? state : `in bag "${bag}"`
}
