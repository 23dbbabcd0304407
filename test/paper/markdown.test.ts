import {readFileSync} from 'node:fs'
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {
  code,
  codeLines,
  heading,
  list,
  paragraph,
  strong,
  table,
  type Block,
} from '../../src/paper/document.ts'
import {markdownOf} from '../../src/paper/markdown.ts'
import {sample} from './sample.ts'

const markdown = (...blocks: readonly Block[]): string => markdownOf({title: 'any', language: 'en', blocks})

test('the sample reads as its golden Markdown', () => {
  expect(markdownOf(sample)).toBe(readFileSync(new URL('golden/sample.md', import.meta.url), 'utf8'))
})

describe('text that is not ours', () => {
  test.each([
    ['# a heading', '\\# a heading\n'],
    ['- an item', '\\- an item\n'],
    ['12. an item', '12\\. an item\n'],
    ['<script>alert(1)</script>', '\\<script>alert(1)\\</script>\n'],
    ['[a](http://b) ![c](d)', '\\[a\\](http://b) !\\[c\\](d)\n'],
    ['**loud** _and_ `code` &lt;', '\\*\\*loud\\*\\* \\_and\\_ \\`code\\` \\&lt;\n'],
    ['one\ntwo', 'one\\\\ntwo\n'],
  ])('is no markup: %j', (text, shown) => {
    expect(markdown(paragraph(text))).toBe(shown)
  })

  test('ends neither a cell nor a piece of code', () => {
    const rows = [['a|b', [code('c|`d')], [strong(' e ')]]]
    expect(markdown(table({columns: ['x', 'y', 'z'], rows}))).toBe(
      '| x | y | z |\n| --- | --- | --- |\n| a\\|b | `` c\\|`d `` |  **e**  |\n',
    )
    expect(markdown(codeLines(['# as it is', '\u202e']))).toBe('    # as it is\n    \\u{202e}\n')
  })

  test('makes no line of its own, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({unit: 'binary', maxLength: 60}), (text) => {
        const made = markdown(heading(2, `x${text}`), paragraph('x', text), list([`x${text}`, [code(text)]]))
        const lines = made.split('\n')
        expect(lines.length).toBe(7)
        expect(lines[0]).toMatch(/^## x/)
        expect(lines[2]).toMatch(/^x/)
        expect(lines[4]).toMatch(/^- x/)
        expect(made).not.toMatch(/(?<!\\)(?:\\\\)*<script/i)
      }),
    )
  })
})
