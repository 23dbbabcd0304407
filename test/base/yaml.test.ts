import {expect, test} from '@jest/globals'
import {readYaml} from '../../src/base/yaml.ts'

test.each(['-0', '-0.0', '[-0]', '{a: -0e3}'])(
  'minus zero is refused, which JSON does not have: %s',
  (text) => {
    expect(() => readYaml(`a: ${text}\n`)).toThrow('minus zero: write 0')
  },
)

test('zero and what is below it are read', () => {
  expect(readYaml('a: [0, -1, 0.5]\n').value).toEqual({a: [0, -1, 0.5]})
})
