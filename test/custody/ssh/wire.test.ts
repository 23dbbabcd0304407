import {describe, expect, test} from '@jest/globals'
import {leftPad, mpint, string, uint32, WireError, WireReader} from '../../../src/custody/ssh/wire.ts'

const read = (hex: string): WireReader => new WireReader(Buffer.from(hex, 'hex'))

describe('what is written', () => {
  // RFC 4251 section 5 gives the first two of these encodings.
  test.each([
    ['zero has no bytes', '', '00000000'],
    ['a number stands as it is', '09a378f9b2e332a7', '0000000809a378f9b2e332a7'],
    ['a high bit gets a zero in front', '80', '000000020080'],
    ['zeros in front are dropped', '00000001', '0000000101'],
  ])('%s', (_name, magnitude, written) => {
    expect(mpint(Buffer.from(magnitude, 'hex')).toString('hex')).toBe(written)
  })

  test('a string is its length and its bytes, text as UTF-8', () => {
    expect(string('é').toString('hex')).toBe('00000002c3a9')
    expect(uint32(0x80000001).toString('hex')).toBe('80000001')
  })
})

describe('what is read', () => {
  test('values come one after the other, and the end is the end', () => {
    const reader = read('05' + '00000001' + '0000000161' + '00000002' + '0080')
    expect([reader.byte(), reader.uint32(), reader.text(), reader.mpint().toString('hex')]).toEqual([
      5,
      1,
      'a',
      '80',
    ])
    reader.end()
  })

  test.each<[string, string, (reader: WireReader) => unknown]>([
    ['a length past the end', '0000000261', (reader) => reader.string()],
    ['the longest length', 'ffffffff61', (reader) => reader.string()],
    ['half a length', '000000', (reader) => reader.string()],
    ['a missing byte', '', (reader) => reader.byte()],
    ['an mpint of zero', '00000000', (reader) => reader.mpint()],
    ['an mpint that spells zero with a byte', '0000000100', (reader) => reader.mpint()],
    ['a negative mpint', '0000000180', (reader) => reader.mpint()],
    ['an mpint with a needless zero', '00000002007f', (reader) => reader.mpint()],
    ['a name with a control character', '000000021b5b', (reader) => reader.text()],
    ['a name with a byte above ASCII', '0000000180', (reader) => reader.text()],
    [
      'a trailing byte',
      '00',
      (reader) => {
        reader.end()
      },
    ],
  ])('%s is refused', (_name, bytes, act) => {
    expect(() => act(read(bytes))).toThrow(WireError)
  })

  test('padding fills up, and never cuts', () => {
    expect(leftPad(Buffer.of(1), 3).toString('hex')).toBe('000001')
    expect(() => leftPad(Buffer.of(1, 2), 1)).toThrow(WireError)
  })
})
