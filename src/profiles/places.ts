/** Replays places that were made, before any profile knew them. docs/ledger-format.md, section 6. */
import {z} from 'zod'
import {jcs} from '../base/jcs.ts'
import {lately} from '../base/lately.ts'
import {Versions} from '../base/versions.ts'
import {problem, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import {environments, profileName} from './fold.ts'

const about = {
  name: profileName,
  kind: z.string().min(1),
  environment: z.enum(environments),
  /** Who is to answer there, as far as that was known before. */
  place: z.record(z.string(), z.string()),
}
const schemas = {
  'place.make.intended': lately(z.strictObject({...about, intent: z.string().regex(/^[0-9a-f]{32}$/)})),
  'place.made': lately(
    z.strictObject({...about, intended: z.int(), identity: z.record(z.string(), z.string())}),
  ),
  'place.make.failed': lately(z.strictObject({...about, intended: z.int(), code: z.string()})),
} as const
type Type = keyof typeof schemas
export const placeTypes = {
  intended: 'place.make.intended',
  done: 'place.made',
  failed: 'place.make.failed',
} as const satisfies Record<string, Type>

export interface OpenPlace {
  readonly seq: number
  readonly id: string
  /** In canonical form. */
  readonly place: string
  readonly approved: number | null
}

export interface Places {
  readonly open: Versions<number, OpenPlace>
}

export const placesFold: Fold<Places> = {
  name: 'places',
  types: Object.keys(schemas),
  initial: () => ({open: new Versions()}),

  check(view: View, entry: Entry): readonly Problem[] {
    const wrong = (message: string): Problem[] => [problem('profile', entry, message)]
    const parsed = schemas[entry.type as Type].safeParse(entry.data)
    if (!parsed.success)
      return wrong(`${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
    if (entry.ceremony !== null) return wrong('it belongs to no ceremony')
    const {data} = parsed
    const place = jcs(data.place)
    const {open} = view.of(placesFold)
    if ('intent' in data) {
      const busy = openPlace({open}, place)
      return busy === undefined ? [] : wrong(`an intent of entry ${busy.seq} is still open`)
    }
    const begun = open.get(data.intended)
    if (begun?.place !== place) return wrong('it is the outcome of no open intent')
    if (begun.approved !== entry.approved) return wrong('its approval is not that of its intent')
    const isThat =
      !('identity' in data) ||
      Object.entries(data.place).every(([name, value]) => data.identity[name] === value)
    return isThat ? [] : wrong('what was made is another place')
  },

  apply(view: View, {type, seq, data, approved}: Entry): Places {
    const {open} = view.of(placesFold)
    if (type !== 'place.make.intended') return {open: open.without(Number(data['intended']))}
    const {intent: id, place} = schemas[type].parse(data)
    return {open: open.with(seq, {seq, id, place: jcs(place), approved})}
  },
}

/** What was begun of this place, and has no outcome yet. @param place - in canonical form. */
export function openPlace({open}: Places, place: string): OpenPlace | undefined {
  return [...open.values()].find((one) => one.place === place)
}
