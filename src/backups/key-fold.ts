/** Replays backups of single keys: what was taken, sealed to whom, and what was put back where. docs/ledger-format.md, section 6. */
import {z} from 'zod'
import {Versions} from '../base/versions.ts'
import {keysFold} from '../keys/index.ts'
import {problem, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import {profilesFold} from '../profiles/index.ts'

const hex64 = z.string().regex(/^[0-9a-f]{64}$/)
const about = {
  profile: z.string(),
  key: z.string(),
  /** What the provider calls it. */
  id: z.string().min(1).max(300),
  /** Those of keyrite's, under that id. */
  versions: z.array(z.int().min(1)).min(1),
}
const intent = z.string().regex(/^[0-9a-f]{32}$/)
const result = z.strictObject({
  probe: z.string(),
  ok: z.boolean(),
  evidence: z.enum(['attested', 'verified', 'asserted', 'stated']),
  detail: z.string(),
})
const taking = {...about, recipient: z.string().min(1).max(200)}
const putting = {...about, sha256: hex64}

export const keyBackupSchemas = {
  'backup.take.intended': z.strictObject({...taking, intent}),
  'backup.taken': z.strictObject({...taking, intended: z.int(), sha256: hex64}),
  'backup.take.failed': z.strictObject({...taking, intended: z.int(), code: z.string()}),
  'backup.put.intended': z.strictObject({...putting, intent}),
  'backup.put': z.strictObject({...putting, intended: z.int(), results: z.array(result).min(1)}),
  'backup.put.failed': z.strictObject({...putting, intended: z.int(), code: z.string()}),
} as const
type Type = keyof typeof keyBackupSchemas

/** A backup that was taken: the file itself is with whoever took it. */
export interface TakenBackup {
  readonly sha256: string
  readonly key: string
  readonly profile: string
  readonly id: string
  readonly versions: readonly number[]
  readonly recipient: string
  readonly at: string
}

export interface OpenKeyBackup {
  readonly seq: number
  readonly id: string
  readonly type: 'backup.take.intended' | 'backup.put.intended'
  readonly profile: string
  readonly key: string
  readonly approved: number | null
}

export interface KeyBackupActs {
  readonly taken: Versions<string, TakenBackup>
  readonly open: Versions<number, OpenKeyBackup>
}

export const keyBackupsFold: Fold<KeyBackupActs> = {
  name: 'key-backups',
  types: Object.keys(keyBackupSchemas),
  initial: () => ({taken: new Versions(), open: new Versions()}),

  check(view: View, entry: Entry): readonly Problem[] {
    const wrong = (message: string): Problem[] => [problem('backup', entry, message)]
    const parsed = keyBackupSchemas[entry.type as Type].safeParse(entry.data)
    if (!parsed.success)
      return wrong(`${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
    const {key: name, profile, id, versions} = parsed.data
    if (entry.ceremony !== null) return wrong('it belongs to no ceremony')
    if (!view.of(profilesFold).profiles.has(profile)) return wrong(`there is no profile "${profile}"`)
    const key = view.of(keysFold).keys.get(name)
    const there = key?.versions.filter(({ref}) => ref.key === id).map(({version}) => version) ?? []
    if (versions.some((one) => !there.includes(one))) return wrong('these are not versions of that key')
    const acts = view.of(keyBackupsFold)
    if ('sha256' in parsed.data && entry.type.startsWith('backup.put')) {
      const taken = acts.taken.get(parsed.data.sha256)
      if (taken?.key !== name || taken.id !== id) return wrong('no such backup was taken of that key')
    } else if (key?.profile !== profile) return wrong(`key "${name}" does not live in profile "${profile}"`)
    if ('intent' in parsed.data) {
      const busy = openKeyBackup(acts, typeOf(entry), profile, name)
      return busy === undefined ? [] : wrong(`an intent of entry ${busy.seq} is still open`)
    }
    const begun = acts.open.get(parsed.data.intended)
    if (begun?.type !== typeOf(entry) || begun.profile !== profile || begun.key !== name)
      return wrong('it is the outcome of no open intent')
    if (begun.approved !== entry.approved) return wrong('its approval is not that of its intent')
    const good =
      entry.type !== 'backup.put' || !('results' in parsed.data) || parsed.data.results.every(({ok}) => ok)
    return good ? [] : wrong('it is called put back, and not everything that was tried says so')
  },

  apply(view: View, {type, seq, time, data, approved}: Entry): KeyBackupActs {
    const {taken, open} = view.of(keyBackupsFold)
    if (type === 'backup.take.intended' || type === 'backup.put.intended') {
      const {intent: id, profile, key} = keyBackupSchemas[type].parse(data)
      return {taken, open: open.with(seq, {seq, id, type, profile, key, approved})}
    }
    const rest = open.without(Number(data['intended']))
    if (type !== 'backup.taken') return {taken, open: rest}
    const {sha256, key, profile, id, versions, recipient} = keyBackupSchemas[type].parse(data)
    return {taken: taken.with(sha256, {sha256, key, profile, id, versions, recipient, at: time}), open: rest}
  },
}

/** What an entry begins, or ends. */
function typeOf({type}: Pick<Entry, 'type'>): OpenKeyBackup['type'] {
  return type.startsWith('backup.take') ? 'backup.take.intended' : 'backup.put.intended'
}

/** What was begun of this key at this place, and has no outcome yet. */
export function openKeyBackup(
  {open}: KeyBackupActs,
  type: OpenKeyBackup['type'],
  profile: string,
  key: string,
): OpenKeyBackup | undefined {
  return [...open.values()].find((one) => one.type === type && one.profile === profile && one.key === key)
}
