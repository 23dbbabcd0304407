/** Goes on with a rotation as far as it can go now: what cron calls, day after day. */
import {KeyriteError} from '../../base/errors.ts'
import type {Ledger} from '../../ledger/index.ts'
import {policyFold, scheduleOf} from '../../policy/index.ts'
import {profilesFold} from '../../profiles/index.ts'
import {
  apply,
  goesOnOutside,
  openRequest,
  requests,
  statusNow,
  type ActContext,
  type Operations,
  type Request,
} from '../../requests/index.ts'
import {emergencyOf} from '../emergencies.ts'
import {keyNamed} from '../known.ts'
import {actAlone, automaticFault, keyRotate} from '../operations/rotate.ts'
import {openNotice} from './notice.ts'
import {planRotate, successor} from './plan.ts'
import {runHooks} from './hooks.ts'
import {isRunning, rotations, type Rotation} from './state.ts'
import {isDue, standing} from './standing.ts'

export interface Advance {
  readonly name: string
  /** What was done now, in order: phases, `hooks`, and `notice` where a duty to tell its users was opened. */
  readonly did: readonly string[]
  /** What it waits for now: a date, people, somebody to resume it, the end of an incident; null where nothing is to be done. */
  readonly waits: 'time' | 'people' | 'resume' | 'incident' | null
  readonly until: string | null
  /** The request that waits for people. */
  readonly request: string | null
}

type Context = Omit<ActContext, 'approved'>

/**
 * Goes on with one key. Without people it opens at most one request.
 * @throws KeyriteError what the acts throw; what was done before stays recorded, and is not done again.
 */
export async function advance(context: Context, operations: Operations, name: string): Promise<Advance> {
  const {ledger} = context
  const did: string[] = []
  const result = (waits: Advance['waits'], more: Partial<Advance> = {}): Advance => ({
    name,
    did,
    waits,
    until: null,
    request: null,
    ...more,
  })
  if (await ledger.alone(() => openNotice(context, keyNamed(ledger, name)))) did.push('notice')
  // Each turn does something, and a rotation has fewer phases than this.
  for (let turn = 0; turn < 12; turn++) {
    if ((await ledger.alone(() => runHooks(context, name))) > 0) did.push('hooks')
    const rotation = ledger.of(rotations).last.get(name)
    const running = isRunning(rotation) ? rotation : undefined
    if (running !== undefined && running.paused !== null) return result('resume')
    const until = running?.next?.due ?? null
    if (until !== null && ledger.time.toISOString() < until) return result('time', {until})
    if (isStopped(ledger, name, running)) return result('incident', {until: emergencyOf(ledger, name)})
    const next =
      running === undefined
        ? await begin(context, operations, name)
        : await goOn(context, operations, running)
    if (next.did === null) return result(next.request === null ? null : 'people', {request: next.request})
    did.push(...next.did)
  }
  return result(null)
}

/** Whether what the policy alone would do now waits for an incident to be closed. */
function isStopped(ledger: Ledger, name: string, running: Rotation | undefined): boolean {
  const key = keyNamed(ledger, name)
  if (emergencyOf(ledger, name) === null) return false
  const {mode} = scheduleOf(ledger.of(policyFold).policy, key.spec.class)
  if (running !== undefined) return running.automatic && mode === 'automatic'
  return (
    isDue(standing(ledger, key), ledger) && mode === 'automatic' && liveRequest(ledger, name) === undefined
  )
}

interface Turn {
  /** Null where nothing could be done. */
  readonly did: readonly string[] | null
  readonly request: string | null
}

const nothing: Turn = {did: null, request: null}

async function begin(context: Context, operations: Operations, name: string): Promise<Turn> {
  const {ledger} = context
  const key = keyNamed(ledger, name)
  const live = liveRequest(ledger, name)
  if (live !== undefined) return byRequest(context, operations, live)
  const stands = standing(ledger, key)
  if (!isDue(stands, ledger) || stands.cannot !== null) return nothing
  const schedule = scheduleOf(ledger.of(policyFold).policy, key.spec.class)
  const last = ledger.of(rotations).last.get(name)
  const alone =
    schedule.mode === 'automatic' &&
    automaticFault(key, schedule, last, ledger.time.toISOString()) === undefined
  if (!alone) return asked(context, name)
  await actAlone(context, planRotate(ledger.view, name, ledger.time).plan.change, 'open')
  return {did: ['open'], request: null}
}

async function goOn(context: Context, operations: Operations, rotation: Rotation): Promise<Turn> {
  const {ledger} = context
  const phase = rotation.next?.phase
  if (phase === undefined) return nothing
  const key = keyNamed(ledger, rotation.key)
  const {mode} = scheduleOf(ledger.of(policyFold).policy, key.spec.class)
  if (rotation.automatic && mode === 'automatic') {
    await actAlone(context, {key: rotation.key}, phase)
    return {did: [phase], request: null}
  }
  const live = liveRequest(ledger, rotation.key)
  return live === undefined ? asked(context, rotation.key) : byRequest(context, operations, live)
}

/** The request that can still go on with a rotation of the key: met and not used up nor too late, else open. */
export function liveRequest(ledger: Pick<Ledger, 'of' | 'time'>, name: string): Request | undefined {
  const now = ledger.time.toISOString()
  const live = [...ledger.of(requests).all.values()].filter(
    (one) =>
      one.operation === 'key.rotate' &&
      one.plan.change['key'] === name &&
      // What a ceremony is about to do is its own; what it left is for whoever comes on the day.
      goesOnOutside(keyRotate, one) &&
      ['open', 'met'].includes(statusNow(ledger, one)) &&
      one.plan.phases.some(
        ({name: phase, latest, needed}) =>
          needed !== false && !one.done.has(phase) && (latest === null || now <= latest),
      ) &&
      // What opened a rotation that another one took the place of goes on with nothing.
      (one.done.has('open') ? opens(ledger, one, name) : canOpen(ledger, one, name)) &&
      one.plan.phases.every(
        ({name: phase, latest, needed}) =>
          needed === false || one.done.has(phase) || latest === null || now <= latest,
      ),
  )
  return live.find(({met}) => met !== null) ?? live[0]
}

/** Whether a request that opened none yet still is about the version that would take the place of the primary one. */
function canOpen(ledger: Pick<Ledger, 'of'>, {plan}: Request, name: string): boolean {
  const key = keyNamed(ledger, name)
  return key.primary === plan.change['from'] && successor(key) === plan.change['to']
}

/** Whether the rotation that a request opened is the one that runs. */
function opens(ledger: Pick<Ledger, 'of'>, {met}: Request, name: string): boolean {
  const last = ledger.of(rotations).last.get(name)
  return isRunning(last) && last.approved === met
}

async function byRequest(context: Context, operations: Operations, request: Request): Promise<Turn> {
  if (request.met === null) return {did: null, request: request.id}
  const after = await apply(context, operations, request)
  const did = [...after.done].filter((phase) => !request.done.has(phase))
  return did.length === 0 ? nothing : {did, request: null}
}

/** @throws KeyriteError `USAGE` where a plan for production has no author: whoever asks there signs it first. */
async function asked(context: Context, name: string): Promise<Turn> {
  const {ledger} = context
  const key = keyNamed(ledger, name)
  const environment = ledger.of(profilesFold).profiles.get(key.profile)?.environment
  if (environment === 'production' && context.actor.person === null)
    throw new KeyriteError(
      'USAGE',
      `cannot ask for a rotation of key "${name}": in production its author signs it, and nobody was named`,
      {
        hints: [`keyrite rotation plan ${name}`, `keyrite rotation run ${name} --as PERSON`],
      },
    )
  const {plan, names} = planRotate(ledger.view, name, ledger.time)
  const request = await openRequest(context, {plan, names, reason: null, ticket: null, only: null})
  return {did: null, request: request.id}
}
