/**
 * The one way in which a version comes into another state: intent, act, look at the provider, try what must and what must
 * not work, outcome. Every operation that changes a state writes these entries, each in the phase that is called as its event.
 */
import {KeyriteError} from '../../base/errors.ts'
import {seenAs} from '../../base/seen-as.ts'
import {problem, type Entry, type Problem, type View} from '../../ledger/index.ts'
import type {Availability, Description, Provider} from '../../providers/ports.ts'
import {undertake, type ActContext, type PhaseOf, type Plan} from '../../requests/index.ts'
import {commandAgain} from '../again.ts'
import {proofOf} from '../effect.ts'
import {keysFold} from '../fold.ts'
import {
  advance,
  availabilityOf,
  eventBetween,
  keyStates,
  verbOf,
  type KeyEvent,
  type KeyState,
} from '../lifecycle.ts'
import {keyVersion} from '../prove.ts'
import {setAt, type Set, type Wait} from './set-at.ts'
import {openIntent, type Key, type ProbeResult, type Version} from '../state.ts'
import {goneRefusals, tryAvailability, unproven} from '../try-state.ts'
import {whoTries} from '../who-tries.ts'

/** The event of a change of state; of a failure that of its intent. */
export const eventOf: PhaseOf = (view, entry) => {
  const {data} =
    entry.type === 'key.state.failed' ? (view.entry(Number(entry.data['intended'])) ?? entry) : entry
  const [from, to] = [stateOf(data['from']), stateOf(data['to'])]
  return from === undefined || to === undefined ? undefined : eventBetween(from, to)
}

export const stateWrites = {
  'key.state.intended': eventOf,
  'key.state.changed': eventOf,
  'key.state.failed': eventOf,
} as const

/** Whether a change of state is that of the plan: this version, and where the plan is for one change only, from and to. */
export function judgeMove(_view: View, {change, phases, profile}: Plan, entry: Entry): readonly Problem[] {
  const {data} = entry
  const planned = ['from', 'to'].every(
    (name) => phases.length > 1 || !(name in change) || !(name in data) || change[name] === data[name],
  )
  const same =
    data['key'] === change['key'] &&
    data['version'] === change['version'] &&
    data['profile'] === profile?.name
  return same && planned ? [] : [problem('plan', entry, 'what is done is not what the plan says')]
}

/**
 * @throws KeyriteError `KEY_STATE` saying by which entry it came to be otherwise, `KEY_NOT_FOUND`, `PLAN_MOVED` if the event is
 * still possible, and not from the state that was approved.
 */
export function demandMove(
  view: Pick<View, 'of'>,
  {change}: Pick<Plan, 'change'>,
  event: KeyEvent,
): {readonly name: string; readonly version: Version; readonly to: KeyState} {
  const name = textOf(change['key'])
  const version = view
    .of(keysFold)
    .keys.get(name)
    ?.versions.find((one) => one.version === change['version'])
  if (version === undefined)
    throw new KeyriteError('KEY_NOT_FOUND', `cannot ${verbOf(event)} key "${name}": there is none`, {
      hints: ['keyrite key list'],
    })
  const to = advance(name, version, event, since(version))
  const moved = (planned: unknown, now: KeyState): boolean => typeof planned === 'string' && planned !== now
  if (moved(change['from'], version.state) || moved(change['to'], to))
    throw new KeyriteError(
      'PLAN_MOVED',
      `cannot ${verbOf(event)} key "${name}": it was in another state when this was asked, and is ${version.state}${since(version)}`,
      {hints: [`keyrite key show ${name}`, 'ask anew']},
    )
  return {name, version, to}
}

/** What made it so, for whoever finds it changed by somebody else. */
export function since({changedAt, changedBy}: Version): string {
  return ` since ${changedAt} (entry ${changedBy})`
}

export interface Move {
  readonly key: string
  readonly version: number
  readonly event: KeyEvent
  /** Whether people approved that the provider enforces it; null where the plan says nothing of it. */
  readonly enforced: boolean | null
  /** Whether it is not given up: what the provider says is otherwise than it was set is left open, to be set again. */
  readonly insists?: true
  readonly wait?: Wait
}

/**
 * Changes the state of one version. What an earlier run began is finished: setting it again has the same effect.
 * @throws KeyriteError after recording: `KEY_STILL_USABLE` if something forbidden was done, `KEY_NOT_AS_PLANNED` if something
 * allowed was not, `NOT_PROVEN` if that it is out of use could not be tried. `PLAN_MOVED` before anything is touched if the
 * provider enforces less than was approved.
 */
export async function changeState(context: ActContext, move: Move): Promise<void> {
  const {ledger} = context
  const {key, version} = keyVersion(context, move.key, move.version)
  const to = advance(key.name, version, move.event, since(version))
  const provider = await context.provider(key.profile)
  await demandEnforced(provider, move, to)
  const {state: from} = version
  await undertake<Done>(context, {
    types: {intended: 'key.state.intended', done: 'key.state.changed', failed: 'key.state.failed'},
    about: {key: key.name, version: version.version, profile: key.profile},
    intended: {from, to},
    open: openIntent(ledger.of(keysFold), 'state', key.name, version.version),
    approved: context.approved,
    find: () => Promise.resolve(undefined), // setting it again has the same effect
    act: async ({id, seq}) => {
      const begun = ledger.view.entry(seq)?.time ?? ledger.time.toISOString()
      return {id, ...(await setAt(provider, version, {...move, to, begun}))}
    },
    confirm: async ({id, enforced, destroyAt}) => ({
      from,
      to,
      enforced,
      results: (
        await tried(context, provider, {key, version}, {id, to, enforced, destroyAt, insists: move.insists})
      ).map((one) => ({
        ...one,
      })),
      generation: await provider.evidence.generation(),
      ...(destroyAt === null ? {} : {destroy_at: destroyAt}),
    }),
  })
  demandProof(ledger.view, keyVersion(context, key.name, version.version))
}

/** What was set, under which intent. */
export interface Done extends Set {
  readonly id: string
}

/** What the provider says, what was tried, and what it only leaves to be recorded. */
export async function tried(
  context: ActContext,
  provider: Provider,
  {key, version}: {readonly key: Key; readonly version: Version},
  {id, to, enforced, insists}: Done & {readonly to: KeyState; readonly insists?: true | undefined},
): Promise<readonly ProbeResult[]> {
  const now = await provider.store.describe(version.ref)
  const gone = to === 'destroyed'
  // What can be enforced and is not was not done, whatever the answer said: it is left open, and set again.
  const lacks = enforced !== availabilityOf[to] && insists === true && (await enforces(provider, to))
  demandSaid(key.name, now?.availability, {to, enforced: lacks ? availabilityOf[to] : enforced}, insists)
  const said: ProbeResult = {
    probe: 'available',
    ok: true,
    evidence: 'asserted',
    detail: `the provider says that the version is ${now?.availability ?? 'gone'}`,
  }
  const wanted = availabilityOf[to]
  const tryWith = (tryer: Provider) => () =>
    tryAvailability(
      context,
      {provider, tryer},
      {key, version},
      enforced === 'probe' ? 'enabled' : enforced,
      gone ? goneRefusals : undefined,
    )
  // What a service says it holds a version to may reach those who use it some seconds later. Whoever contains it proves it afterwards.
  const results = await tryAs(context, key.profile, id, (tryer) =>
    seenAs(tryWith(tryer), (some) => proofOf(some) !== 'still-usable', insists === true ? 0 : 4),
  )
  if (gone) demandGone(key.name, results)
  if (enforced === wanted) return [said, ...results]
  const lacking: ProbeResult = {
    probe: 'enforced',
    ok: false,
    evidence: 'stated',
    detail: `recorded, not enforced: ${to} asks for ${wanted}, and the provider leaves it ${enforced}`,
  }
  return [said, ...results, lacking]
}

/** @throws KeyriteError `KEY_NOT_AS_PLANNED`; `PROVIDER_FAILED` for a wait of the provider's own that is not over: it is asked again. */
function demandSaid(
  name: string,
  now: Description['availability'] | undefined,
  {to, enforced}: {readonly to: KeyState; readonly enforced: Availability},
  insists?: true,
): void {
  const right: readonly unknown[] =
    to === 'destroyed'
      ? [undefined, 'destroyed']
      : to === 'destruction-scheduled'
        ? [enforced, 'destruction-pending']
        : [enforced]
  if (right.includes(now)) return
  const waits = to === 'destroyed' && now === 'destruction-pending'
  throw new KeyriteError(
    waits || insists === true ? 'PROVIDER_FAILED' : 'KEY_NOT_AS_PLANNED',
    `key "${name}" is not ${to}: the provider says ${now ?? 'that it is gone'}`,
    {changed: true, hints: [waits ? 'the same command again, later' : `keyrite key show ${name}`]},
  )
}

/** Only what is refused, and rightly, is called destroyed. @throws KeyriteError `KEY_STILL_USABLE`; `NOT_PROVEN`, and it is tried again. */
function demandGone(name: string, results: readonly ProbeResult[]): void {
  const proof = proofOf(results)
  if (proof === 'proven') return
  const bad = results.filter(({ok}) => !ok).map(({probe, detail}) => `${probe}: ${detail}`)
  throw new KeyriteError(
    proof === 'still-usable' ? 'KEY_STILL_USABLE' : 'NOT_PROVEN',
    `cannot call key "${name}" destroyed: ${bad.join('; ') || 'nothing could be tried'}`,
    {changed: true, hints: [`keyrite key show ${name}`, `keyrite key destroy ${name}`]},
  )
}

/** Whoever cannot be opened to try tries nothing: that is no proof, and in the way of nothing. */
async function tryAs(
  context: ActContext,
  profile: string,
  id: string,
  work: (tryer: Provider) => Promise<readonly ProbeResult[]>,
): Promise<readonly ProbeResult[]> {
  let tryer: Provider
  try {
    tryer = (await whoTries(context, profile, id)).provider
  } catch (error) {
    if (error instanceof KeyriteError) return [unproven('prover', error)]
    throw error
  }
  return work(tryer)
}

/** @throws KeyriteError `PLAN_MOVED`. */
async function demandEnforced(provider: Provider, {key, enforced}: Move, to: KeyState): Promise<void> {
  if (enforced !== true || (await enforces(provider, to))) return
  throw new KeyriteError(
    'PLAN_MOVED',
    `cannot change key "${key}": it was approved that its provider enforces "${to}", and it does not`,
    {hints: [`keyrite key show ${key}`, 'ask anew']},
  )
}

async function enforces({evidence}: Provider, to: KeyState): Promise<boolean> {
  return (await evidence.capabilities()).enforces.includes(availabilityOf[to])
}

/** @throws KeyriteError `KEY_STILL_USABLE`, `KEY_NOT_AS_PLANNED`, `NOT_PROVEN`. */
export function demandProof(
  view: Pick<View, 'of'>,
  {key, version}: {readonly key: Key; readonly version: Version},
): void {
  const {effect, state} = version
  if (effect === null) return
  const again = commandAgain(view, key, version)
  const proof = proofOf(effect.results)
  const bad = effect.results.filter(({ok}) => !ok).map(({probe, detail}) => `${probe}: ${detail}`)
  const facts = {
    changed: true,
    hints: [
      ...(again === undefined
        ? []
        : [`${again}: it is asked for and tried again, and nobody signs for that`]),
      ...[`keyrite key show ${key.name}`, `keyrite ledger show ${effect.seq}`],
    ],
  }
  const what = `key "${key.name}" is recorded as ${state}`
  if (proof === 'still-usable')
    throw new KeyriteError('KEY_STILL_USABLE', `${what}, and can still be used: ${bad.join('; ')}`, facts)
  if (proof === 'not-working')
    throw new KeyriteError('KEY_NOT_AS_PLANNED', `${what}, and does not work so: ${bad.join('; ')}`, facts)
  if (proof === 'not-proven' && availabilityOf[state] !== 'enabled')
    throw new KeyriteError('NOT_PROVEN', `${what}, and that is not proven: ${bad.join('; ')}`, facts)
}

function stateOf(value: unknown): KeyState | undefined {
  return keyStates.find((state) => state === value)
}

/** A member whose form was checked. */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
