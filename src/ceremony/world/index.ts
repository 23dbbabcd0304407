/** A model of the room: what exists in which state after each step. It finds scripts that could not be followed. */
import type {SignOffStep, Step} from '../step.ts'
import {Approvals} from './approvals.ts'
import {Certificates} from './certificates.ts'
import {Keys, type KnownKey} from './keys.ts'
import {Materials, type Thing} from './materials.ts'
import type {Report, Room} from './room.ts'
import {SharesOut, type KnownSet} from './shares.ts'

export type {KnownKey} from './keys.ts'
export type {KnownSet} from './shares.ts'

/** What is there before the first step. */
export interface Before {
  readonly things: readonly Thing[]
  /** A key by its name; null where there is none. */
  readonly key: (name: string) => KnownKey | null
  readonly set: (name: string) => KnownSet
}

export class World implements Room {
  readonly report: Report
  readonly steps: readonly Step[]
  readonly approvals: Approvals
  readonly keys: Keys
  readonly certificates: Certificates
  readonly materials: Materials
  readonly shares: SharesOut
  readonly #done = new Set<string>()
  #signedOff = false

  /** @param steps - all of them, in order. @param before - what is there before the first step. */
  constructor(steps: readonly Step[], before: Before, report: Report) {
    this.steps = steps
    this.report = report
    this.materials = new Materials(this, before.things)
    this.approvals = new Approvals(this)
    this.keys = new Keys(this, this.approvals, this.materials, before.key)
    this.certificates = new Certificates(this, this.approvals, this.keys)
    this.shares = new SharesOut(this, this.approvals, this.keys, before.set)
  }

  isDone(id: string): boolean {
    return this.#done.has(id)
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
    this.materials.demand(step)
  }

  /** After every step. */
  end(step: Step): void {
    this.materials.leave(step)
    this.#done.add(step.id)
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
    this.keys.finish()
    this.certificates.finish()
    this.shares.finish()
    this.materials.finish()
    const last = this.steps.at(-1)
    if (!this.#signedOff && last !== undefined)
      this.report(
        last,
        ['id'],
        'no-sign-off',
        'there is no sign-off: put one after this step, as the last of all',
      )
  }
}
