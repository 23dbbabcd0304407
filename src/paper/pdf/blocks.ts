/** Each block of a document as pieces of a page. */
import type {Block, Inline} from '../document.ts'
import {drawAll, heightOf, type Piece} from './pieces.ts'
import {rows, type Cell} from './rows.ts'
import type {Setting} from './setting.ts'

/** In points: what is read by people who stand at a table. */
export const sizes = {text: 11, table: 10.5, head: 9.5, code: 10, heading: {1: 21, 2: 15, 3: 12.5}} as const
const leading = 1.36

export function pieces(block: Block, setting: Setting): readonly Piece[] {
  switch (block.kind) {
    case 'heading':
      return headingPieces(block, setting)
    case 'paragraph':
      return lined(block.text, setting, {tag: 'P', space: 7})
    case 'aloud':
      return [
        framed([{strong: 'Read aloud: '}, ...block.text], setting, {bar: 4, ground: '#ececec', grow: 1}),
      ]
    case 'notice': {
      const name = block.tone === 'warning' ? 'Warning: ' : 'Note: '
      return [
        framed([{strong: name}, ...block.text], setting, {
          bar: block.tone === 'warning' ? 5 : 1,
          border: true,
        }),
      ]
    }
    case 'code':
      return codePieces(block.lines, setting)
    case 'list':
      return listPieces(block, setting)
    case 'boxes':
      return [boxesPiece(block, setting)]
    case 'writing':
      return [writingPiece(block.label, setting)]
    case 'qr':
      return [qrPiece(block, setting)]
    case 'facts':
      return rows(
        {...setting, size: sizes.table},
        {
          shares: [0.24, 0.76],
          heads: null,
          rows: block.rows.map(([label, value]) => ({
            cells: [inlineCell([label], 'TH'), inlineCell(value)],
            least: 0,
          })),
          ruled: 'lines',
        },
      )
    case 'table':
      return rows(
        {...setting, size: sizes.table},
        {
          shares: sharesOf(block.columns, block.rows),
          heads: block.columns,
          rows: block.rows.map((cells) => ({cells: cells.map((cell) => inlineCell(cell)), least: 0})),
          ruled: 'lines',
        },
      )
    case 'sheet':
      return rows(
        {...setting, size: sizes.table},
        {
          shares: block.columns.map(({share}) => share),
          heads: block.columns.map(({name}) => name),
          rows: block.rows.map(({cells, room}) => ({
            cells: cells.map((cell): Cell => ({
              tag: 'TD',
              fill: (inner) => cell.flatMap((one) => pieces(one, inner)),
            })),
            least: room * 23,
          })),
          ruled: 'boxes',
        },
      )
    case 'pageBreak':
      return [{height: 0, space: 0, keep: false, fresh: true, draw: () => undefined}]
  }
}

function inlineCell(text: readonly Inline[], tag: 'TH' | 'TD' = 'TD'): Cell {
  return {tag, fill: (inner) => lined(text, inner, {tag: 'P', space: 0})}
}

interface Lined {
  readonly tag: string
  readonly space: number
  readonly face?: 'text' | 'strong' | 'code'
  readonly keepAll?: boolean
  readonly indent?: number
}

/** Text as one piece a line; the first and the last line of a paragraph are never alone on a page. */
function lined(
  text: readonly Inline[],
  {canvas, width, parent, size}: Setting,
  how: Lined,
): readonly Piece[] {
  const element = canvas.element(parent, how.tag)
  const {face = 'text', indent = 0, keepAll = false} = how
  const lines = canvas.faces.lines(text, width - indent, {size, face})
  return lines.map((line, at) => ({
    height: size * leading,
    space: at === 0 ? how.space : 0,
    keep: at < lines.length - 1 && (keepAll || at === 0 || at === lines.length - 2),
    draw: (x, y) => {
      canvas.line(element, line, {x: x + indent, y, size})
    },
  }))
}

function headingPieces({level, text}: Extract<Block, {kind: 'heading'}>, setting: Setting): readonly Piece[] {
  const size = sizes.heading[level]
  const made = lined(
    [text],
    {...setting, size},
    {tag: `H${level}`, space: size * 1.15, face: 'strong', keepAll: true},
  )
  return made.map((piece) => ({...piece, keep: true}))
}

function codePieces(all: readonly string[], setting: Setting): readonly Piece[] {
  const element = setting.canvas.element(setting.parent, 'P')
  const lines = all.flatMap((line) =>
    lined(
      [line],
      {...setting, parent: element, size: Math.min(sizes.code, setting.size)},
      {tag: 'Code', space: 0, indent: 8, face: 'code'},
    ),
  )
  // Words of one digest stay together.
  return lines.map((piece, at) => ({
    ...piece,
    space: at === 0 ? 6 : 0,
    keep: at < lines.length - 1 && lines.length < 20,
  }))
}

function listPieces({items, ordered}: Extract<Block, {kind: 'list'}>, setting: Setting): readonly Piece[] {
  const {canvas, size} = setting
  const list = canvas.element(setting.parent, 'L')
  return items.flatMap((item, index) => {
    const entry = canvas.element(list, 'LI')
    const label = canvas.element(entry, 'Lbl')
    const body = canvas.element(entry, 'LBody')
    const mark = canvas.faces.lines([ordered ? `${index + 1}.` : '•'], 30, {size})[0] ?? []
    return lined(item, {...setting, parent: body}, {tag: 'P', space: index === 0 ? 8 : 3, indent: 18}).map(
      (piece, at) =>
        at > 0
          ? piece
          : {
              ...piece,
              draw: (x: number, y: number) => {
                canvas.line(label, mark, {x: x + 2, y, size})
                piece.draw(x, y)
              },
            },
    )
  })
}

interface Frame {
  readonly bar: number
  readonly border?: boolean
  readonly ground?: string
  readonly grow?: number
}

/** Text in a frame, kept together. */
function framed(text: readonly Inline[], setting: Setting, frame: Frame): Piece {
  const {canvas, width} = setting
  const pad = 7
  const size = setting.size + (frame.grow ?? 0)
  const inner = lined(text, {...setting, size, width: width - 2 * pad - frame.bar}, {tag: 'P', space: 0})
  const height = heightOf(inner) + 2 * pad - 3
  return {
    height,
    space: 7,
    keep: false,
    draw: (x, y) => {
      canvas.ornament((doc) => {
        if (frame.ground !== undefined) doc.rect(x, y, width, height).fill(frame.ground)
        if (frame.border === true) doc.lineWidth(0.8).rect(x, y, width, height).stroke('black')
        doc.rect(x, y, frame.bar, height).fill('black')
        doc.fillColor('black')
      })
      drawAll(inner, x + pad + frame.bar, y + pad)
    },
  }
}

function boxesPiece({label, count}: Extract<Block, {kind: 'boxes'}>, setting: Setting): Piece {
  const {canvas, width, parent, size} = setting
  const element = canvas.element(parent, 'P')
  const side = {width: 15, height: 20, gap: 2}
  const lines = label === '' ? [] : canvas.faces.lines([label], width, {size})
  const above = lines.length * size * leading
  const perRow = Math.max(1, Math.floor(width / (side.width + side.gap)))
  return {
    height: above + Math.ceil(count / perRow) * (side.height + side.gap) + 2,
    space: 4,
    keep: false,
    draw: (x, y) => {
      for (const [at, line] of lines.entries())
        canvas.line(element, line, {x, y: y + at * size * leading, size})
      canvas.ornament((doc) => {
        for (let at = 0; at < count; at++)
          doc.rect(
            x + (at % perRow) * (side.width + side.gap),
            y + above + Math.floor(at / perRow) * (side.height + side.gap),
            side.width,
            side.height,
          )
        doc.lineWidth(0.7).stroke('black')
      })
    },
  }
}

function writingPiece(label: string, {canvas, width, parent, size}: Setting): Piece {
  const element = canvas.element(parent, 'P')
  const lines = canvas.faces.lines([label], width, {size})
  const height = lines.length * size * leading + 22
  return {
    height,
    space: 4,
    keep: false,
    draw: (x, y) => {
      for (const [at, line] of lines.entries())
        canvas.line(element, line, {x, y: y + at * size * leading, size})
      canvas.ornament((doc) =>
        doc
          .lineWidth(0.7)
          .moveTo(x, y + height - 3)
          .lineTo(x + width, y + height - 3)
          .stroke('black'),
      )
    },
  }
}

function qrPiece({label, modules}: Extract<Block, {kind: 'qr'}>, {canvas, width, parent}: Setting): Piece {
  const figure = canvas.element(parent, 'Figure', {alt: label})
  const caption = canvas.element(parent, 'P')
  const side = 96
  const lines = canvas.faces.lines([label], width - side - 12, {size: sizes.head})
  return {
    height: side,
    space: 8,
    keep: false,
    draw: (x, y) => {
      canvas.squares(figure, modules, {x, y, side})
      for (const [at, line] of lines.entries())
        canvas.line(caption, line, {
          x: x + side + 12,
          y: y + 16 + at * sizes.head * leading,
          size: sizes.head,
        })
    },
  }
}

/** Widths after what stands in the columns: a column of short words is not made as wide as one of sentences. */
function sharesOf(
  columns: readonly string[],
  all: readonly (readonly (readonly Inline[])[])[],
): readonly number[] {
  const lengthOf = (text: readonly Inline[]): number =>
    text.reduce(
      (sum, piece) =>
        sum + (typeof piece === 'string' ? piece : 'strong' in piece ? piece.strong : piece.code).length,
      0,
    )
  const longestWord = (text: readonly Inline[]): number =>
    Math.max(
      0,
      ...text
        .flatMap((piece) =>
          (typeof piece === 'string' ? piece : 'strong' in piece ? piece.strong : piece.code).split(' '),
        )
        .map(({length}) => length),
    )
  return columns.map((name, at) => {
    const cells = [[name], ...all.map((row) => row[at] ?? [])]
    const most = Math.max(...cells.map(lengthOf))
    const word = Math.max(...cells.map(longestWord))
    return Math.max(Math.min(word, 20) + 6, Math.min(most, 48))
  })
}
