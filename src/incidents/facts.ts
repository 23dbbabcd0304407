/** What was found before anything was done, as it was saved. */
import {isObject, parseJcs, type JsonObject} from '../base/jcs.ts'
import {aliasName, type Key} from '../keys/index.ts'
import type {View} from '../ledger/index.ts'
import type {Incident} from './state.ts'

export function savedFacts(view: Pick<View, 'blob'>, {looked}: Pick<Incident, 'looked'>): JsonObject {
  const facts = looked === null ? null : parseJcs(view.blob(looked.facts))
  return isObject(facts) ? facts : {}
}

/** The names by which others reach a key: those that keyrite gave it, and those that its place had when it was looked at. */
export function knownAliases(
  view: Pick<View, 'blob'>,
  {versions}: Pick<Key, 'versions'>,
  incident: Incident,
): readonly string[] {
  const impact = savedFacts(view, incident)['impact']
  const observed = isObject(impact) ? impact['observed'] : null
  const there = isObject(observed) && Array.isArray(observed['aliases']) ? observed['aliases'] : []
  const seen = there.flatMap((one) => {
    const name = aliasName.safeParse(typeof one === 'string' ? one.replace(/^alias\//, '') : one)
    return name.success ? [name.data] : []
  })
  return [...new Set([...versions.flatMap(({aliases}) => aliases), ...seen])].sort()
}
