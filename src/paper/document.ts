/** A document as its blocks, before anybody decides whether it is read on a screen, in a terminal or on paper. */

/** A piece of running text. Strings are plain text, never markup: whatever they hold is shown, not obeyed. */
export type Inline = string | {readonly strong: string} | {readonly code: string}

export type Block =
  | {readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string}
  | {readonly kind: 'paragraph'; readonly text: readonly Inline[]}
  | {readonly kind: 'facts'; readonly rows: readonly Fact[]}
  | {readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly Row[]}
  | {readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Inline[])[]}
  | {readonly kind: 'code'; readonly lines: readonly string[]}
  | {readonly kind: 'notice'; readonly tone: Tone; readonly text: readonly Inline[]}
  | {readonly kind: 'pageBreak'}

/** What a fact is called, and what it is. */
export type Fact = readonly [label: string, value: readonly Inline[]]

/** One cell a column, each of running text. */
export type Row = readonly (readonly Inline[])[]

export type Tone = 'warning' | 'note'

export interface Doc {
  readonly title: string
  /** A BCP 47 tag such as `en`. */
  readonly language: string
  readonly blocks: readonly Block[]
}

type Text = string | readonly Inline[]

const inlines = (text: Text): readonly Inline[] => (typeof text === 'string' ? [text] : text)

export const strong = (text: string): Inline => ({strong: text})

export const code = (text: string): Inline => ({code: text})

/** Level 1 is the title's own; a document has it once. */
export function heading(level: 1 | 2 | 3, text: string): Block {
  return {kind: 'heading', level, text}
}

export function paragraph(...text: readonly Inline[]): Block {
  return {kind: 'paragraph', text}
}

/** Rows of a label and what it is. */
export function facts(rows: readonly (readonly [label: string, value: Text])[]): Block {
  return {kind: 'facts', rows: rows.map(([label, value]): Fact => [label, inlines(value)])}
}

/** @throws TypeError unless every row has one cell for each column, and there is a column. */
export function table(from: {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Text[])[]
}): Block {
  if (from.columns.length === 0) throw new TypeError('a table without columns')
  const rows = from.rows.map((row, index) => {
    if (row.length !== from.columns.length)
      throw new TypeError(`row ${index + 1} has ${row.length} cells for ${from.columns.length} columns`)
    return row.map(inlines)
  })
  return {kind: 'table', columns: from.columns, rows}
}

export function list(items: readonly Text[], options: {readonly ordered?: boolean} = {}): Block {
  return {kind: 'list', ordered: options.ordered ?? false, items: items.map(inlines)}
}

/** Lines kept as they are, in one width of letter: commands, digests, word lists. */
export function codeLines(lines: readonly string[]): Block {
  return {kind: 'code', lines}
}

export function notice(tone: Tone, ...text: readonly Inline[]): Block {
  return {kind: 'notice', tone, text}
}

export const pageBreak: Block = {kind: 'pageBreak'}
