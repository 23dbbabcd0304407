/** Ceremony templates: one YAML file is the ceremony. The language: docs/ceremony-templates.md. */
import {isUtf8} from 'node:buffer'
import {sha256Hex} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {isObject, type Json} from '../base/jcs.ts'
import {visibleLine} from '../base/visible.ts'
import {issuesOf, unknownWord, type Issue} from './issues.ts'
import {
  outlineSchema,
  type AfterDuty,
  type Material,
  type Outline,
  type Parameter,
  type Role,
  type Waiver,
} from './outline.ts'
import {completeValues, standIns, valueProblem} from './parameters.ts'
import {substitute, type Reference, type Values} from './placeholders.ts'
import {marksOfTemplate, Positions, readYaml, YamlProblem, type Path, type Position} from '../base/yaml.ts'
import {laterKinds, stepKinds, type Step} from './steps/index.ts'

export type * from './steps/index.ts'
export type {AfterDuty, Material, Parameter, ParameterType, Role, Waiver} from './outline.ts'
export type {Value, Values} from './placeholders.ts'

/** The largest template, in bytes. */
export const largest = 256 * 1024

export interface Act {
  readonly id: string
  readonly title: string
  readonly steps: readonly Step[]
}

/** What a template says that has its parameters in place. */
export interface Template {
  readonly id: string
  readonly title: string
  readonly purpose: string
  readonly location: string
  /** What is said of the recording; null where there is nothing. */
  readonly recording: string | null
  /** When it is planned to begin; null where there is nothing. */
  readonly standby: string | null
  readonly parameters: ReadonlyMap<string, Parameter>
  readonly roles: ReadonlyMap<string, Role>
  readonly materials: readonly Material[]
  readonly waivers: readonly Waiver[]
  readonly acts: readonly Act[]
  readonly after: readonly AfterDuty[]
}

/** A template as it was read: well-formed, with `${…}` still in its texts. */
export interface Loaded {
  readonly template: Omit<Template, 'acts' | 'after'>
  /** SHA-256 of the bytes, hex. */
  readonly sha256: string
  readonly bytes: Uint8Array
  readonly positions: Positions
  /** The file's name, as it was given. */
  readonly path: string
  /** The file's values as they stand. */
  readonly raw: Json
}

/** A template with its parameters in place. */
export interface Filled extends Template {
  readonly sha256: string
  readonly bytes: Uint8Array
  readonly values: Values
}

/** One reading of a template with some values: what came of it, and what is wrong. */
export interface Reading {
  /** Null while something is wrong with its form. */
  readonly template: Template | null
  readonly issues: readonly Issue[]
  readonly references: readonly Reference[]
}

/** @throws KeyriteError `TEMPLATE_INVALID`, `path:line:column: field: what is wrong`; further problems are its hints. */
export function parseTemplate(bytes: Uint8Array, path: string): Loaded {
  const {value: raw, positions} = readSource(bytes, path)
  const plain = outlineSchema.shape.parameters.safeParse(isObject(raw) ? raw['parameters'] : undefined)
  const parameters = new Map(Object.entries(plain.data ?? {}))
  const values = standIns(parameters)
  const {issues, references} = read(raw, values)
  // What only a value can mend is judged when there are values; all else is wrong now.
  const wrong = [
    ...issues.filter(({path: at}) => !isOfStep(at) || !references.some((one) => covers(one.path, at))),
    ...wrongDefaults(parameters),
  ]
  if (wrong.length > 0) throw invalid(path, positions, wrong)
  const outline = outlineSchema.parse(substitute(raw, values).value)
  return {template: headOf(outline), sha256: sha256Hex(bytes), bytes, positions, path, raw}
}

/**
 * Puts values in place of the parameters; those that have a default need none.
 * @throws KeyriteError `TEMPLATE_INVALID` where a value does not fit its place, `USAGE` naming every value that is missing or not of its type.
 */
export function fill(loaded: Loaded, values: Values): Filled {
  const complete = completeValues(loaded.template.parameters, values)
  const {template, issues, references} = read(loaded.raw, complete)
  const unknown = unknownReferences(references, loaded.template.parameters)
  if (template === null || unknown.length > 0)
    throw invalid(loaded.path, loaded.positions, [...issues, ...unknown])
  return {...template, sha256: loaded.sha256, bytes: loaded.bytes, values: complete}
}

/** Reads a template with what values there are: every problem of its form, at once. */
export function read(raw: Json, values: Values): Reading {
  const {value, references} = substitute(raw, values)
  const outline = outlineSchema.safeParse(value)
  const issues = outline.success ? [] : [...issuesOf(outline.error, outlineSchema, value, [])]
  const steps: Step[][] = []
  const acts: readonly Json[] = isObject(value) && Array.isArray(value['acts']) ? value['acts'] : []
  for (const [act, one] of acts.entries()) {
    const list = isObject(one) ? one['steps'] : undefined
    const row: Step[] = []
    for (const [at, step] of Array.isArray(list) ? list.entries() : []) {
      const parsed = readStep(step as Json, ['acts', act, 'steps', at])
      if ('issues' in parsed) issues.push(...parsed.issues)
      else row.push(parsed.step)
    }
    steps.push(row)
  }
  return {
    template: outline.success && issues.length === 0 ? templateOf(outline.data, steps) : null,
    issues,
    references,
  }
}

function readStep(value: Json, path: Path): {readonly step: Step} | {readonly issues: readonly Issue[]} {
  // That a step has fields at all is said by the outline.
  if (!isObject(value)) return {issues: []}
  const name = value['kind']
  const wrong = (message: string): {issues: Issue[]} => ({
    issues: [{path: [...path, 'kind'], at: 'value', message}],
  })
  if (name === undefined) return wrong('is missing')
  if (typeof name !== 'string') return wrong('expected the name of a step kind')
  if (laterKinds.includes(name))
    return wrong(
      `step kind "${name}" is not there yet in this keyrite: it has ${[...stepKinds.keys()].join(', ')}`,
    )
  const kind = stepKinds.get(name)
  if (kind === undefined) return wrong(unknownWord('step kind', name, [...stepKinds.keys()]))
  const parsed = kind.schema.safeParse(value)
  return parsed.success
    ? {step: parsed.data as Step}
    : {issues: issuesOf(parsed.error, kind.schema, value, path)}
}

function headOf(outline: Outline): Loaded['template'] {
  const {id, title, purpose, location, materials, waivers} = outline
  const parameters = new Map(Object.entries(outline.parameters))
  const roles = new Map(Object.entries(outline.roles))
  const recording = outline.recording ?? null
  const standby = outline.standby ?? null
  return {id, title, purpose, location, recording, standby, parameters, roles, materials, waivers}
}

function templateOf(outline: Outline, steps: readonly (readonly Step[])[]): Template {
  const acts = outline.acts.map(({id, title}, at): Act => ({id, title, steps: steps[at] ?? []}))
  return {...headOf(outline), acts, after: outline.after}
}

/** The places that ask for a parameter that the template does not have. */
export function unknownReferences(
  references: readonly Reference[],
  parameters: ReadonlyMap<string, Parameter>,
): readonly Issue[] {
  return references.flatMap(({path, name}): Issue[] => {
    if (name !== null && parameters.has(name)) return []
    const message =
      name === null
        ? '"${" is never closed: write "}" after the name'
        : unknownWord('parameter', name, [...parameters.keys()])
    return [{path, at: 'value', message}]
  })
}

function readSource(bytes: Uint8Array, path: string): ReturnType<typeof readYaml> {
  const refuse = ({line, column}: Position, fact: string): KeyriteError =>
    new KeyriteError('TEMPLATE_INVALID', `${visibleLine(path, 200)}:${line}:${column}: ${fact}`, {
      hints: ['docs/ceremony-templates.md'],
    })
  const start: Position = {line: 1, column: 1}
  if (bytes.length > largest) throw refuse(start, `expected at most ${largest} bytes, got ${bytes.length}`)
  if (!isUtf8(bytes)) throw refuse(start, 'not UTF-8 text')
  try {
    return readYaml(new TextDecoder('utf-8').decode(bytes), undefined, marksOfTemplate)
  } catch (error) {
    if (error instanceof YamlProblem) throw refuse(error.position, error.message)
    throw error
  }
}

function wrongDefaults(parameters: ReadonlyMap<string, Parameter>): readonly Issue[] {
  return [...parameters].flatMap(([name, one]): Issue[] => {
    const problem = one.default === undefined ? null : valueProblem(one.type, one.default)
    return problem === null ? [] : [{path: ['parameters', name, 'default'], at: 'value', message: problem}]
  })
}

/** Whether a path is of a field of a step. */
function isOfStep(path: Path): boolean {
  return path[0] === 'acts' && path[2] === 'steps' && path.length > 4
}

/** Whether a path is at or below another. */
function covers(above: Path, path: Path): boolean {
  return above.length <= path.length && above.every((part, at) => part === path[at])
}

function invalid(path: string, positions: Positions, issues: readonly Issue[]): KeyriteError {
  const lines = issues
    .map((issue) => ({issue, position: positions.at(issue.path, issue.at)}))
    .sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column)
    .map(
      ({issue, position: {line, column}}) =>
        `${visibleLine(path, 200)}:${line}:${column}: ${issue.path.join('.')}: ${issue.message}`,
    )
  const [first = `${path}:1:1: not a template`, ...others] = lines
  return new KeyriteError('TEMPLATE_INVALID', first, {
    hints: [...others.slice(0, 20), 'docs/ceremony-templates.md'],
  })
}
