/**
 * A document as one HTML page with a script of ours, which looks at the page when it is opened, and a record for it to look
 * by. Nothing is fetched, and only this script and this style, by their digests, are let run.
 */
import {base64, sha256, sha256Hex} from '../base/bytes.ts'
import type {Block, Doc} from './document.ts'
import {blockHtml, pageOf, styleOf} from './html.ts'
import {checkedStyle} from './style.ts'

export interface Checking {
  /** Runs at the end of the page. */
  readonly script: string
  /** Stands at the top, until and beside what the script says. */
  readonly header: readonly Block[]
  /** Names of the elements that are looked at one by one; one within another belongs to that. */
  readonly tags: readonly string[]
  /** @param shown - SHA-256, hex, of the text of each of them, in order */
  readonly record: (shown: readonly string[]) => object
}

export function checkedHtmlOf(doc: Doc, {script, header, tags, record}: Checking): string {
  if (/<\/script|<!--/i.test(script)) throw new TypeError('a script that ends its own element')
  const look = styleOf(doc, checkedStyle)
  const code = `\n${script}`
  const policy = `default-src 'none'; script-src '${digest(code)}'; style-src '${digest(look)}'; base-uri 'none'; form-action 'none'`
  const before = ['<header id="check" class="unchecked">', ...header.map(blockHtml), '</header>']
  const plain = pageOf(doc, {policy, style: look, before, after: []})
  const json = JSON.stringify(record(shownIn(plain, tags))).replace(/[<\u007f-\uffff]/g, unit)
  const after = [`<script type="application/json" id="record">${json}</script>`, `<script>${code}</script>`]
  return pageOf(doc, {policy, style: look, before, after})
}

/** Nothing in the record ends its element, or is an odd character. */
function unit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** As a policy names an inline script or style (W3C CSP 3, section 2.3.1). */
function digest(text: string): string {
  return `sha256-${base64(sha256(text))}`
}

/** The digests of what stands in a page of ours, as a browser has it. */
function shownIn(page: string, tags: readonly string[]): readonly string[] {
  const parts = new RegExp(`<(${tags.join('|')})\\b([^>]*)>(?:(?<=<meta[^>]*>)|([^]*?)</\\1>)`, 'g')
  return Array.from(page.matchAll(parts), ([, tag = '', attributes = '', inner = '']) =>
    sha256Hex(
      tag === 'meta'
        ? unescaped(/ content="([^"]*)"/.exec(attributes)?.[1] ?? '')
        : tag === 'style'
          ? inner
          : unescaped(inner.replace(/<[^>]*>/g, '')),
    ),
  )
}

const entities: Readonly<Record<string, string>> = {amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'"}

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')
}
