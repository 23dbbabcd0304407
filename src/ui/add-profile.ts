/** Adding a profile on a local token: its file, this machine's memory of it, and the entry. */
import {existsSync} from 'node:fs'
import {dirname} from 'node:path'
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {makePrivateDir} from '../base/files.ts'
import type {Secret} from '../base/secret.ts'
import type {Person} from '../custody/index.ts'
import {isSolo, policyFold, ruleFor} from '../policy/index.ts'
import {factsOf, profilesFold, writeConfig, type Environment, type ProfileFacts} from '../profiles/index.ts'
import type {Provider} from '../providers/ports.ts'
import {createProvider, openProvider} from '../providers/registry.ts'
import {demandNotRehearsed, operationOf, phase, type Plan} from '../requests/index.ts'
import {contextFor} from './gather.ts'

export interface Wish {
  readonly name: string
  readonly kind: string
  readonly environment: Environment
  /** Absolute path of the token file; made if it is not there. */
  readonly token: string
  /** What is remembered of where the PIN comes from; undefined where it is asked for each time. */
  readonly pinFile: string | undefined
}

/**
 * What speaks against a profile before anything is asked or made.
 * @throws KeyriteError `EXISTS`, `PROFILE_ENVIRONMENT`, `PRODUCTION_GUARD`, `POLICY_REFUSES`, `UNSUPPORTED`.
 */
export function demandWelcome(app: App, {name, kind, environment}: Wish): void {
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
  const rule = ruleFor(policy, {operation: 'profile.add', class: null, kind})
  if (rule.people > 0) {
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot add profile "${name}": rule "${rule.id}" asks people for it, which is not possible yet`,
      {
        hints: ['keyrite policy explain profile.add'],
      },
    )
  }
}

/**
 * Makes or opens the token and records the profile. What was made stays if a later part fails: the same again opens it.
 * @throws KeyriteError `PROFILE_ENVIRONMENT` if the token is a profile of another environment, `CREDENTIALS_REFUSED`, and what token and ledger throw.
 */
export async function addProfile(app: App, wish: Wish, actor: Person | null, pin: Secret): Promise<Plan> {
  const {ledger} = app
  const provider = await reach(app, wish, pin)
  app.lend(wish.name, provider)
  const profile = {...wish, identity: await provider.evidence.identity()}
  const plan = planAdd(app, profile)
  const operation = operationOf(app.operations, 'profile.add')
  operation.stillTrue(ledger.view, plan, 'add')
  writeConfig(app.world.home, wish.name, {settings: {path: wish.token}, pinFile: wish.pinFile})
  await operation.act({...contextFor(app, actor), approved: ledger.of(policyFold).seq}, plan, 'add')
  return plan
}

async function reach(app: App, {name, kind, token}: Wish, secret: Secret): Promise<Provider> {
  const {random, clock} = app.world
  const opening = {settings: {path: token}, secret, random, clock}
  if (existsSync(token)) return openProvider(kind, {...opening, leastGeneration: null})
  makePrivateDir(dirname(token))
  return createProvider(kind, name, opening)
}

function planAdd({ledger}: App, profile: ProfileFacts): Plan {
  const {policy} = ledger.of(policyFold)
  return {
    type: 'keyrite.plan/1',
    operation: 'profile.add',
    change: {},
    phases: [phase('add')],
    profile: factsOf(profile),
    rests: [`there is no profile "${profile.name}"`],
    rule: ruleFor(policy, {operation: 'profile.add', class: null, kind: profile.kind}).id,
  }
}
