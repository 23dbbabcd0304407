import {describe, expect, test} from '@jest/globals'
import serialize from 'canonicalize'
import {jcs, jcsBytes, parseJcs, type Json} from '../../src/base/jcs.ts'
import {slow} from './support.ts'

/** What parseJcs must answer, the slow way: parse, write anew with the library, compare the bytes. */
function slowly(bytes: Uint8Array): Json {
  let value: Json
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Json
  } catch {
    throw new TypeError('not JSON')
  }
  if (!Buffer.from(jcs(value), 'utf8').equals(bytes)) throw new TypeError('not canonical JSON (RFC 8785)')
  return value
}

/** The value as text, or the sentence of the refusal. */
function answer(read: (bytes: Uint8Array) => Json, bytes: Uint8Array): string {
  try {
    return JSON.stringify(read(bytes))
  } catch (error) {
    return error instanceof TypeError ? `refused: ${error.message}` : `not a refusal: ${String(error)}`
  }
}

/** A small generator of numbers, so that what is met once is met again. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const seeds = [
  {
    actor: {evidence: 'stated', host: {$: 'ab'.repeat(32)}, person: null},
    approved: 8,
    data: {ok: true, é: '😀'},
  },
  {
    '': [0, -1, 9_007_199_254_740_991, [], {}],
    '10': 'a',
    '9': 'b',
    __proto: null,
    '\u20ac': '\u000b\\ud800"',
  },
  [{a: 1, b: {c: [null, false, 'x\u007f\u2028']}}, 'plain', ''],
].map((value) => Buffer.from(jcsBytes(value as Json)))

const pieces = [
  ...[
    '"',
    '\\',
    '\\ud800',
    '\\u0061',
    '\\/',
    ' ',
    '\n',
    ',',
    ':',
    '{',
    '}',
    '[',
    ']',
    '-0',
    '1e2',
    '1.0',
    '01',
  ],
  ...[
    '9007199254740993',
    '"a":1',
    '"__proto__":{}',
    '"toJSON":1',
    'null',
    '\ufeff',
    '\u00e9',
    '\ud83d\ude00',
    '{}',
  ],
].map((text) => Buffer.from(text))

function mutated(bytes: Buffer, next: (below: number) => number): Buffer {
  const at = next(bytes.length + 1)
  const piece = pieces[next(pieces.length)] ?? Buffer.alloc(0)
  switch (next(4)) {
    case 0: {
      const copy = Buffer.from(bytes)
      copy[Math.min(at, copy.length - 1)] = next(256)
      return copy
    }
    case 1:
      return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)])
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + next(4))])
    default: {
      const from = next(bytes.length)
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + next(20)), bytes.subarray(at)])
    }
  }
}

describe('canonical JSON that is seen without writing it anew', () => {
  test('accepts and refuses what the slow way does, with the same sentence', () => {
    const next = numbers(8_785)
    let accepted = 0
    for (let round = 0; round < (slow ? 1_000_000 : 20_000); round += 1) {
      let bytes: Buffer = seeds[next(seeds.length)] ?? Buffer.alloc(0)
      for (let count = 1 + next(2); count > 0; count -= 1) bytes = mutated(bytes, next)
      const [fast, wanted] = [answer(parseJcs, bytes), answer(slowly, bytes)]
      if (fast !== wanted) expect({bytes: bytes.toString('latin1'), fast}).toEqual({bytes, fast: wanted})
      if (!fast.startsWith('refused')) accepted += 1
    }
    expect(accepted).toBeGreaterThan(200)
  }, 300_000)

  test.each([
    '{"10":1,"9":2}',
    '{"9":2,"10":1}',
    '{"__proto__":{"a":1}}',
    '{"a":1,"a":1}',
    '{"toJSON":1}',
    '-0',
    '"\\ud800"',
    '"\\\\ud800"',
    '\ufeff1',
    '1E2',
    '["\u2028"]',
  ])('answers alike for %j', (text) => {
    expect(answer(parseJcs, Buffer.from(text))).toBe(answer(slowly, Buffer.from(text)))
  })

  test('answers alike for bytes that are no UTF-8', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0x22, 0xc0, 0x80, 0x22],
    ]) {
      expect(answer(parseJcs, Buffer.from(bytes))).toBe(answer(slowly, Buffer.from(bytes)))
      expect(answer(parseJcs, Buffer.from(bytes))).toMatch(/^refused/)
    }
  })
})

describe('canonical JSON that is written quickly', () => {
  const values: readonly unknown[] = [
    {a: 1, b: [true, null, 'x'], c: {d: ''}},
    {b: 1, a: 2},
    {z: {b: 1, a: 2}},
    {'10': 1, '9': 2, a: 3},
    {é: '😀', '\u20ac': '\u2028"\\\u0007'},
    [[], {}, [{}]],
    Array.from({length: 50}).reduce<unknown>((inner) => [inner], 1),
  ]
  test('is what the library writes', () => {
    for (const value of values) expect(jcs(value as Json)).toBe(serialize(value))
  })

  test.each([
    ['a fraction', 1.5],
    ['minus zero', -0],
    ['minus zero within', {a: [-0]}],
    ['a number that is too large', 2 ** 53],
    ['no number', Number.NaN],
    ['half of a pair', '\ud83d'],
    ['half of a pair as a name', {'\udc00': 1}],
    ['nothing', undefined],
    ['a function', (): void => undefined],
    ['a date', new Date(0)],
    ['a map within', {a: new Map()}],
    ['bytes', Buffer.of(1)],
    ['deep nesting', Array.from({length: 102}).reduce<unknown>((inner) => [inner], 1)],
  ])('is refused for %s', (_name, value) => {
    expect(() => jcs(value as Json)).toThrow(TypeError)
  })
})
