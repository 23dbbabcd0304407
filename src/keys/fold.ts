/** Replays keys: what was intended, what was made, in which state each version is. */
import {z} from 'zod'
import {jcs, type Json} from '../base/jcs.ts'
import {lately} from '../base/lately.ts'
import {PackedMap} from '../base/packed-map.ts'
import {shared} from '../base/shared.ts'
import {Versions} from '../base/versions.ts'
import {problem, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import {profilesFold} from '../profiles/index.ts'
import {requests, withoutGivenUp} from '../requests/index.ts'
import {isAskable} from './again.ts'
import type {Availability} from '../providers/ports.ts'
import {keyStates, leads} from './lifecycle.ts'
import {adoptedKey, adoptionSchemas, checkAdoption, withPlaces} from './adoption/entries.ts'
import {containedFault, containing} from './contained.ts'
import {checkFact, factTypes, withFact} from './facts.ts'
import {freshVersion, madeKey, madeSchema} from './made.ts'
import {moved} from './moved.ts'
import {checkPublic} from './public-half.ts'
import {reachFault, reachSchemas, withPolicy, withReach} from './reach.ts'
import {deletedKey, deletionFault, deletionSchemas} from './deletion.ts'
import {keyRow} from './row.ts'
import {keyName, parseSpec} from './spec.ts'
import {
  bringsVersion,
  dateSchemas,
  parseTerms,
  results,
  scheduleSchemas,
  versionSchemas,
} from './rotation/entries.ts'
import {versionIntentFault, versionOutcomeFault, withChange} from './rotation/versions.ts'
import {intentOf, isLiving, kindOf, type Key, type Keys, type OpenIntent, type Version} from './state.ts'

const ref = z.strictObject({key: z.string(), version: z.string()})
const common = {
  key: keyName,
  version: z.int().min(1),
  profile: z.string(),
  intent: z.string().regex(/^[0-9a-f]{32}$/),
}
const generation = z.int().min(0).nullable()
const availabilities = ['probe', 'enabled', 'historic', 'disabled'] as const satisfies readonly Availability[]
const outcome = {intended: z.int(), key: keyName, version: z.int().min(1), profile: z.string()}

const schemas = {
  'key.create.intended': lately(z.strictObject({...common, before: z.array(ref)})),
  'key.created': madeSchema,
  'key.create.failed': lately(z.strictObject({...outcome, code: z.string()})),
  'key.import.intended': lately(z.strictObject({...common, before: z.array(ref)})),
  'key.imported': madeSchema,
  'key.import.failed': lately(z.strictObject({...outcome, code: z.string()})),
  'key.try.intended': lately(z.strictObject({...common, probes: z.array(z.string())})),
  'key.tried': lately(
    z.strictObject({
      ...outcome,
      ok: z.boolean(),
      results,
      sample: z.strictObject({kind: z.string(), message: z.string(), value: z.string()}).nullable(),
      generation,
      enforced: z.enum(availabilities).exactOptional(),
    }),
  ),
  'key.try.failed': lately(z.strictObject({...outcome, code: z.string()})),
  'key.state.intended': lately(z.strictObject({...common, from: z.enum(keyStates), to: z.enum(keyStates)})),
  'key.state.changed': lately(
    z.strictObject({
      ...outcome,
      from: z.enum(keyStates),
      to: z.enum(keyStates),
      enforced: z.enum(availabilities),
      results,
      generation,
      destroy_at: z.iso.datetime({precision: 3}).exactOptional(),
    }),
  ),
  'key.state.failed': lately(z.strictObject({...outcome, code: z.string()})),
  ...versionSchemas,
  ...reachSchemas,
  ...scheduleSchemas,
  ...dateSchemas,
  ...deletionSchemas,
} as const
type Type = keyof typeof schemas

export const keysFold: Fold<Keys> = {
  name: 'keys',
  types: [
    ...Object.keys(schemas),
    ...Object.keys(adoptionSchemas),
    ...factTypes,
    'profile.removed',
    'ceremony.aborted',
  ],
  initial: () => ({keys: new Versions(new PackedMap()), open: new Versions(), places: new Versions()}),

  check(view: View, entry: Entry): readonly Problem[] {
    const wrong = (message: string): Problem[] => [problem('key', entry, message)]
    if (entry.type === 'profile.removed') {
      const {keys, open} = view.of(keysFold)
      const name = entry.data['name']
      const lives = [...keys.values(), ...open.values()].some((one) => one.profile === name)
      return lives ? wrong('keys live in this profile') : []
    }
    if (entry.type === 'ceremony.aborted') return []
    if (factTypes.includes(entry.type)) return checkFact(entry, view.of(keysFold).keys)
    if (entry.type in adoptionSchemas) return checkAdoption(view, entry, view.of(keysFold))
    const parsed = schemas[entry.type as Type].safeParse(entry.data)
    if (!parsed.success)
      return wrong(`${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
    const {keys, open} = view.of(keysFold)
    const {key: name, profile} = parsed.data
    const version = 'version' in parsed.data ? parsed.data.version : parsed.data.to
    if (!view.of(profilesFold).profiles.has(profile)) return wrong(`there is no profile "${profile}"`)
    const key = keys.get(name)
    if (key !== undefined && key.profile !== profile)
      return wrong(`key "${name}" lives in profile "${key.profile}"`)
    const which = kindOf(entry.type)
    if ('intent' in parsed.data) {
      const busy = [...open.values()].find(
        (one) => one.key === name && one.version === version && one.kind === which,
      )
      if (busy !== undefined) return wrong(`an intent of entry ${busy.seq} is still open`)
      return checkIntent(view, entry, key)
    }
    const intent = open.get(parsed.data.intended)
    if (intent?.key !== name || intent.version !== version || intent.kind !== which)
      return wrong(`it is the outcome of no open intent`)
    if (intent.approved !== entry.approved) return wrong('its approval is not that of its intent')
    return checkOutcome(view, entry, key, intent)
  },

  apply(view: View, entry: Entry): Keys {
    const {keys, open, places} = view.of(keysFold)
    if (entry.type === 'profile.removed' || entry.type === 'key.adopt.finished') return {keys, open, places}
    if (entry.type === 'ceremony.aborted')
      return {keys, open: withoutGivenUp(open, entry, approvedIn(view)), places}
    if (factTypes.includes(entry.type)) return {keys: withFact(view, entry, keys), open, places}
    if (entry.type.endsWith('.intended'))
      return {keys, open: open.with(entry.seq, intentOf(entry, kindOf(entry.type))), places}
    const intended = Number(entry.data['intended'])
    if (entry.type === 'key.replicated' || entry.type === 'key.aliased')
      return {keys: withReach(entry, keys), open: open.without(intended), places}
    const changed = entry.type === 'key.adopted' ? adoptedKey(view, entry) : changedKey(view, entry, keys)
    return {
      open: open.without(intended),
      keys: changed === undefined ? keys : keys.with(changed.name, changed),
      places: changed === undefined ? places : withPlaces(places, changed, keys.get(changed.name)),
    }
  },

  *table({keys, open}: Keys): Generator<readonly [string, Json]> {
    const intents = Map.groupBy(open.values(), ({key}) => key)
    for (const key of keys.values()) yield [key.name, keyRow(key, intents.get(key.name) ?? [])]
  },

  /** A row speaks of its key and of what is open on it. */
  *changed(before: Keys, after: Keys) {
    const seqs = after.open.changedSince(before.open) ?? [...before.open.keys(), ...after.open.keys()]
    const names = new Set(after.keys.changedSince(before.keys) ?? after.keys.keys())
    for (const seq of seqs) names.add((after.open.get(seq) ?? before.open.get(seq))?.key ?? '')
    for (const name of names) {
      const key = after.keys.get(name)
      if (key !== undefined) yield [name, keyRow(key, after.open.values())]
    }
  },
}

/** The ceremony that approved an intent: of a plan that lasts longer, it may be outside it. */
function approvedIn(view: View): (intent: OpenIntent) => string | null {
  const {byMet, all} = view.of(requests)
  return ({approved}) => all.get(byMet.get(approved ?? -1) ?? -1)?.ceremony ?? null
}

function checkIntent(view: View, entry: Entry, key: Key | undefined): Problem[] {
  const wrong = (message: string): Problem[] => [problem('key', entry, message)]
  if (entry.type === 'key.create.intended' || entry.type === 'key.import.intended')
    return key === undefined ? [] : wrong(`key "${key.name}" exists already`)
  if (entry.type in versionSchemas) {
    const fault = versionIntentFault(entry, key)
    return fault === undefined ? [] : wrong(fault)
  }
  const version = versionOf(key, entry)
  if (version === undefined) return wrong('there is no such version')
  if (entry.type === 'key.try.intended') return []
  if (entry.type in reachSchemas)
    return version.state === 'destroyed' ? wrong(`version ${version.version} is destroyed`) : []
  if (entry.type === 'key.dates.intended')
    return isLiving(version) ? [] : wrong(`version ${version.version} is ${version.state}`)
  if (entry.type === 'key.delete.intended') {
    const fault = deletionFault(key ?? {versions: []}, version.version, entry.data['whole'] === true)
    return fault === undefined ? [] : wrong(fault)
  }
  if (entry.type === 'key.schedule.intended')
    return version.state === 'active' ? [] : wrong(`version ${version.version} is ${version.state}`)
  const {from, to} = schemas['key.state.intended'].parse(entry.data)
  if (from !== version.state) return wrong(`version ${version.version} is ${version.state}, not ${from}`)
  if (from === 'pre-active' && to === 'active' && version.tried?.ok !== true)
    return wrong(`version ${version.version} was not proved before it is activated`)
  if (from === 'destruction-scheduled' && to === 'destroyed' && entry.time < (version.destroyAt ?? ''))
    return wrong(`version ${version.version} is not to be destroyed before ${version.destroyAt ?? ''}`)
  const contained = containedFault(view, entry, version, to)
  if (contained !== undefined) return wrong(contained)
  return leads(version, to) ? [] : wrong(`from ${from} no path leads to ${to}`)
}

function checkOutcome(view: View, entry: Entry, key: Key | undefined, intent: OpenIntent): Problem[] {
  const wrong = (message: string): Problem[] => [problem('key', entry, message)]
  if (entry.type === 'key.created' || entry.type === 'key.imported') {
    const made = madeSchema.parse(entry.data)
    if (key !== undefined) return wrong(`key "${key.name}" exists already`)
    if (parseSpec(made.spec).key !== made.key) return wrong('spec and key differ')
    return checkPublic(view, entry, parseSpec(made.spec).algorithm, made.public)
  }
  if (entry.type in versionSchemas && key !== undefined) {
    const fault = versionOutcomeFault(view, entry, key, intent)
    if (fault !== undefined) return wrong(fault)
    return bringsVersion(entry.type)
      ? checkPublic(view, entry, key.spec.algorithm, entry.data['public'] ?? null)
      : []
  }
  const fault = entry.type in reachSchemas ? reachFault(view, entry) : undefined
  if (fault !== undefined) return wrong(fault)
  if (entry.type === 'key.schedule.set') {
    const intended = view.entry(intent.seq)?.data['terms'] ?? null
    return jcs(entry.data['terms'] ?? null) === jcs(intended) ? [] : wrong('it is not what was intended')
  }
  if (entry.type === 'key.deleted')
    return entry.data['whole'] === view.entry(intent.seq)?.data['whole']
      ? []
      : wrong('it is not what was intended')
  if (entry.type === 'key.dates.set') {
    const {dates, versions} = schemas['key.dates.set'].parse(entry.data)
    if (jcs(dates) !== jcs(view.entry(intent.seq)?.data['dates'] ?? null))
      return wrong('it is not what was intended')
    const known = new Set(key?.versions.map(({version}) => version))
    return versions.every((one) => known.has(one)) ? [] : wrong('there is no such version')
  }
  if (entry.type === 'key.tried') {
    const {enforced, sample} = schemas['key.tried'].parse(entry.data)
    const state = versionOf(key, entry)?.state
    return enforced === undefined || (sample === null && state !== undefined && isAskable(state))
      ? []
      : wrong('only what was suspended, deactivated or compromised is asked for again')
  }
  if (entry.type !== 'key.state.changed') return []
  const change = schemas['key.state.changed'].parse(entry.data)
  if (change.from !== intent.from || change.to !== intent.to || change.from !== versionOf(key, entry)?.state)
    return wrong('it is not the change that was intended')
  if (change.to === 'destroyed' && change.from !== 'destroyed' && change.results.some(({ok}) => !ok))
    return wrong('it is called destroyed, and not everything that was tried says so')
  const dated = change.destroy_at !== undefined
  return dated === (change.to === 'destruction-scheduled')
    ? []
    : wrong('a date of destruction belongs to a scheduled one, and to no other')
}

function changedKey(view: View, entry: Entry, keys: Keys['keys']): Key | undefined {
  if (entry.type === 'key.created' || entry.type === 'key.imported') return madeKey(view, entry)
  const key = keys.get(textOf(entry.data['key']))
  if (key === undefined) return undefined
  if (bringsVersion(entry.type) || entry.type === 'key.primary.changed')
    return withChange(view, entry, key, freshVersion(view, entry))
  if (entry.type === 'key.state.changed') {
    const change = schemas['key.state.changed'].parse(entry.data)
    const before = key.versions.find(({version}) => version === change.version)
    return withVersion(key, change.version, moved(entry, change, before, containing(view, entry)))
  }
  if (entry.type === 'key.dates.set') {
    const {dates, versions} = schemas['key.dates.set'].parse(entry.data)
    return versions.reduce((all, version) => withVersion(all, version, {dates}), key)
  }
  if (entry.type === 'key.deleted') return deletedKey(entry, key)
  if (entry.type === 'key.granted' && entry.data['policy'] !== undefined) return withPolicy(entry, key)
  if (entry.type === 'key.schedule.set')
    return {...key, schedule: {seq: entry.seq, terms: parseTerms(entry.data['terms'])}}
  if (entry.type === 'key.tried') {
    const {version, ok, sample, enforced, results: lines} = schemas['key.tried'].parse(entry.data)
    if (enforced !== undefined)
      return withVersion(key, version, {
        enforced,
        effect: {at: entry.time, seq: entry.seq, results: shared(lines)},
      })
    return withVersion(key, version, {
      tried: {ok, at: entry.time, seq: entry.seq, results: shared(lines)},
      ...(sample === null ? {} : {sample}),
    })
  }
  return undefined
}

function withVersion(key: Key, number: number, change: Partial<Version>): Key {
  return {...key, versions: key.versions.map((one) => (one.version === number ? {...one, ...change} : one))}
}

function versionOf(key: Key | undefined, entry: Entry): Version | undefined {
  return key?.versions.find((one) => one.version === entry.data['version'])
}

/** A member whose form was checked. */
function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
