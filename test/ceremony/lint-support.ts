/** A table of broken templates: each with the finding that it must bring, at its line. */
import {describe, expect, test} from '@jest/globals'
import type {Capabilities} from '../../src/providers/ports.ts'
import {lint, type Finding} from '../../src/ceremony/lint.ts'
import type {Values} from '../../src/ceremony/template.ts'
import {changed, lineOf, load, small, viewOf, type Change, type Facts} from './template-support.ts'

export const local: Values = new Map([['profile', 'local']])

export function findings(
  text: string,
  facts: Facts = {},
  values: Values = local,
  capabilities: Capabilities | null = null,
): readonly Finding[] {
  return lint(
    load(text),
    values,
    viewOf(facts),
    capabilities === null ? null : new Map([['local', capabilities]]),
  )
}

/** The mark stands in a comment, at the end of the line that the finding must name. */
export const mark = '# HERE'

export interface Row {
  readonly name: string
  readonly changes: readonly Change[]
  readonly rule: string
  /** What only that line holds, where no comment can stand. */
  readonly line?: string
  /** All of it. */
  readonly message: string
  readonly facts?: Facts
}

export function finds(what: string, rows: readonly Row[]): void {
  describe(what, () => {
    test.each(rows)('$name is found at its line, in these words', ({changes, rule, line, message, facts}) => {
      const text = changed(small, changes)
      const found = findings(text, facts).filter((one) => one.rule === rule)
      expect(found.map((one) => [one.rule, one.line, one.message, one.waived])).toContainEqual([
        rule,
        lineOf(text, line ?? mark),
        message,
        null,
      ])
    })
  })
}
