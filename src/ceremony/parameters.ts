/** The values of a template's parameters: read from what people type, checked by type, all problems at once. */
import {parseDuration} from '../base/duration.ts'
import {KeyriteError} from '../base/errors.ts'
import {visible, visibleLine} from '../base/visible.ts'
import {algorithms, schemes} from '../providers/algorithms.ts'
import {unknownWord} from './issues.ts'
import type {Parameter, ParameterType} from './outline.ts'
import type {Value, Values} from './placeholders.ts'

type Parameters = ReadonlyMap<string, Parameter>

/** Values that were given, and one sentence for each that is wrong; missing ones are not looked at. */
export interface Given {
  readonly values: Values
  readonly problems: readonly string[]
}

const lists: readonly ParameterType[] = ['person-list', 'text-list']
const label = /^[a-z][a-z0-9-]{0,62}$/

/** Whether values of this type are lists; typed on a command line, their items are separated by commas. */
export function isListType(type: ParameterType): boolean {
  return lists.includes(type)
}

/** What is wrong with a value of this type; null where nothing is. */
export function valueProblem(type: ParameterType, value: unknown): string | null {
  if (isListType(type)) {
    if (!Array.isArray(value)) return 'expected a list'
    const items: readonly unknown[] = value
    const wrong = items.map((item) => textProblem(item)).find((problem) => problem !== null)
    if (wrong !== undefined) return `in the list: ${wrong}`
    return new Set(items).size === items.length ? null : 'the same stands twice in the list'
  }
  if (type === 'integer') return Number.isSafeInteger(value) ? null : 'expected a whole number'
  const problem = textProblem(value)
  return problem ?? wordProblem(type, String(value))
}

function wordProblem(type: ParameterType, text: string): string | null {
  if (type === 'key-label' || type === 'profile')
    return label.test(text) ? null : 'expected 1 to 63 of a-z, 0-9 and -, starting with a letter'
  if (type === 'algorithm')
    return (algorithms as readonly string[]).includes(text)
      ? null
      : unknownWord('algorithm', text, algorithms)
  if (type === 'scheme')
    return (schemes as readonly string[]).includes(text) ? null : unknownWord('scheme', text, schemes)
  if (type === 'path') return text.trim() === text ? null : 'expected a path without blanks around it'
  if (type === 'date')
    return isDate(text) ? null : 'expected a day such as 2046-12-31, or a time such as 2046-12-31T12:00:00Z'
  if (type === 'sha256') return /^[0-9a-f]{64}$/.test(text) ? null : 'expected 64 digits of 0-9 and a-f'
  if (type !== 'duration') return null
  try {
    return parseDuration(text) > 0 ? null : 'expected a duration of more than nothing'
  } catch {
    return 'expected an ISO 8601 duration such as P30D'
  }
}

/** A day, or a time in UTC. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\dZ)?$/.test(text)) return false
  const time = new Date(text)
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text.replace('Z', ''))
}

function textProblem(value: unknown): string | null {
  if (typeof value !== 'string') return 'expected text'
  if (value.trim() === '') return 'expected text that is not empty'
  if (value.length > 2000) return `expected at most 2000 characters, got ${value.length}`
  return visible(value, {keepNewlines: true}) === value ? null : 'it has characters that cannot be seen'
}

/** A value as it is typed at a prompt or after `--set NAME=`. @returns the value, or in words what is wrong with it. */
export function typedValue(
  type: ParameterType,
  text: string,
): {readonly value: Value} | {readonly problem: string} {
  const value = typed(type, text)
  const problem = valueProblem(type, value)
  return problem === null ? {value} : {problem}
}

function typed(type: ParameterType, text: string): Value {
  if (isListType(type)) return text.trim() === '' ? [] : text.split(',').map((item) => item.trim())
  return type === 'integer' && /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : text
}

/** Reads `name=value` texts of `--set`. */
export function valuesFromSets(parameters: Parameters, sets: readonly string[]): Given {
  const values = new Map<string, Value>()
  const problems: string[] = []
  for (const set of sets) {
    const [, name, text = ''] = /^([^=]+)=([\s\S]*)$/.exec(set) ?? []
    const parameter = name === undefined ? undefined : parameters.get(name)
    if (name === undefined) problems.push(`--set "${visibleLine(set, 60)}": expected name=value`)
    else if (parameter === undefined) problems.push(unknownWord('parameter', name, [...parameters.keys()]))
    else if (values.has(name)) problems.push(`parameter "${name}": it is set twice`)
    else {
      const one = typedValue(parameter.type, text)
      if ('problem' in one) problems.push(`parameter "${name}": ${one.problem}`)
      else values.set(name, one.value)
    }
  }
  return {values, problems}
}

/** Reads the `parameters` of an answers file: values of their own types; a number or a single text for a list is taken as it would be typed. */
export function valuesFromObject(parameters: Parameters, given: Readonly<Record<string, unknown>>): Given {
  const values = new Map<string, Value>()
  const problems: string[] = []
  for (const [name, value] of Object.entries(given)) {
    const parameter = parameters.get(name)
    if (parameter === undefined) {
      problems.push(unknownWord('parameter', name, [...parameters.keys()]))
      continue
    }
    const one = typeof value === 'string' ? typed(parameter.type, value) : value
    const problem = valueProblem(parameter.type, one)
    if (problem === null) values.set(name, one as Value)
    else problems.push(`parameter "${name}": ${problem}`)
  }
  return {values, problems}
}

/** What flags say, and an answers file where they say nothing. @throws KeyriteError `USAGE` with everything that is wrong. */
export function givenValues(
  parameters: Parameters,
  sets: readonly string[],
  filed: Readonly<Record<string, unknown>>,
): Values {
  const [flags, file] = [valuesFromSets(parameters, sets), valuesFromObject(parameters, filed)]
  demandNone([...flags.problems, ...file.problems])
  return new Map([...file.values, ...flags.values])
}

/** The values, with defaults for those that are not given. @throws KeyriteError `USAGE` with every value that is missing, unknown or not of its type. */
export function completeValues(parameters: Parameters, values: Values): Values {
  const problems = [...values].flatMap(([name, value]) => {
    const parameter = parameters.get(name)
    if (parameter === undefined) return [unknownWord('parameter', name, [...parameters.keys()])]
    const problem = valueProblem(parameter.type, value)
    return problem === null ? [] : [`parameter "${name}": ${problem}`]
  })
  const complete = new Map<string, Value>()
  for (const [name, parameter] of parameters) {
    const value = values.get(name) ?? parameter.default
    if (value === undefined)
      problems.push(`parameter "${name}" has no value: ${visibleLine(parameter.text, 80)}`)
    else complete.set(name, value)
  }
  demandNone(problems)
  return complete
}

/** @throws KeyriteError `USAGE` naming every problem. */
export function demandNone(problems: readonly string[]): void {
  const [first, ...others] = problems
  if (first === undefined) return
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  throw new KeyriteError('USAGE', `cannot use these parameters: ${first}${more}`, {
    hints: [...others, '--set NAME=VALUE'],
  })
}

/** The names of the parameters that have neither a value nor a default. */
export function withoutValue(parameters: Parameters, values: Values): readonly string[] {
  return [...parameters].flatMap(([name, one]) =>
    values.has(name) || one.default !== undefined ? [] : [name],
  )
}

/** Values, then defaults, and for the rest something of the right type: so that a template can be read before anybody was asked. */
export function standIns(parameters: Parameters, values: Values = new Map()): Values {
  return new Map(
    [...parameters].map(([name, one]): [string, Value] => [
      name,
      values.get(name) ?? one.default ?? standIn(one.type, name),
    ]),
  )
}

function standIn(type: ParameterType, name: string): Value {
  if (type === 'algorithm') return 'rsa-4096'
  if (type === 'scheme') return 'rs256'
  if (type === 'duration') return 'P1D'
  if (type === 'date') return '2030-01-01'
  if (type === 'sha256') return '0'.repeat(64)
  if (type === 'integer') return 1
  return isListType(type) ? [`unknown-${name}`.slice(0, 63)] : `unknown-${name}`.slice(0, 63)
}
