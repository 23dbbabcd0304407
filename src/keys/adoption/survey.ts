/** What a provider has, key by key, as far as it can be taken over: read in a stream, kept as a line each. */
import type {Description, Provider} from '../../providers/ports.ts'
import {keyName} from '../spec.ts'
import type {Key, Keys} from '../state.ts'
import {placeKey, type AdoptedState} from './entries.ts'

export interface FoundVersion {
  readonly ref: Description['ref']
  readonly state: AdoptedState
  /** RFC 3339; null where the provider does not say it. */
  readonly created: string | null
}

/** A key as the provider has it. `called` is its name there, or its id. */
export interface FoundKey {
  readonly id: string
  readonly called: string
  readonly spec: Description['spec']
  readonly versions: readonly FoundVersion[]
  /** Counted from 1: the newest that is in use. */
  readonly primary: number
}

export interface Survey {
  readonly keys: readonly FoundKey[]
  /** How many are keys of this ledger already. */
  readonly known: number
  /** What cannot be taken over, and why. */
  readonly left: readonly {readonly id: string; readonly called: string; readonly why: string}[]
}

/** One entry holds all versions of a key. */
const mostVersions = 40

const states: Readonly<Partial<Record<Description['availability'], AdoptedState>>> = {
  probe: 'pre-active',
  enabled: 'active',
  historic: 'deactivated',
  disabled: 'suspended',
}

/** @param beside - what other profiles of the same place hold, by what it calls it. @param progress - told how many versions were read so far, every thousand. */
export async function survey(
  {store}: Pick<Provider, 'store'>,
  profile: string,
  ledger: Keys,
  beside: ReadonlyMap<string, Pick<Key, 'name' | 'profile'>>,
  progress?: (line: string) => void,
): Promise<Survey> {
  const groups = new Map<string, Description[]>()
  const own = new Set(
    [...ledger.keys.values()]
      .filter((one) => one.profile === profile)
      .flatMap((one) => one.versions.map(({ref}) => ref.key)),
  )
  const knownKeys = new Set<string>()
  let read = 0
  for await (const one of store.list()) {
    if (++read % 1000 === 0) progress?.(`${read} versions read`)
    const {key} = one.ref
    if (own.has(key) || ledger.places.has(placeKey(profile, one.ref))) knownKeys.add(key)
    else {
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [one])
      else group.push(one)
    }
  }
  const intents = new Set([...ledger.open.values()].map(({id}) => id))
  const keys: FoundKey[] = []
  const left: {id: string; called: string; why: string}[] = []
  for (const [id, all] of groups) {
    const called = all[0]?.spec.label ?? id
    const other = beside.get(id)
    const why =
      other === undefined
        ? unfit(all, intents)
        : `it is key "${other.name}" of this ledger, in profile "${other.profile}", which is the same place`
    if (why === undefined) keys.push(foundKey(id, all))
    else left.push({id, called, why})
  }
  return {keys: keys.toSorted((a, b) => (a.id < b.id ? -1 : 1)), known: knownKeys.size, left}
}

/** Why a key is left where it is; undefined where it can be taken over. */
function unfit(all: readonly Description[], intents: ReadonlySet<string>): string | undefined {
  const alive = all.filter(({availability}) => states[availability] !== undefined)
  if (alive.length === 0) return 'it is destroyed, or waits for that'
  if (alive.length > mostVersions)
    return `it has ${alive.length} versions, and ${mostVersions} at most are taken over`
  if (new Set(alive.map(({ref}) => ref.version)).size !== alive.length)
    return 'two objects there have one id, and cannot be told apart'
  if (all.some(({intent}) => intent !== null && intents.has(intent)))
    return 'keyrite was making it when it was cut off: the same command as then finishes it'
  const [first] = alive
  const same = alive.every(
    ({spec}) =>
      spec.algorithm === first?.spec.algorithm &&
      spec.scheme === first.spec.scheme &&
      spec.purpose === first.spec.purpose,
  )
  return same ? undefined : 'its versions are of different algorithms'
}

/** By their age, where the provider says it; else by their number. */
function foundKey(id: string, all: readonly Description[]): FoundKey {
  const versions = all
    .flatMap((one) => {
      const state = states[one.availability]
      return state === undefined ? [] : [{one, state}]
    })
    .toSorted(
      (a, b) =>
        ageOf(a.one) - ageOf(b.one) ||
        a.one.ref.version.localeCompare(b.one.ref.version, 'en', {numeric: true}),
    )
    .map(({one, state}): FoundVersion => {
      const at = ageOf(one)
      return {ref: one.ref, state, created: at === 0 ? null : new Date(at).toISOString()}
    })
  const newest = versions.findLastIndex(({state}) => state === 'active')
  const [first] = all
  if (first === undefined) throw new TypeError('a group has a member')
  return {
    id,
    called: first.spec.label,
    spec: first.spec,
    versions,
    primary: (newest === -1 ? versions.length - 1 : newest) + 1,
  }
}

function ageOf({createdAt}: Description): number {
  const at = createdAt?.getTime() ?? 0
  return Number.isNaN(at) ? 0 : at
}

/** The state that such an availability stands for; undefined for what is not taken over. */
export function stateOf(availability: Description['availability'] | undefined): AdoptedState | undefined {
  return availability === undefined ? undefined : states[availability]
}

/**
 * A name of keyrite's for each: what it is called there, in letters that names have. Where two would be one, or a key of
 * the ledger has it, a number follows.
 */
export function named(
  found: readonly FoundKey[],
  taken: ReadonlySet<string>,
): readonly {readonly name: string; readonly key: FoundKey}[] {
  const used = new Set(taken)
  return found.map((key) => {
    const plain = key.called
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+|-+$/g, '')
      .slice(0, 56)
      .replace(/-+$/, '')
    const base = keyName.safeParse(plain).success
      ? plain
      : `key-${key.id
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, '-')
          .slice(0, 50)
          .replace(/^-+|-+$/g, '')}`
    let name = base
    for (let number = 2; used.has(name); number++) name = `${base}-${number}`
    used.add(name)
    return {name, key}
  })
}

/** Whether what a provider calls a key fits: `*` stands for anything, all else for itself. */
export function fits(pattern: string, {id, called}: Pick<FoundKey, 'id' | 'called'>): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  const form = new RegExp(`^${parts.join('.*')}$`, 's')
  return form.test(called) || form.test(id)
}
