/** The dates of a key, told to the service that keeps them: of every version that is there, looked at again, and tried. */
import {jcs} from '../../base/jcs.ts'
import {KeyriteError} from '../../base/errors.ts'
import {problem, type Entry, type Problem} from '../../ledger/index.ts'
import {isWithin, type Dates} from '../../providers/dates.ts'
import {undertake, type ActContext, type Plan} from '../../requests/index.ts'
import {datesOf, demandKept, textOfDates, type DatesText} from '../dates.ts'
import {proofOf} from '../effect.ts'
import {keysFold} from '../fold.ts'
import {keyNamed} from '../known.ts'
import {isLiving, openIntent, type Key, type ProbeResult} from '../state.ts'
import {tryAvailability, unproven} from '../try-state.ts'
import {whoTries} from '../who-tries.ts'

export const dateWrites = {
  'key.dates.intended': 'dates',
  'key.dates.set': 'dates',
  'key.dates.failed': 'dates',
} as const

export function judgeDates({change, profile}: Plan, entry: Entry): readonly Problem[] {
  const {type, data} = entry
  const same =
    data['key'] === change['key'] &&
    data['version'] === change['version'] &&
    data['profile'] === profile?.name &&
    (type === 'key.dates.failed' || jcs(data['dates'] ?? null) === jcs(change['dates'] ?? null))
  return same ? [] : [problem('plan', entry, 'what is done is not what the plan says')]
}

/**
 * @param version - the one that was primary when people agreed
 * @throws KeyriteError `UNSUPPORTED`, `KEY_NOT_AS_PLANNED`; `KEY_STILL_USABLE` or `NOT_PROVEN`, once it is recorded, where it is outside its dates and was not refused for that.
 */
export async function setDates(
  context: ActContext,
  wish: {readonly key: string; readonly version: number; readonly dates: DatesText},
): Promise<void> {
  const {ledger} = context
  const key = keyNamed(ledger, wish.key)
  const dates = datesOf(wish.dates)
  const provider = await context.provider(key.profile)
  const {life} = provider
  if (life.setDates === undefined)
    throw new KeyriteError('UNSUPPORTED', `cannot set dates of key "${key.name}": its place keeps none`)
  const living = key.versions.filter(isLiving)
  let tried: readonly ProbeResult[] = []
  const seq = await undertake<null>(context, {
    types: {intended: 'key.dates.intended', done: 'key.dates.set', failed: 'key.dates.failed'},
    about: {key: key.name, version: wish.version, profile: key.profile},
    intended: {dates: {...wish.dates}},
    open: openIntent(ledger.of(keysFold), 'dates', key.name, wish.version),
    approved: context.approved,
    find: () => Promise.resolve(undefined), // setting them again does no harm
    act: async () => {
      for (const {ref} of living) await life.setDates?.(ref, dates)
      return null
    },
    confirm: async (_, {id}) => {
      for (const {ref} of living) demandKept(key.name, dates, await provider.store.describe(ref))
      tried = await tryDates(context, key, dates, id)
      return {
        dates: {...textOfDates(dates)},
        versions: living.map(({version}) => version),
        results: tried.map((one) => ({...one})),
        generation: await provider.evidence.generation(),
      }
    },
  })
  demandRefused(key.name, seq, isWithin(dates, ledger.time), tried)
}

/** What the primary version still does, and no more does: outside its dates it only opens and verifies what was made before. */
async function tryDates(
  context: ActContext,
  key: Key,
  dates: Dates,
  id: string,
): Promise<readonly ProbeResult[]> {
  const version = key.versions.find((one) => one.version === key.primary)
  if (version?.state !== 'active') return []
  try {
    const provider = await context.provider(key.profile)
    const {provider: tryer} = await whoTries(context, key.profile, id)
    const wanted = isWithin(dates, context.ledger.time) ? 'enabled' : 'historic'
    return await tryAvailability(context, {provider, tryer}, {key, version}, wanted)
  } catch (error) {
    if (error instanceof KeyriteError) return [unproven('prover', error)]
    throw error
  }
}

function demandRefused(name: string, seq: number, within: boolean, tried: readonly ProbeResult[]): void {
  const proof = tried.length === 0 ? 'proven' : proofOf(tried)
  if (proof === 'proven') return
  const bad = tried.filter(({ok}) => !ok).map(({probe, detail}) => `${probe}: ${detail}`)
  const facts = {changed: true, hints: [`keyrite key show ${name}`, `keyrite ledger show ${seq}`]}
  const what = `the dates of key "${name}" are set`
  if (proof === 'still-usable')
    throw new KeyriteError('KEY_STILL_USABLE', `${what}, and it can still be used: ${bad.join('; ')}`, facts)
  if (proof === 'not-working')
    throw new KeyriteError('KEY_NOT_AS_PLANNED', `${what}, and it does not work so: ${bad.join('; ')}`, facts)
  if (!within)
    throw new KeyriteError('NOT_PROVEN', `${what}, and that is not proven: ${bad.join('; ')}`, facts)
}
