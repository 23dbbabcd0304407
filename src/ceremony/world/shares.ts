/** Which sets of shares there are, and whose shares are out without anybody having signed for them. */
import type {ShareCheckStep, SharesCombineStep, SharesReceiveStep, SharesSplitStep} from '../step.ts'
import type {Approvals} from './approvals.ts'
import type {Keys} from './keys.ts'
import type {Room} from './room.ts'

/** A set before the first step: whether it recovers; null where nobody knows. */
export type KnownSet = 'recovers' | 'none' | null

export class SharesOut {
  readonly #room: Room
  readonly #approvals: Approvals
  readonly #keys: Keys
  readonly #known: (name: string) => KnownSet
  readonly #made: SharesSplitStep[] = []
  readonly #received = new Set<string>()

  constructor(room: Room, approvals: Approvals, keys: Keys, known: (name: string) => KnownSet) {
    this.#room = room
    this.#approvals = approvals
    this.#keys = keys
    this.#known = known
  }

  split(step: SharesSplitStep): void {
    const before = this.#made.find(({set}) => set === step.set)
    if (before !== undefined || this.#known(step.set) === 'recovers') {
      this.#room.report(
        step,
        ['set'],
        'set-name-taken',
        `there is a set "${step.set}" already${before === undefined ? '' : `, by step "${before.id}"`}: choose another name`,
      )
      return
    }
    this.#approvals.demand(step)
    if (step.key !== undefined) this.#keys.leave(step, step.key)
    this.#made.push(step)
  }

  receive(step: SharesReceiveStep): void {
    const made = this.#room.steps.find(({id}) => id === step.of)
    const say = (rule: string, message: string): void => {
      this.#room.report(step, ['of'], rule, message)
    }
    if (made?.kind !== 'shares.split')
      say('shares-of-what', `step "${step.of}" gives out no shares: name a shares.split step`)
    else if (!this.#room.isDone(made.id))
      say(
        'shares-too-early',
        `shares are received before step "${step.of}" gives them out: move this step after it`,
      )
    else if (this.#received.has(step.of))
      say(
        'received-twice',
        `what step "${step.of}" gives out was received already: take one of the steps away`,
      )
    this.#received.add(step.of)
  }

  combine(step: SharesCombineStep): void {
    this.#there(step)
    this.#approvals.demand(step)
    if (step.key !== undefined) this.#keys.recover(step, step.key)
  }

  check(step: ShareCheckStep): void {
    this.#there(step)
  }

  /** After the last step: what is out has been signed for. */
  finish(): void {
    for (const step of this.#made) {
      if (!this.#received.has(step.id))
        this.#room.report(
          step,
          ['id'],
          'shares-unreceived',
          `shares of step "${step.id}" are out, and nobody signs that they have theirs: put a shares.receive step after it`,
        )
    }
  }

  #there(step: SharesCombineStep | ShareCheckStep): void {
    if (this.#made.some(({set}) => set === step.set) || this.#known(step.set) !== 'none') return
    const later = this.#room.steps.find((one) => one.kind === 'shares.split' && one.set === step.set)
    this.#room.report(
      step,
      ['set'],
      later === undefined ? 'unknown-set' : 'shares-too-early',
      later === undefined
        ? `there is no set "${step.set}" that recovers: correct the name, see keyrite share list`
        : `set "${step.set}" is split only by step "${later.id}": move this step after it`,
    )
  }
}
