/** `${name}` in a template's texts: finding it, and putting values in its place. */
import {isObject, type Json} from '../base/jcs.ts'
import type {Path} from '../base/yaml.ts'

/** A parameter's value: text, a whole number, or a list of texts. */
export type Value = string | number | readonly string[]
export type Values = ReadonlyMap<string, Value>

/** One place where a parameter is asked for. `name` is null where the brace is never closed. */
export interface Reference {
  readonly path: Path
  readonly name: string | null
}

/** Fields that name things of the template itself: what stands there is never a parameter. */
export const fixedFields: ReadonlySet<string | number> = new Set([
  'keyrite',
  'id',
  'kind',
  'by',
  'reads',
  'excludes',
  'for',
])

/**
 * The same values with parameters in place, and every place that asks for one. Values are put in once: a `${…}` within a value stays text.
 * A text that is nothing but one `${name}` becomes the value itself, a list or number included. A parameter without a value stays as it is written.
 */
export function substitute(
  raw: Json,
  values: Values,
): {readonly value: Json; readonly references: readonly Reference[]} {
  const references: Reference[] = []
  const walk = (value: Json, path: Path): Json => {
    if (typeof value === 'string') return text(value, path)
    if (value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map((item: Json, at) => walk(item, [...path, at]))
    return Object.fromEntries(
      Object.entries(value).map(([name, item]): [string, Json] => [
        name,
        (fixedFields.has(name) && !isObject(item)) || (path.length === 0 && name === 'parameters')
          ? item
          : walk(item, [...path, name]),
      ]),
    )
  }
  const text = (value: string, path: Path): Json => {
    for (const [, name = '', close] of value.matchAll(/\$\{([^}]*)(\}?)/g))
      references.push({path, name: close === '' ? null : name})
    const whole = /^\$\{([^}]*)\}$/.exec(value)?.[1]
    const own = whole === undefined ? undefined : values.get(whole)
    if (own !== undefined) return typeof own === 'object' ? [...own] : own
    return value.replace(/\$\{([^}]*)\}/g, (found, name: string) => {
      const one = values.get(name)
      return one === undefined ? found : typeof one === 'object' ? one.join(', ') : String(one)
    })
  }
  return {value: walk(raw, []), references}
}
