/** The ledger held against a place: what is missing there, what is not known here, and what is otherwise than was recorded. */
import {sha256Hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {jcs} from '../../base/jcs.ts'
import {datesInWords, noDates, sameDates} from '../../providers/dates.ts'
import type {Description, Provider} from '../../providers/ports.ts'
import type {KeyTold} from '../../providers/rights.ts'
import type {RotationSchedule} from '../../providers/schedule.ts'
import {endsAsPlanned} from '../operations/found.ts'
import {placeKey} from '../adoption/entries.ts'
import {datesOf} from '../dates.ts'
import type {Key, Keys, Version} from '../state.ts'
import type {Finding, Seen, Watched} from './fold.ts'

export interface Compared {
  /** How many versions of the ledger were held against the place. */
  readonly compared: number
  readonly findings: readonly Finding[]
  readonly keys: Seen['keys']
}

export interface Comparing {
  readonly profile: string
  readonly keys: Keys
  /** Keys of other profiles of the same place, by what it calls them: they are held against it there. */
  readonly beside: ReadonlySet<string>
  /** What was seen the last time, and the entry that says so. */
  readonly before: (Seen & {readonly seq: number}) | undefined
  /** Keys whose policy and schedule are agreed to as they are now. */
  readonly accept: ReadonlySet<string>
  readonly progress?: (line: string) => void
}

/** Nothing is changed at the place. */
export async function compareWith(provider: Provider, comparing: Comparing): Promise<Compared> {
  const {profile, keys, beside, before, accept, progress} = comparing
  const here = [...keys.keys.values()].filter((key) => key.profile === profile)
  const waiting = new Set([...keys.open.values()].map(({id}) => id))
  const there = new Map<string, Description>()
  for await (const one of provider.store.list()) {
    there.set(placeKey(profile, one.ref), one)
    if (there.size % 1000 === 0) progress?.(`${there.size} versions read`)
  }
  const findings: Finding[] = []
  const seen: Record<string, Watched> = {}
  let compared = 0
  for (const key of here) {
    for (const version of key.versions) {
      compared++
      const id = placeKey(profile, version.ref)
      const found = there.get(id) ?? (await provider.store.describe(version.ref))
      there.delete(id)
      findings.push(...judged(key, version, found))
    }
    const now = await watch(provider, key)
    if (now === undefined) continue
    const agreed = accept.has(key.name) ? now : agreedTo(key, before, now)
    seen[key.name] = agreed
    findings.push(...changes(key, agreed, now))
  }
  const byId = new Map(here.flatMap((key) => key.versions.map(({ref}) => [ref.key, key.name] as const)))
  for (const one of there.values()) {
    if (beside.has(one.ref.key)) continue
    if (one.availability === 'destroyed' || (one.intent !== null && waiting.has(one.intent))) continue
    const name = byId.get(one.ref.key) ?? null
    const fact =
      name === null
        ? `"${one.spec.label}", ${one.spec.algorithm} to ${one.spec.purpose}, ${one.availability}, is in no ledger entry`
        : `version ${one.ref.version} of key "${name}", ${one.availability}, was not made through this ledger`
    findings.push({kind: 'unknown', key: name, version: null, id: one.ref.key, fact})
  }
  return {compared, findings, keys: seen}
}

/** As it was the last time, with the schedule and the policy that were set through this ledger since. */
function agreedTo(key: Key, before: Comparing['before'], now: Watched): Watched {
  const agreed = before?.keys[key.name] ?? now
  const since = (own: {readonly seq: number} | undefined): boolean =>
    own !== undefined && (before === undefined || own.seq > before.seq)
  const {policy, schedule} = key
  return {
    policy: since(policy) && policy?.version === key.primary ? policy.sha256 : agreed.policy,
    schedule:
      since(schedule) && schedule !== undefined && now.schedule !== null
        ? {...schedule.terms}
        : agreed.schedule,
  }
}

function judged(key: Key, version: Version, found: Description | undefined): Finding[] {
  const finding = (kind: Finding['kind'], fact: string): Finding => ({
    ...{kind, key: key.name, version: version.version, id: version.ref.key, fact},
  })
  const {state, destroyAt} = version
  const now = found?.availability ?? 'destroyed'
  if (state === 'destroyed')
    return now === 'destroyed' || now === 'destruction-pending'
      ? []
      : [finding('state', `destroyed here, and ${now} there`)]
  const ends = endsFact(key, version, found)
  if (found === undefined || now === 'destroyed')
    return [finding('missing', `${state} here, and gone there${ends.gone}`)]
  const {algorithm, scheme, purpose} = key.spec
  const same =
    found.spec.algorithm === algorithm && found.spec.scheme === scheme && found.spec.purpose === purpose
  const other = [
    ...datesFact(version, found).map((fact) => finding('schedule', fact)),
    ...(ends.otherwise === null ? [] : [finding('schedule', ends.otherwise)]),
    ...(same
      ? []
      : [
          finding(
            'changed',
            `${algorithm}, ${scheme}, to ${purpose} here; ${found.spec.algorithm}, ${found.spec.scheme}, to ${found.spec.purpose} there`,
          ),
        ]),
  ]
  if (state === 'destruction-scheduled') {
    const date = found.destroyAt?.toISOString() ?? null
    if (now !== 'destruction-pending')
      return [
        ...other,
        ...(now === version.enforced
          ? []
          : [finding('state', `its destruction is scheduled here, and it is ${now} there`)]),
      ]
    const early =
      date !== null &&
      destroyAt !== null &&
      date < destroyAt &&
      Date.parse(destroyAt) - Date.parse(date) > 3_600_000
    return early
      ? [...other, finding('schedule', `it goes at ${destroyAt} here, and at ${date} there`)]
      : other
  }
  if (now === 'destruction-pending')
    return [
      ...other,
      finding(
        'state',
        `${state} here, and waiting for its destruction there${found.destroyAt === null ? '' : `, at ${found.destroyAt.toISOString()}`}`,
      ),
    ]
  return now === version.enforced
    ? other
    : [...other, finding('state', `${state} here, which leaves it ${version.enforced}, and ${now} there`)]
}

/** What its service refuses by itself before and after dates that are not those of the ledger; empty where it keeps none. */
function datesFact({dates}: Pick<Version, 'dates'>, {dates: there}: Description): readonly string[] {
  const here = dates === undefined ? noDates : datesOf(dates)
  return there === undefined || sameDates(here, there)
    ? []
    : [`to be used ${datesInWords(here)} here, and ${datesInWords(there)} there`]
}

/** What is to be said of material that its service deletes by itself. */
function endsFact(
  {spec}: Key,
  {imported}: Version,
  found: Description | undefined,
): {readonly gone: string; readonly otherwise: string | null} {
  const planned = imported ? spec.material_ends : undefined
  if (planned !== undefined && (found === undefined || found.availability === 'destroyed'))
    return {gone: `: what was brought was to end ${planned}`, otherwise: null}
  if (found === undefined || endsAsPlanned(found, planned)) return {gone: '', otherwise: null}
  const there = found.endsAt?.toISOString() ?? null
  return {
    gone: '',
    otherwise: `what was brought ends ${planned ?? 'never'} here, and ${there ?? 'never'} there`,
  }
}

/** What of a key others can change at its place. Undefined where the place keeps none of it, or the key is gone. */
async function watch({service, schedule, told}: Provider, key: Key): Promise<Watched | undefined> {
  const version = key.versions.find((one) => one.version === key.primary)
  if (
    version === undefined ||
    version.state === 'destroyed' ||
    (service === undefined && schedule === undefined && told === undefined)
  )
    return undefined
  const access = service === undefined ? null : await orNull(() => service.access(version.ref))
  const terms = schedule === undefined ? null : await orNull(() => schedule.read(version.ref.key))
  const policy = access?.policy ?? (told === undefined ? null : await toldOf(told, version.ref.key))
  return {
    policy: policy === null ? null : sha256Hex(Buffer.from(normal(policy))),
    schedule: terms === null ? null : termsOf(terms),
  }
}

/** Who can reach it and by which policy it is given away, in one text; null where the place says neither. */
async function toldOf(told: KeyTold, key: string): Promise<string | null> {
  const rights = await orNull(() => told.rights(key))
  const policy = await orNull(() => told.policy(key))
  if (rights === null && policy === null) return null
  const sorted = (rights ?? []).map((one) => jcs({...one})).toSorted()
  return jcs({policy, rights: sorted})
}

function termsOf({
  everyDays,
  beforeExpiryDays,
  expireAfterDays,
  notifyBeforeExpiryDays,
}: RotationSchedule): NonNullable<Watched['schedule']> {
  return {everyDays, beforeExpiryDays, expireAfterDays, notifyBeforeExpiryDays}
}

/** A policy that only its white space or order of members tells apart is the same. */
function normal(policy: string): string {
  try {
    return jcs(JSON.parse(policy) as never)
  } catch {
    return policy
  }
}

function changes(key: Key, agreed: Watched, now: Watched): Finding[] {
  const finding = (kind: Finding['kind'], fact: string): Finding => ({
    ...{
      kind,
      key: key.name,
      version: null,
      id: key.versions.find(({version}) => version === key.primary)?.ref.key ?? '',
      fact,
    },
  })
  return [
    ...(agreed.policy === now.policy
      ? []
      : [
          finding(
            'policy',
            agreed.policy === null
              ? 'who may use it there is told for the first time, and nobody agreed to it yet'
              : 'who may use it there was changed since it was last agreed to',
          ),
        ]),
    ...(jcs(agreed.schedule) === jcs(now.schedule)
      ? []
      : [
          finding(
            'schedule',
            `the place rotates it by itself otherwise than was agreed to: ${inWords(agreed)}, now ${inWords(now)}`,
          ),
        ]),
  ]
}

function inWords({schedule}: Watched): string {
  const every = schedule?.['everyDays'] ?? null
  return every === null ? 'never' : `every ${every} days`
}

/** What is not to be had of this key, or may not be read, is not compared. */
async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask()
  } catch (error) {
    if (
      error instanceof KeyriteError &&
      ['UNSUPPORTED', 'KEY_NOT_FOUND', 'CREDENTIALS_REFUSED', 'KEY_STATE'].includes(error.code)
    )
      return null
    throw error
  }
}

/** What deals with a finding: a command, or where no command does, what is done at the place. */
export function nextFor(
  {kind, key, id, fact}: Finding,
  profile: string,
  state: Version['state'] | null,
): string {
  const name = key ?? ''
  if (kind === 'unknown')
    return key === null
      ? `keyrite key adopt ${id} --profile ${profile} --class CLASS --owner OWNER`
      : `keyrite key show ${name}; a version that nobody asked for is disabled at the provider`
  if (kind === 'schedule' && fact.startsWith('the place rotates'))
    return `keyrite rotation policy ${name}; agreed to: keyrite key sync --accept ${name}`
  if (kind === 'policy')
    return `keyrite key permissions ${name} --role key-auditor --compare; agreed to: keyrite key sync --accept ${name}`
  if (kind === 'schedule' && fact.startsWith('to be used'))
    return `keyrite key set ${name} --not-before DATE --expires DATE, which tells its service, and has it tried`
  if (kind === 'missing' && fact.includes('was to end'))
    return `bring the same material again at the service (aws kms import-key-material --key-id ${id} …), or keyrite key destroy ${name}`
  if (kind === 'missing')
    return `keyrite profile check ${profile}; a key that is really gone cannot come back`
  if (kind === 'state' && fact.includes('waiting for its destruction'))
    return `cancel it at the provider, then keyrite key sync`
  if (kind === 'state' && state === 'active')
    return `keyrite key suspend ${name}, which says what is so; then keyrite key resume ${name}`
  if (kind === 'state' && state === 'suspended')
    return `keyrite key resume ${name}, then keyrite key suspend ${name}`
  if (kind === 'state' && state === 'deactivated')
    return `keyrite key compromise ${name} --reason R, or switch it off at the provider`
  return `keyrite key show ${name}`
}
