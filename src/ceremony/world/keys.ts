/** What has become of each key: those that steps make, and those that were there before. */
import type {Path} from '../../base/yaml.ts'
import {
  brings,
  type AttestStep,
  type CertificateStep,
  type KeyActivateStep,
  type KeyCreateStep,
  type KeyDestroyStep,
  type KeyImportStep,
  type KeyRotateStep,
  type KeyVerifyStep,
  type SharesCombineStep,
  type SharesSplitStep,
  type StepBase,
} from '../step.ts'
import type {Approvals} from './approvals.ts'
import type {Materials} from './materials.ts'
import type {Room} from './room.ts'

/** A key that is there before the first step. */
export interface KnownKey {
  readonly profile: string
  /** As the ledger has it: `pre-active`, `active` …; null where nobody knows. */
  readonly state: string | null
  /** Whether it was proved to work. */
  readonly proved: boolean
}

interface ModelKey {
  /** The step that makes it; null for one that was there before. */
  readonly made: KeyCreateStep | KeyImportStep | SharesCombineStep | null
  readonly profile: string | null
  /** `unknown`: nothing is known of it, and so nothing is said. */
  condition: 'planned' | 'made' | 'proved' | 'active' | 'over' | 'unknown'
  /** Whether a step before verified it. */
  verified: boolean
}

const verbs = {
  'key.verify': 'verified',
  'key.activate': 'activated',
  'key.rotate': 'rotated',
  'key.destroy': 'destroyed',
  attest: 'asked about',
  'certificate.self-sign': 'certified',
  'certificate.request': 'certified',
  'shares.split': 'split',
} as const

export class Keys {
  readonly #room: Room
  readonly #approvals: Approvals
  readonly #materials: Materials
  readonly #keys = new Map<string, ModelKey>()
  readonly #known: (name: string) => KnownKey | null
  #clockChecked = false
  #machineRecorded = false

  /** @param known - a key that was there before, by name; null where there is none. */
  constructor(
    room: Room,
    approvals: Approvals,
    materials: Materials,
    known: (name: string) => KnownKey | null,
  ) {
    this.#room = room
    this.#approvals = approvals
    this.#materials = materials
    this.#known = known
    for (const step of room.steps) {
      if ((!brings(step) && step.kind !== 'shares.combine') || step.key === undefined) continue
      if (this.#keys.has(step.key)) continue
      const profile = step.profile ?? null
      this.#keys.set(step.key, {made: step, profile, condition: 'planned', verified: false})
    }
  }

  checkClock(): void {
    this.#clockChecked = true
  }

  recordMachine(): void {
    this.#machineRecorded = true
  }

  make(step: KeyCreateStep | KeyImportStep): void {
    const {report} = this.#room
    const key = this.#new(step, step.key)
    if (key === undefined) return
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

  /** A key that comes of shares. */
  recover(step: SharesCombineStep, name: string): void {
    const key = this.#new(step, name)
    if (key === undefined) return
    if (step.profile !== undefined) this.#materials.demandDevice(step, step.profile)
    key.condition = 'made'
  }

  /** A key that is split must be there. */
  leave(step: SharesSplitStep, name: string): void {
    this.#there(step, name)
  }

  prove(step: KeyVerifyStep): void {
    const key = this.#there(step, step.key)
    if (key === undefined) return
    if (key.verified)
      this.#room.report(
        step,
        ['key'],
        'verified-twice',
        `key "${step.key}" was verified already: take one of the steps away`,
      )
    key.verified = true
    if (key.condition === 'made') key.condition = 'proved'
  }

  activate(step: KeyActivateStep): void {
    this.#approvals.demand(step)
    const key = this.#there(step, step.key)
    if (key === undefined) return
    if (key.condition === 'active')
      this.#room.report(
        step,
        ['key'],
        'activated-twice',
        `key "${step.key}" is active already: take ${key.made === null ? 'this step' : 'one of the steps'} away`,
      )
    else if (key.condition === 'made')
      this.#room.report(
        step,
        ['key'],
        'activated-unverified',
        `key "${step.key}" is activated before it was verified: put a key.verify step between`,
      )
    if (key.condition !== 'unknown') key.condition = 'active'
  }

  /** Its next version is made and accepted. */
  rotate(step: KeyRotateStep): void {
    this.#approvals.demand(step)
    const key = this.#there(step, step.key)
    if (key === undefined || key.condition === 'unknown' || key.condition === 'active') return
    this.#room.report(
      step,
      ['key'],
      'rotated-inactive',
      `key "${step.key}" is rotated before it is active: only a key that is in use has a successor`,
    )
  }

  /** A version of it goes out of use; where that is the one in use, so does the key. */
  destroy(step: KeyDestroyStep): void {
    this.#approvals.demand(step)
    const key = this.#find(step.key)
    if (key !== undefined && key.condition !== 'planned') {
      // What is not used any more can still be destroyed.
      if (key.profile !== null) this.#materials.demandDevice(step, key.profile)
      if (step.version === undefined) key.condition = 'over'
      return
    }
    this.#there(step, step.key)
  }

  attest(step: AttestStep): void {
    if (step.key !== undefined) this.#there(step, step.key)
    else if (step.profile !== undefined) this.#materials.demandDevice(step, step.profile)
  }

  /** Something is held against its public half, which the ledger has: its device is not needed for that. */
  compare(step: StepBase, name: string, path: Path): void {
    this.#made(step, name, {verb: 'compared with', path})
  }

  /** Whether people can be asked now to activate a key that no plan of theirs makes: it is there, and was verified. */
  canBeActivated(name: string): boolean {
    const key = this.#find(name)
    return key !== undefined && key.condition !== 'planned' && key.condition !== 'made'
  }

  certify(step: CertificateStep): void {
    const key = this.#there(step, step.key)
    if (key === undefined || key.condition === 'active' || key.condition === 'unknown') return
    this.#room.report(
      step,
      ['key'],
      'certified-inactive',
      `key "${step.key}" is certified before it is active: put its key.activate step before this one`,
    )
  }

  /** After the last step. */
  finish(): void {
    for (const [name, {condition, made}] of this.#keys) {
      if (condition === 'made' && made !== null)
        this.#room.report(
          made,
          ['key'],
          'never-verified',
          `key "${name}" is made and never verified: put a key.verify step after it`,
        )
    }
  }

  /** The key that a step makes, if no other one makes it. */
  #new(step: KeyCreateStep | KeyImportStep | SharesCombineStep, name: string): ModelKey | undefined {
    const key = this.#keys.get(name)
    if (key?.made === step) return key
    this.#room.report(
      step,
      ['key'],
      'key-twice',
      `key "${name}" is made by step "${key?.made?.id ?? ''}" already: give this one another name`,
    )
    return undefined
  }

  #find(name: string): ModelKey | undefined {
    const found = this.#keys.get(name)
    if (found !== undefined) return found
    const known = this.#known(name)
    if (known === null) return undefined
    const key: ModelKey = {made: null, profile: known.profile, condition: conditionOf(known), verified: false}
    this.#keys.set(name, key)
    return key
  }

  /** The key, if it was made by now; if not, that is said. */
  #made(
    step: StepBase,
    name: string,
    {verb, path}: {readonly verb: string; readonly path: Path},
  ): ModelKey | undefined {
    const key = this.#find(name)
    const say = (rule: string, message: string): void => {
      this.#room.report(step, path, rule, `key "${name}" ${message}`)
    }
    if (key === undefined) {
      say(
        'unknown-key',
        `is ${verb}, and neither is it there nor does a step make it: put a key.create step before it, or correct the name`,
      )
      return undefined
    }
    if (key.condition !== 'planned') return key
    const maker = key.made?.id ?? ''
    if (!this.#room.isDone(maker))
      say('key-too-early', `is ${verb} before step "${maker}" makes it: move this step after it`)
    return undefined
  }

  /** The key, if it is there and can be used; if not, that is said. */
  #there(
    step:
      | KeyVerifyStep
      | KeyActivateStep
      | KeyRotateStep
      | KeyDestroyStep
      | AttestStep
      | CertificateStep
      | SharesSplitStep,
    name: string,
  ): ModelKey | undefined {
    const verb = verbs[step.kind]
    const key = this.#made(step, name, {verb, path: ['key']})
    if (key === undefined) return undefined
    if (key.condition === 'over' && step.kind !== 'attest') {
      this.#room.report(
        step,
        ['key'],
        'key-over',
        `key "${name}" cannot be ${verb}: it is not to be used any more, see keyrite key show ${name}`,
      )
      return undefined
    }
    if (key.profile !== null) this.#materials.demandDevice(step, key.profile)
    return key
  }
}

function conditionOf({state, proved}: KnownKey): ModelKey['condition'] {
  if (state === null) return 'unknown'
  if (state === 'pre-active') return proved ? 'proved' : 'made'
  return state === 'active' ? 'active' : 'over'
}
