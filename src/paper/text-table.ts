import {columns} from '../base/visible.ts'
import {hang, padTo, wrap} from './wrap.ts'

const gap = 2
/** A column is not made narrower than this while another can give way. */
const narrowest = 8
const narrowestLabel = 12

/**
 * A table of visible text in at most `width` columns: cells are wrapped, the widest column gives way first. Where that
 * leaves too little for each, every row becomes a record of its own, one line a cell.
 */
export function tableLines(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const widths = fittingWidths(
    heads.map((head, index) => Math.max(columns(head), ...rows.map((row) => columns(row[index] ?? '')))),
    width - gap * (heads.length - 1),
  )
  if (widths === undefined) return recordLines(heads, rows, width)
  const body = rows.map((row) => rowLines(row, widths))
  // Rows of several lines need air between them to be told apart.
  const between = body.some((lines) => lines.length > 1) ? [''] : []
  return [
    ...rowLines(heads, widths),
    widths.map((columnWidth) => '-'.repeat(columnWidth)).join(' '.repeat(gap)),
    ...body.flatMap((lines, index) => (index === 0 ? lines : [...between, ...lines])),
  ]
}

/** Labels and values in two columns. Labels give way first, so that a digest of 64 digits stays whole in 80 columns. */
export function factLines(
  rows: readonly (readonly [label: string, value: string])[],
  width: number,
): string[] {
  const widest = (index: 0 | 1): number => Math.max(1, ...rows.map((row) => columns(row[index])))
  let labelWidth = Math.min(widest(0), Math.floor(width * 0.4))
  const left = width - gap - widest(1)
  if (left >= narrowestLabel) labelWidth = Math.min(labelWidth, left)
  return rows.flatMap((row) => rowLines(row, [labelWidth, width - labelWidth - gap]))
}

function rowLines(cells: readonly string[], widths: readonly number[]): string[] {
  const wrapped = widths.map((width, index) => wrap(cells[index] ?? '', width))
  const height = Math.max(...wrapped.map((lines) => lines.length))
  return Array.from({length: height}, (_, line) =>
    widths
      .map((width, index) => padTo(wrapped[index]?.[line] ?? '', width))
      .join(' '.repeat(gap))
      .trimEnd(),
  )
}

function recordLines(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  return rows.flatMap((row, index) => {
    const facts = heads.map((head, column): [string, string] => [head, row[column] ?? ''])
    return hang('- ', '  ', factLines(facts, width - 2)).concat(index < rows.length - 1 ? [''] : [])
  })
}

/** The natural widths, narrowed from the widest until they fit; undefined if they cannot. */
function fittingWidths(natural: readonly number[], room: number): number[] | undefined {
  const widths = natural.map((width) => Math.max(1, width))
  let excess = widths.reduce((sum, width) => sum + width, 0) - room
  while (excess > 0) {
    const widest = Math.max(...widths)
    if (widest <= narrowest) return undefined
    widths[widths.lastIndexOf(widest)] = widest - 1
    excess--
  }
  return widths
}
