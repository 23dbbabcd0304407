/** Escrow in a rehearsal: what is split is made up, and stand-ins keep the shares of it in this process. */
import type {App} from '../app.ts'
import type {Random} from '../base/world.ts'
import type {Filled} from '../ceremony/filled.ts'
import {allSteps} from '../ceremony/plans.ts'
import type {ShareRoom} from '../ceremony/room.ts'
import type {SharesCombineStep} from '../ceremony/template.ts'
import {custodyFold, findPerson, type Signer} from '../custody/index.ts'
import type {View} from '../ledger/index.ts'
import type {Algorithm} from '../providers/algorithms.ts'
import {planSplit, shareInRows, sharesFold, type Hands, type Share} from '../shares/index.ts'
import {contextFor} from '../ui/gather.ts'
import {applyApproved} from './approved.ts'
import {madeUp} from './made-up.ts'

/** A set that the steps take for granted: in a rehearsal one of its name is split beforehand, of something made up. */
export interface SetBefore {
  readonly name: string
  readonly threshold: number
  readonly holders: number
  /** What its key is made of, where one is recovered from it. */
  readonly algorithm: Algorithm | null
}

const usual = {threshold: 3, holders: 5}

/** @param view - the real ledger, for how many hold shares of a set and recover it. */
export function setsBefore(filled: Filled, view: Pick<View, 'of'> | null): readonly SetBefore[] {
  const steps = allSteps(filled)
  const split = new Set(steps.flatMap((step) => (step.kind === 'shares.split' ? namedIn(step) : [])))
  const real = [...(view?.of(sharesFold).sets.values() ?? [])]
  const names = new Set(
    steps.flatMap((step) =>
      step.kind === 'shares.combine' || step.kind === 'share.check' ? namedIn(step) : [],
    ),
  )
  return [...names].flatMap((name): SetBefore[] => {
    if (split.has(name)) return []
    const known = real.findLast((one) => one.name === name)
    const combine = steps.find(
      (step): step is SharesCombineStep => step.kind === 'shares.combine' && namedIn(step).includes(name),
    )
    return [
      {
        name,
        threshold: known?.threshold ?? usual.threshold,
        holders: known?.holders.length ?? usual.holders,
        algorithm: combine?.algorithm ?? null,
      },
    ]
  })
}

/** Shares that stand-ins hold, by set. */
export class StandInShares {
  readonly #held = new Map<string, Share[]>()
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** The hands that split something made up, and keep what comes of it. */
  splitting(algorithm: Algorithm | null): Pick<Hands, 'secret' | 'give'> {
    return {
      secret: async () => madeUp(algorithm, this.#random),
      give: async ({set, holder, dealer}) => {
        const share = shareInRows(await dealer.rows(holder.index))
        this.#held.set(set.set, [...(this.#held.get(set.set) ?? []), share])
        return holder.delivery === 'card' || holder.delivery === 'screen' ? holder.person : null
      },
    }
  }

  /** @param real - the room of somebody who is there: then shares are shown to them, and brought by them. */
  room(real: ShareRoom | null): ShareRoom {
    return {
      toSplit: async (at, wants) => {
        const alone = this.splitting(null)
        at.room.say(['What is split here is made up: nobody is asked for the real secret.'])
        if (real === null) return alone
        return {...(await real.toSplit(at, {...wants, brought: false})), secret: alone.secret}
      },
      collect: async (at, set) => {
        const held = this.#copies(set.set)
        if (held.length === 0 && real !== null) return real.collect(at, set)
        at.room.say(['Stand-ins bring shares of what was made up.'])
        return held.slice(-set.threshold)
      },
      toTake: async () => async (secret) => {
        secret.wipe()
      },
      own: async (at, set, holder, person) => {
        const share = this.#copies(set.set).find(({index}) => index === holder.index)
        return share ?? (real === null ? null : real.own(at, set, holder, person))
      },
    }
  }

  /** Whoever takes one wipes it. */
  #copies(set: string): Share[] {
    return (this.#held.get(set) ?? []).map((one) => ({...one, raw: Buffer.from(one.raw)}))
  }
}

/** Splits what the steps take for granted. @param people - addresses of who is to hold shares, the first ones first. */
export async function stageSets(
  app: App,
  sets: readonly SetBefore[],
  people: readonly string[],
  {standIns, shares}: {readonly standIns: ReadonlyMap<string, Signer>; readonly shares: StandInShares},
): Promise<void> {
  const {roster} = app.ledger.of(custodyFold)
  const persons = [...new Set(people)].map((address) => findPerson(roster, address))
  const [first] = persons
  if (first === undefined) return
  for (const {name, threshold, holders, algorithm} of sets) {
    const some = persons.slice(0, Math.max(2, holders))
    const planned = planSplit(app.ledger.view, {
      ...{name, key: null, replaces: null, threshold: Math.min(threshold, some.length)},
      holders: some.map((person) => ({person, otherwise: 'screen'})),
    })
    const hands: Hands = {...shares.splitting(algorithm), collect: nobody, take: nobody}
    const context = {...contextFor(app, first), hands}
    await applyApproved(app, context, planned, standIns)
  }
}

function nobody(): Promise<never> {
  throw new TypeError('nothing is recovered here')
}

function namedIn(step: object): readonly string[] {
  return 'set' in step && typeof step.set === 'string' ? [step.set] : []
}
