/**
 * A document as one HTML page that needs nothing else: no script, no font, no image, no address.
 *
 * - Equal documents give equal bytes.
 * - Every string is escaped, and what cannot be seen in it is written out (`visible`); the page forbids itself every
 *   resource, so even a mistake here could fetch and run nothing.
 */
import {rehearsalMark} from '../base/rehearsal.ts'
import {visible} from '../base/visible.ts'
import type {Block, Doc, Inline} from './document.ts'
import {rehearsalStyle, style} from './style.ts'

/** The page as UTF-8 text. @throws TypeError unless the language is a BCP 47 tag. */
export function htmlOf(doc: Doc): string {
  return pageOf(doc, {
    policy: "default-src 'none'; style-src 'unsafe-inline'",
    style: styleOf(doc),
    before: [],
    after: [],
  })
}

/** What a page is made of, beside its document. */
export interface PageParts {
  /** Content-Security-Policy. */
  readonly policy: string
  readonly style: string
  /** Lines of HTML before and after the document. */
  readonly before: readonly string[]
  readonly after: readonly string[]
}

export function pageOf(doc: Doc, {policy, style: look, before, after}: PageParts): string {
  const [language] = Intl.getCanonicalLocales(doc.language)
  return [
    '<!doctype html>',
    `<html lang="${escaped(language ?? '')}">`,
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${doc.rehearsal === true ? `${rehearsalMark}: ` : ''}${escaped(doc.title)}</title>`,
    `<style>${look}</style>`,
    '</head>',
    '<body>',
    ...(doc.rehearsal === true ? [`<div class="rehearsal">${rehearsalMark}</div>`] : []),
    ...before,
    '<main>',
    ...doc.blocks.map(blockHtml),
    '</main>',
    ...after,
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

/** @param more - rules of a page of its own kind */
export function styleOf(doc: Doc, more = ''): string {
  return `\n${style}${more}${doc.rehearsal === true ? rehearsalStyle : ''}${runningStyle(doc)}`
}

/** What stands on every page when a browser prints it. */
function runningStyle({running}: Doc): string {
  if (running === undefined) return ''
  const text = (pieces: readonly string[]): string =>
    pieces.map((piece) => JSON.stringify(visible(piece)).replaceAll('<', '\\3c ')).join(' "\\A" ')
  return `@page { margin: 26mm 18mm 30mm 22mm; @top-left { content: ${text([running.head])}; font: 8.5pt sans-serif; text-align: left; width: 100%; }
  @bottom-left { content: ${text(running.foot)}; font: 7.5pt sans-serif; white-space: pre-wrap; text-align: left; width: 88%; } }\n`
}

export function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${escaped(block.text)}</h${block.level}>`
    case 'paragraph':
      return `<p>${running(block.text)}</p>`
    case 'facts':
      return lines(
        '<table class="facts"><tbody>',
        block.rows.map(
          ([label, value]) => `<tr><th scope="row">${cell([label])}</th><td>${cell(value)}</td></tr>`,
        ),
        '</tbody></table>',
      )
    case 'table':
      return lines(
        `<table class="grid"><thead>\n${row(block.columns.map((column) => `<th scope="col">${cell([column])}</th>`))}\n</thead><tbody>`,
        block.rows.map((cells) => row(cells.map((text) => `<td>${cell(text)}</td>`))),
        '</tbody></table>',
      )
    case 'list': {
      const tag = block.ordered ? 'ol' : 'ul'
      return lines(
        `<${tag}>`,
        block.items.map((item) => `<li>${running(item)}</li>`),
        `</${tag}>`,
      )
    }
    case 'code':
      return `<pre><code>${block.lines.map(escaped).join('\n')}</code></pre>`
    case 'notice': {
      const name = block.tone === 'warning' ? 'Warning' : 'Note'
      return `<aside class="${block.tone}"><p><b>${name}</b> ${running(block.text)}</p></aside>`
    }
    case 'aloud':
      return `<blockquote><p><b>Read aloud</b> ${running(block.text)}</p></blockquote>`
    case 'boxes':
      return `<div class="boxes"><span>${escaped(block.label)}</span><span>${'<i></i>'.repeat(block.count)}</span></div>`
    case 'writing':
      return `<div class="writing"><span>${escaped(block.label)}</span><hr></div>`
    case 'sheet':
      return sheetHtml(block)
    case 'qr':
      return qrHtml(block)
    case 'pageBreak':
      return '<div class="break"></div>'
  }
}

function sheetHtml({columns, rows}: Extract<Block, {kind: 'sheet'}>): string {
  const whole = columns.reduce((sum, {share}) => sum + share, 0)
  const heads = columns.map(
    ({name, share}) =>
      `<th scope="col" style="width: ${((share / whole) * 100).toFixed(1)}%">${escaped(name)}</th>`,
  )
  return lines(
    `<table class="sheet"><thead>\n${row(heads)}\n</thead><tbody>`,
    rows.map(
      ({cells, room}) =>
        `<tr style="height: ${(room * 2.1).toFixed(1)}em">${cells.map((cell) => `<td>${cell.map(blockHtml).join('')}</td>`).join('')}</tr>`,
    ),
    '</tbody></table>',
  )
}

/** Drawn as one path, so that the page needs no image. */
function qrHtml({label, modules}: Extract<Block, {kind: 'qr'}>): string {
  const size = modules.length
  const path = modules.flatMap((line, y) =>
    Array.from(line, (dark, x) => (dark === '1' ? `M${x + 4} ${y + 4}h1v1h-1z` : '')),
  )
  return `<figure><svg role="img" aria-label="${escaped(label)}" viewBox="0 0 ${size + 8} ${size + 8}" shape-rendering="crispEdges"><path d="${path.join('')}"/></svg><figcaption>${escaped(label)}</figcaption></figure>`
}

function lines(open: string, inner: readonly string[], close: string): string {
  return [open, ...inner, close].join('\n')
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.join('')}</tr>`
}

function running(text: readonly Inline[], plain = escaped): string {
  return text
    .map((piece) => {
      if (typeof piece === 'string') return plain(piece)
      return 'strong' in piece
        ? `<strong>${plain(piece.strong)}</strong>`
        : `<code>${escaped(piece.code)}</code>`
    })
    .join('')
}

/** Running text in a table: short words stay whole, and a long one may be broken lest it push the table off the page. */
function cell(text: readonly Inline[]): string {
  return running(text, (piece) =>
    piece
      .split(' ')
      .map((word) => (word.length > longWord ? `<span class="long">${escaped(word)}</span>` : escaped(word)))
      .join(' '),
  )
}

const longWord = 20

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text for an element or a quoted attribute. */
function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
