/** What is done with a whole place: its backups, what opens them elsewhere, its settings; and what is begun and not ended of it. */
import {z} from 'zod'
import {Versions} from '../base/versions.ts'
import {keyName} from '../keys/index.ts'
import {problem, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import type {OperationName} from '../policy/index.ts'
import {profilesFold} from '../profiles/index.ts'

const hex64 = z.string().regex(/^[0-9a-f]{64}$/)
/** An address of a storage, without anything that opens it. */
export const storageAddress = z
  .string()
  .regex(/^https:\/\/[a-z0-9.-]+(?::\d{1,5})?(?:\/[A-Za-z0-9$._-]+){1,4}$/)

/** As its service calls it. */
const settingName = z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,63}$/)

/** What opens the storage for the service: a token that somebody brings, or the identity that the place has there. */
const opens = z.enum(['token', 'identity'])

/** What each act is about: as its plan says it. */
export const wholeForms = {
  start: z.strictObject({to: storageAddress, opens}),
  load: z.strictObject({from: storageAddress, key: keyName.nullable(), opens}),
  domain: z.strictObject({holders: z.array(hex64).min(3).max(10), needed: z.int().min(2).max(10)}),
  /** A file by its digest, opened by so many holders, and sealed under the certificate of that digest. */
  'domain-load': z.strictObject({domain: hex64, needed: z.int().min(2).max(126), under: hex64}),
  setting: z.strictObject({setting: settingName, value: z.boolean()}),
} as const
export type WholeAct = keyof typeof wholeForms
export type WholeChange = z.infer<(typeof wholeForms)[WholeAct]>
export const wholeActs = [
  'start',
  'load',
  'domain',
  'domain-load',
  'setting',
] as const satisfies readonly WholeAct[]

/** What the policy calls it. */
export const wholeNames = {
  start: 'backup.start',
  load: 'backup.load',
  domain: 'backup.domain',
  'domain-load': 'backup.domain-load',
  setting: 'profile.setting',
} as const satisfies Record<WholeAct, OperationName>

export const wholeTypes = {
  start: {intended: 'backup.start.intended', done: 'backup.started', failed: 'backup.start.failed'},
  load: {intended: 'backup.load.intended', done: 'backup.loaded', failed: 'backup.load.failed'},
  domain: {intended: 'backup.domain.intended', done: 'backup.domain.given', failed: 'backup.domain.failed'},
  'domain-load': {
    intended: 'backup.domain.load.intended',
    done: 'backup.domain.loaded',
    failed: 'backup.domain.load.failed',
  },
  setting: {
    intended: 'profile.setting.intended',
    done: 'profile.setting.set',
    failed: 'profile.setting.failed',
  },
} as const satisfies Record<WholeAct, object>

/** What an outcome adds. */
const outcomes = {
  start: {folder: storageAddress},
  /** Versions of the ledger in this place: how many are there afterwards, and the keys of which one is missing. */
  load: {there: z.int().min(0), missing: z.array(keyName)},
  domain: {sha256: hex64},
  'domain-load': {},
  setting: {},
} as const

export interface OpenWholeAct {
  readonly seq: number
  readonly id: string
  readonly act: WholeAct
  readonly profile: string
  readonly approved: number | null
}

export interface WholeActs {
  readonly open: Versions<number, OpenWholeAct>
}

const intent = z.string().regex(/^[0-9a-f]{32}$/)
type Step = 'intended' | 'done' | 'failed'
const steps: ReadonlyMap<string, readonly [WholeAct, Step]> = new Map(
  wholeActs.flatMap((act) =>
    (Object.entries(wholeTypes[act]) as [Step, string][]).map(([step, type]) => [type, [act, step]] as const),
  ),
)

function stepOf({type}: Pick<Entry, 'type'>): readonly [WholeAct, Step] {
  const step = steps.get(type)
  if (step === undefined) throw new TypeError(`${type} is about no backup of a whole place`)
  return step
}

function schemaOf(act: WholeAct, step: Step): z.ZodType<Readonly<Record<string, unknown>>> {
  const about = {profile: z.string(), ...wholeForms[act].shape}
  if (step === 'intended') return z.strictObject({...about, intent})
  return step === 'done'
    ? z.strictObject({...about, intended: z.int(), ...outcomes[act]})
    : z.strictObject({...about, intended: z.int(), code: z.string()})
}

/** Replays them. docs/ledger-format.md, section 6. */
export const wholeFold: Fold<WholeActs> = {
  name: 'whole-backups',
  types: [...steps.keys()],
  initial: () => ({open: new Versions()}),

  check(view: View, entry: Entry): readonly Problem[] {
    const wrong = (message: string): Problem[] => [problem('backup', entry, message)]
    const [act, step] = stepOf(entry)
    const parsed = schemaOf(act, step).safeParse(entry.data)
    if (!parsed.success)
      return wrong(`${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
    const profile = textIn(entry.data, 'profile')
    if (!view.of(profilesFold).profiles.has(profile)) return wrong(`there is no profile "${profile}"`)
    if (entry.ceremony !== null) return wrong('it belongs to no ceremony')
    const acts = view.of(wholeFold)
    if (step === 'intended') {
      const open = openWholeAct(acts, profile)
      return open === undefined ? [] : wrong(`an intent of entry ${open.seq} is still open`)
    }
    const begun = acts.open.get(Number(entry.data['intended']))
    if (begun?.act !== act || begun.profile !== profile) return wrong('it is the outcome of no open intent')
    return begun.approved === entry.approved ? [] : wrong('its approval is not that of its intent')
  },

  apply(view: View, entry: Entry): WholeActs {
    const {open} = view.of(wholeFold)
    const [act, step] = stepOf(entry)
    if (step !== 'intended') return {open: open.without(Number(entry.data['intended']))}
    const {seq, approved, data} = entry
    return {
      open: open.with(seq, {
        seq,
        id: textIn(data, 'intent'),
        act,
        profile: textIn(data, 'profile'),
        approved,
      }),
    }
  },
}

/** What was begun at this place, and has no outcome yet. */
export function openWholeAct({open}: WholeActs, profile: string): OpenWholeAct | undefined {
  return [...open.values()].find((one) => one.profile === profile)
}

/** A member whose form was checked. */
function textIn(data: Entry['data'], name: string): string {
  const value = data[name]
  return typeof value === 'string' ? value : ''
}
