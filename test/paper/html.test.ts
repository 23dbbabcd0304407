import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {readFileSync} from 'node:fs'
import {
  code,
  codeLines,
  facts,
  heading,
  list,
  notice,
  paragraph,
  strong,
  table,
} from '../../src/paper/document.ts'
import type {Doc} from '../../src/paper/document.ts'
import {htmlOf} from '../../src/paper/html.ts'
import {sample} from './sample.ts'

/** A document that shows one text in every place that shows text. */
function everywhere(text: string): Doc {
  return {
    title: text,
    language: 'en',
    blocks: [
      heading(1, text),
      paragraph(text, strong(text), code(text)),
      facts([[text, text]]),
      table({columns: [text], rows: [[[text, strong(text), code(text)]]]}),
      list([text]),
      codeLines([text]),
      notice('note', text),
    ],
  }
}

/** The tags of a page in order. */
const tags = (html: string): string[] =>
  Array.from(html.matchAll(/<[^>]*>/g), ([tag]) => tag).filter(
    (tag) => !tag.includes('class="long"') && tag !== '</span>',
  )

test('the sample is its golden page', () => {
  expect(htmlOf(sample)).toBe(readFileSync(new URL('golden/sample.html', import.meta.url), 'utf8'))
})

test('equal documents give equal bytes', () => {
  expect(htmlOf(structuredClone(sample))).toBe(htmlOf(sample))
})

describe('hostile text', () => {
  const places = 14
  test.each([
    ['an element', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['the end of the title', '</title><b>', '&lt;/title&gt;&lt;b&gt;'],
    ['an attribute', "\"onload='x'", '&quot;onload=&#39;x&#39;'],
    ['an entity', '&lt;', '&amp;lt;'],
    ['text that turns round', 'a\u202eb', 'a\\u{202e}b'],
    ['a terminal escape', '\u001b[2J', '\\u{1b}[2J'],
    ['a line feed', 'a\nb', 'a\\nb'],
  ])('%s is shown and does nothing, in every place', (_, text, shown) => {
    const html = htmlOf(everywhere(text))
    expect(html.split(shown).length - 1).toBe(places)
    expect(html).not.toContain(text)
  })

  test('no text adds or removes a tag', () => {
    const expected = tags(htmlOf(everywhere('')))
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('<', '>', '&', '"', "'", '/', '!', '-', '=', 'a', ' ', '\u202e', '\u0000'),
          maxLength: 40,
        }),
        (text) => {
          expect(tags(htmlOf(everywhere(text)))).toEqual(expected)
        },
      ),
    )
  })

  test('a language that is no language tag is refused', () => {
    expect(() => htmlOf({...sample, language: '"><script>'})).toThrow(RangeError)
  })
})

test('the page asks for nothing from outside and holds no script', () => {
  const html = htmlOf(sample)
  expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
  expect(html).not.toMatch(
    /<(?:script|img|link|iframe|object|embed|base|form)|\b(?:src|href|on\w+)=|url\(|@import|https?:/i,
  )
})

test('heads of columns and rows say what they head', () => {
  const html = htmlOf(sample)
  expect(html).toContain('<th scope="col">Step</th>')
  expect(html).toContain('<th scope="row">Ceremony</th>')
})

test('a row with a cell too few is refused', () => {
  expect(() => table({columns: ['a', 'b'], rows: [['1', '2'], ['3']]})).toThrow(
    new TypeError('row 2 has 1 cells for 2 columns'),
  )
  expect(() => table({columns: [], rows: []})).toThrow(TypeError)
})
