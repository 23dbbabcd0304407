/** Adding and removing a profile: the local token needs nobody, every other kind does. */
import {KeyriteError} from '../../base/errors.ts'
import {jcs, type JsonObject} from '../../base/jcs.ts'
import {problem, type Entry, type View} from '../../ledger/index.ts'
import type {Matter} from '../../policy/index.ts'
import {
  demandSamePlace,
  elsewhere,
  factsOf,
  inWords,
  profilesFold,
  proverFault,
  servedBy,
  type ProfileFacts,
} from '../../profiles/index.ts'
import type {Operation} from '../operation.ts'
import type {Plan} from '../plan.ts'

export const profileAdd: Operation = {
  name: 'profile.add',
  writes: {'profile.added': 'add'},
  begins: ['profile.added'],
  inWords: ({profile, change}) =>
    profile === null
      ? []
      : change['again'] === true
        ? [
            proverOf(change) === null
              ? `Let profile "${profile.name}" (${profile.kind}, ${profile.environment}) try its keys itself from now on.`
              : `Let what the keys of profile "${profile.name}" (${profile.kind}, ${profile.environment}) do be tried by profile "${proverOf(change) ?? ''}" of the same place from now on.`,
          ]
        : [
            `Add profile "${profile.name}" (${profile.kind}, ${profile.environment}): ${inWords(profile.identity)}.`,
            ...(proverOf(change) === null
              ? []
              : [`What its keys do is tried by profile "${proverOf(change) ?? ''}" of the same place.`]),
          ],
  stillTrue: (view, {profile, change}) => {
    if (profile === null) return
    if (change['again'] === true) demandOtherProver(view, profile, proverOf(change))
    else demandNew(view, profile, proverOf(change))
  },
  judge: (_view, plan, entry) => {
    const {name, kind, environment, identity, prover} = entry.data
    const said = jcs({
      name: name ?? null,
      kind: kind ?? null,
      environment: environment ?? null,
      identity: identity ?? null,
    })
    return said === jcs(plan.profile as unknown as JsonObject) &&
      prover === proverOf(plan.change) &&
      told(plan.change) === said
      ? []
      : [problem('plan', entry, 'the profile is not the one of the plan')]
  },
  matterOf: (_view, entry) => matter('profile.add', entry.data['kind']),
  act: async ({ledger, actor, ceremony, approved, provider}, {profile, change}) => {
    if (profile === null) throw new TypeError('a profile plan has a profile')
    const place = await provider(profile.name, profile)
    await demandSamePlace(profile, place)
    const generation = await place.evidence.generation()
    await ledger.append([
      {
        type: 'profile.added',
        data: {...profile, identity: {...profile.identity}, prover: proverOf(change), generation},
        actor,
        ceremony,
        approved,
      },
    ])
  },
}

export const profileRemove: Operation = {
  name: 'profile.remove',
  writes: {'profile.removed': 'remove'},
  begins: ['profile.removed'],
  inWords: ({profile}) =>
    profile === null ? [] : [`Remove profile "${profile.name}". Nothing is changed at the provider.`],
  stillTrue: (view, {profile}) => {
    const {profiles} = view.of(profilesFold)
    if (profile !== null && !profiles.has(profile.name)) {
      throw new KeyriteError('PLAN_MOVED', `cannot remove profile "${profile.name}": it is gone already`)
    }
    const served = servedBy(profiles, profile?.name ?? '')
    if (served !== undefined)
      throw new KeyriteError(
        'PROFILE_IN_USE',
        `cannot remove profile "${profile?.name ?? ''}": it tries the keys of profile "${served}"`,
        {hints: [`keyrite profile show ${served}`]},
      )
  },
  judge: (_view, plan, entry) =>
    entry.data['name'] === plan.profile?.name && told(plan.change) === jcs({name: plan.profile?.name ?? null})
      ? []
      : [problem('plan', entry, 'the profile is not the one of the plan')],
  matterOf: (view, entry) => matter('profile.remove', kindOf(view, entry)),
  act: async ({ledger, actor, ceremony, approved}, {profile}: Plan) => {
    await ledger.append([
      {type: 'profile.removed', data: {name: profile?.name ?? ''}, actor, ceremony, approved},
    ])
  },
}

/** @throws KeyriteError `EXISTS`, `PROFILE_ENVIRONMENT`, `USAGE` if the prover cannot try its keys. */
export function demandNew(
  view: Pick<View, 'of' | 'facts'>,
  profile: ProfileFacts,
  prover: string | null,
): void {
  demandNotRehearsed(view.facts, profile)
  const known = view.of(profilesFold)
  if (known.profiles.has(profile.name)) {
    throw new KeyriteError('EXISTS', `cannot add profile "${profile.name}": there is one`, {
      hints: [`keyrite profile show ${profile.name}`],
    })
  }
  const twin = elsewhere(known, profile)
  if (twin !== undefined) {
    throw new KeyriteError(
      'PROFILE_ENVIRONMENT',
      `cannot add profile "${profile.name}" as ${profile.environment}: the same place is, or was, profile "${twin.name}" in ${twin.environment}`,
      {
        hints: [`keyrite profile show ${twin.name}`],
      },
    )
  }
  const unfit = proverFault(known.profiles, profile, prover)
  if (unfit !== undefined)
    throw new KeyriteError('USAGE', `cannot add profile "${profile.name}": ${unfit}`, {
      hints: [
        'keyrite profile list',
        'a prover is added first: the same place, with credentials that may use keys and not administer them',
      ],
    })
}

/** @throws KeyriteError `PROFILE_NOT_FOUND`, `PLAN_MOVED` if it is otherwise by now, `USAGE` if the prover cannot try its keys, or does. */
export function demandOtherProver(
  view: Pick<View, 'of'>,
  profile: ProfileFacts,
  prover: string | null,
): void {
  const {profiles} = view.of(profilesFold)
  const stands = profiles.get(profile.name)
  const facts = (one: ProfileFacts): string => jcs({...factsOf(one)})
  if (stands === undefined || facts(stands) !== facts(profile))
    throw new KeyriteError(
      'PLAN_MOVED',
      `cannot change profile "${profile.name}": it is gone, or another, by now`,
      {
        hints: ['keyrite profile list'],
      },
    )
  const refuse = (fact: string): never => {
    throw new KeyriteError('USAGE', `cannot change profile "${profile.name}": ${fact}`, {
      hints: [
        `keyrite profile show ${profile.name}`,
        'a prover is added first: the same place, with credentials that may use keys and not administer them',
      ],
    })
  }
  if (stands.prover === prover)
    refuse(
      prover === null ? 'it tries its keys itself already' : `profile "${prover}" tries its keys already`,
    )
  const unfit = proverFault(profiles, profile, prover)
  if (unfit !== undefined) refuse(unfit)
}

/** What a plan says of a profile beside its prover: nothing that its `profile` does not say, so that no other rule is chosen by it. */
function told(change: Plan['change']): string {
  return jcs(
    Object.fromEntries(Object.entries(change).filter(([name]) => name !== 'again' && name !== 'prover')),
  )
}

/** Null in a plan that names none. */
function proverOf(change: Plan['change']): string | null {
  const {prover} = change
  return typeof prover === 'string' ? prover : null
}

/** @throws KeyriteError `PROFILE_ENVIRONMENT`. */
export function demandNotRehearsed(
  {rehearsal}: View['facts'],
  {name, environment}: Pick<ProfileFacts, 'name' | 'environment'>,
): void {
  if (!rehearsal || environment !== 'production') return
  throw new KeyriteError(
    'PROFILE_ENVIRONMENT',
    `cannot add profile "${name}": this is the ledger of a rehearsal, and nothing of production is touched from it`,
    {hints: ['--environment test', 'in the home of the real ledger: keyrite --home DIR profile add NAME …']},
  )
}

function kindOf(view: View, entry: Entry): string | undefined {
  const {name} = entry.data
  return typeof name === 'string' ? view.of(profilesFold).profiles.get(name)?.kind : undefined
}

function matter(operation: Matter['operation'], kind: unknown): Matter | null {
  return typeof kind === 'string' ? {operation, class: null, kind} : null
}
