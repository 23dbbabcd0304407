/** What is looked at before anything is done: whether it can be done, what hangs on the key, and what it was. At most ten seconds. */
import {KeyriteError} from '../base/errors.ts'
import type {Json, JsonObject} from '../base/jcs.ts'
import {within} from '../base/within.ts'
import {accessOf, keysFold, livingUnder, whoTries, type Key, type KeyAccess} from '../keys/index.ts'
import {Blob, clockFault, type Ledger} from '../ledger/index.ts'
import {jcsBytes} from '../base/jcs.ts'
import {demandSamePlace} from '../profiles/index.ts'
import {profileOf} from '../keys/index.ts'
import type {Provider} from '../providers/ports.ts'
import type {ActContext} from '../requests/index.ts'
import {provable, tryOnce} from './prove.ts'
import {incidents, type Incident} from './state.ts'

/** How long the first look may take, in ms. */
export const lookMs = 10_000

export interface PreflightLine {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  /** What mends it; null where it is ok. */
  readonly fix: string | null
}

export interface Found {
  readonly preflight: readonly PreflightLine[]
  readonly incident: Incident
}

export interface Looking {
  /** Settles when people were asked for what opens the place, so that nobody is hurried. */
  readonly ready?: Promise<unknown>
  /** What this machine and whoever acts need beside that. */
  readonly own?: Promise<readonly PreflightLine[]>
  /** Told of each line, before anything is recorded. */
  readonly tell?: (line: PreflightLine) => void
}

/** Looks, in parallel, and records what was found. Nothing in it stands in the way of containing. */
export async function look(
  context: Omit<ActContext, 'approved'>,
  incident: Incident,
  {ready = Promise.resolve(), own = Promise.resolve([]), tell = () => undefined}: Looking = {},
): Promise<Found> {
  const {ledger, clock} = context
  const key = ledger.of(keysFold).keys.get(incident.key)
  if (key === undefined) throw new TypeError('an incident is about a key')
  await ready.catch(() => undefined)
  const until = performance.now() + lookMs
  const provider = context.provider(key.profile)
  const tryer = whoTries(context, key.profile, incident.intent).then((one) => one.provider)
  // What does not open is said by each line that needs it, whichever of them asks first.
  for (const one of [provider, tryer]) one.catch(() => undefined)
  const asks = [
    line('place', byThen(until, placeLine(context, provider, key)), key.profile),
    line('tries', byThen(until, usableLine(context, key, provider, tryer)), key.profile),
  ] as const
  const saving = settled(byThen(until, savedOf(provider, key)))
  const reach = settled(
    byThen(
      until,
      provider.then((open) => accessOf(open, key)),
    ),
  )
  const [place, tries] = await Promise.all(asks)
  const [saved, access] = [await saving, await reach]
  const preflight = [place.line, tries.line, clockLine(ledger), ...(await own)]
  for (const one of preflight) tell(one)
  const lastSuccess = tries.line.ok && tries.value === true ? clock.now().toISOString() : null
  const facts: JsonObject = {
    type: 'keyrite.incident-facts/1',
    preflight: preflight.map(({name, ok}) => ({name, ok})),
    impact: {
      children: [...livingUnder(ledger.view, key.name)],
      consumers: [...key.spec.consumers],
      observed: access === undefined ? null : observedOf(access),
    },
    saved: {
      versions: saved ?? [],
      policy: access?.policy ?? null,
      grants: [
        ...grantsIn(access).map(({id, grantee, operations}) => ({
          id,
          grantee,
          operations: [...operations],
        })),
        ...usersIn(access).map(({on, role, member}) => ({id: on, grantee: member, operations: [role]})),
      ],
    },
  }
  if ((ledger.of(incidents).all.get(incident.seq)?.looked ?? null) === null)
    await ledger.append([
      {
        type: 'incident.looked',
        data: {
          incident: incident.seq,
          key: key.name,
          facts: new Blob(jcsBytes(facts), 'application/json'),
          last_success: lastSuccess,
        },
        actor: context.actor,
      },
    ])
  return {
    preflight,
    incident: ledger.of(incidents).all.get(incident.seq) ?? incident,
  }
}

/** Where rights are kept as roles of members, they tell more: what the key lies in too. */
function grantsIn(access: KeyAccess | undefined) {
  return access?.rights === null ? access.grants : []
}

/** Roles that let somebody use the key, or may. */
function usersIn(access: KeyAccess | undefined) {
  return (access?.rights ?? []).filter(({uses}) => uses !== false)
}

function observedOf(access: KeyAccess): JsonObject {
  const {aliases, replicas, lastUse} = access
  return {
    aliases: [...aliases],
    grants: grantsIn(access).length + usersIn(access).length,
    replicas: replicas.map(({region}) => region),
    last_use: lastUse === null ? null : (lastUse.at?.toISOString() ?? null),
    last_operation: lastUse?.operation ?? null,
  }
}

/** What every version may be used for now, as its place says it. */
async function savedOf(opening: Promise<Provider>, key: Key): Promise<Json[]> {
  const {store} = await opening
  return Promise.all(
    key.versions.map(async ({version, ref}) => ({
      version,
      availability: (await store.describe(ref))?.availability ?? null,
    })),
  )
}

/** By the place, too, where it says what time it is. A clock that is wrong lets nothing be recorded. */
function clockLine({times}: Pick<Ledger, 'times'>): PreflightLine {
  const wrong = clockFault(times)
  if (wrong === null)
    return {name: 'clock', ok: true, detail: 'it agrees with the ledger and the place', fix: null}
  const fix = 'timedatectl set-ntp true; if this clock is right: keyrite ledger clock --accept --reason R'
  return {name: 'clock', ok: false, detail: `${wrong.code}: ${wrong.fact}`, fix}
}

async function placeLine(
  {ledger}: Pick<ActContext, 'ledger'>,
  opening: Promise<Provider>,
  key: Key,
): Promise<{readonly detail: string}> {
  const provider = await opening
  await demandSamePlace(profileOf(ledger.view, key.profile), provider)
  const bad = (await provider.evidence.check()).filter(({ok}) => !ok)
  const [first] = bad
  if (first !== undefined)
    throw new KeyriteError('PROVIDER_FAILED', `${first.name}: ${first.detail}`, {
      hints: first.fix === null ? [] : [first.fix],
    })
  return {detail: 'it answers, and is the place that was approved'}
}

/** Whether whoever tries can use the key while it is alive: without that no refusal would prove anything. */
async function usableLine(
  context: Pick<ActContext, 'ledger' | 'random'>,
  key: Key,
  opening: Promise<Provider>,
  trying: Promise<Provider>,
): Promise<{readonly detail: string; readonly value: boolean}> {
  const [provider, tryer] = [await opening, await trying]
  const active = provable(key).find(({state}) => state === 'active')
  if (active === undefined) return {detail: 'no version of it is active', value: false}
  const {proof, detail} = await tryOnce(context, {provider, tryer}, {key, version: active})
  if (proof === 'still-usable') return {detail: 'whoever proves it can use it now', value: true}
  if (proof === 'proven') return {detail: 'it is refused already', value: false}
  throw new KeyriteError('NOT_PROVEN', `nobody here can try it, so its end will not be proved: ${detail}`, {
    hints: [`keyrite profile set ${key.profile} --prover PROFILE, of somebody who may use its keys`],
  })
}

async function line(
  name: string,
  asked: Promise<{readonly detail: string; readonly value?: boolean}>,
  profile: string,
): Promise<{readonly line: PreflightLine; readonly value: boolean | undefined}> {
  try {
    const {detail, value} = await asked
    return {line: {name, ok: true, detail, fix: null}, value}
  } catch (error) {
    if (!(error instanceof KeyriteError)) throw error
    const fix = error.hints[0] ?? `keyrite doctor --profile ${profile}`
    return {line: {name, ok: false, detail: `${error.code}: ${error.message}`, fix}, value: undefined}
  }
}

async function settled<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof KeyriteError) return undefined
    throw error
  }
}

function byThen<T>(until: number, answer: Promise<T>): Promise<T> {
  const late = (): KeyriteError =>
    new KeyriteError('PROVIDER_UNREACHABLE', `it gave no answer in ${lookMs / 1_000} s yet`)
  return within(until - performance.now(), answer, late)
}
