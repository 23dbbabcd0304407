/** Replays profiles: where keys live, by the identity that the provider answered with. */
import {z} from 'zod'
import {jcs, type Json} from '../base/jcs.ts'
import {lately} from '../base/lately.ts'
import {Versions} from '../base/versions.ts'
import {problem, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import {providerKinds} from '../providers/registry.ts'

export const environments = ['production', 'staging', 'development', 'test'] as const
export type Environment = (typeof environments)[number]

/** What a plan carries of a profile, and what approvals bind. */
export interface ProfileFacts {
  readonly name: string
  readonly kind: string
  readonly environment: Environment
  readonly identity: Readonly<Record<string, string>>
}

export interface Profile extends ProfileFacts {
  /** The profile of the same place whose identity tries what keys do: it may use them and not administer. */
  readonly prover: string | null
  readonly addedAt: string
}

export interface Profiles {
  readonly profiles: Versions<string, Profile>
  /** The newest generation that the ledger holds of each place, by identity; also of those whose profile was removed. */
  readonly generations: Versions<string, number>
  /** Places whose profile was removed, by identity: what they were used for is not forgotten. */
  readonly left: Versions<string, Place>
}

/** What stays known of a place. */
export interface Place {
  readonly name: string
  readonly environment: Environment
}

export const profileName = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/)

const added = z.strictObject({
  name: profileName,
  kind: z.string().refine((kind) => Object.hasOwn(providerKinds, kind)),
  environment: z.enum(environments),
  identity: z.record(z.string(), z.string()),
  prover: profileName.nullable(),
  generation: z.int().min(0).nullable(),
})
const removed = z.strictObject({name: profileName})
const evidence = lately(z.object({profile: z.string(), generation: z.int().min(0).nullable()}))

/** Outcomes at a provider, each with the generation that it left behind: all that a place put back to an older state would lose. */
const outcomes = [
  'key.created',
  'key.imported',
  'key.adopted',
  'key.tried',
  'key.state.changed',
  'key.rotated',
  'key.standby.made',
  'key.primary.changed',
  'key.schedule.set',
  'key.dates.set',
  'certificate.made',
]
/** What was done without the ledger is recorded when there is one again, and may be older by then. */
const late = 'incident.acted'

export const profilesFold: Fold<Profiles> = {
  name: 'profiles',
  types: ['profile.added', 'profile.removed', ...outcomes, late],
  initial: () => ({profiles: new Versions(), generations: new Versions(), left: new Versions()}),

  check(view: View, entry: Entry): readonly Problem[] {
    const wrong = (message: string): Problem[] => [problem('profile', entry, message)]
    const {profiles, generations, left} = view.of(profilesFold)
    if (entry.type === 'profile.added') {
      const profile = added.safeParse(entry.data)
      if (!profile.success)
        return wrong(`${profile.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
      if (view.facts.rehearsal && profile.data.environment === 'production')
        return wrong('a rehearsal has no profile in production')
      const stands = profiles.get(profile.data.name)
      if (stands !== undefined && !isOtherProver(stands, profile.data))
        return wrong(`profile "${profile.data.name}" exists already`)
      const twin = elsewhere({profiles, left}, profile.data)
      if (twin !== undefined)
        return wrong(`profile "${twin.name}" is the same place in environment ${twin.environment}`)
      const unfit = proverFault(profiles, profile.data, profile.data.prover)
      if (unfit !== undefined) return wrong(unfit)
      return olderThan(generations, profile.data, profile.data.generation).flatMap(wrong)
    }
    if (entry.type === 'profile.removed') {
      const gone = removed.safeParse(entry.data)
      if (!gone.success || !profiles.has(gone.data.name)) return wrong('there is no such profile')
      const served = servedBy(profiles, gone.data.name)
      return served === undefined ? [] : wrong(`it tries the keys of profile "${served}"`)
    }
    const found = evidence.safeParse(entry.data)
    if (!found.success) return wrong('profile or generation is not of its form')
    const place = profiles.get(found.data.profile)
    if (place === undefined) return wrong(`there is no profile "${found.data.profile}"`)
    return entry.type === late ? [] : olderThan(generations, place, found.data.generation).flatMap(wrong)
  },

  apply(view: View, entry: Entry): Profiles {
    const {profiles, generations, left} = view.of(profilesFold)
    if (entry.type === 'profile.removed') {
      const {name} = removed.parse(entry.data)
      const gone = profiles.get(name)
      return {
        left:
          gone === undefined ? left : left.with(jcs(gone.identity), {name, environment: gone.environment}),
        profiles: profiles.without(name),
        generations,
      }
    }
    if (entry.type === 'profile.added') {
      const {generation, ...facts} = added.parse(entry.data)
      const profile = {...facts, addedAt: profiles.get(facts.name)?.addedAt ?? entry.time}
      return {
        profiles: profiles.with(facts.name, profile),
        generations: grown(generations, facts, generation),
        left,
      }
    }
    const {profile, generation} = evidence.parse(entry.data)
    return {profiles, generations: grown(generations, profiles.get(profile), generation), left}
  },

  *table({profiles}): Generator<readonly [string, Json]> {
    for (const profile of profiles.values()) yield [profile.name, rowOf(profile)]
  },

  *changed(before: Profiles, after: Profiles) {
    for (const name of after.profiles.changedSince(before.profiles) ?? [
      ...before.profiles.keys(),
      ...after.profiles.keys(),
    ]) {
      const profile = after.profiles.get(name)
      yield [name, profile === undefined ? null : rowOf(profile)]
    }
  },
}

function rowOf({kind, environment, identity}: Profile): Json {
  return {kind, environment, identity}
}

/** The same place under another environment, if there is or was one: keys of production are not to be had as test. */
export function elsewhere(
  {profiles, left}: Pick<Profiles, 'profiles' | 'left'>,
  wanted: ProfileFacts,
): Pick<Place, 'name' | 'environment'> | undefined {
  const identity = jcs(wanted.identity)
  const before = left.get(identity)
  return [
    ...[...profiles.values()].filter((one) => jcs(one.identity) === identity),
    ...(before === undefined ? [] : [before]),
  ].find((one) => one.environment !== wanted.environment)
}

/** Why a profile cannot try the keys of another; undefined where it can. */
export function proverFault(
  profiles: Profiles['profiles'],
  of: ProfileFacts,
  prover: string | null,
): string | undefined {
  if (prover === null) return undefined
  const found = profiles.get(prover)
  if (prover === of.name) return 'it cannot try its own keys as another'
  const served = servedBy(profiles, of.name)
  if (served !== undefined) return `it tries the keys of profile "${served}" itself`
  if (found === undefined) return `there is no profile "${prover}" to try its keys`
  if (found.prover !== null) return `profile "${prover}" has its own keys tried by "${found.prover}"`
  const samePlace =
    found.kind === of.kind && found.environment === of.environment && jcs(found.identity) === jcs(of.identity)
  return samePlace ? undefined : `profile "${prover}" is another place, or of another environment`
}

/** The first profile whose keys this one tries; undefined where there is none. */
export function servedBy(profiles: Profiles['profiles'], prover: string): string | undefined {
  return [...profiles.values()].find((one) => one.prover === prover)?.name
}

/** Whether it is the profile that stands, but for who tries its keys. */
function isOtherProver(stands: Profile, wanted: ProfileFacts & Pick<Profile, 'prover'>): boolean {
  const [one, other] = [factsOf(stands), factsOf(wanted)].map((facts) =>
    jcs({...facts, identity: {...facts.identity}}),
  )
  return one === other && stands.prover !== wanted.prover
}

/** The facts alone, as a plan carries them. */
export function factsOf({name, kind, environment, identity}: ProfileFacts): ProfileFacts {
  return {name, kind, environment, identity}
}

/** The newest generation that the ledger holds of a profile's place: an older one was put back. null where it knows of none. */
export function generationOf(
  {generations}: Pick<Profiles, 'generations'>,
  {identity}: Pick<ProfileFacts, 'identity'>,
): number | null {
  return generations.get(jcs({...identity})) ?? null
}

function olderThan(
  generations: Profiles['generations'],
  place: ProfileFacts,
  generation: number | null,
): string[] {
  const least = generationOf({generations}, place) ?? 0
  return generation === null || generation >= least ? [] : [`generation ${generation} is older than ${least}`]
}

function grown(
  generations: Profiles['generations'],
  place: ProfileFacts | undefined,
  generation: number | null,
): Profiles['generations'] {
  if (place === undefined || generation === null) return generations
  const least = generationOf({generations}, place) ?? 0
  return generations.with(jcs({...place.identity}), Math.max(least, generation))
}
