import {describe, expect, test} from '@jest/globals'
import {demandRecipient, isRecipient, pluginOf} from '../../src/custody/index.ts'

// The recipients in the README of age.
const known = [
  'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
  'age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg',
]
const tooLong =
  'age1standin1qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc0wgxtn'
// Made by the stand-in of test/standins/age-plugin for 32 bytes of ab, and for one byte; age takes them.
const plugged = [
  'age1standin14w46h2at4w46h2at4w46h2at4w46h2at4w46h2at4w46h2at4w4sd5g63x',
  'age1standin1qunfnc0h',
]

describe('an age recipient', () => {
  test.each(known)('%s is one', (text) => {
    expect(demandRecipient(text)).toBe(text)
  })

  test('with any character changed, left out, doubled or in capitals is none', () => {
    for (const text of known)
      for (const at of text.split('').keys()) {
        for (const letter of 'qpzry9x8gf2tvdw0s3jn54khce6mua7l1b ')
          if (letter !== text[at])
            expect(isRecipient(text.slice(0, at) + letter + text.slice(at + 1))).toBe(false)
        expect(isRecipient(text.slice(0, at) + text.slice(at + 1))).toBe(false)
        expect(isRecipient(text.slice(0, at) + (text[at] ?? '') + text.slice(at))).toBe(false)
      }
    expect(isRecipient((known[0] ?? '').toUpperCase())).toBe(false)
  })

  test.each(plugged)('%s is one of a plugin', (text) => {
    expect(demandRecipient(text)).toBe(text)
    expect(pluginOf(text)).toBe('standin')
    expect(pluginOf(known[0] ?? '')).toBeNull()
    for (const at of text.split('').keys()) {
      for (const letter of 'qpzry9x8gf2tvdw0s3jn54khce6mua7l1b /')
        if (letter !== text[at])
          expect(isRecipient(text.slice(0, at) + letter + text.slice(at + 1))).toBe(false)
      expect(isRecipient(text.slice(0, at) + text.slice(at + 1))).toBe(false)
    }
    expect(isRecipient(text.toUpperCase())).toBe(false)
  })

  test('of a plugin that is longer than a plan has room for is none, and the refusal says how long it may be', () => {
    expect(
      isRecipient(
        'age1standin1qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswkd285x',
      ),
    ).toBe(true)
    expect(isRecipient(tooLong)).toBe(false)
    expect(() => demandRecipient(tooLong)).toThrow(/at most 200 in all/)
  })

  test('is not a secret key, and the refusal does not repeat it', () => {
    const secret = `AGE-SECRET-KEY-1${'Q'.repeat(58)}`
    expect(() => demandRecipient(secret)).toThrow('cannot use the recipient: this is a secret key')
    expect(() => demandRecipient('')).toThrow(/good checksum/)
  })
})
