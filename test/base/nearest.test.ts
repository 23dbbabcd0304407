import {expect, test} from '@jest/globals'
import {nearest} from '../../src/base/nearest.ts'

const commands = ['activate', 'deactivate', 'destroy', 'list', 'rotate', 'show']

test.each([
  ['a letter changed', 'rotete', 'rotate'],
  ['a letter left out', 'destry', 'destroy'],
  ['a letter too many', 'liist', 'list'],
  ['neighbours swapped', 'hsow', 'show'],
  ['other letter case', 'SHOW', 'show'],
  ['two slips in a long word', 'deactviaet', 'deactivate'],
])('%s is found', (_, typed, meant) => {
  expect(nearest(typed, commands)).toEqual([meant])
})

test.each(['', 'x', 'rewind', 'xxxxxxxx', 'lixx'])('"%s" is near to nothing', (typed) => {
  expect(nearest(typed, commands)).toEqual([])
})

test('the nearest come first, then in the order given, each once', () => {
  expect(nearest('key-1', ['key-3', 'key-2', 'key-12', 'key-1', 'key-2', 'other'], 3)).toEqual([
    'key-1',
    'key-3',
    'key-2',
  ])
})

test('a very long word is answered at once', () => {
  expect(nearest('a'.repeat(1_000_000), commands)).toEqual([])
})
