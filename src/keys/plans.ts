/** Pure plans on keys: each throws before anything is touched. */
import {KeyriteError} from '../base/errors.ts'
import {custodyFold, peopleCalled, type Roster} from '../custody/index.ts'
import type {View} from '../ledger/index.ts'
import {demandAlgorithm, demandHardware, policyFold, type KeyClassName} from '../policy/index.ts'
import {profilesFold, type Profile} from '../profiles/index.ts'
import type {Algorithm, Purpose, Scheme} from '../providers/algorithms.ts'
import {demandHoldsKeys, providerKind} from '../providers/registry.ts'
import {planDigest, type Plan, planFor} from '../requests/index.ts'
import {datesInWords, isWithin} from '../providers/dates.ts'
import {datesToKeep, demandDates} from './dates.ts'
import {demandParent} from './hierarchy/parents.ts'
import {profileNotFound} from './not-found.ts'
import {demandNameFree, unfinishedMaking} from './operations/create.ts'
import {aliasIn, demandRegions, externalIn} from './reachable.ts'
import {tryerInWords} from './who-tries.ts'
import {defaultScheme, demandFit, keyName, type Classification, type KeyPlanSpec} from './spec.ts'

export interface KeyWish {
  readonly name: string
  readonly profile: string
  readonly algorithm: Algorithm
  readonly scheme: Scheme | null
  readonly purpose: Purpose
  readonly class: KeyClassName
  readonly classification: Classification
  /** Who is named: a person of the roster by handle, or anybody by name. */
  readonly owner: string
  readonly consumers: readonly string[]
  readonly parent: string | null
  readonly expires: Date | null
  /** Only where its service keeps that. */
  readonly notBefore?: Date | null
  readonly activate: boolean
  /** A name by which others reach it at its service. */
  readonly alias?: string | null
  /** The other regions in which it shall lie. */
  readonly regions?: readonly string[]
  /** What a key manager outside its service calls it, where it lies there. */
  readonly externalKey?: string | null
  /** When its service shall delete by itself what is brought: of an import. */
  readonly materialEnds?: Date | null
}

export interface Planned {
  readonly plan: Plan
  /** Names of the parties: private, recorded beside the plan. */
  readonly names: Readonly<Record<string, string>>
}

type Known = Pick<View, 'of'>

/** @param now - by which what is to be activated must be within its dates; null: nobody asks. @throws KeyriteError `KEY_EXISTS`, `PROFILE_NOT_FOUND`, `UNSUPPORTED`, `POLICY_REFUSES`, `USAGE`. */
export function planCreate(view: Known, wish: KeyWish, now: Date | null = null): Planned {
  if (!keyName.safeParse(wish.name).success) {
    throw new KeyriteError(
      'USAGE',
      `cannot call a key "${wish.name}": expected 1 to 63 of a-z, 0-9 and -, starting with a letter`,
    )
  }
  // The same wish again goes on with what was begun, and not ended; any other is refused.
  const begun = unfinishedMaking(view, wish.name)
  if (begun?.operation !== 'key.create') demandNameFree(view, wish.name)
  const profile = profileOf(view, wish.profile)
  demandHoldsKeys(profile.kind, profile.name)
  const scheme = wish.scheme ?? defaultScheme(wish.algorithm, wish.purpose, wish.class)
  demandFit(wish.algorithm, scheme, wish.purpose)
  const {policy} = view.of(policyFold)
  demandAlgorithm(policy, {...wish, environment: profile.environment})
  // Where its keys can lie in hardware, it is known only of the key that was made: then it is not activated.
  if (providerKind(profile.kind).hardware === 'never')
    demandHardware(policy, {...wish, environment: profile.environment}, 'software')
  if (wish.parent !== null) demandParent(view, wish.parent)
  const regions = wish.regions ?? []
  if (regions.length > 0) demandRegions(profile, regions)
  const alias = typeof wish.alias === 'string' ? aliasIn(profile, wish.alias) : null
  const external = typeof wish.externalKey === 'string' ? externalIn(profile, wish.externalKey) : null
  const {roster} = view.of(custodyFold)
  const parties = [
    party(roster, 'owner', wish.owner),
    ...wish.consumers.map((name, at) => party(roster, `consumer-${at + 1}`, name)),
  ]
  const [owner, ...consumers] = parties
  const spec: KeyPlanSpec = {
    key: wish.name,
    version: 1,
    algorithm: wish.algorithm,
    scheme,
    purpose: wish.purpose,
    class: wish.class,
    classification: wish.classification,
    owner: owner?.id ?? 'owner',
    consumers: consumers.map(({id}) => id),
    parent: wish.parent,
    expires: wish.expires?.toISOString() ?? null,
    ...(wish.notBefore === undefined || wish.notBefore === null
      ? {}
      : {not_before: wish.notBefore.toISOString()}),
    ...(alias === null ? {} : {alias}),
    ...(regions.length === 0 ? {} : {regions: regions.toSorted()}),
    ...(external === null ? {} : {external_key: external}),
  }
  demandDates(wish.name, profile.kind, spec)
  const kept = datesToKeep(profile.kind, spec)
  if (wish.activate && now !== null && kept !== undefined && !isWithin(kept, now))
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot activate key "${wish.name}" with its making: it is to be used ${datesInWords(kept)}, and it is proved before it is activated`,
      {hints: ['without --activate; then keyrite key activate, when it is time']},
    )
  const plan = planFor(view, {
    operation: 'key.create',
    class: wish.class,
    change: spec,
    phases: [
      'create',
      ...(regions.length === 0 ? [] : ['replicate']),
      ...(alias === null ? [] : ['alias']),
      ...(wish.activate ? ['activate'] : []),
    ],
    profile,
    rests: [
      `there is no key "${wish.name}"`,
      `profile "${profile.name}" answers with the identity above`,
      ...(profile.prover === null ? [] : [tryerInWords(view, profile.name)]),
    ],
  })
  if (begun !== undefined && begun.planSha256 !== planDigest(plan)) demandNameFree(view, wish.name)
  return {
    plan,
    names: Object.fromEntries(parties.flatMap(({id, name}) => (name === null ? [] : [[id, name]]))),
  }
}

/** @throws KeyriteError `PROFILE_NOT_FOUND`. */
export function profileOf(view: Known, name: string): Profile {
  const {profiles} = view.of(profilesFold)
  const profile = profiles.get(name)
  if (profile !== undefined) return profile
  throw profileNotFound(name, [...profiles.keys()])
}

/** A person of the roster, where exactly one is called so; else a name that stands, private, beside the plan. */
export function party(
  roster: Roster,
  id: string,
  typed: string,
): {readonly id: string; readonly name: string | null} {
  const [person, ...others] = peopleCalled(roster, typed)
  return person === undefined || others.length > 0 ? {id, name: typed} : {id: person.id, name: null}
}
