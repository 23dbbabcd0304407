/** A document as Markdown (CommonMark, with the tables of GFM): to be read as it is, edited, and put into a ticket or a repository. */
import {rehearsalMark} from '../base/rehearsal.ts'
import {visible} from '../base/visible.ts'
import type {Block, Doc, Inline} from './document.ts'

/**
 * Every string is text: what would be markup in it is escaped, so that no name and no note becomes a heading, HTML or a link
 * that leads elsewhere than it says. Equal documents give equal text.
 */
export function markdownOf(doc: Doc): string {
  const mark = doc.rehearsal === true ? [`> **${rehearsalMark}**`] : []
  return `${[...mark, ...doc.blocks.map(blockText)].filter((one) => one !== '').join('\n\n')}\n`
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${escaped(block.text)}`
    case 'paragraph':
      return running(block.text)
    case 'facts':
      return block.rows.map(([label, value]) => `- **${escaped(label)}**: ${running(value)}`).join('\n')
    case 'table':
      return table(
        block.columns.map(escaped),
        block.rows.map((row) => row.map(running)),
      )
    case 'list':
      return block.items
        .map((item, at) => `${block.ordered ? `${at + 1}.` : '-'} ${running(item)}`)
        .join('\n')
    case 'code':
      return block.lines.map((line) => `    ${visible(line)}`).join('\n')
    case 'notice':
      return `> **${block.tone === 'warning' ? 'Warning' : 'Note'}**: ${running(block.text)}`
    case 'aloud':
      return `> ${running(block.text)}`
    case 'boxes':
      return `${escaped(block.label)}: ${'\\[ \\]'.repeat(block.count)}`
    case 'writing':
      return `${escaped(block.label)}: \\_\\_\\_\\_\\_\\_\\_\\_`
    case 'sheet':
      return table(
        block.columns.map(({name}) => escaped(name)),
        block.rows.map(({cells}) => cells.map((cell) => cell.map(blockText).join(' '))),
      )
    case 'qr':
      return `\\[QR code: ${escaped(block.label)}\\]`
    case 'pageBreak':
      return '---'
  }
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('\n', ' ').replaceAll(/(?<!\\)\|/g, '\\|')).join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n')
}

function running(text: readonly Inline[]): string {
  return text
    .map((piece) =>
      typeof piece === 'string'
        ? escaped(piece)
        : 'strong' in piece
          ? strong(piece.strong)
          : codeSpan(piece.code),
    )
    .join('')
}

/** The blanks of the text stand outside the stars: inside them they would be no emphasis. */
function strong(text: string): string {
  const [, before = '', words = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? []
  return words === '' ? text : `${before}**${escaped(words)}**${after}`
}

/** Its fence is longer than any in the text. */
function codeSpan(text: string): string {
  const shown = visible(text)
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = longest > 0 ? ' ' : ''
  return `${fence}${pad}${shown}${pad}${fence}`
}

/** One line in which nothing is markup. CommonMark lets every ASCII mark be escaped. */
function escaped(text: string): string {
  return visible(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]<|~&]/g, '\\$&')
    .replace(/^[-+#>=]/, '\\$&')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
}
