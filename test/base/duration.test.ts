import {expect, test} from '@jest/globals'
import fc from 'fast-check'
import {durationText, parseDuration, plainDuration} from '../../src/base/duration.ts'
import {refusalOf} from './refusal.ts'

const second = 1000
const hour = 3600 * second
const day = 24 * hour

test.each([
  ['P30D', 30 * day, 'P30D'],
  ['PT72H', 72 * hour, 'P3D'],
  ['P1DT12H', 36 * hour, 'P1DT12H'],
  ['P2W', 14 * day, 'P14D'],
  ['PT90M', 1.5 * hour, 'PT1H30M'],
  ['PT5S', 5 * second, 'PT5S'],
  ['PT0S', 0, 'PT0S'],
])('%s is %i ms and is written %s', (text, ms, written) => {
  expect(parseDuration(text)).toBe(ms)
  expect(durationText(ms)).toBe(written)
})

test.each([
  '',
  'P',
  'PT',
  '30',
  '30d',
  'P30',
  'PD',
  'P1DT',
  'PT1D',
  'P1H',
  'P-1D',
  '-P1D',
  'P1.5D',
  ' P1D',
  'P1D\n',
  'p1d',
  'P1D1W',
])('"%s" is refused with an example of what is right', (text) => {
  const refusal = refusalOf(() => parseDuration(text))
  expect(refusal.code).toBe('USAGE')
  expect(refusal.hints.join()).toContain('P30D')
})

test.each(['P1Y', 'P6M', 'P1Y6M', 'P1Y2D', 'P1MT1H'])(
  '%s is refused, for years and months differ in length',
  (text) => {
    const refusal = refusalOf(() => parseDuration(text))
    expect(refusal.code).toBe('USAGE')
    expect(refusal.message).toContain('years and months differ in length')
  },
)

test.each(['P99999D', 'PT99999999999999999999S'])('%s is refused as too long', (text) => {
  expect(refusalOf(() => parseDuration(text)).code).toBe('USAGE')
})

test('the text of any whole seconds is read back as the same', () => {
  fc.assert(
    fc.property(fc.nat(36_500 * 86_400), (seconds) => {
      expect(parseDuration(durationText(seconds * second))).toBe(seconds * second)
    }),
  )
})

test.each([-1000, 1.5, Number.NaN])('%d ms has no text', (ms) => {
  expect(() => durationText(ms)).toThrow(TypeError)
})

test.each([
  [3 * day, '3 days'],
  [day, '1 day'],
  [28 * hour, '1 day 4 h'],
  [2 * hour + 5 * 60 * second, '2 h 05 min'],
  [2 * hour + 59 * second, '2 h'],
  [10 * 60 * second + 3 * second, '10 min 03 s'],
  [41 * second + 999, '41 s'],
  [0, '0 s'],
])('%i ms reads "%s"', (ms, plain) => {
  expect(plainDuration(ms)).toBe(plain)
})
