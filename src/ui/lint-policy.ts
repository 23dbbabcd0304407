/** Reads a policy file, YAML or JSON, and says where each finding stands. */
import {LineCounter, parseDocument, isNode, type Document} from 'yaml'
import {KeyriteError} from '../base/errors.ts'
import {readPublic} from '../base/files.ts'
import type {Roster} from '../custody/index.ts'
import {lintPolicy, parsePolicy, type Policy} from '../policy/index.ts'

export interface Finding {
  readonly rule: string
  /** Counted from 1; null where it is about the whole file. */
  readonly line: number | null
  readonly message: string
  readonly waived: boolean
}

const limitBytes = 1_000_000

/** @throws KeyriteError `POLICY_INVALID` if the file is not a policy, `FILE_NOT_FOUND`, `UNSAFE_FILE`, `STORAGE`. */
export function lintFile(path: string, roster: Roster | null): readonly Finding[] {
  const lines = new LineCounter()
  const document = parseDocument(readPublic(path, limitBytes).toString('utf8'), {lineCounter: lines})
  const [broken] = document.errors
  if (broken !== undefined)
    throw invalid(path, `line ${lines.linePos(broken.pos[0]).line}: ${broken.code}`, broken)
  const policy = parsePolicy(valueOf(path, document))
  return lintPolicy(policy, roster).map(({rule, message}) => ({
    rule,
    line: lineOf(document, lines, policy, message),
    message,
    waived: false,
  }))
}

/** Too many aliases are refused here: a small file must not grow without bound. */
function valueOf(path: string, document: Document): unknown {
  try {
    return document.toJS()
  } catch (error) {
    throw invalid(path, 'it refers to itself too often', error)
  }
}

/** The line of the rule that the finding speaks of. */
function lineOf(document: Document, lines: LineCounter, policy: Policy, message: string): number | null {
  const id = /^rule "([^"]+)"/.exec(message)?.[1]
  const at = policy.rules.findLastIndex((rule) => rule.id === id)
  const node: unknown = at === -1 ? undefined : document.getIn(['rules', at], true)
  const start = isNode(node) ? node.range?.[0] : undefined
  return start === undefined ? null : lines.linePos(start).line
}

function invalid(path: string, fact: string, cause: unknown): KeyriteError {
  return new KeyriteError('POLICY_INVALID', `cannot read the policy "${path}": ${fact}`, {
    hints: ['keyrite policy show --json, for one that can be read'],
    cause,
  })
}
