/** What has become of each key that a step makes. */
import type {AttestStep, KeyActivateStep, KeyCreateStep, KeyVerifyStep} from '../step.ts'
import type {Approvals} from './approvals.ts'
import type {Room} from './room.ts'
import type {Materials} from './materials.ts'

interface ModelKey {
  readonly made: KeyCreateStep
  condition: 'planned' | 'made' | 'proved' | 'active'
}

const verbs = {'key.verify': 'verified', 'key.activate': 'activated', attest: 'asked about'} as const

export class Keys {
  readonly #room: Room
  readonly #approvals: Approvals
  readonly #materials: Materials
  readonly #keys = new Map<string, ModelKey>()
  #clockChecked = false
  #machineRecorded = false

  constructor(room: Room, approvals: Approvals, materials: Materials) {
    this.#room = room
    this.#approvals = approvals
    this.#materials = materials
    for (const step of room.steps) {
      if (step.kind === 'key.create' && !this.#keys.has(step.key))
        this.#keys.set(step.key, {made: step, condition: 'planned'})
    }
  }

  checkClock(): void {
    this.#clockChecked = true
  }

  recordMachine(): void {
    this.#machineRecorded = true
  }

  make(step: KeyCreateStep): void {
    const {report} = this.#room
    const key = this.#keys.get(step.key)
    if (key?.made !== step) {
      report(
        step,
        ['key'],
        'key-twice',
        `key "${step.key}" is made by step "${key?.made.id ?? ''}" already: give this one another name`,
      )
      return
    }
    this.#approvals.demand(step)
    if (!this.#clockChecked)
      report(
        step,
        ['kind'],
        'clock-first',
        'a key is made before the clock was checked: put a clock step before it',
      )
    if (!this.#machineRecorded)
      report(
        step,
        ['kind'],
        'machine-first',
        'a key is made before machine and device were recorded: put a machine step before it',
      )
    this.#materials.demandDevice(step, step.profile)
    key.condition = 'made'
  }

  prove(step: KeyVerifyStep): void {
    const key = this.#made(step, step.key)
    if (key !== undefined) this.#materials.demandDevice(step, key.made.profile)
    if (key?.condition === 'made') key.condition = 'proved'
    else if (key?.condition === 'proved' || key?.condition === 'active')
      this.#room.report(
        step,
        ['key'],
        'verified-twice',
        `key "${step.key}" was verified already: take one of the steps away`,
      )
  }

  activate(step: KeyActivateStep): void {
    this.#approvals.demand(step)
    const key = this.#made(step, step.key)
    if (key === undefined) return
    this.#materials.demandDevice(step, key.made.profile)
    if (key.condition === 'active')
      this.#room.report(
        step,
        ['key'],
        'activated-twice',
        `key "${step.key}" is active already: take one of the steps away`,
      )
    else if (key.condition !== 'proved')
      this.#room.report(
        step,
        ['key'],
        'activated-unverified',
        `key "${step.key}" is activated before it was verified: put a key.verify step between`,
      )
    key.condition = 'active'
  }

  attest(step: AttestStep): void {
    const key = step.key === undefined ? undefined : this.#made(step, step.key)
    const profile = key?.made.profile ?? step.profile
    if (profile !== undefined) this.#materials.demandDevice(step, profile)
  }

  /** After the last step. */
  finish(): void {
    for (const [name, {condition, made}] of this.#keys) {
      if (condition === 'made')
        this.#room.report(
          made,
          ['key'],
          'never-verified',
          `key "${name}" is made and never verified: put a key.verify step after it`,
        )
    }
  }

  /** The key, if it was made before; if not, that is said. */
  #made(step: KeyVerifyStep | KeyActivateStep | AttestStep, name: string): ModelKey | undefined {
    const key = this.#keys.get(name)
    if (key === undefined) {
      this.#room.report(
        step,
        ['key'],
        'unknown-key',
        `key "${name}" is ${verbs[step.kind]} and no step makes it: put a key.create step before it`,
      )
      return undefined
    }
    if (key.condition !== 'planned') return key
    if (!this.#room.isDone(key.made.id))
      this.#room.report(
        step,
        ['key'],
        'key-too-early',
        `key "${name}" is ${verbs[step.kind]} before step "${key.made.id}" makes it: move this step after it`,
      )
    return undefined
  }
}
