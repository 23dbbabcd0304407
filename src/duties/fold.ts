/** Replays duties: opened once, then done once, or waived until a day. docs/ledger-format.md, section 6. */
import {z} from 'zod'
import type {Json} from '../base/jcs.ts'
import {custodyFold} from '../custody/index.ts'
import {isTime, problem, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import {duties, type Duties, type Duty, type Ending} from './state.ts'

const hidden = z.strictObject({$: z.string()})
const time = z.string().refine(isTime)
const personId = z.string().regex(/^p-[0-9a-f]{16}$/)

const schemas = {
  'duty.opened': z.strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
    what: hidden,
    owners: z.array(personId).min(1),
    due: time,
    key: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/)
      .exactOptional(),
    source: z.int().min(0).exactOptional(),
  }),
  'duty.done': z.strictObject({duty: z.int().min(0), evidence: hidden}),
  'duty.waived': z.strictObject({duty: z.int().min(0), reason: hidden, until: time}),
} as const

export const dutiesFold: Fold<Duties> = {
  ...duties,
  types: Object.keys(schemas),

  check(view: View, entry: Entry): readonly Problem[] {
    const wrong = (message: string): Problem[] => [problem('duty', entry, message)]
    const parsed = schemas[entry.type as keyof typeof schemas].safeParse(entry.data)
    if (!parsed.success)
      return wrong(`${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
    if (entry.type === 'duty.opened') return checkOpened(view, entry)
    if (entry.ceremony !== null) return wrong('a duty is met or waived outside the ceremony that opened it')
    if (entry.actor.person === null) return wrong('nobody says that they met or waived it')
    const duty = view.of(duties).get(Number(entry.data['duty']))
    if (duty === undefined) return wrong('there is no such duty')
    if (duty.done !== null) return wrong('it was done already')
    if (entry.type === 'duty.done') return []
    const {until} = schemas['duty.waived'].parse(entry.data)
    return until <= entry.time ? wrong('it is waived until a time that has passed') : []
  },

  apply(view: View, entry: Entry): Duties {
    // Another map, not the same one changed: what is recorded beside the ledger follows from the difference.
    const all = new Map(view.of(duties))
    if (entry.type === 'duty.opened') return all.set(entry.seq, opened(view, entry))
    const seq = Number(entry.data['duty'])
    const duty = all.get(seq)
    if (duty === undefined) throw new TypeError('checked before')
    if (entry.type === 'duty.done') return all.set(seq, {...duty, done: ending(view, entry, 'evidence')})
    const {until} = schemas['duty.waived'].parse(entry.data)
    return all.set(seq, {...duty, waived: {...ending(view, entry, 'reason'), until}})
  },

  *table(all: Duties): Generator<readonly [string, Json]> {
    for (const {id, name, owners, due, done, waived} of all.values())
      yield [id, {done: done !== null, due, name, owners: [...owners], waived: waived?.until ?? null}]
  },
}

/** Acts outside ceremonies that leave duties behind. */
const sources: ReadonlySet<string> = new Set([
  'shares.split',
  'shares.drill.opened',
  'shares.combined',
  'incident.opened',
])

function checkOpened(view: View, entry: Entry): Problem[] {
  const wrong = (message: string): Problem[] => [problem('duty', entry, message)]
  const {name, owners, due, key, source} = schemas['duty.opened'].parse(entry.data)
  const origins = [entry.ceremony, key, source].filter((one) => one !== null && one !== undefined)
  if (origins.length === 0) return wrong('it comes from no ceremony, nor from the rotation of a key')
  if (origins.length > 1) return wrong('a ceremony opens no duty on a rotation, nor on another act')
  if (source !== undefined && !sources.has(view.entry(source)?.type ?? ''))
    return wrong('what it comes from leaves no duty behind')
  const {roster} = view.of(custodyFold)
  const stranger = owners.find((id) => !roster.has(id))
  if (stranger !== undefined) return wrong(`"${stranger}" is not in the roster`)
  const twin = [...view.of(duties).values()].find(
    (one) =>
      one.name === name &&
      (key === undefined
        ? one.ceremony === entry.ceremony && one.key === null && one.source === (source ?? null)
        : one.key === key && one.due === due),
  )
  return twin === undefined ? [] : wrong(`duty "${name}" was opened already`)
}

function opened(view: View, entry: Entry): Duty {
  const {name, what, owners, due, key = null, source = null} = schemas['duty.opened'].parse(entry.data)
  return {
    id: `d${entry.seq}`,
    seq: entry.seq,
    name,
    what: textOf(view.open(what)),
    owners,
    due,
    opened: entry.time,
    ceremony: entry.ceremony,
    key,
    source,
    done: null,
    waived: null,
  }
}

function ending(view: View, entry: Entry, field: string): Ending {
  return {
    seq: entry.seq,
    at: entry.time,
    by: entry.actor.person,
    words: textOf(view.open(entry.data[field])),
  }
}

/** Evidence may be a file's name and digest: told as one line. */
function textOf(value: Json | undefined): string | null {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const {file, sha256} = value as Readonly<Record<string, Json>>
  return typeof file === 'string' && typeof sha256 === 'string' ? `file ${file}, SHA-256 ${sha256}` : null
}
