/** A document as plain text: for a terminal, a mail, or a printer that knows nothing else. */
import {markColumns, markedLine} from '../base/rehearsal.ts'
import {columns, visible} from '../base/visible.ts'
import type {Block, Doc, Inline} from './document.ts'
import {factLines, tableLines} from './text-table.ts'
import {hang, wrap} from './wrap.ts'

const underline: Readonly<Record<1 | 2 | 3, string>> = {1: '=', 2: '-', 3: ''}

/**
 * Lines of at most `width` columns (at least 24), without trailing spaces, ending in a line feed. Every string passes
 * through `visible`: the line feeds are the only controls in it. Equal documents give equal text.
 */
export function textOf(doc: Doc, width = 80): string {
  const room = Math.max(24, width - (doc.rehearsal === true ? markColumns : 0))
  const text = doc.blocks.map((block) => blockLines(block, room).join('\n')).join('\n\n')
  return `${doc.rehearsal === true ? text.split('\n').map(markedLine).join('\n') : text}\n`
}

function blockLines(block: Block, width: number): string[] {
  switch (block.kind) {
    case 'heading': {
      const lines = wrap(visible(block.text), width)
      const line = underline[block.level].repeat(Math.max(...lines.map(columns)))
      return line === '' ? lines : [...lines, line]
    }
    case 'paragraph':
      return wrap(running(block.text), width)
    case 'facts':
      return factLines(
        block.rows.map(([label, value]): [string, string] => [visible(label), running(value)]),
        width,
      )
    case 'table':
      return tableLines(
        block.columns.map((column) => visible(column)),
        block.rows.map((cells) => cells.map(running)),
        width,
      )
    case 'list': {
      const digits = String(block.items.length).length
      return block.items.flatMap((item, index) => {
        const mark = block.ordered ? `${String(index + 1).padStart(digits)}. ` : '- '
        return hang(mark, ' '.repeat(mark.length), wrap(running(item), width - mark.length))
      })
    }
    case 'code':
      return block.lines.flatMap((line) => hang('    ', '    ', wrap(visible(line), width - 4)))
    case 'notice': {
      const name = block.tone === 'warning' ? 'Warning' : 'Note'
      return hang('| ', '| ', wrap(`${name}: ${running(block.text)}`, width - 2))
    }
    case 'aloud':
      return hang('> ', '> ', wrap(running(block.text), width - 2))
    case 'boxes':
      return wrap(`${visible(block.label)}: ${'[ ]'.repeat(block.count)}`, width)
    case 'writing':
      return wrap(`${visible(block.label)}: ${'_'.repeat(24)}`, width)
    case 'sheet':
      return tableLines(
        block.columns.map(({name}) => visible(name)),
        block.rows.map(({cells}) => cells.map((cell) => cell.map(cellText).join(' '))),
        width,
      )
    case 'qr':
      return wrap(`[QR code: ${visible(block.label)}]`, width)
    case 'pageBreak':
      return ['-'.repeat(width)]
  }
}

/** Blocks in a cell, as running text. */
function cellText(block: Block): string {
  return blockLines(block, 1000).join(' ')
}

function running(text: readonly Inline[]): string {
  return text
    .map((piece) =>
      visible(typeof piece === 'string' ? piece : 'strong' in piece ? piece.strong : piece.code),
    )
    .join('')
}
