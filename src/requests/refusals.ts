/** `attempt.refused`: what was refused leaves a trace too (A1, T32). */
import type {Json, JsonObject} from '../base/jcs.ts'
import {problem, type Fold} from '../ledger/index.ts'

/** Many entries are of this type, so its form is looked at by hand. */
function isRefusal(data: JsonObject): boolean {
  const {operation, key, code} = data
  return (
    Object.keys(data).length === 3 &&
    isText(operation, 64) &&
    (key === null || isText(key, 63)) &&
    isText(code, 64)
  )
}

function isText(value: Json | undefined, most: number): boolean {
  return typeof value === 'string' && value.length <= most
}

/** How many refusals the ledger holds. */
export const refusalsFold: Fold<number> = {
  name: 'refusals',
  types: ['attempt.refused'],
  initial: () => 0,
  check: (_view, entry) =>
    isRefusal(entry.data) ? [] : [problem('refusal', entry, 'data is not of its form')],
  apply: (view) => view.of(refusalsFold) + 1,
}
