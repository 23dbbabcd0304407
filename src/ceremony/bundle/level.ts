/** What a bundle of each level opens. docs/bundle-format.md, "Levels". */
import {isObject, parseJcs, type Json} from '../../base/jcs.ts'
import {isPrivate, referencesIn, type Entry, type Problem} from '../../ledger/index.ts'
import {Hidden, textsIn, type Person} from './hidden.ts'
import type {Level} from './layout.ts'
import type {Opening} from './primary.ts'

export interface Chosen {
  readonly openings: ReadonlyMap<string, Opening>
  /** What the level withholds of what there is. */
  readonly hidden: Hidden
}

/** Of the private values that entries hold, those that the level opens. */
export function openedAt(level: Level, entries: readonly Entry[], all: ReadonlyMap<string, Opening>): Chosen {
  if (level === 'full') return {openings: all, hidden: new Hidden([], [])}
  const fields = new Map(entries.flatMap(peopleFields).map((field) => [field.commitment, field]))
  const people = [...all.values()].flatMap(({commitment, value}): Person[] => {
    const field = fields.get(commitment)
    const text = field === undefined ? undefined : parseJcs(value)
    return typeof text === 'string' ? [{text, called: field?.called ?? false}] : []
  })
  const names = new Hidden(people, [])
  const openings = new Map(
    [...all].filter(
      ([commitment, {value}]) =>
        level === 'restricted' &&
        !fields.has(commitment) &&
        !textsIn(parseJcs(value)).some((text) => names.mayStandIn(text)),
    ),
  )
  const own = new Set(entries.flatMap(templateWords))
  const values = [...all.values()].filter(
    ({commitment}) => !openings.has(commitment) && !fields.has(commitment) && !own.has(commitment),
  )
  return {
    openings,
    hidden: new Hidden(
      people,
      values.flatMap(({value}) => textsIn(parseJcs(value))),
    ),
  }
}

/** What a duty is, and what a picture shows: the template's own texts, with parameters that are looked for themselves. */
function templateWords({type, data}: Entry): readonly string[] {
  const result = type === 'step.done' && data['kind'] === 'photo' ? data['result'] : undefined
  const own = type === 'duty.opened' ? data['what'] : isObject(result) ? result['subject'] : undefined
  return isPrivate(own) ? [own.$] : []
}

/** What must not stand in `openings.json` at this level, and does. */
export function levelProblems(
  level: Level,
  entries: readonly Entry[],
  openings: ReadonlyMap<string, unknown>,
): readonly Problem[] {
  if (level === 'full') return []
  const closed =
    level === 'public'
      ? [...openings.keys()].map((commitment) => ({commitment, seq: null}))
      : entries.flatMap(peopleFields)
  return closed
    .filter(({commitment}) => openings.has(commitment))
    .map(({commitment, seq}) => ({
      rule: 'level',
      seq,
      file: 'openings.json',
      message: `level ${level} does not open private value ${commitment.slice(0, 12)}…`,
    }))
}

interface PeopleField {
  readonly commitment: string
  readonly seq: number
  /** Whether it is what somebody is called, not a machine. */
  readonly called: boolean
}

/** The private values of an entry that say who somebody is, or at which machine. */
export function peopleFields({actor, data, seq, type}: Entry): readonly PeopleField[] {
  const named = (): Json | undefined => {
    if (type === 'ledger.opened') return data['people']
    if (type === 'custodian.enrolled') return [data['name'] ?? null, data['address'] ?? null]
    return type === 'quorum.opened' && isObject(data['names']) ? data['names'] : undefined
  }
  const found = (value: Json | undefined, called: boolean): PeopleField[] =>
    [...referencesIn(value)].flatMap((one) => (isPrivate(one) ? [{commitment: one.$, seq, called}] : []))
  return [...found(actor.host, false), ...found(named(), true)]
}
