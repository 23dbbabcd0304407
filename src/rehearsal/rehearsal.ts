/** One rehearsal: its people, its ledger and its tokens, made before the first step and cleared away after the last. */
import {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import type {Answers} from '../ceremony/answers.ts'
import type {CeremonyApp} from '../ceremony/run-context.ts'
import {allSteps} from '../ceremony/plans.ts'
import {fill, type Loaded, type Values} from '../ceremony/template.ts'
import {custodyFold, findPerson, roles, type Signer} from '../custody/index.ts'
import {defaultPolicy, ruleFor, type OperationName, type Policy, type Rule} from '../policy/index.ts'
import {castOf, nowhere, type Cast, type Casting} from './cast.ts'
import type {Earnest} from './earnest.ts'
import {setsBefore, StandInShares, stageSets, type SetBefore} from './escrow.ts'
import {keysBefore, stageKeys, type KeyBefore} from './keys.ts'
import {clearSecrets, type RehearsalPlaces} from './places.ts'
import {foundStage} from './stage.ts'
import {Tokens, type Stand} from './tokens.ts'
import {peopleMentioned, profilesOf, replaceProfiles, withStandIns, type Replaced} from './values.ts'

export interface Given {
  readonly loaded: Loaded
  /** As they were typed, without defaults. */
  readonly typed: Values
  readonly participants: Readonly<Record<string, readonly string[]>>
  /** Public keys with which people mean to sign, by who was typed. */
  readonly keys: ReadonlyMap<string, string>
  readonly earnest: Earnest | null
  readonly stand: Stand
}

/** What is known before anything is made. */
export interface Prepared {
  readonly loaded: Loaded
  readonly values: Values
  readonly replaced: readonly Replaced[]
  readonly profiles: readonly string[]
  readonly cast: Cast
  readonly policy: Policy
  readonly organisation: string
  readonly stand: Stand
  /** Sets of shares that the steps take for granted. */
  readonly sets: readonly SetBefore[]
  /** Keys that the steps take for granted. */
  readonly keys: readonly KeyBefore[]
  /** Addresses of who holds shares where nobody is named. */
  readonly holders: readonly string[]
}

/** @throws KeyriteError `PERSON_NOT_FOUND`, `USAGE` for values, `TEMPLATE_INVALID`. */
export function prepare({loaded, typed, participants, keys, earnest, stand}: Given): Prepared {
  const {values, replaced} = replaceProfiles(loaded, typed)
  const sets = setsBefore(fill(loaded, withStandIns(loaded, values, 'nobody')), earnest?.view ?? null)
  const named = keysBefore(fill(loaded, withStandIns(loaded, values, 'nobody')), earnest?.view ?? null)
  const policy = freely(earnest?.policy ?? defaultPolicy, {sets, keys: named}, loaded, stand)
  // Who is made up answers for what nobody was named for: so the cast comes first, and is made of what was typed.
  const rough = withStandIns(loaded, values, 'nobody')
  const cast = castOf({
    roles: loaded.template.roles,
    named: participants,
    mentioned: peopleMentioned(loaded, values),
    roster: earnest?.roster ?? null,
    asked: askedOf(loaded, rough, policy, stand, named),
    keys,
  })
  const first = cast.parts[0]?.player.address ?? cast.players[0]?.address ?? ''
  const holders = holdersIn(cast)
  const complete = withStandIns(loaded, withAddresses(loaded, values, cast), first, holders)
  return {
    loaded,
    values: complete,
    replaced,
    profiles: placesFor(profilesOf(loaded, complete), named),
    cast,
    policy,
    organisation: earnest?.organisation ?? nowhere,
    stand,
    sets,
    keys: named,
    holders,
  }
}

/** Keys that were there before lie on a token of their own where no step names a profile. */
function placesFor(profiles: readonly string[], keys: readonly KeyBefore[]): readonly string[] {
  return profiles.length === 0 && keys.length > 0 ? ['rehearsal-token'] : profiles
}

/** Who holds shares where nobody is named: custodians, or else everybody. */
function holdersIn({parts, players}: Cast): readonly string[] {
  const custodians = parts.flatMap(({role, player}) => (role === 'custodian' ? [player.address] : []))
  return custodians.length > 1 ? custodians : players.map(({address}) => address)
}

/** A rehearsal has its tokens whatever people the policy asks for one, and the sets and keys that its steps take for granted. */
function freely(
  policy: Policy,
  {sets, keys}: {readonly sets: readonly SetBefore[]; readonly keys: readonly KeyBefore[]},
  loaded: Loaded,
  {kind}: Stand,
): Policy {
  const adding = policy.rules.find(
    ({operations, kinds}) => operations.includes('profile.add') && (kinds === null || kinds.includes(kind)),
  )
  const freed: Rule[] = [
    ...(adding?.people === 0 ? [] : [ruleOf('rehearsal-token', 'profile.add', {people: 0, kinds: [kind]})]),
    // Where it is also rehearsed to approve a split, the people of the rehearsal approve these, too.
    ...(keys.length === 0 || has(loaded, 'key.create')
      ? []
      : [ruleOf('rehearsal-key', 'key.create', {people: 1, kinds: null})]),
    ...(sets.length === 0 || has(loaded, 'shares.split')
      ? []
      : [ruleOf('rehearsal-set', 'share.split', {people: 1, kinds: null})]),
  ]
  return freed.length === 0 ? policy : {...policy, rules: [...freed, ...policy.rules]}
}

function ruleOf(id: string, operation: OperationName, {people, kinds}: Pick<Rule, 'people' | 'kinds'>): Rule {
  return {id, operations: [operation], kinds, classes: null, people, from: [...roles], roles: []}
}

function has(loaded: Loaded, wanted: string): boolean {
  return allSteps(fill(loaded, withStandIns(loaded, new Map(), 'nobody'))).some(({kind}) => kind === wanted)
}

/** People in values by their address in the rehearsal: ids are others there. */
function withAddresses({template: {parameters}}: Loaded, values: Values, {addressOf}: Cast): Values {
  return new Map(
    [...values].map(([name, value]) => {
      const type = parameters.get(name)?.type
      if (type === 'person') return [name, addressOf(String(value))]
      return [name, type === 'person-list' && Array.isArray(value) ? value.map(addressOf) : value]
    }),
  )
}

/** What the policy asks of each role whose people approve something. */
function askedOf(
  loaded: Loaded,
  values: Values,
  policy: Policy,
  {kind}: Stand,
  keys: readonly KeyBefore[],
): Casting['asked'] {
  const steps = allSteps(fill(loaded, values))
  const asked = new Map<string, Asked>()
  for (const step of steps) {
    if (step.kind !== 'quorum' || !('for' in step) || !Array.isArray(step.for)) continue
    const covered: readonly unknown[] = step.for
    const made = steps.find((one) => covered.includes(one.id) && 'class' in one)
    const before = keys.find((key) =>
      steps.some((one) => covered.includes(one.id) && 'key' in one && one.key === key.key),
    )
    const key = made !== undefined && 'class' in made ? (made.class as never) : (before?.class ?? null)
    try {
      const operation = operationFor(steps.find((one) => covered.includes(one.id))?.kind)
      const {people, roles} = ruleFor(policy, {operation, class: key, kind})
      // A role can approve several times; what the policy wants of any of them, it has to have.
      const others = asked.get(step.by)
      asked.set(step.by, {
        people: Math.max(people, others?.people ?? 0),
        roles: [...new Set([...(others?.roles ?? []), ...roles])],
      })
    } catch (error) {
      if (!(error instanceof KeyriteError)) throw error // lint says so, with its line
    }
  }
  return asked
}

function operationFor(kind: string | undefined): OperationName {
  if (kind === 'shares.split') return 'share.split'
  if (kind === 'key.import' || kind === 'key.rotate' || kind === 'key.destroy') return kind
  return kind === 'shares.combine' ? 'share.combine' : 'key.create'
}

type Asked = Casting['asked'] extends ReadonlyMap<string, infer One> ? One : never

export interface Staged {
  readonly app: App
  /** For the engine. */
  readonly ceremonyApp: CeremonyApp
  /** Keys made for the rehearsal, by the id of the person in it. */
  readonly standIns: ReadonlyMap<string, Signer>
  readonly shares: StandInShares
  /** Closes it, and clears away what must not stay. */
  readonly end: () => Promise<void>
}

/** Founds the ledger of the rehearsal and makes its tokens. */
export async function stage(
  world: App['world'],
  {home, state}: RehearsalPlaces,
  {cast, policy, organisation, profiles, stand, sets, keys, holders}: Prepared,
): Promise<Staged> {
  const app = new App({...world, home, state: {path: state}})
  const clear = (): void => {
    clearSecrets({home, state})
  }
  // A second Ctrl-C ends the program at once: what must not stay goes then, too.
  process.once('exit', clear)
  let tokens: Tokens | undefined
  const end = async (): Promise<void> => {
    await app.close()
    tokens?.end()
    clear()
    process.removeListener('exit', clear)
  }
  try {
    await foundStage(app, cast.players, {organisation, policy, rehearsal: true})
    tokens = new Tokens(app, stand)
    for (const name of profiles) await tokens.make(name)
  } catch (error) {
    await end()
    throw error
  }
  const {roster} = app.ledger.of(custodyFold)
  const standIns = new Map(cast.players.map(({address, signer}) => [findPerson(roster, address).id, signer]))
  const shares = new StandInShares(world.random)
  try {
    const owner = cast.players[0]?.address ?? ''
    await stageKeys(app, keys, profiles[0] ?? '', {standIns, owner})
    await stageSets(app, sets, [...holders, ...cast.players.map(({address}) => address)], {standIns, shares})
  } catch (error) {
    await end()
    throw error
  }
  return {app, ceremonyApp: tokens.ceremonyApp, standIns, shares, end}
}

/** The same answers, with everyone called by their address in the rehearsal. */
export function answersFor(answers: Answers, {addressOf}: Cast): Answers {
  const signers = Object.entries(answers.signers).map(([typed, path]) => [addressOf(typed), path] as const)
  return {...answers, signers: Object.fromEntries(signers)}
}
