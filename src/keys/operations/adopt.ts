/** Taking over keys that a provider has already: nothing is changed there, and each is tried once it is known. */
import {KeyriteError, type ErrorCode} from '../../base/errors.ts'
import {jcs, type JsonObject} from '../../base/jcs.ts'
import {Blob, problem, type Draft, type Entry, type Problem} from '../../ledger/index.ts'
import {demandSamePlace} from '../../profiles/index.ts'
import {isPair} from '../../providers/algorithms.ts'
import type {Provider, VersionRef} from '../../providers/ports.ts'
import type {ActContext, Operation, Plan} from '../../requests/index.ts'
import {parseAdoption, specIn, type Adoption, type AdoptionRow} from '../adoption/plan.ts'
import {stateOf} from '../adoption/survey.ts'
import {keysFold} from '../fold.ts'
import {profileOf} from '../plans.ts'
import {proveWithin} from '../prove.ts'
import {protectionIn} from '../protection.ts'
import type {Key} from '../state.ts'

/** So many are asked about at once, and written down in one go. */
const atOnce = 16
/** So many names are read to people; the whole list stands in the plan. */
const shown = 12

export const keyAdopt: Operation = {
  name: 'key.adopt',
  writes: {'key.adopted': 'adopt', 'key.adopt.finished': 'adopt'},
  begins: [],
  ends: ['key.adopt.finished'],
  formed: (plan) => void parseAdoption(plan),
  inWords,
  stillTrue: () => undefined, // key by key, as each is taken over
  judge(_view, plan, entry) {
    const wrong = (message: string): Problem[] => [problem('plan', entry, message)]
    if (entry.data['profile'] !== plan.profile?.name) return wrong('the profile is not that of the plan')
    return entry.type === 'key.adopted' ? judgeAdopted(parseAdoption(plan), entry) : []
  },
  matterOf: () => null,
  act: adopt,
}

function judgeAdopted(adoption: Adoption, entry: Entry): readonly Problem[] {
  const {key, primary, spec, versions} = entry.data
  const row = adoption.byName.get(typeof key === 'string' ? key : '')
  const found = Array.isArray(versions) ? (versions as readonly JsonObject[]) : []
  const same =
    row !== undefined &&
    primary === row.primary &&
    jcs(spec ?? null) === jcs(specIn(adoption, row)) &&
    jcs(found.map(({ref = null, state = null, created = null}) => ({ref, state, created}))) ===
      jcs(row.versions)
  return same ? [] : [problem('plan', entry, 'the key that is taken over is not one of the plan')]
}

function inWords(plan: Plan): readonly string[] {
  const adoption = parseAdoption(plan)
  const {keys, owner, consumers, classification} = adoption
  const where =
    plan.profile === null
      ? ''
      : ` of profile "${plan.profile.name}" (${plan.profile.kind}, ${plan.profile.environment})`
  const kinds = Map.groupBy(keys, ({algorithm, purpose}) => `${algorithm} to ${purpose}`)
  const more = keys.length - shown
  return [
    `Take over ${keys.length === 1 ? 'a key' : `${keys.length} keys`}${where} that ${keys.length === 1 ? 'is' : 'are'} there already, class ${adoption.class}: ${[...kinds].map(([kind, all]) => `${all.length} × ${kind}`).join(', ')}.`,
    ...keys.slice(0, shown).map(rowInWords),
    ...(more > 0 ? [`And ${more} more: all of them stand in the plan, and only they are taken over.`] : []),
    `Classification ${classification}; owner {${owner}}; ${consumers.length === 0 ? 'no consumer named' : `used by ${consumers.map((one) => `{${one}}`).join(', ')}`}.`,
    'Nothing is changed at the provider. Who made them, who else has them and what they were used for before is not known here; each that is in use is tried once.',
  ]
}

function rowInWords({key, scheme, versions, primary}: AdoptionRow): string {
  const states = versions.map(({state}, at) => `v${at + 1} ${state}${at + 1 === primary ? ', primary' : ''}`)
  return `"${key}" (${versions[0]?.ref.key ?? ''}), scheme ${scheme}: ${states.join('; ')}.`
}

/** What was taken over by an earlier run under this approval is passed over; each key is looked at again right before. */
async function adopt(context: ActContext, plan: Plan): Promise<void> {
  const {ledger} = context
  const adoption = parseAdoption(plan)
  const profile = profileOf(ledger.view, plan.profile?.name ?? '')
  const provider = await context.provider(profile.name)
  const {keys: rows} = adoption
  const counts = {adopted: 0, left: 0, untried: 0}
  for (let from = 0; from < rows.length; from += atOnce) {
    const some = rows.slice(from, from + atOnce)
    await demandSamePlace(profile, provider)
    const fresh = some.filter(({key}) => !ledger.of(keysFold).keys.has(key))
    const drafts = await Promise.all(
      fresh.map((row) => drafted(context, provider, {adoption, profile: profile.name}, row)),
    )
    const whole = drafts.filter((one) => one !== undefined)
    if (whole.length > 0) await ledger.append(whole)
    for (const row of some) {
      const key = ledger.of(keysFold).keys.get(row.key)
      if (key === undefined || !isOf(key, row)) counts.left++
      else {
        counts.adopted++
        if (!(await tried(context, key))) counts.untried++
      }
    }
    context.progress?.(progressText(Math.min(from + atOnce, rows.length), rows.length, counts))
  }
  const {actor, ceremony, approved} = context
  const data = {profile: profile.name, adopted: counts.adopted, left: counts.left}
  await ledger.append([{type: 'key.adopt.finished', data, actor, ceremony, approved}])
}

function progressText(
  done: number,
  all: number,
  {left, untried}: {readonly left: number; readonly untried: number},
): string {
  const more = [
    ...(left === 0 ? [] : [`${left} left out`]),
    ...(untried === 0 ? [] : [`${untried} not proved`]),
  ]
  return `${done} of ${all} keys${more.length === 0 ? '' : `: ${more.join(', ')}`}`
}

function isOf({versions}: Key, row: AdoptionRow): boolean {
  return row.versions.every(({ref}, at) => {
    const own = versions[at]?.ref
    return own?.key === ref.key && own.version === ref.version
  })
}

/** The entry of one key; undefined where it is not there any more as people agreed to. */
async function drafted(
  {actor, ceremony, approved}: ActContext,
  provider: Provider,
  {adoption, profile}: {readonly adoption: Adoption; readonly profile: string},
  row: AdoptionRow,
): Promise<Draft | undefined> {
  const versions = []
  for (const {ref, state, created} of row.versions) {
    const now = await provider.store.describe(ref)
    const same =
      now?.spec.algorithm === row.algorithm &&
      now.spec.scheme === row.scheme &&
      now.spec.purpose === row.purpose &&
      stateOf(now.availability) === state
    if (!same) return undefined
    const spki = await publicHalf(provider, row, ref)
    if (spki === undefined) return undefined
    versions.push({
      ref: {...ref},
      state,
      created,
      public: spki === null ? null : new Blob(spki, 'application/pkix-spki'),
      protection: await protectionIn(provider, ref),
    })
  }
  return {
    type: 'key.adopted',
    actor,
    ceremony,
    approved,
    data: {
      key: row.key,
      profile,
      spec: {...specIn(adoption, row)},
      primary: row.primary,
      versions,
      generation: await provider.evidence.generation(),
    },
  }
}

/** Null of what has none; undefined where a version that is out of use does not give it. */
async function publicHalf(
  provider: Provider,
  {algorithm}: AdoptionRow,
  ref: VersionRef,
): Promise<Uint8Array | null | undefined> {
  if (!isPair(algorithm)) return null
  try {
    return await provider.use.publicKey(ref)
  } catch (error) {
    if (error instanceof KeyriteError && error.code === 'KEY_STATE') return undefined
    throw error
  }
}

/** What a key that does not stand the test, or may not be tried, is refused with: recorded, and in the way of no other key. */
const unproved: readonly ErrorCode[] = [
  'KEY_NOT_AS_PLANNED',
  'NOT_PROVEN',
  'KEY_STATE',
  'PROVIDER_FAILED',
  'UNSUPPORTED',
]

/** What is in use is tried, once. @returns whether all of it is proved. */
async function tried(context: ActContext, {name, versions}: Key): Promise<boolean> {
  for (const one of versions) {
    if (one.state !== 'active' || one.tried !== null) continue
    try {
      await proveWithin(context, name, one.version)
    } catch (error) {
      if (!(error instanceof KeyriteError) || !unproved.includes(error.code)) throw error
    }
  }
  const now = context.ledger.of(keysFold).keys.get(name)
  return now?.versions.every(({state, tried: proof}) => state !== 'active' || proof?.ok === true) === true
}
