/** What docs/ceremony-templates.md teaches by example is so: each file lints clean, and each mistake is found as it says. */
import {describe, expect, test} from '@jest/globals'
import {lint} from '../../src/ceremony/lint.ts'
import {parseTemplate} from '../../src/ceremony/template.ts'
import {read} from './markdown.ts'

const [tutorial = ''] = read('docs/ceremony-templates.md').split('\n## Reference')
const files = [...tutorial.matchAll(/^```yaml\n(keyrite: ceremony\/1\n[\s\S]*?)^```$/gm)].map(
  ([, text = '']) => text,
)
const [first = '', second = ''] = files
const rulesOf = (text: string): readonly string[] => [
  ...new Set(lint(parseTemplate(Buffer.from(text), 'a.yaml'), new Map(), null, null).map(({rule}) => rule)),
]
/** The lines of a step, by its id. */
const stepIn = (text: string, id: string): string => {
  const [whole = ''] = new RegExp(`^ {6}- (?:\\{id: ${id},.*\\n|id: ${id}\\n(?: {8}.*\\n)+)`, 'm').exec(text) ?? []
  expect(whole).not.toBe('')
  return whole
}

describe('the tutorial of the template language', () => {
  test('builds three ceremonies, and each lints clean', () => {
    expect(files).toHaveLength(3)
    expect(files.map(rulesOf)).toEqual([[], [], []])
  })

  test('names what lint finds in each mistake that it tells people to make', () => {
    expect(rulesOf(first.replace(stepIn(first, 'sign-off'), ''))).toEqual(['no-sign-off'])
    expect(rulesOf(first.replace('by: witness', 'by: witnes'))).toEqual(['unknown-role'])
    expect(rulesOf(second.replace(stepIn(second, 'safe-shut'), ''))).toEqual(['left-open'])
    const [opened, on] = [stepIn(second, 'bag-open'), stepIn(second, 'on')]
    const swapped = second.replace(on, '').replace(opened, on + opened)
    expect(rulesOf(swapped)).toContain('still-in-bag')
  })
})
