/** Rules on people who are named by values: the roster has them. */
import {KeyriteError} from '../../base/errors.ts'
import {custodyFold, findPerson} from '../../custody/index.ts'
import type {View} from '../../ledger/index.ts'
import {isOfPeople} from '../recorded.ts'
import type {Values} from '../placeholders.ts'
import type {Template} from '../template.ts'
import type {Remark} from './script.ts'

/** @param values - those that are known, defaults among them. */
export function* people(
  {parameters}: Pick<Template, 'parameters'>,
  values: Values,
  view: Pick<View, 'of'> | null,
): Generator<Remark> {
  if (view === null) return
  const {roster} = view.of(custodyFold)
  for (const [name, {type}] of parameters) {
    const value = values.get(name)
    if (value === undefined || !isOfPeople(type)) continue
    for (const typed of Array.isArray(value) ? value : [value]) {
      try {
        findPerson(roster, String(typed))
      } catch (error) {
        if (!(error instanceof KeyriteError)) throw error
        yield {
          rule: 'unknown-person',
          path: ['parameters', name],
          at: 'key',
          message: `parameter "${name}": ${error.message}; name somebody of the roster, or enroll them`,
        }
      }
    }
  }
}
