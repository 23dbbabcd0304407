/** Tables: rows that stay whole where they can, under heads that come again on every page. */
import type {Element} from './canvas.ts'
import {drawAll, heightOf, parted, type Piece} from './pieces.ts'
import type {Setting} from './setting.ts'

export interface Cell {
  readonly tag: 'TH' | 'TD'
  readonly fill: (setting: Setting) => readonly Piece[]
}

export interface Rows {
  readonly shares: readonly number[]
  readonly heads: readonly string[] | null
  readonly rows: readonly {readonly cells: readonly Cell[]; readonly least: number}[]
  /** Lines between rows, or a box around every cell to write in. */
  readonly ruled: 'lines' | 'boxes'
}

const headSize = 9.5
/** In points: so short a table is not parted. */
const short = 300

export function rows(setting: Setting, table: Rows): readonly Piece[] {
  const {canvas, parent} = setting
  const element = canvas.element(parent, 'Table')
  const head = table.heads === null ? null : headRow(setting, table, element)
  const body = table.rows.map(({cells, least}, at) => {
    const row = canvas.element(element, 'TR')
    const filled = columnsOf(setting, table).map(({width}, column) => {
      const cell = cells[column]
      if (cell === undefined) return []
      const options = cell.tag === 'TH' ? {scope: 'Row'} : {}
      const own = canvas.element(row, cell.tag, options as never)
      return cell.fill({...setting, width, parent: own})
    })
    return {
      ...rowPiece(setting, table, filled, least),
      ...(head === null ? {} : {head: head.again}),
      space: at === 0 && head === null ? 6 : 0,
    }
  })
  const together =
    heightOf(body) > short ? body : body.map((piece, at) => ({...piece, keep: at < body.length - 1}))
  return head === null ? together : [head.first, ...together]
}

interface Column {
  readonly x: number
  readonly width: number
}

function columnsOf(
  {width}: Setting,
  {shares, ruled}: Rows,
): readonly (Column & {readonly from: number; readonly whole: number})[] {
  const sum = shares.reduce((all, one) => all + one, 0)
  const pad = ruled === 'boxes' ? 5 : 0
  const gap = ruled === 'boxes' ? 0 : 9
  let from = 0
  return shares.map((share, at) => {
    const whole = (width * share) / sum
    const column = {from, whole, x: from + pad, width: whole - 2 * pad - (at < shares.length - 1 ? gap : 0)}
    from += whole
    return column
  })
}

function headRow(
  setting: Setting,
  table: Rows,
  element: Element,
): {readonly first: Piece; readonly again: Piece} {
  const {canvas} = setting
  const row = canvas.element(element, 'TR')
  const columns = columnsOf(setting, table)
  const made = (table.heads ?? []).map((name, at) => {
    const cell = canvas.element(row, 'TH', {scope: 'Column'} as never)
    const lines = canvas.faces.lines([name], columns[at]?.width ?? 1, {size: headSize, face: 'strong'})
    return {cell, lines}
  })
  const height = Math.max(...made.map(({lines}) => lines.length)) * headSize * 1.3 + 8
  const draw = (first: boolean, x: number, y: number): void => {
    canvas.ornament((doc) => {
      if (table.ruled === 'boxes') {
        for (const {from, whole} of columns) doc.rect(x + from, y, whole, height)
        doc.lineWidth(0.7).fillAndStroke('#e6e6e6', 'black')
        doc.fillColor('black')
      } else
        doc
          .lineWidth(1.2)
          .moveTo(x, y + height - 1)
          .lineTo(x + setting.width, y + height - 1)
          .stroke('black')
    })
    for (const [at, {cell, lines}] of made.entries())
      for (const [index, line] of lines.entries())
        canvas.line(first ? cell : null, line, {
          x: x + (columns[at]?.x ?? 0),
          y: y + 4 + index * headSize * 1.3,
          size: headSize,
        })
  }
  const piece = {height, space: 8, keep: true}
  return {
    first: {
      ...piece,
      draw: (x, y) => {
        draw(true, x, y)
      },
    },
    again: {
      ...piece,
      draw: (x, y) => {
        draw(false, x, y)
      },
    },
  }
}

function rowPiece(setting: Setting, table: Rows, cells: readonly (readonly Piece[])[], least: number): Piece {
  const columns = columnsOf(setting, table)
  const pad = table.ruled === 'boxes' ? 5 : 4
  const height = Math.max(least, Math.max(0, ...cells.map(heightOf)) + 2 * pad)
  return {
    height,
    space: 0,
    keep: false,
    draw: (x, y) => {
      setting.canvas.ornament((doc) => {
        if (table.ruled === 'boxes') {
          for (const {from, whole} of columns) doc.rect(x + from, y, whole, height)
          doc.lineWidth(0.7).stroke('black')
        } else
          doc
            .lineWidth(0.4)
            .moveTo(x, y + height)
            .lineTo(x + setting.width, y + height)
            .stroke('#999999')
      })
      for (const [at, cell] of cells.entries()) drawAll(cell, x + (columns[at]?.x ?? 0), y + pad)
    },
    split: (room) => {
      const halves = cells.map((cell) => parted(cell, room - 2 * pad))
      if (halves.every(([fits]) => fits.length === 0)) return undefined
      const of = (half: 0 | 1): Piece =>
        rowPiece(
          setting,
          table,
          halves.map((one) => one[half]),
          0,
        )
      return [of(0), of(1)]
    },
  }
}
