/** What is recorded of a key beside its material: changes of what is known of it, holds, and how it was used. */
import {z} from 'zod'
import {lately} from '../base/lately.ts'
import {problem, type Entry, type Problem, type View} from '../ledger/index.ts'
import {requests} from '../requests/index.ts'
import {changesSchema, keyName} from './spec.ts'
import {holdKinds, type Key, type Keys} from './state.ts'

const hidden = z.strictObject({$: z.string().regex(/^[0-9a-f]{64}$/)})
const schemas = {
  'key.set': lately(z.strictObject({key: keyName, changes: changesSchema})),
  'key.held': lately(
    z.strictObject({
      key: keyName,
      kind: z.enum(holdKinds),
      until: z.iso.datetime({precision: 3}),
      reason: hidden,
    }),
  ),
  'key.usage': lately(
    z.strictObject({
      key: keyName,
      since: z.iso.datetime({precision: 3}),
      until: z.iso.datetime({precision: 3}),
      source: hidden,
      gaps: z.array(z.string()),
      events: z.int().min(0),
      refused: z.int().min(0),
      callers: z.int().min(0),
      protecting: z.int().min(0).exactOptional(),
      found: hidden,
    }),
  ),
  'key.released': lately(z.strictObject({key: keyName, hold: z.int().min(0), reason: hidden})),
} as const

export const factTypes: readonly string[] = Object.keys(schemas)

export function checkFact(entry: Entry, keys: Keys['keys']): readonly Problem[] {
  const wrong = (message: string): Problem[] => [problem('key', entry, message)]
  const parsed = schemas[entry.type as keyof typeof schemas].safeParse(entry.data)
  if (!parsed.success) return wrong(`${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
  const key = keys.get(parsed.data.key)
  if (key === undefined) return wrong(`there is no key "${parsed.data.key}"`)
  if ('hold' in parsed.data) {
    const {hold} = parsed.data
    return key.holds.some(({seq}) => seq === hold) ? [] : wrong(`there is no hold ${hold} to be taken away`)
  }
  if (!('changes' in parsed.data)) return []
  const {parent} = parsed.data.changes
  if (parent === undefined || parent === null) return []
  return isAbove(keys, key.name, parent) ? wrong('it would stand above itself, or under no key') : []
}

/** Whether a key would be above itself, or have a parent that is not there. */
function isAbove(keys: Keys['keys'], name: string, parent: string): boolean {
  const seen = new Set<string>()
  for (let at: string | null = parent; at !== null; at = keys.get(at)?.spec.parent ?? null) {
    if (at === name || seen.has(at) || !keys.has(at)) return true
    seen.add(at)
  }
  return false
}

/** The keys with what an entry says, whose form was checked. */
export function withFact(view: View, entry: Entry, keys: Keys['keys']): Keys['keys'] {
  const name = entry.data['key']
  const key = typeof name === 'string' ? keys.get(name) : undefined
  return key === undefined ? keys : keys.with(key.name, changed(view, entry, key))
}

function changed(view: View, entry: Entry, key: Key): Key {
  if (entry.type === 'key.usage') return key
  if (entry.type === 'key.held') {
    const {kind, until} = schemas['key.held'].parse(entry.data)
    return {...key, holds: [...key.holds, {seq: entry.seq, kind, until}]}
  }
  if (entry.type === 'key.released') {
    const {hold} = schemas['key.released'].parse(entry.data)
    return {...key, holds: key.holds.filter(({seq}) => seq !== hold)}
  }
  const {labels, ...spec} = schemas['key.set'].parse(entry.data).changes
  const state = view.of(requests)
  const request = state.all.get(state.byMet.get(entry.approved ?? -1) ?? -1)
  return {
    ...key,
    labels: labels ?? key.labels,
    spec: {...key.spec, ...spec},
    names: {...key.names, ...request?.names},
    hidden: {...key.hidden, ...request?.hidden},
  }
}
