/** What a script is printed from: a template with the values that are known, and blanks for people to write in. */
import {custodyFold, nameOf, peopleCalled} from '../../custody/index.ts'
import type {View} from '../../ledger/index.ts'
import {isListType} from '../parameters.ts'
import type {Value, Values} from '../placeholders.ts'
import {fill, type Filled, type Loaded, type ParameterType} from '../template.ts'

const written: readonly ParameterType[] = ['text', 'text-list', 'path', 'person', 'person-list']

export interface Blanked {
  readonly filled: Filled
  /** Parameters that have no value yet: they stand as blanks. */
  readonly blank: readonly string[]
}

/**
 * Texts and people without value become blanks with what is asked; every other parameter must have its value.
 * @param person - who stands in for people without value, instead of a blank.
 * @throws KeyriteError `USAGE` naming what is missing, and as `fill`.
 */
export function withBlanks(loaded: Loaded, values: Values, person: string | null = null): Blanked {
  const blank = [...loaded.template.parameters].filter(
    ([name, one]) => !values.has(name) && one.default === undefined && written.includes(one.type),
  )
  const blanks = blank.map(([name, {type, text}]): [string, Value] => {
    const asks = type === 'person' || type === 'person-list'
    const shown = person !== null && asks ? person : `__________${person === null ? '' : '_'} (${text})`
    return [name, isListType(type) ? [shown] : shown]
  })
  return {
    filled: fill(loaded, new Map<string, Value>([...values, ...blanks])),
    blank: blank.map(([name]) => name),
  }
}

/** The same values, with people of the roster by their names, however they were typed. */
export function called(
  view: Pick<View, 'of'> | null,
  {template: {parameters}}: Pick<Loaded, 'template'>,
  values: Values,
): Values {
  if (view === null) return values
  const {roster} = view.of(custodyFold)
  const name = (typed: string): string => {
    const [one, another] = peopleCalled(roster, typed)
    return one === undefined || another !== undefined ? typed : nameOf(roster, one.id)
  }
  return new Map(
    [...values].map(([parameter, value]): [string, Value] => {
      if (!parameters.get(parameter)?.type.startsWith('person')) return [parameter, value]
      return [parameter, Array.isArray(value) ? value.map((one) => name(String(one))) : name(String(value))]
    }),
  )
}
