/** Parameters as the ledger keeps them: people by id, texts as private values. */
import {KeyriteError} from '../base/errors.ts'
import type {Json} from '../base/jcs.ts'
import {findPerson, type Roster} from '../custody/index.ts'
import {isPrivate, Private, type DraftObject, type DraftValue, type View} from '../ledger/index.ts'
import type {Value, Values} from './placeholders.ts'

/** Types whose values can name people, places or reasons. */
const hidden: readonly string[] = ['text', 'text-list', 'path']
const people: readonly string[] = ['person', 'person-list']

interface Declared {
  readonly parameters: ReadonlyMap<string, {readonly type: string}>
}

/** Whether the values of this type are people of the roster. */
export function isOfPeople(type: string): boolean {
  return people.includes(type)
}

/** Whether a parameter's value is kept private. Who a person is, is not to stand beside the act either. */
export function isHidden({parameters}: Declared, name: string): boolean {
  const type = parameters.get(name)?.type ?? ''
  return hidden.includes(type) || isOfPeople(type)
}

/** What `ceremony.opened` records. @throws KeyriteError `PERSON_NOT_FOUND`. */
export function recorded({parameters}: Declared, values: Values, roster: Roster): DraftObject {
  const entries = [...values].map(([name, value]): [string, DraftValue] => {
    const type = parameters.get(name)?.type ?? ''
    if (hidden.includes(type)) return [name, new Private(value)]
    if (isOfPeople(type))
      return [
        name,
        Array.isArray(value)
          ? value.map((one) => findPerson(roster, String(one)).id)
          : findPerson(roster, String(value)).id,
      ]
    return [name, value]
  })
  return Object.fromEntries(entries)
}

/**
 * The values again, as they stood when the ceremony was opened.
 * @param missing - what stands in place of a private one that is not here, for reading
 * @throws KeyriteError `NOT_FOUND` if one was erased and nothing is to stand in its place.
 */
export function unrecorded(
  view: Pick<View, 'open'>,
  {parameters}: Declared,
  stored: Json | undefined,
  missing?: (commitment: string) => string,
): Values {
  const given = typeof stored === 'object' && stored !== null && !Array.isArray(stored) ? stored : {}
  const entries = Object.entries(given).map(([name, value]): [string, Value] => {
    if (!parameters.has(name)) throw new TypeError(`the template has no parameter "${name}"`)
    if (!isPrivate(value)) return [name, value as Value]
    const opened = view.open(value)
    if (opened === undefined && missing !== undefined)
      return [name, parameters.get(name)?.type.endsWith('-list') ? [missing(value.$)] : missing(value.$)]
    if (opened === undefined)
      throw new KeyriteError(
        'NOT_FOUND',
        `cannot tell what the ceremony was: the value of parameter "${name}" was erased`,
        {hints: ['a bundle that was made before, which still holds it']},
      )
    return [name, opened as Value]
  })
  return new Map(entries)
}
