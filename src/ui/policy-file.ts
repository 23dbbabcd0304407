/** Reads a policy file, YAML or JSON: what is wrong with its form is refused with line and column. */
import {isUtf8} from 'node:buffer'
import {KeyriteError} from '../base/errors.ts'
import {readPublic} from '../base/files.ts'
import {isObject, type Json} from '../base/jcs.ts'
import {visibleLine} from '../base/visible.ts'
import {readYaml, YamlProblem, type Position, type Positions} from '../base/yaml.ts'
import {issuesOf, type Issue} from '../ceremony/issues.ts'
import {policySchema, type Policy} from '../policy/index.ts'

export interface PolicyFile {
  readonly policy: Policy
  readonly positions: Positions
}

const limitBytes = 256 * 1024
/** What a word stands for, by the field that it stands in. */
const nouns: Readonly<Record<string, string>> = {
  operations: 'operation',
  classes: 'class',
  roles: 'role',
  from: 'role',
  algorithms: 'algorithm',
}

/** @throws KeyriteError `POLICY_INVALID`, `path:line:column: field: what is wrong`; further problems are its hints. `FILE_NOT_FOUND`, `UNSAFE_FILE`, `STORAGE`. */
export function readPolicyFile(path: string): PolicyFile {
  return parsePolicyFile(readPublic(path, limitBytes), path)
}

/** @throws KeyriteError `POLICY_INVALID`. */
export function parsePolicyFile(bytes: Buffer, path: string): PolicyFile {
  if (!isUtf8(bytes)) throw invalid(path, [[{line: 1, column: 1}, 'not UTF-8 text']])
  const {value: whole, positions} = readSource(path, bytes.toString('utf8'))
  const value = withoutSchema(whole)
  const parsed = policySchema.safeParse(value)
  if (parsed.success) return {policy: parsed.data, positions}
  const issues = issuesOf(parsed.error, policySchema, value, [])
  throw invalid(
    path,
    issues.map((issue) => [positions.at(issue.path, issue.at), inWords(issue)]),
  )
}

function readSource(path: string, text: string): ReturnType<typeof readYaml> {
  try {
    return readYaml(text)
  } catch (error) {
    if (error instanceof YamlProblem) throw invalid(path, [[error.position, error.message]])
    throw error
  }
}

/** A JSON file names its schema for editors in a member of its own. */
function withoutSchema(value: Json): Json {
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== '$schema'))
}

function inWords({path, message}: Issue): string {
  const field = path.findLast((part) => typeof part === 'string') ?? ''
  const noun = nouns[field]
  const said = noun === undefined ? message : message.replace(/^value /, `${noun} `)
  return path.length === 0 ? said : `${path.join('.')}: ${said}`
}

function invalid(path: string, found: readonly (readonly [Position, string])[]): KeyriteError {
  const lines = [...found]
    .sort(([a], [b]) => a.line - b.line || a.column - b.column)
    .map(([{line, column}, fact]) => `${visibleLine(path, 200)}:${line}:${column}: ${fact}`)
  const [first = `${visibleLine(path, 200)}:1:1: not a policy`, ...others] = lines
  return new KeyriteError('POLICY_INVALID', first, {
    hints: [...others.slice(0, 20), 'keyrite policy show --yaml, for one that can be read', 'docs/policy.md'],
  })
}
