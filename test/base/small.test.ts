import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {inspect} from 'node:util'
import {base64, fromBase64, fromHex, hex, sameBytes, sha256, sha256Hex} from '../../src/base/bytes.ts'
import {exitOf, KeyriteError} from '../../src/base/errors.ts'
import {isObject, jcs, jcsBytes, parseJcs} from '../../src/base/jcs.ts'
import type {Json} from '../../src/base/jcs.ts'
import {Secret} from '../../src/base/secret.ts'
import {parseTime, timeText} from '../../src/base/world.ts'

describe('bytes', () => {
  test('the SHA-256 of "abc" is that of FIPS 180-4, in whatever parts', () => {
    const published = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    expect(sha256Hex('abc')).toBe(published)
    expect(hex(sha256('a', Buffer.from('b'), 'c'))).toBe(published)
  })

  test('hex and base64 give any bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(sameBytes(fromHex(hex(bytes)), bytes)).toBe(true)
        expect(sameBytes(fromBase64(base64(bytes)), bytes)).toBe(true)
      }),
    )
  })

  test.each(['0', 'AB', 'zz', ' 00', '00\n'])('"%s" is not hex of ours', (text) => {
    expect(() => fromHex(text)).toThrow(TypeError)
  })

  test.each(['QQ', 'QR==', 'QQ==\n', '-_8=', 'Q', 'QQ==QQ=='])('"%s" is not canonical base64', (text) => {
    expect(() => fromBase64(text)).toThrow(TypeError)
  })

  test('bytes of another length or value are not the same, wherever they lie in memory', () => {
    const whole = new Uint8Array([1, 2, 1, 2])
    expect(sameBytes(whole.subarray(0, 2), whole.subarray(2))).toBe(true)
    expect(sameBytes(whole.subarray(0, 2), whole)).toBe(false)
    expect(sameBytes(whole.subarray(0, 2), whole.subarray(1, 3))).toBe(false)
  })
})

describe('canonical JSON', () => {
  test('sorts names and writes nothing between', () => {
    expect(jcs({b: [1, true, null], a: 'é\n', '': {}})).toBe('{"":{},"a":"é\\n","b":[1,true,null]}')
  })

  const refused: readonly (readonly [string, unknown])[] = [
    ['a fraction', 1.5],
    ['a number past 2^53', 2 ** 53],
    ['minus zero', [-0]],
    ['not a number', {a: Number.NaN}],
    ['a lone surrogate', {a: '\ud800'}],
    ['a lone surrogate in a name', {'\ud800': 1}],
    ['a date', {a: new Date(0)}],
  ]
  test.each(refused)('%s is refused', (_, value) => {
    expect(() => jcs(value as Json)).toThrow()
  })

  test('what was written is read back as the same', () => {
    const value = {list: [{x: -5}, 'z'], text: '\u2028"\\'}
    expect(parseJcs(jcsBytes(value))).toEqual(value)
  })

  test.each([
    '{"a":1,"a":1}',
    '{"b":1,"a":1}',
    '{ }',
    '[1.0]',
    '["\\u0041"]',
    '\ufeff{}',
    '1e2',
    '{}\n',
    '',
    '{',
  ])('%s is not canonical', (text) => {
    expect(() => parseJcs(Buffer.from(text))).toThrow(TypeError)
  })

  test('bytes that are no UTF-8 are not canonical', () => {
    expect(() => parseJcs(Buffer.from([0x22, 0xff, 0x22]))).toThrow(TypeError)
  })

  test('only an object is an object', () => {
    expect([{}, [], null, 'x', 1, undefined].map((value) => isObject(value))).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ])
  })
})

describe('a secret', () => {
  test('shows nothing of itself as text, JSON, or in a log', () => {
    const secret = new Secret(Buffer.from('hunter2'))
    const bytes = /hunter2|68.?75.?6e|104/
    for (const shown of [
      String(secret),
      JSON.stringify({secret}),
      inspect({secret}, {depth: 9, showHidden: true}),
    ]) {
      expect(shown).toContain('[secret]')
      expect(shown).not.toMatch(bytes)
    }
  })

  test('is overwritten once it is consumed, even if its use fails', () => {
    const bytes = Buffer.from('hunter2')
    const secret = new Secret(bytes)
    expect(secret.use((lent) => lent.length)).toBe(7)
    expect(() =>
      secret.consume(() => {
        throw new Error('use failed')
      }),
    ).toThrow('use failed')
    expect(bytes).toEqual(Buffer.alloc(7))
    expect(secret.use((lent) => lent.length)).toBe(0)
  })
})

describe('an error', () => {
  test('carries its code, its exit status, its hints and its cause', () => {
    const cause = new Error('below')
    const error = new KeyriteError('KEY_STATE', 'cannot x "y": z', {hints: ['keyrite key show y'], cause})
    expect(error).toMatchObject({
      name: 'KeyriteError',
      code: 'KEY_STATE',
      exit: 5,
      hints: ['keyrite key show y'],
      changed: false,
      cause,
    })
  })

  test('codes that scripts rely on keep their exit status', () => {
    expect(exitOf).toMatchObject({
      USAGE: 2,
      NOT_CONFIRMED: 3,
      NOT_FOUND: 4,
      EXISTS: 5,
      UNSAFE_FILE: 6,
      PROVIDER_FAILED: 7,
      QUORUM_MISSING: 8,
      STOPPED: 9,
      FINDINGS: 10,
      CREDENTIALS_REFUSED: 11,
      STORAGE: 12,
      UNKNOWN_COMMAND: 127,
      CANCELLED: 130,
    })
  })
})

describe('a time', () => {
  test('is read back from its text', () => {
    expect(parseTime('2026-11-24T10:18:52.007Z').getTime()).toBe(Date.UTC(2026, 10, 24, 10, 18, 52, 7))
    expect(timeText(new Date(0))).toBe('1970-01-01T00:00:00.000Z')
  })

  test.each([
    '2026-11-24',
    '2026-11-24T10:18:52Z',
    '2026-11-24T10:18:52.007+00:00',
    '2026-02-30T00:00:00.000Z',
    'now',
    '',
  ])('"%s" is refused', (text) => {
    expect(() => parseTime(text)).toThrow(TypeError)
  })
})
