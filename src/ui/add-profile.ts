/** Adding a profile: the place answers, this machine remembers how to reach it, and the ledger who it is. */
import {accessSync, constants, existsSync} from 'node:fs'
import {dirname} from 'node:path'
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {storageError} from '../base/file-errors.ts'
import {makePrivateDir} from '../base/files.ts'
import type {Secret} from '../base/secret.ts'
import type {Person} from '../custody/index.ts'
import {isSolo, policyFold, ruleFor} from '../policy/index.ts'
import {
  canBeMended,
  demandAble,
  factsOf,
  profileName,
  profilesFold,
  writeConfig,
  type Environment,
  type Profile,
} from '../profiles/index.ts'
import type {Identity, Provider} from '../providers/ports.ts'
import {createProvider, openProvider} from '../providers/registry.ts'
import {demandNotRehearsed, operationOf, type Plan, planFor} from '../requests/index.ts'
import {contextFor} from './gather.ts'

/** A place as it was asked for. */
export interface Place {
  readonly name: string
  readonly kind: string
  readonly environment: Environment
  /** As the kind lists them; paths are absolute. */
  readonly settings: Readonly<Record<string, string>>
  /** The profile of the same place that tries its keys; null where it does that itself. */
  readonly prover: string | null
  /** What is remembered of where the PIN comes from; undefined where it is asked for each time. */
  readonly pinFile: string | undefined
}

/** A local token, by its file. */
export interface Wish extends Omit<Place, 'settings' | 'prover'> {
  /** Absolute path of the token file; made if it is not there. */
  readonly token: string
}

/**
 * What speaks against a profile before anything is asked or made.
 * @throws KeyriteError `EXISTS`, `PROFILE_ENVIRONMENT`, `PRODUCTION_GUARD`, `POLICY_REFUSES`.
 */
export function demandWelcome(app: App, {name, environment}: Pick<Place, 'name' | 'environment'>): void {
  const {ledger} = app
  if (ledger.of(profilesFold).profiles.has(name)) {
    throw new KeyriteError('EXISTS', `cannot add profile "${name}": there is one`, {
      hints: [`keyrite profile show ${name}`],
    })
  }
  demandNotRehearsed(ledger.view.facts, {name, environment})
  const {policy} = ledger.of(policyFold)
  if (environment === 'production' && isSolo(policy)) {
    throw new KeyriteError(
      'PRODUCTION_GUARD',
      `cannot add profile "${name}" for production: under policy "${policy.name}" one person alone decides`,
      {hints: ['--environment test', 'keyrite policy show']},
    )
  }
}

/**
 * Opens the place (a local token that is not there is made), and plans its profile by who answered. What was made stays if
 * a later part fails: the same again opens it.
 * @throws KeyriteError `PROFILE_ENVIRONMENT` if it is a profile of another environment, `CREDENTIALS_REFUSED`, and what the provider throws.
 */
export async function planProfile(app: App, place: Place, pin: Secret | null): Promise<Plan> {
  const {identity} = await answered(app, place, pin)
  const {prover} = place
  const profile = factsOf({...place, identity})
  const plan = planFor(app.ledger, {
    operation: 'profile.add',
    class: null,
    change: {...profile, identity: {...profile.identity}, ...(prover === null ? {} : {prover})},
    phases: ['add'],
    profile,
    rests: [
      `there is no profile "${place.name}"`,
      ...(prover === null ? [] : [`profile "${prover}" is the same place`]),
    ],
  })
  operationOf(app.operations, 'profile.add').stillTrue(app.ledger.view, plan, 'add')
  return plan
}

/** The plan to have the keys of a profile that stands tried by another, or by itself. @throws KeyriteError as `demandOtherProver`. */
export function planProver(app: App, stands: Profile, prover: string | null): Plan {
  const profile = factsOf(stands)
  const plan = planFor(app.ledger, {
    operation: 'profile.add',
    class: null,
    change: {
      ...profile,
      identity: {...profile.identity},
      again: true,
      ...(prover === null ? {} : {prover}),
    },
    phases: ['add'],
    profile,
    rests: [
      stands.prover === null
        ? `profile "${stands.name}" tries its keys itself`
        : `the keys of profile "${stands.name}" are tried by profile "${stands.prover}"`,
      ...(prover === null ? [] : [`profile "${prover}" is the same place`]),
    ],
  })
  operationOf(app.operations, 'profile.add').stillTrue(app.ledger.view, plan, 'add')
  return plan
}

/** Does what needs nobody. */
export async function actAlone(app: App, plan: Plan, actor: Person | null): Promise<void> {
  const {seq} = app.ledger.of(policyFold)
  await operationOf(app.operations, 'profile.add').act(
    {...contextFor(app, actor), approved: seq},
    plan,
    'add',
  )
}

/** How many people the policy asks to add a place of this kind. */
export function peopleFor(app: App, kind: string): number {
  const {policy} = app.ledger.of(policyFold)
  return ruleFor(policy, {operation: 'profile.add', class: null, kind}).people
}

/** What this machine needs to reach it: remembered before anybody is asked, so that the profile can be added when they agree. */
export function rememberPlace(app: App, {name, settings, pinFile}: Place): void {
  writeConfig(app.world.home, name, {settings, pinFile})
}

/** Makes or opens a local token and records its profile, which needs nobody. @throws KeyriteError as `planProfile`. */
export async function addProfile(app: App, wish: Wish, actor: Person | null, pin: Secret): Promise<Plan> {
  const {token, ...facts} = wish
  const place = {...facts, settings: {path: token}, prover: null}
  const plan = await planProfile(app, place, pin)
  await recordProfile(app, place, plan, actor)
  return plan
}

/** Records a profile that needs nobody. */
export async function recordProfile(app: App, place: Place, plan: Plan, actor: Person | null): Promise<void> {
  rememberPlace(app, place)
  await actAlone(app, plan, actor)
}

/** What it is told by these files it needs only when people have agreed. @throws KeyriteError `FILE_NOT_FOUND`, `STORAGE`. */
function demandReadable({settings}: Place): void {
  for (const path of [settings['token-file'], settings['credentials-file']])
    if (path !== undefined)
      try {
        accessSync(path, constants.R_OK)
      } catch (error) {
        throw storageError('read', path, error)
      }
}

/** Who answers there. What fails names nothing that needs the profile, which is not there yet. */
async function answered(app: App, place: Place, pin: Secret | null): Promise<{readonly identity: Identity}> {
  try {
    demandReadable(place)
    const provider = await reach(app, place, pin)
    app.lend(place.name, provider)
    await demandAble(place.name, provider, canBeMended)
    return {identity: await provider.evidence.identity()}
  } catch (error) {
    if (!(error instanceof KeyriteError) || !error.hints.some((hint) => needsProfile.test(hint))) throw error
    const {code, message, hints, changed} = error
    throw new KeyriteError(code, message, {
      changed,
      cause: error,
      hints: [
        ...hints.map((hint) => hint.replace(needsProfile, '')).filter((hint) => hint !== ''),
        `keyrite profile add ${place.name} … with the same flags again, when that is mended: it is not added yet`,
      ],
    })
  }
}

const needsProfile = /(^|: )keyrite (profile (check|show)|doctor)\b.*$/

async function reach(app: App, {name, kind, settings}: Place, secret: Secret | null): Promise<Provider> {
  const {random, clock} = app.world
  const opening = {settings, secret, random, clock}
  const {path} = settings
  if (kind !== 'local' || path === undefined || existsSync(path))
    return openProvider(kind, {...opening, leastGeneration: null})
  makePrivateDir(dirname(path))
  return createProvider(kind, name, opening)
}

/** @throws KeyriteError `USAGE` for what no profile can be called. */
export function profileNamed(text: string): string {
  const parsed = profileName.safeParse(text)
  if (parsed.success) return parsed.data
  throw new KeyriteError(
    'USAGE',
    `cannot call a profile "${text}": expected 1 to 63 of a-z, 0-9 and -, starting with a letter`,
  )
}
