/** The plans on shares, which throw before anybody is asked. */
import {KeyriteError} from '../base/errors.ts'
import type {Person} from '../custody/index.ts'
import {demandNoFault, keysFold, planCreate, profileOf, type KeyWish, type Planned} from '../keys/index.ts'
import type {View} from '../ledger/index.ts'
import {demandPrinter, policyFold} from '../policy/index.ts'
import {profilesFold} from '../profiles/index.ts'
import {planFor} from '../requests/index.ts'
import {homeOf, recoveryFault} from './asked.ts'
import {sharesFold} from './fold.ts'
import {demandRecovers} from './known.ts'
import {demandThreshold} from './format.ts'
import {demandHolders} from './operations/split.ts'
import {setName, type CombineSpec, type SplitSpec} from './spec.ts'
import type {ShareSet, What} from './state.ts'

/** The most holders that a set is made for; the format takes 255. */
export const mostHolders = 16

/** Whom a share is for, and the way that was wished for where they have no age recipient. */
export interface HolderWish {
  readonly person: Person
  readonly otherwise: 'passphrase' | 'screen' | {readonly card: string}
}

export interface SplitWish {
  readonly name: string | null
  /** The name of a key that is to leave its provider; null for a secret that is brought. */
  readonly key: string | null
  readonly threshold: number
  readonly holders: readonly HolderWish[]
  readonly replaces: ShareSet | null
}

type Known = Pick<View, 'of'>

/** @throws KeyriteError `USAGE`, `KEY_NOT_FOUND`, `KEY_STATE`, `EXISTS`, `POLICY_REFUSES`, `PLAN_MOVED`. */
export function planSplit(view: Known, wish: SplitWish): Planned {
  const {threshold, holders, replaces} = wish
  demandThreshold(threshold, holders.length)
  if (holders.length > mostHolders)
    throw new KeyriteError('USAGE', `cannot split for ${holders.length} holders: at most ${mostHolders}`)
  const twice = holders.find(({person}, at) => holders.findIndex((one) => one.person.id === person.id) < at)
  if (twice !== undefined)
    throw new KeyriteError(
      'USAGE',
      `cannot give two shares of one set to ${twice.person.name ?? twice.person.id}`,
    )
  const what = whatOf(view, wish.key)
  const name = wish.name ?? (what.kind === 'key' ? what.key : freeName(view))
  if (!setName.safeParse(name).success)
    throw new KeyriteError(
      'USAGE',
      `cannot call a set "${name}": expected 1 to 63 of a-z, 0-9 and -, starting with a letter`,
    )
  demandName(view, name, replaces)
  const spec: SplitSpec = {
    name,
    what: what.kind === 'key' ? {kind: 'key', key: what.key, version: what.version} : {kind: 'secret'},
    threshold,
    holders: holders.map(deliveryOf),
    replaces: replaces?.set ?? null,
  }
  demandHolders(view, spec)
  demandPrinters(view, spec)
  const key = what.kind === 'key' ? view.of(keysFold).keys.get(what.key) : undefined
  const profile = key === undefined ? null : profileOf(view, key.profile)
  const plan = planFor(view, {
    operation: 'share.split',
    class: null,
    change: {...spec},
    phases: ['split'],
    profile,
    rests: [
      'every holder is active, and has the age recipient that is named here, or none',
      ...(key === undefined ? [] : [`key "${key.name}" can leave its provider, wrapped`]),
    ],
  })
  return {plan, names: {}}
}

/** A secret that is brought belongs to production where there is one. */
function demandPrinters(view: Known, {what, holders}: SplitSpec): void {
  const {profiles} = view.of(profilesFold)
  const key = what.kind === 'key' ? view.of(keysFold).keys.get(what.key) : undefined
  const where = key === undefined ? [...profiles.values()] : [profiles.get(key.profile)]
  const production = where.some((one) => one?.environment === 'production')
  for (const {delivery, to} of holders)
    if (delivery === 'card' && to?.startsWith('printer ') === true)
      demandPrinter(view.of(policyFold).policy, to.slice('printer '.length), production)
}

/** Whoever has a recipient is always sealed to: a share in the clear is for those who have none. */
function deliveryOf({person, otherwise}: HolderWish): SplitSpec['holders'][number] {
  if (person.recipient !== null) return {person: person.id, delivery: 'sealed', to: person.recipient}
  if (typeof otherwise === 'string') return {person: person.id, delivery: otherwise, to: null}
  return {person: person.id, delivery: 'card', to: otherwise.card}
}

function whatOf(view: Known, name: string | null): What {
  if (name === null) return {kind: 'secret'}
  const key = view.of(keysFold).keys.get(name)
  if (key === undefined)
    throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${name}"`, {hints: ['keyrite key list']})
  return {kind: 'key', key: name, version: key.primary}
}

function freeName(view: Known): string {
  const names = new Set([...view.of(sharesFold).sets.values()].map(({name}) => name))
  for (let number = 1; ; number++) if (!names.has(`escrow-${number}`)) return `escrow-${number}`
}

/** @throws KeyriteError `EXISTS`: two sets of one name only where one takes the place of the other, or is void. */
function demandName(view: Known, name: string, replaces: ShareSet | null): void {
  const standing = [...view.of(sharesFold).sets.values()].find(
    (one) => one.name === name && one.void === null && one.replacedBy === null && one.set !== replaces?.set,
  )
  if (standing !== undefined)
    throw new KeyriteError('EXISTS', `cannot call a set "${name}": there is one`, {
      hints: ['--name NAME', `keyrite share reseal ${name}, to take its place`],
    })
}

/** @param key - what it becomes; null to give it out. @throws KeyriteError `SET_STATE`, `PROFILE_ENVIRONMENT`, and as `planCreate`. */
export function planCombine(view: Known, set: ShareSet, key: KeyWish | null): Planned {
  demandRecovers(set)
  // The same rules as for a key that is made: algorithm, names, place.
  const made = key === null ? null : planCreate(view, {...key, activate: false})
  const change: CombineSpec = {
    set: set.set,
    to: made === null ? 'file' : 'key',
    spec: made === null ? null : made.plan.change,
  }
  const plan = planFor(view, {
    operation: 'share.combine',
    class: key?.class ?? null,
    change: {...change, ...(made === null ? {} : {class: made.plan.change['class'] ?? null})},
    phases: ['combine', ...(made === null ? [] : ['import'])],
    profile: made?.plan.profile ?? homeOf(view, set),
    rests: [`set "${set.name}" is not void`, ...(made?.plan.rests ?? [])],
  })
  demandNoFault(recoveryFault(view, plan), `recover set "${set.name}"`)
  return {plan, names: made?.names ?? {}}
}
