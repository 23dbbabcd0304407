/**
 * Text that looks the same whatever version of Unicode the reader's program knows.
 *
 * What `visible` writes out depends on which characters are assigned, and that grows from year to year: minutes that are made
 * again elsewhere would differ. So every character outside these ranges, all of them full since long before Unicode 15, is
 * written as `\u{…}` here, where nothing depends on a version.
 */
import type {Block, Doc, Inline} from '../../paper/document.ts'

/** Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic, Devanagari, Thai, punctuation, currency, arrows, CJK, Hangul, emoji. */
const ranges: readonly (readonly [number, number])[] = [
  [0x09, 0x0a],
  [0x0d, 0x0d],
  [0x20, 0x7e],
  [0xa0, 0xac],
  [0xae, 0x377],
  [0x37a, 0x37f],
  [0x384, 0x38a],
  [0x38c, 0x38c],
  [0x38e, 0x3a1],
  [0x3a3, 0x52f],
  [0x531, 0x556],
  [0x559, 0x58a],
  [0x5d0, 0x5ea],
  [0x620, 0x64a],
  [0x660, 0x66f],
  [0x671, 0x6d3],
  [0x6f0, 0x6ff],
  [0x904, 0x950],
  [0x958, 0x963],
  [0x966, 0x977],
  [0xe01, 0xe3a],
  [0xe3f, 0xe5b],
  [0x1e00, 0x1f15],
  [0x2010, 0x2027],
  [0x2030, 0x205e],
  [0x20a0, 0x20bf],
  [0x2100, 0x218b],
  [0x2190, 0x23ff],
  [0x2460, 0x27bf],
  [0x3001, 0x303f],
  [0x3041, 0x3096],
  [0x3099, 0x30ff],
  [0x3105, 0x312d],
  [0x3131, 0x3163],
  [0x4e00, 0x9fcc],
  [0xac00, 0xd7a3],
  [0xff01, 0xff9f],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6c5],
]

export function stableText(text: string): string {
  return Array.from(text, (character) => {
    const point = character.codePointAt(0) ?? 0
    return ranges.some(([first, last]) => point >= first && point <= last)
      ? character
      : `\\u{${point.toString(16)}}`
  }).join('')
}

/** The same document with every string of it stable. */
export function stableDoc(doc: Doc): Doc {
  const {running} = doc
  return {
    ...doc,
    title: stableText(doc.title),
    blocks: doc.blocks.map(stableBlock),
    ...(running === undefined
      ? {}
      : {running: {head: stableText(running.head), foot: running.foot.map(stableText)}}),
  }
}

const inline = (piece: Inline): Inline => {
  if (typeof piece === 'string') return stableText(piece)
  return 'strong' in piece ? {strong: stableText(piece.strong)} : {code: stableText(piece.code)}
}

function stableBlock(block: Block): Block {
  switch (block.kind) {
    case 'heading':
      return {...block, text: stableText(block.text)}
    case 'paragraph':
    case 'notice':
      return {...block, text: block.text.map(inline)}
    case 'facts':
      return {
        ...block,
        rows: block.rows.map(([label, value]) => [stableText(label), value.map(inline)] as const),
      }
    case 'table':
      return {
        ...block,
        columns: block.columns.map(stableText),
        rows: block.rows.map((row) => row.map((cell) => cell.map(inline))),
      }
    case 'list':
      return {...block, items: block.items.map((item) => item.map(inline))}
    case 'code':
      return {...block, lines: block.lines.map(stableText)}
    case 'aloud':
      return {...block, text: block.text.map(inline)}
    case 'boxes':
    case 'writing':
    case 'qr':
      return {...block, label: stableText(block.label)}
    case 'sheet':
      return {
        ...block,
        columns: block.columns.map((column) => ({...column, name: stableText(column.name)})),
        rows: block.rows.map((row) => ({...row, cells: row.cells.map((cell) => cell.map(stableBlock))})),
      }
    case 'pageBreak':
      return block
  }
}
