/** A model of the room: what exists in which state after each step. It finds scripts that could not be followed. */
import type {Path} from '../base/yaml.ts'
import type {
  KeyActivateStep,
  KeyCreateStep,
  KeyVerifyStep,
  QuorumStep,
  ReadAloudStep,
  SignOffStep,
  Step,
} from './step.ts'

/** What has become of a key that a step makes. */
export type KeyCondition = 'planned' | 'approved' | 'made' | 'proved' | 'active'

interface ModelKey {
  readonly made: KeyCreateStep
  condition: KeyCondition
}

/** Says what is wrong, at a field of a step. */
export type Report = (step: Step, field: Path, rule: string, message: string) => void

export class World {
  readonly report: Report
  readonly #steps: readonly Step[]
  readonly #keys = new Map<string, ModelKey>()
  readonly #done = new Set<string>()
  readonly #approved = new Set<string>()
  #clockChecked = false
  #machineRecorded = false
  #signedOff = false

  /** @param steps - all of them, in order. */
  constructor(steps: readonly Step[], report: Report) {
    this.#steps = steps
    this.report = report
    for (const step of steps) {
      if (step.kind === 'key.create' && !this.#keys.has(step.key))
        this.#keys.set(step.key, {made: step, condition: 'planned'})
    }
  }

  /** Before every step. */
  begin(step: Step): void {
    if (this.#signedOff)
      this.report(
        step,
        ['id'],
        'after-sign-off',
        'nothing can be done after the sign-off: move this step before it',
      )
  }

  /** After every step. */
  end(step: Step): void {
    this.#done.add(step.id)
  }

  checkClock(): void {
    this.#clockChecked = true
  }

  recordMachine(): void {
    this.#machineRecorded = true
  }

  readPlan(step: ReadAloudStep, quorum: string): void {
    if (this.#done.has(quorum))
      this.report(
        step,
        ['what'],
        'read-too-late',
        `the plan of "${quorum}" is read after it was approved: move this step before it`,
      )
  }

  approve(step: QuorumStep): void {
    const keys = new Set<string>()
    for (const [at, id] of step.for.entries()) {
      const field = ['for', at]
      const wanted = this.#steps.find((one) => one.id === id)
      if (wanted === undefined) continue // said by the references
      if (wanted.kind !== 'key.create' && wanted.kind !== 'key.activate') {
        this.report(
          step,
          field,
          'quorum-for-what',
          `step "${id}" (${wanted.kind}) needs no quorum: name key.create and key.activate steps`,
        )
        continue
      }
      keys.add(wanted.key)
      if (this.#done.has(id))
        this.report(
          step,
          field,
          'quorum-too-late',
          `step "${id}" stands before its quorum: move the quorum before it`,
        )
      if (this.#approved.has(id))
        this.report(
          step,
          field,
          'approved-twice',
          `step "${id}" has a quorum already: take it out of one of them`,
        )
      this.#approved.add(id)
      const key = this.#keys.get(wanted.key)
      if (wanted.kind === 'key.create' && key?.condition === 'planned') key.condition = 'approved'
    }
    if (keys.size > 1)
      this.report(
        step,
        ['for'],
        'quorum-for-several',
        `one quorum approves one key, not ${[...keys].join(', ')}: make a quorum step for each`,
      )
    this.#demandCreation(step)
  }

  makeKey(step: KeyCreateStep): void {
    const key = this.#keys.get(step.key)
    if (key?.made !== step) {
      this.report(
        step,
        ['key'],
        'key-twice',
        `key "${step.key}" is made by step "${key?.made.id ?? ''}" already: give this one another name`,
      )
      return
    }
    this.#demandApproval(step)
    if (!this.#clockChecked)
      this.report(
        step,
        ['kind'],
        'clock-first',
        'a key is made before the clock was checked: put a clock step before it',
      )
    if (!this.#machineRecorded)
      this.report(
        step,
        ['kind'],
        'machine-first',
        'a key is made before machine and device were recorded: put a machine step before it',
      )
    key.condition = 'made'
  }

  proveKey(step: KeyVerifyStep): void {
    const key = this.#made(step)
    if (key?.condition === 'made') key.condition = 'proved'
    else if (key?.condition === 'proved' || key?.condition === 'active')
      this.report(
        step,
        ['key'],
        'verified-twice',
        `key "${step.key}" was verified already: take one of the steps away`,
      )
  }

  activateKey(step: KeyActivateStep): void {
    this.#demandApproval(step)
    const key = this.#made(step)
    if (key === undefined) return
    if (key.condition === 'active')
      this.report(
        step,
        ['key'],
        'activated-twice',
        `key "${step.key}" is active already: take one of the steps away`,
      )
    else if (key.condition !== 'proved')
      this.report(
        step,
        ['key'],
        'activated-unverified',
        `key "${step.key}" is activated before it was verified: put a key.verify step between`,
      )
    key.condition = 'active'
  }

  signOff(step: SignOffStep): void {
    if (this.#signedOff)
      this.report(
        step,
        ['kind'],
        'sign-off-twice',
        'there is a sign-off before this one: exactly one, the last step',
      )
    this.#signedOff = true
  }

  /** After the last step. */
  finish(): void {
    for (const [name, {condition, made}] of this.#keys) {
      if (condition === 'made')
        this.report(
          made,
          ['key'],
          'never-verified',
          `key "${name}" is made and never verified: put a key.verify step after it`,
        )
    }
    const last = this.#steps.at(-1)
    if (!this.#signedOff && last !== undefined)
      this.report(
        last,
        ['id'],
        'no-sign-off',
        'there is no sign-off: put one after this step, as the last of all',
      )
  }

  /** The key, if it was made before; if not, that is said. */
  #made(step: KeyVerifyStep | KeyActivateStep): ModelKey | undefined {
    const key = this.#keys.get(step.key)
    const verb = step.kind === 'key.verify' ? 'verified' : 'activated'
    if (key === undefined) {
      this.report(
        step,
        ['key'],
        'unknown-key',
        `key "${step.key}" is ${verb} and no step makes it: put a key.create step before it`,
      )
      return undefined
    }
    if (key.condition !== 'planned' && key.condition !== 'approved') return key
    if (!this.#done.has(key.made.id))
      this.report(
        step,
        ['key'],
        'key-too-early',
        `key "${step.key}" is ${verb} before step "${key.made.id}" makes it: move this step after it`,
      )
    return undefined
  }

  #demandApproval(step: KeyCreateStep | KeyActivateStep): void {
    if (this.#approved.has(step.id)) return
    const later = this.#steps.some((one) => one.kind === 'quorum' && one.for.includes(step.id))
    if (!later)
      this.report(
        step,
        ['id'],
        'needs-quorum',
        `nobody approves step "${step.id}": name it in "for" of a quorum step before it`,
      )
  }

  /** A plan is one of making a key, and later phases of it; it cannot activate what it does not make. */
  #demandCreation(step: QuorumStep): void {
    const wanted = this.#steps.filter((one) => step.for.includes(one.id))
    const creates = wanted.filter((one) => one.kind === 'key.create')
    if (wanted.some((one) => one.kind === 'key.activate') && creates.length === 0)
      this.report(
        step,
        ['for'],
        'quorum-without-creation',
        'it approves to activate a key and not to make it: name the key.create step of that key too',
      )
  }
}
