import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {KeyriteError} from '../../src/base/errors.ts'
import {fill, parseTemplate} from '../../src/ceremony/template.ts'
import {load, refusal, small} from './template-support.ts'

describe('whatever is in the file, it is read or refused', () => {
  const runs = process.env['SLOW'] === '1' ? 5000 : 300
  const readOrRefused = (bytes: Uint8Array): void => {
    try {
      const loaded = parseTemplate(bytes, 'a.yaml')
      fill(loaded, new Map([['profile', 'local']]))
    } catch (error) {
      if (!(error instanceof KeyriteError)) throw error
      expect(['TEMPLATE_INVALID', 'USAGE']).toContain(error.code)
      expect(error.message).not.toMatch(/\n/)
    }
  }

  test('any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({maxLength: 400}), readOrRefused), {numRuns: runs})
  })

  test('a template of which some bytes were changed, left out or doubled', () => {
    const bytes = Buffer.from(small)
    const cut = fc.record({
      from: fc.nat(bytes.length),
      length: fc.nat(40),
      put: fc.oneof(
        fc.uint8Array({maxLength: 8}),
        fc.constantFrom(
          ...[
            '- ',
            ': ',
            '{',
            '}',
            '[',
            ']',
            '&a ',
            '*a',
            '!!x ',
            '"',
            "'",
            '|\n',
            '>\n',
            '\n\n',
            '${',
            '}',
            '? ',
            '---\n',
            '# ',
          ].map((text) => Buffer.from(text)),
        ),
      ),
    })
    fc.assert(
      fc.property(fc.array(cut, {minLength: 1, maxLength: 4}), (cuts) => {
        readOrRefused(
          cuts.reduce<Buffer>(
            (before, {from, length, put}) =>
              Buffer.concat([before.subarray(0, from), put, before.subarray(from + length)]),
            bytes,
          ),
        )
      }),
      {numRuns: runs},
    )
  })

  test('values of any kind in any place', () => {
    const paths = small.split('\n').map((_, at) => at)
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue({maxDepth: 3}), (line, value) => {
        const lines = small.split('\n')
        lines[line] = (lines[line] ?? '').replace(/(: )[^:]*$/, () => `: ${JSON.stringify(value)}`)
        readOrRefused(Buffer.from(lines.join('\n')))
      }),
      {numRuns: runs},
    )
  })

  test.each([
    {name: 'twenty thousand fields', text: Array.from({length: 20_000}, (_, at) => `k${at}: 1`).join('\n')},
    {name: 'sixty thousand items', text: '- a\n'.repeat(60_000)},
    {name: 'deep lists', text: '- '.repeat(100_000)},
    {name: 'deep maps', text: '{a: '.repeat(60_000)},
    {name: 'many anchors', text: '&a '.repeat(80_000)},
    {name: 'one long text', text: `a: "${'\\n'.repeat(120_000)}"`},
  ])('$name are refused, and not read for ever', ({text}) => {
    expect(refusal(() => load(text)).code).toBe('TEMPLATE_INVALID')
  })
})
