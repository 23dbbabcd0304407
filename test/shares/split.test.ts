import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import library from 'secrets.js-grempe'
import {kcvOf, commitmentOf, wrapKeyOf} from '../../src/shares/derive.ts'
import {combineKey, shareKey} from '../../src/shares/library.ts'
import {combine, demandShareOf, split} from '../../src/shares/split.ts'
import type {Share} from '../../src/shares/format.ts'
import {subsets} from '../../src/shares/subsets.ts'
import {mostBytes, padded, unpadded, unwrap, wrap} from '../../src/shares/wrap.ts'
import {draw, factsOf, numbers, refusal, slow, splitFor} from './support.ts'

const sharing = {threshold: 3, holders: 5}
const picked = (shares: readonly Share[], places: readonly number[]): Share[] =>
  places.flatMap((at) => shares[at] ?? [])

describe('a set of shares', () => {
  test('recovers from every subset of the threshold, for every threshold and number up to ten', () => {
    const next = numbers(9)
    let tried = 0
    for (let holders = 2; holders <= 10; holders++)
      for (let threshold = 2; threshold <= holders; threshold++) {
        const secret = `${threshold} of ${holders}`
        const made = splitFor(secret, {threshold, holders})
        const all = [...subsets(holders, threshold)]
        // All with SLOW; else the last, and some that are drawn: shares 1, 2, 3 alone would prove nothing, as they combine by XOR.
        const chosen = slow
          ? all
          : [all.at(-1) ?? [], ...Array.from({length: 3}, () => all[next(all.length)] ?? [])]
        for (const places of chosen) {
          const again = combine(
            picked(made.shares, places),
            factsOf(made, {threshold, holders}),
            made.wrapped,
          )
          expect(again.toString()).toBe(secret)
          tried++
        }
      }
    expect(tried).toBeGreaterThanOrEqual(180)
  })

  test('with one share too few, or one too many, gives nothing and says how many are needed', () => {
    const made = splitFor('the secret', sharing)
    const facts = factsOf(made, sharing)
    const few = refusal(() => combine(picked(made.shares, [1, 4]), facts, made.wrapped))
    expect([few.code, few.message]).toEqual(['SHARES_MISSING', 'cannot recover: need 3, have 2'])
    const many = refusal(() => combine(picked(made.shares, [0, 1, 3, 4]), facts, made.wrapped))
    expect([many.code, many.message]).toEqual(['SHARES_MISSING', 'cannot recover: need 3, have 4'])
    expect(refusal(() => combine([], facts, made.wrapped)).code).toBe('SHARES_MISSING')
  })

  test('names a share that is given twice, and one of another set', () => {
    const [made, other] = [splitFor('the secret', sharing), splitFor('the secret', sharing)]
    const facts = factsOf(made, sharing)
    const twice = refusal(() => combine(picked(made.shares, [1, 3, 1]), facts, made.wrapped))
    expect(twice.code).toBe('SHARE_BAD')
    expect(twice.message).toBe('cannot use share 2: it was given already')
    const mixed = [...picked(made.shares, [1, 3]), ...picked(other.shares, [4])]
    const foreign = refusal(() => combine(mixed, facts, made.wrapped))
    expect(foreign.message).toMatch(/^cannot use share 5: it is of set /)
    expect(foreign.code).toBe('SHARE_BAD')
    const dressed = picked(other.shares, [4]).map((one) => ({...one, set: made.set}))
    expect(
      refusal(() => combine([...picked(made.shares, [1, 3]), ...dressed], facts, made.wrapped)).message,
    ).toMatch(/^cannot use share 5: it was altered/)
  })

  test('names a share with any of its 276 bits flipped, as it is entered and when it is combined', () => {
    const made = splitFor('the secret', sharing)
    const facts = factsOf(made, sharing)
    const [two, four, five] = picked(made.shares, [1, 3, 4])
    if (two === undefined || four === undefined || five === undefined) throw new Error('five shares')
    let flips = 0
    for (let digit = 0; digit < 69; digit++)
      for (const bit of [1, 2, 4, 8]) {
        const raw = Buffer.from(four.raw)
        const value = Number.parseInt(String.fromCharCode(raw[digit] ?? 0), 16) ^ bit
        raw.write(value.toString(16), digit, 'latin1')
        const bad = {...four, raw}
        for (const act of [
          () => {
            demandShareOf(bad, facts)
          },
          () => combine([two, bad, five], facts, made.wrapped),
        ]) {
          const refused = refusal(act)
          expect([refused.code, refused.message.slice(0, 20)]).toEqual(['SHARE_BAD', 'cannot use share 4: '])
        }
        flips++
      }
    expect(flips).toBe(276)
  })

  test('gives nothing where the ledger’s facts do not fit its shares', () => {
    const made = splitFor('the secret', sharing)
    const facts = factsOf(made, sharing)
    const shares = picked(made.shares, [0, 2, 4])
    const wrongKcv = {...facts, kcv: Buffer.alloc(32)}
    expect(refusal(() => combine(shares, wrongKcv, made.wrapped)).message).toBe(
      'cannot recover: the shares give another key than was split',
    )
    for (const wrapped of [
      Buffer.alloc(0),
      Buffer.alloc(72),
      made.wrapped.subarray(1),
      Buffer.concat([made.wrapped, made.wrapped]),
    ])
      expect(refusal(() => combine(shares, facts, wrapped)).message).toBe(
        'cannot recover: the wrapped secret is not that of this set',
      )
    const others = {...facts, threshold: 4}
    expect(refusal(() => combine(shares, others, made.wrapped)).message).toMatch(
      /^cannot use share 1: it says/,
    )
  })

  test.each([
    ['one for one', {threshold: 1, holders: 1}],
    ['a threshold of one', {threshold: 1, holders: 3}],
    ['more than there are', {threshold: 4, holders: 3}],
    ['half a share', {threshold: 2.5, holders: 3}],
    ['256 holders', {threshold: 2, holders: 256}],
  ])('is not made for %s', (_name, wrong) => {
    expect(refusal(() => splitFor('x', wrong)).code).toBe('USAGE')
  })

  test('is made for 255 holders, and for all of them together', () => {
    const wide = {threshold: 2, holders: 255}
    const made = splitFor('wide', wide)
    expect(combine(picked(made.shares, [254, 100]), factsOf(made, wide), made.wrapped).toString()).toBe(
      'wide',
    )
  })
})

describe('the library', () => {
  test('draws zeros as often as anything else: shares of one secret spread evenly', () => {
    // The bare library never draws a zero: then no byte of a share of 2-of-n ever equals that of the secret.
    const runs = 2000
    const key = Buffer.alloc(32)
    let equal = 0
    for (let run = 0; run < runs; run++) {
      const [raw] = shareKey(key, {threshold: 2, holders: 2}, draw)
      equal += [...Buffer.from(raw?.subarray(5).toString('latin1') ?? '', 'hex')].filter(
        (byte) => byte === 0,
      ).length
    }
    const expected = (runs * 32) / 256
    expect(Math.abs(equal - expected)).toBeLessThan(6 * Math.sqrt(expected))
    const bare = Array.from({length: 200}, () => {
      library.init(8, 'nodeCryptoRandomBytes')
      return library.share('00'.repeat(32), 2, 2, 8)[0] ?? ''
    })
    expect(bare.every((raw) => !Buffer.from(raw.slice(5), 'hex').includes(0))).toBe(true)
  })

  test('takes every coefficient from the generator that it is given, and refuses to go on otherwise', () => {
    const asked: number[] = []
    shareKey(Buffer.alloc(32, 7), {threshold: 4, holders: 6}, (count) => {
      asked.push(count)
      return draw(count)
    })
    expect(asked).toEqual([33 * 3])
    expect(() => shareKey(Buffer.alloc(32), sharing, () => draw(33))).toThrow('draws more than it needs')
    expect(() => shareKey(Buffer.alloc(32), sharing, () => draw(99))).toThrow('draws its own coefficients')
  })

  test('is set up anew where a share of another field changed it', () => {
    const made = splitFor('the secret', sharing)
    expect(() => library.combine(['30' + 'ff'.repeat(8), '3' + '1' + 'ff'])).not.toThrow(SyntaxError)
    const again = combine(picked(made.shares, [4, 0, 2]), factsOf(made, sharing), made.wrapped)
    expect(again.toString()).toBe('the secret')
  })

  test('is never given what is not a share of its form', () => {
    const made = splitFor('the secret', sharing)
    const [one, two, three] = made.shares
    if (one === undefined || two === undefined || three === undefined) throw new Error('five shares')
    const wrong = [
      Buffer.from(`3${one.raw.subarray(1).toString('latin1')}`),
      Buffer.from(one.raw.toString('latin1').toUpperCase()),
      one.raw.subarray(0, 68),
      Buffer.concat([one.raw, Buffer.from('0')]),
      Buffer.from(`8${'é'.repeat(34)}`),
      Buffer.alloc(10_000_000, 0x38),
    ]
    for (const raw of wrong) {
      const started = performance.now()
      expect(() => combineKey([{...one, raw}, two, three])).toThrow(TypeError)
      expect(performance.now() - started).toBeLessThan(100)
    }
    expect(() => combineKey([one, one, three])).toThrow('the same share twice')
  })
})

describe('padding and wrapping', () => {
  test.each([
    [1, 64],
    [62, 64],
    [63, 256],
    [254, 256],
    [255, 1024],
    [1022, 1024],
    [1023, 4096],
    [mostBytes, 4096],
  ])('%i bytes become %i, and come back', (length, size) => {
    const secret = draw(length)
    const whole = padded(secret)
    expect(whole.length).toBe(size)
    const key = draw(32)
    const wrapped = wrap(key, whole)
    expect(wrapped.length).toBe(size + 8)
    expect(unpadded(unwrap(key, wrapped))).toEqual(secret)
  })

  test('nothing, and more than 4094 bytes, are refused with what to do instead', () => {
    expect(refusal(() => padded(Buffer.alloc(0))).message).toBe('cannot escrow the secret: it is empty')
    const long = refusal(() => padded(Buffer.alloc(mostBytes + 1)))
    expect([long.code, long.hints]).toEqual(['UNSUPPORTED', ['escrow the key that encrypts it']])
  })

  test('what another key wrapped, or was touched, or is empty, does not come back', () => {
    const [key, whole] = [draw(32), padded(Buffer.from('x'))]
    const wrapped = wrap(key, whole)
    expect(() => unwrap(draw(32), wrapped)).toThrow('not wrapped by this key')
    expect(() => unwrap(key, Buffer.alloc(0))).toThrow('not of a length')
    for (let at = 0; at < wrapped.length; at++) {
      const touched = Buffer.from(wrapped)
      touched[at] = (touched[at] ?? 0) ^ 1
      expect(() => unwrap(key, touched)).toThrow(TypeError)
    }
  })

  test.each([
    ['no length', Buffer.alloc(64)],
    ['a length beyond it', Buffer.concat([Buffer.of(0, 63), Buffer.alloc(62)])],
    ['something in the padding', Buffer.concat([Buffer.of(0, 1, 7, 7), Buffer.alloc(60)])],
    ['a larger size than it needs', Buffer.concat([Buffer.of(0, 1, 7), Buffer.alloc(253)])],
    ['another size', Buffer.concat([Buffer.of(0, 1, 7), Buffer.alloc(60)])],
  ])('padding with %s is none', (_name, whole) => {
    expect(() => unpadded(whole)).toThrow('not padded as keyrite pads')
  })
})

interface Vector {
  readonly key: string
  readonly set: string
  readonly threshold: number
  readonly holders: number
  readonly coefficients: string
  readonly secret: string
  readonly kcv: string
  readonly wrapped: string
  readonly shares: readonly string[]
  readonly commitments: readonly string[]
}

test('the test vectors of the format hold', () => {
  const file = join(import.meta.dirname, '../../docs/share-vectors.json')
  const {vectors} = JSON.parse(readFileSync(file, 'utf8')) as {readonly vectors: readonly Vector[]}
  expect(vectors.length).toBeGreaterThanOrEqual(3)
  for (const one of vectors) {
    const [key, set] = [Buffer.from(one.key, 'hex'), Buffer.from(one.set, 'hex')]
    const raws = shareKey(key, one, () => Buffer.from(one.coefficients, 'hex'))
    expect(raws.map((raw) => raw.toString('latin1'))).toEqual(one.shares)
    expect(kcvOf(key, set).toString('hex')).toBe(one.kcv)
    expect(raws.map((raw, at) => commitmentOf({set, index: at + 1, raw}).toString('hex'))).toEqual(
      one.commitments,
    )
    expect(wrap(wrapKeyOf(key, set), padded(Buffer.from(one.secret, 'hex'))).toString('hex')).toBe(
      one.wrapped,
    )
    const shares = raws.map((raw, at) => ({
      set,
      raw,
      index: at + 1,
      threshold: one.threshold,
      holders: one.holders,
    }))
    const facts = {
      set,
      kcv: Buffer.from(one.kcv, 'hex'),
      commitments: one.commitments.map((text) => Buffer.from(text, 'hex')),
      threshold: one.threshold,
      holders: one.holders,
    }
    expect(
      combine(shares.slice(-one.threshold), facts, Buffer.from(one.wrapped, 'hex')).toString('hex'),
    ).toBe(one.secret)
  }
})

test('a split draws a set and a key of its own each time', () => {
  const [one, two] = [split(Buffer.from('x'), sharing, draw), split(Buffer.from('x'), sharing, draw)]
  expect(one.set.equals(two.set) || one.kcv.equals(two.kcv) || one.wrapped.equals(two.wrapped)).toBe(false)
})
