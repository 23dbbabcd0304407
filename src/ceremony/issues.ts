/** What a schema found wrong, in words that say where it stands and what is right. */
import {z} from 'zod'
import type {Json} from '../base/jcs.ts'
import {nearest} from '../base/nearest.ts'
import {visibleLine} from '../base/visible.ts'
import type {Path} from '../base/yaml.ts'

export interface Issue {
  readonly path: Path
  /** Whether the field's name is wrong, not its value. */
  readonly at: 'key' | 'value'
  readonly message: string
}

const missing = 'is missing'

/** @param value - what the schema judged. @param under - the path of that value in the file. */
export function issuesOf(error: z.ZodError, schema: z.ZodType, value: Json, under: Path): readonly Issue[] {
  const meant = new Set<string>()
  const issues = error.issues.flatMap((issue): Issue[] => {
    const path = issue.path.filter((part): part is string | number => typeof part !== 'symbol')
    if (issue.code === 'unrecognized_keys') {
      const known = fieldsAt(schema, path)
      for (const key of issue.keys)
        for (const near of nearest(key, known)) meant.add(JSON.stringify([...under, ...path, near]))
      return issue.keys.map((key) => ({
        path: [...under, ...path, key],
        at: 'key',
        message: unknownWord('field', key, known),
      }))
    }
    if (issue.code === 'invalid_key')
      return [{path: [...under, ...path], at: 'key', message: issue.issues[0]?.message ?? 'not a name'}]
    return [{path: [...under, ...path], at: 'value', message: inWords(issue, valueAt(value, path))}]
  })
  // A field that was misspelt is said once, not as missing too.
  return issues.filter(({path, message}) => message !== missing || !meant.has(JSON.stringify(path)))
}

/** "field "x" is not known", with the nearest right word, or all of them where they are few. */
export function unknownWord(what: string, word: string, known: readonly string[]): string {
  const [near] = nearest(word, known)
  const help =
    near !== undefined
      ? `: did you mean "${near}"?`
      : known.length === 0
        ? ': there is none'
        : known.length > 16
          ? ''
          : `: expected one of ${known.join(', ')}`
  return `${what} "${visibleLine(word, 40)}" is not known${help}`
}

function inWords(issue: z.core.$ZodIssue, value: Json | undefined): string {
  if (value === undefined) return missing
  if (issue.code === 'invalid_value') {
    const words = issue.values.map(String)
    if (typeof value !== 'string') return `expected one of ${words.join(', ')}, got ${typeInWords(value)}`
    return words.length === 1
      ? `expected "${words[0] ?? ''}", got "${visibleLine(value, 40)}"`
      : unknownWord('value', value, words)
  }
  if (issue.code === 'invalid_type' && !issue.message.startsWith('expected'))
    return `expected ${expected[issue.expected] ?? issue.expected}, got ${typeInWords(value)}`
  return `${issue.message}, got ${typeof value === 'string' ? `"${visibleLine(value, 40)}"` : typeInWords(value)}`
}

const expected: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'fields',
  record: 'fields',
}

function typeInWords(value: Json): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'fields'
  return typeof value === 'string' ? 'text' : String(value)
}

function valueAt(value: Json | undefined, path: Path): Json | undefined {
  let at: unknown = value
  for (const part of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, part)) return undefined
    at = (at as Readonly<Record<string | number, unknown>>)[part]
  }
  return at as Json | undefined
}

/** The names of the fields that a schema has at a path. */
function fieldsAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  const inner = unwrap(schema)
  const [first, ...rest] = path
  if (inner instanceof z.ZodObject) {
    if (first === undefined) return Object.keys(inner.shape)
    const field = (inner.shape as Readonly<Record<string, z.core.$ZodType>>)[first]
    return field === undefined ? [] : fieldsAt(field, rest)
  }
  if (first === undefined) return []
  if (inner instanceof z.ZodArray) return fieldsAt(inner.element, rest)
  if (inner instanceof z.ZodRecord) return fieldsAt(inner.valueType, rest)
  return []
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodOptional
    ? unwrap(schema.def.innerType)
    : schema
}
