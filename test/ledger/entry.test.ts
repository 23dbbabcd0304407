import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {jcsBytes, type Json} from '../../src/base/jcs.ts'
import {commitment, jsonBlob, Private, settle} from '../../src/ledger/draft.ts'
import {
  entryBytes,
  isBlobRef,
  isPrivate,
  isTime,
  leafHash,
  maxEntryBytes,
  parseEntry,
  referencesIn,
} from '../../src/ledger/entry.ts'
import {sha256Hex} from '../../src/base/bytes.ts'
import {slow} from './support.ts'

const good = {
  v: 1,
  ledger: 'example.com/ledger/0123456789abcdef0123456789abcdef',
  seq: 7,
  prev: 'a'.repeat(64),
  time: '2026-11-22T03:09:18.123Z',
  type: 'attempt.refused',
  actor: {evidence: 'stated', host: {$: 'b'.repeat(64)}, person: 'p-0123456789abcdef'},
  approved: null,
  ceremony: null,
  tool: {sha256: 'c'.repeat(64), version: '1.0.0'},
  data: {operation: 'key.create', key: null, code: 'USAGE'},
} as const satisfies Json
const bytes = jcsBytes(good)

type Change = Readonly<Record<string, Json>>

describe('an entry', () => {
  test('reads back from its bytes, with its leaf hash', () => {
    expect(parseEntry(bytes)).toEqual({...good, leaf: leafHash(bytes)})
    expect(leafHash(bytes)).toBe(sha256Hex(Buffer.from([0]), bytes))
    expect(entryBytes(good)).toEqual(Buffer.from(bytes))
  })

  test.each<[string, Change]>([
    ['another version', {v: 2}],
    ['a version as text', {v: '1'}],
    ['a negative seq', {seq: -1}],
    ['a seq as text', {seq: '7'}],
    ['no prev', {prev: null}],
    ['a prev in upper case', {prev: 'A'.repeat(64)}],
    ['a prev that is too short', {prev: 'a'.repeat(63)}],
    ['a name without an organisation', {ledger: '/ledger/0123456789abcdef0123456789abcdef'}],
    ['a name with a space', {ledger: 'exa mple/ledger/0123456789abcdef0123456789abcdef'}],
    ['a name with a plus', {ledger: 'a+b/ledger/0123456789abcdef0123456789abcdef'}],
    ['a name with a short id', {ledger: 'example.com/ledger/0123'}],
    ['a time without milliseconds', {time: '2026-11-22T03:09:18Z'}],
    ['a time with an offset', {time: '2026-11-22T03:09:18.123+01:00'}],
    ['a day that does not exist', {time: '2026-02-30T03:09:18.123Z'}],
    ['an hour that does not exist', {time: '2026-02-20T24:00:00.000Z'}],
    ['a type of one word', {type: 'refused'}],
    ['a type in upper case', {type: 'Attempt.refused'}],
    ['an approval of the future', {approved: 7}],
    ['an approval as text', {approved: '3'}],
    ['a ceremony that is no id', {ceremony: 'first'}],
    ['data that is a list', {data: []}],
    ['data that is nothing', {data: null}],
    ['a private value that commits to nothing', {data: {name: {$: ''}}}],
    ['a private value that is too long, deep inside', {data: {people: [{name: {$: 'b'.repeat(65)}}]}}],
    ['a private value with something beside it', {data: {name: {$: 'b'.repeat(64), note: 'x'}}}],
    [
      'a blob that is called by no digest',
      {data: {plan: {blob: 'b'.repeat(63), size: 1, type: 'text/plain'}}},
    ],
    ['a blob of a negative size', {data: {plan: {blob: 'b'.repeat(64), size: -1, type: 'text/plain'}}}],
    ['an actor in the clear', {actor: {...good.actor, host: 'laptop'}}],
    ['an actor by name', {actor: {...good.actor, person: 'alice'}}],
    ['an actor with more', {actor: {...good.actor, name: 'alice'}}],
    ['an actor of another evidence', {actor: {...good.actor, evidence: 'sworn'}}],
    ['an actor that is text', {actor: 'alice'}],
    ['a tool without a digest', {tool: {version: '1.0.0'}}],
    ['a tool with another digest', {tool: {sha256: 'md5', version: '1.0.0'}}],
    ['a tool whose version is a number', {tool: {sha256: 'c'.repeat(64), version: 1}}],
    ['a member more', {note: null}],
  ])('is refused: %s', (_name, change) => {
    expect(() => parseEntry(jcsBytes({...good, ...change}))).toThrow(TypeError)
  })

  test.each(Object.keys(good))('is refused without its member %s', (member) => {
    expect(() =>
      parseEntry(jcsBytes(Object.fromEntries(Object.entries(good).filter(([one]) => one !== member)))),
    ).toThrow(`members are`)
  })

  test.each([
    ['nothing', ''],
    ['a list', '[]'],
    ['text', '"entry"'],
    ['white space', `${text()} `],
    ['a member twice', text().replace('"v":1', '"v":1,"v":1')],
    ['members in another order', JSON.stringify(good)],
    ['a character written as an escape', text().replace('attempt', '\\u0061ttempt')],
    ['a number in another spelling', text().replace('"seq":7', '"seq":7.0')],
    ['a number with an exponent', text().replace('"seq":7', '"seq":7e0')],
    ['a fraction', text().replace('"seq":7', '"seq":7.5')],
    ['a negative zero', text().replace('"seq":7', '"seq":-0')],
    ['a number that not every reader has', text().replace('"seq":7', '"seq":9007199254740993')],
    ['a lone surrogate', text().replace('USAGE', '\\ud800')],
    ['a byte order mark', `\ufeff${text()}`],
  ])('is refused as bytes: %s', (_name, wrong) => {
    expect(() => parseEntry(Buffer.from(wrong))).toThrow(TypeError)
  })

  test('is refused where the bytes are not UTF-8', () => {
    expect(() =>
      parseEntry(Buffer.concat([bytes.subarray(0, 20), Buffer.from([0xc3]), bytes.subarray(20)])),
    ).toThrow(TypeError)
  })

  test('may have 65 535 bytes and not one more, written or read', () => {
    const empty = jcsBytes({...good, data: {fill: ''}}).length
    const full = {...good, data: {fill: 'x'.repeat(maxEntryBytes - empty)}}
    const over = {...good, data: {fill: 'x'.repeat(maxEntryBytes - empty + 1)}}
    expect(parseEntry(jcsBytes(full)).seq).toBe(7)
    expect(() => parseEntry(jcsBytes(over))).toThrow('longer than an entry may be')
    expect(() => entryBytes({...good, ...over})).toThrow('65536 bytes')
  })

  test('nested as deep as its length allows is refused, not a crash', () => {
    const deep = text().replace('"code":"USAGE"', `"code":${'['.repeat(30_000)}${']'.repeat(30_000)}`)
    expect(() => parseEntry(Buffer.from(deep))).toThrow(TypeError)
  })

  test('with bytes changed, added and left out at random never crashes, and never reads as other bytes', () => {
    const edit = fc.record({
      at: fc.nat({max: bytes.length}),
      drop: fc.nat({max: 3}),
      put: fc.uint8Array({maxLength: 3}),
    })
    fc.assert(
      fc.property(fc.array(edit, {minLength: 1, maxLength: 4}), (edits) => {
        let mutant = Buffer.from(bytes)
        for (const {at, drop, put} of edits)
          mutant = Buffer.concat([mutant.subarray(0, at), put, mutant.subarray(at + drop)])
        try {
          const {leaf, ...entry} = parseEntry(mutant)
          expect(Buffer.from(jcsBytes(entry as unknown as Json))).toEqual(mutant)
          expect(leaf).toBe(leafHash(mutant))
        } catch (error) {
          if (!(error instanceof TypeError)) throw error
        }
      }),
      {numRuns: slow ? 50_000 : 2_000},
    )
  })
})

describe('a time', () => {
  test.each(['2026-11-22T03:09:18.123Z', '2024-02-29T23:59:59.999Z'])('%s is one', (time) => {
    expect(isTime(time)).toBe(true)
  })
  test.each([
    '',
    '2026-11-22',
    '2026-11-22t03:09:18.123z',
    '2023-02-29T00:00:00.000Z',
    '2026-13-01T00:00:00.000Z',
  ])('"%s" is none', (time) => {
    expect(isTime(time)).toBe(false)
  })
})

describe('private values and blobs', () => {
  const random = {bytes: (count: number) => Buffer.alloc(count, 7)}

  test('stand in the data as commitment and reference, wherever they are', () => {
    const blob = jsonBlob({a: 1})
    const {data, openings, blobs} = settle({deep: [{name: new Private('Alice')}, blob], plain: 1}, random)
    const [opening] = openings
    expect(opening?.commitment).toBe(commitment(new Uint8Array(32).fill(7), Buffer.from('"Alice"')))
    expect(data).toEqual({
      deep: [
        {name: {$: opening?.commitment}},
        {blob: sha256Hex('{"a":1}'), size: 7, type: 'application/json'},
      ],
      plain: 1,
    })
    expect(blobs).toEqual([{sha256: sha256Hex('{"a":1}'), bytes: blob.bytes}])
    expect([...referencesIn(data)]).toHaveLength(2)
  })

  test('a commitment says nothing without its salt: the same value has another one each time', () => {
    let next = 0
    const {openings} = settle(
      {a: new Private('x'), b: new Private('x')},
      {bytes: (count) => Buffer.alloc(count, (next += 1))},
    )
    expect(new Set(openings.map((one) => one.commitment)).size).toBe(2)
  })

  test.each<[string, Json]>([
    ['another member beside', {$: 'b'.repeat(64), salt: 1}],
    ['short hex', {$: 'bb'}],
    ['upper case', {$: 'B'.repeat(64)}],
    ['a list', ['b'.repeat(64)]],
  ])('%s is no private value', (_name, value) => {
    expect(isPrivate(value)).toBe(false)
  })

  test.each<[string, Json]>([
    ['no type', {blob: 'b'.repeat(64), size: 1}],
    ['a negative size', {blob: 'b'.repeat(64), size: -1, type: 'a/b'}],
    ['a short digest', {blob: 'bb', size: 1, type: 'a/b'}],
  ])('%s is no reference to a blob', (_name, value) => {
    expect(isBlobRef(value)).toBe(false)
  })
})

function text(): string {
  return Buffer.from(bytes).toString()
}
