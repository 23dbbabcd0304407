/**
 * Results for people: facts and tables in 80 columns. With `--plain`, `key: value` lines instead.
 * Every value may be text that is not ours, so every one is made visible here.
 */
import {factLines, tableLines} from '../paper/text-table.ts'
import {hang, wrap} from '../paper/wrap.ts'
import {visible} from '../base/visible.ts'

/** null, undefined and empty lists are left out. */
export type Value = string | number | boolean | null | undefined | readonly string[]
export type Fact = readonly [label: string, value: Value]

/** Makes lines; a blank line is an empty string. */
export interface Print {
  readonly plain: boolean
  /** In columns. */
  readonly width: number
  facts(facts: readonly Fact[]): string[]
  /** One sentence, broken between words. @param lead - stands before it; what follows begins below its end. */
  sentence(text: string, lead?: string): string[]
  /** @param empty - what is said where there is no row. */
  table(heads: readonly string[], rows: readonly (readonly Value[])[], empty: string): string[]
}

export function printer({plain, width}: {readonly plain: boolean; readonly width: number}): Print {
  return plain ? plainPrint : widePrint(Math.min(width, 80))
}

function widePrint(width: number): Print {
  return {
    plain: false,
    width,
    facts: (facts) => factLines(present(facts), width),
    sentence: (said, lead = '') =>
      hang(lead, ' '.repeat(lead.length), wrap(visible(said), width - lead.length)),
    table: (heads, rows, empty) =>
      rows.length === 0
        ? [empty]
        : tableLines(
            heads,
            rows.map((row) => row.map((value) => text(value) ?? '-')),
            width,
          ),
  }
}

const plainPrint: Print = {
  plain: true,
  width: 80,
  facts: (facts) => present(facts).map(([label, value]) => `${label}: ${value}`),
  sentence: (said, lead = '') => [`${lead}${visible(said)}`],
  table: (heads, rows, empty) =>
    rows.length === 0
      ? [empty]
      : rows.flatMap((row, at) => [
          ...(at === 0 ? [] : ['']),
          ...plainPrint.facts(heads.map((head, column): Fact => [head, row[column]])),
        ]),
}

function present(facts: readonly Fact[]): [string, string][] {
  return facts.flatMap(([label, value]): [string, string][] => {
    const shown = text(value)
    return shown === undefined ? [] : [[label, shown]]
  })
}

function text(value: Value): string | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return visible(value)
  if (typeof value === 'number') return String(value)
  return value.length === 0 ? undefined : value.map((one) => visible(one)).join(', ')
}

/** `3 problems`, `1 problem`, `2 entries`, `2 keys`. */
export function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`}`
}
