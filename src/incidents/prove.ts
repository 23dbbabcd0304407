/**
 * Proof that a key is dead: whoever tries it is refused again and again, for the right reason. A network that fails and a
 * permission that is missing say nothing of the key, and do not count. docs/ledger-format.md, `incident.proved`.
 */
import {setTimeout as sleep} from 'node:timers/promises'
import {KeyriteError} from '../base/errors.ts'
import {keysFold, proofOf, tryAvailability, whoTries, type Key, type Version} from '../keys/index.ts'
import type {Provider} from '../providers/ports.ts'
import {undertake, type ActContext} from '../requests/index.ts'
import {enough, tookItsPlace} from './rules.ts'
import {incidents, type Incident, type ProofTry, type ProvedVersion, type Verdict} from './state.ts'

/** Between two tries of a key that is not refused yet, in ms. */
const pause = 500
/** How often a try that says nothing is repeated before it is left. */
const silent = 3

/** What is seen while it is tried. */
export type Progress = (line: {
  readonly version: number
  readonly refusals: number
  readonly proof: Verdict
}) => void

interface Tried extends ProvedVersion {
  readonly lastSuccess: string | null
  readonly firstRefusal: string | null
}

/** The versions of a key that could be used, were they not contained. */
export function provable(
  {versions}: Pick<Key, 'versions'>,
  incident?: Pick<Incident, 'acts'>,
): readonly Version[] {
  return versions.filter(
    ({version, state, standby}) =>
      state !== 'destroyed' &&
      (standby === null || state !== 'pre-active') &&
      (incident === undefined || !tookItsPlace(incident, version)),
  )
}

/**
 * Tries every version until it was refused often enough, or `withinMs` is over; recorded before and after.
 * @returns what came of it.
 * @throws KeyriteError what asking the place who it is throws, before anything is tried.
 */
export async function proveDead(
  context: Omit<ActContext, 'approved'>,
  incident: Incident,
  {withinMs, progress}: {readonly withinMs: number; readonly progress: Progress},
): Promise<ProofTry> {
  const {ledger} = context
  await ledger.alone(async () => {
    const key = ledger.of(keysFold).keys.get(incident.key)
    if (key === undefined) throw new TypeError('an incident is about a key')
    const versions = provable(key, ledger.of(incidents).all.get(incident.seq) ?? incident)
    const whole = {...context, approved: -1}
    await undertake<readonly Tried[]>(whole, {
      types: {
        intended: 'incident.proof.intended',
        done: 'incident.proved',
        failed: 'incident.proof.failed',
      },
      about: {incident: incident.seq, key: key.name, profile: key.profile},
      intended: {versions: versions.map(({version}) => version)},
      open: openProof(ledger.of(incidents).proving.values(), incident.seq),
      approved: null,
      find: () => Promise.resolve(undefined), // trying again does no harm
      act: async ({id}) => {
        const until = performance.now() + withinMs
        const [provider, tryer] = await tryers(whole, key, id)
        const all: Tried[] = []
        for (const version of versions)
          all.push(await tryUntil(whole, {provider, tryer}, {key, version}, {until, progress}))
        return all
      },
      confirm: (all) => Promise.resolve(outcomeOf(all, incident)),
    })
  })
  const last = ledger.of(incidents).all.get(incident.seq)?.proofs.at(-1)
  if (last === undefined) throw new TypeError('recorded before')
  return last
}

function openProof(all: Iterable<{seq: number; id: string; incident: number}>, incident: number) {
  const open = [...all].find((one) => one.incident === incident)
  return open === undefined ? undefined : {seq: open.seq, id: open.id, approved: null}
}

/** The place, and whoever tries; a failure in place of each that does not open. */
async function tryers(
  context: ActContext,
  key: Key,
  id: string,
): Promise<readonly [Provider | KeyriteError, Provider | KeyriteError]> {
  const orError = async (open: Promise<Provider>): Promise<Provider | KeyriteError> => {
    try {
      return await open
    } catch (error) {
      if (error instanceof KeyriteError) return error
      throw error
    }
  }
  const provider = await orError(context.provider(key.profile))
  return [provider, await orError(whoTries(context, key.profile, id).then((one) => one.provider))]
}

/** One round of what the key must refuse. */
export async function tryOnce(
  context: Pick<ActContext, 'ledger' | 'random'>,
  places: {readonly provider: Provider | KeyriteError; readonly tryer: Provider | KeyriteError},
  of: {readonly key: Key; readonly version: Version},
): Promise<{readonly proof: Verdict; readonly detail: string}> {
  const {provider, tryer} = places
  if (tryer instanceof KeyriteError) return {proof: 'not-proven', detail: `${tryer.code}: ${tryer.message}`}
  const admin = provider instanceof KeyriteError ? tryer : provider
  const results = [...(await tryAvailability(context, {provider: admin, tryer}, of, 'disabled'))]
  for (const region of await copiesOf(admin, of.version)) {
    const use = tryer.service?.useIn(region)
    if (use === undefined) continue
    const there = {provider: admin, tryer: {...tryer, use}}
    for (const one of await tryAvailability(context, there, of, 'disabled'))
      results.push({...one, detail: `in ${region}, ${one.detail}`})
  }
  const proof = proofOf(results)
  const bad = results.filter(({ok}) => !ok)
  const detail = (bad.length > 0 ? bad : results).map((one) => `${one.probe}: ${one.detail}`).join('; ')
  if (proof === 'proven' || proof === 'still-usable') return {proof, detail}
  return {proof: 'not-proven', detail: detail === '' ? 'there is nothing by which it could be tried' : detail}
}

/** The regions in which a copy lies, which has a state of its own: as the service says now, or else as was recorded. */
async function copiesOf({service}: Provider, {ref, copies}: Version): Promise<readonly string[]> {
  if (service === undefined) return []
  try {
    return (await service.replicas(ref)).map(({region}) => region)
  } catch (error) {
    if (error instanceof KeyriteError) return copies
    throw error
  }
}

export async function tryUntil(
  context: ActContext,
  places: {readonly provider: Provider | KeyriteError; readonly tryer: Provider | KeyriteError},
  of: {readonly key: Key; readonly version: Version},
  {until, progress}: {readonly until: number; readonly progress: Progress},
): Promise<Tried> {
  const {version} = of.version
  let lastSuccess: string | null = null
  let firstRefusal: string | null = null
  let refusals = 0
  let nothing = 0
  for (;;) {
    const {proof, detail} = await tryOnce(context, places, of)
    const now = context.clock.now().toISOString()
    if (proof === 'proven') {
      firstRefusal ??= now
      refusals++
      nothing = 0
    } else {
      if (proof === 'still-usable') lastSuccess = now
      firstRefusal = null
      refusals = 0
      nothing = proof === 'not-proven' ? nothing + 1 : 0
    }
    progress({version, refusals, proof})
    const over = performance.now() >= until
    if (refusals >= enough || nothing >= silent || (over && proof !== 'proven'))
      return {version, proof, refusals, detail, lastSuccess, firstRefusal}
    if (over)
      return {
        ...{version, proof: 'not-proven', refusals, lastSuccess, firstRefusal},
        detail: `refused ${refusals} times in the time there was, and ${enough} are needed: ${detail}`,
      }
    if (proof !== 'proven') await sleep(Math.min(pause, Math.max(0, until - performance.now())))
  }
}

function outcomeOf(all: readonly Tried[], {looked, proofs}: Incident) {
  const proof: Verdict = all.some((one) => one.proof === 'still-usable')
    ? 'still-usable'
    : all.some((one) => one.proof === 'not-proven')
      ? 'not-proven'
      : 'proven'
  const successes = [
    looked?.lastSuccess,
    ...proofs.map((one) => one.lastSuccess),
    ...all.map((one) => one.lastSuccess),
  ]
  return {
    proof,
    last_success: latest(successes),
    // From then on no version did anything.
    first_refusal: all.every(({firstRefusal}) => firstRefusal !== null)
      ? latest(all.map((one) => one.firstRefusal))
      : null,
    refusals: Math.min(...all.map(({refusals}) => refusals)),
    versions: all.map(({version, proof: each, refusals, detail}) => ({
      version,
      proof: each,
      refusals,
      detail,
    })),
  }
}

function latest(times: readonly (string | null | undefined)[]): string | null {
  return (
    times
      .filter((one) => typeof one === 'string')
      .sort()
      .at(-1) ?? null
  )
}
