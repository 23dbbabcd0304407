/** Values that are the same again and again, kept in memory once. */
import type {Json} from './jcs.ts'

/** At most so many, and so long as JSON. */
const [most, longest] = [2_000, 2_048]

const values = new Map<string, unknown>()

/** A value that is the same as one that was given before, if it still is remembered. It must be plain JSON, and never change. */
export function shared<T extends Json>(value: T): T {
  const text = JSON.stringify(value)
  if (text.length > longest) return value
  const known = values.get(text)
  if (known !== undefined) return known as T
  if (values.size >= most) values.clear()
  values.set(text, value)
  return value
}

const sets = new Map<string, ReadonlySet<string>>()

/** A set of these, the same one for the same. */
export function sharedSet(members: Iterable<string>): ReadonlySet<string> {
  const set = new Set(members)
  const text = JSON.stringify([...set])
  const known = sets.get(text)
  if (known !== undefined) return known
  if (sets.size >= most) sets.clear()
  sets.set(text, set)
  return set
}
