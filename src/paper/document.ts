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
  | {readonly kind: 'aloud'; readonly text: readonly Inline[]}
  | {readonly kind: 'boxes'; readonly label: string; readonly count: number}
  | {readonly kind: 'writing'; readonly label: string}
  | {readonly kind: 'sheet'; readonly columns: readonly SheetColumn[]; readonly rows: readonly SheetRow[]}
  | {readonly kind: 'qr'; readonly label: string; readonly modules: readonly string[]}
  | {readonly kind: 'pageBreak'}

/** What a fact is called, and what it is. */
export type Fact = readonly [label: string, value: readonly Inline[]]

/** One cell a column, each of running text. */
export type Row = readonly (readonly Inline[])[]

/** A column of a form, with its part of the width. */
export interface SheetColumn {
  readonly name: string
  readonly share: number
}

/** A row of a form, kept on one page: blocks in each cell; where there are none, people write. */
export interface SheetRow {
  readonly cells: readonly (readonly Block[])[]
  /** Lines of handwriting that it has room for. */
  readonly room: number
}

export type Tone = 'warning' | 'note'

export interface Doc {
  readonly title: string
  /** A BCP 47 tag such as `en`. */
  readonly language: string
  readonly blocks: readonly Block[]
  /** What stands on every page of paper; on a screen nothing of it. */
  readonly running?: Running
  /** Whether every page and every line of text says that it is one. */
  readonly rehearsal?: boolean
  /** Whether paper has it smaller, down to seven tenths, where it would need a second page. */
  readonly onePage?: boolean
  /** What a file says of its making: a time of the content, never of the clock. */
  readonly dated?: Date
}

export interface Running {
  readonly head: string
  /** Each at most a line long. */
  readonly foot: readonly string[]
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

/** Words to be read aloud, set apart. */
export function aloud(...text: readonly Inline[]): Block {
  return {kind: 'aloud', text}
}

/** Boxes to write one character in each. */
export function boxes(label: string, count: number): Block {
  return {kind: 'boxes', label, count}
}

/** A line to write on. */
export function writing(label: string): Block {
  return {kind: 'writing', label}
}

/** A table to be filled in by hand. @throws TypeError unless every row has one cell for each column. */
export function sheet(from: {
  readonly columns: readonly SheetColumn[]
  readonly rows: readonly {readonly cells: readonly (Text | readonly Block[])[]; readonly room?: number}[]
}): Block {
  const rows = from.rows.map(({cells, room = 1}, index): SheetRow => {
    if (cells.length !== from.columns.length)
      throw new TypeError(`row ${index + 1} has ${cells.length} cells for ${from.columns.length} columns`)
    return {cells: cells.map(cellBlocks), room}
  })
  return {kind: 'sheet', columns: from.columns, rows}
}

function cellBlocks(cell: Text | readonly Block[]): readonly Block[] {
  if (typeof cell === 'string') return cell === '' ? [] : [paragraph(cell)]
  if (cell.length === 0) return []
  return areBlocks(cell) ? cell : [paragraph(...cell)]
}

function areBlocks(cell: readonly (Inline | Block)[]): cell is readonly Block[] {
  return cell.every((one) => typeof one === 'object' && 'kind' in one)
}

export const pageBreak: Block = {kind: 'pageBreak'}
