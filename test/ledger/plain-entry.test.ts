import {describe, expect, test} from '@jest/globals'
import {jcs, type Json, type JsonObject} from '../../src/base/jcs.ts'
import {leafHash, readEntry, type Entry} from '../../src/ledger/entry.ts'
import {PlainEntries} from '../../src/ledger/plain-entry.ts'
import {slow} from './support.ts'

const ledger = 'example.com/ledger/0123456789abcdef0123456789abcdef'
const last = {seq: 41, leaf: 'ab'.repeat(32)}
const commitment = (digit: string): JsonObject => ({$: digit.repeat(64)})

/** An entry that goes on from `last`, but for what is given. */
function text(given: JsonObject = {}): string {
  return jcs({
    actor: {evidence: 'stated', host: commitment('1'), person: null},
    approved: null,
    ceremony: null,
    data: {code: 'USAGE', key: 'payments', operation: 'key.create'},
    ledger,
    prev: last.leaf,
    seq: last.seq + 1,
    time: '2026-11-22T03:09:18.123Z',
    tool: {sha256: 'cd'.repeat(32), version: '1.0.0'},
    type: 'attempt.refused',
    v: 1,
    ...given,
  })
}

const usual = [
  text(),
  text({actor: {evidence: 'signed', host: commitment('2'), person: 'p-0123456789abcdef'}, approved: 38}),
  text({ceremony: 'ef'.repeat(16), type: 'step.done', data: {}}),
  text({data: {a: [commitment('3'), {b: commitment('4')}], c: {blob: '5'.repeat(64), size: 9, type: 'x'}}}),
  text({data: {name: 'Žofie 😀', nested: [[[{deep: [null, true, -1]}]]], tool: {v: 1}}}),
  text({time: '2028-02-29T23:59:59.999Z', tool: {sha256: '0'.repeat(64), version: ''}}),
]

/** Of its form, and left to the slow way all the same. */
const unusual = [
  text({data: {words: 'a "quoted" one'}}),
  text({data: {blob: 'no reference'}}),
  text({tool: {sha256: 'cd'.repeat(32), version: '1.0.0-é'}}),
]

const refused = [
  text({v: 2}),
  text({approved: 42}),
  text({time: '2026-02-30T00:00:00.000Z'}),
  text({data: {x: {$: 'ab'}}}),
  text({data: {x: {$: '3'.repeat(64), more: 1}}}),
  text({data: {x: {blob: '5', size: 1, type: ''}}}),
  text({data: []}),
  text({more: null}),
]

/** What the slow way answers: the entry as text, or nothing. */
function slowly(one: string): string | undefined {
  const bytes = Buffer.from(one, 'utf8')
  try {
    const {entry, references} = readEntry(bytes)
    return JSON.stringify([sorted(entry), references])
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function quickly(reader: PlainEntries, one: string): string | undefined {
  const found = reader.read(one, ledger, last, leafHash(Buffer.from(one)))
  return found === undefined ? undefined : JSON.stringify([sorted(found.entry), found.references])
}

const sorted = ({leaf, ...entry}: Entry): [string, string] => [jcs(entry as unknown as Json), leaf]

/** A small generator of numbers, so that what is met once is met again. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const pieces = [
  ...[' ', '"', '\\', '\\u0061', ',', ':', '{', '}', '0', '-0', '1e2', 'é', '\u0000', '\ufeff', '\u{1f600}'],
  ...[
    ',"tool":{',
    '"data":',
    '"seq":42',
    '{"$":"',
    '"},"person":null}',
    ',"a":1',
    '"a":1,',
    '"__proto__":1,',
  ],
  ...['"person":"p-0123456789abcdef"', '"approved":7', '"evidence":"signed"', '"v":1}', 'null', '1.0', '007'],
]

function mutated(one: string, next: (below: number) => number): string {
  const at = next(one.length + 1)
  switch (next(5)) {
    case 0:
      return one.slice(0, at) + String.fromCharCode(next(128)) + one.slice(at + 1)
    case 1:
      return one.slice(0, at) + (pieces[next(pieces.length)] ?? '') + one.slice(at)
    case 2:
      return one.slice(0, at) + one.slice(at + 1 + next(4))
    case 3: {
      const other = usual[next(usual.length)] ?? ''
      return one.slice(0, at) + other.slice(at)
    }
    default: {
      const from = next(one.length)
      return one.slice(0, at) + one.slice(from, from + next(24)) + one.slice(at)
    }
  }
}

describe('an entry that is read quickly', () => {
  test('is the one that the slow way reads', () => {
    const reader = new PlainEntries()
    for (const one of [...usual, ...usual]) {
      expect(quickly(reader, one)).toBeDefined()
      expect(quickly(reader, one)).toBe(slowly(one))
    }
  })

  test('is left to the slow way where anything is unusual', () => {
    const reader = new PlainEntries()
    for (const one of [...usual, ...unusual]) expect(slowly(one)).toBeDefined()
    for (const one of unusual) expect(quickly(reader, one)).toBeUndefined()
  })

  test('is never one that the slow way refuses', () => {
    const reader = new PlainEntries()
    for (const one of refused) {
      expect(slowly(one)).toBeUndefined()
      expect(quickly(reader, one)).toBeUndefined()
    }
  })

  test('goes on from the last one: another place, chain or ledger is left to the slow way', () => {
    const reader = new PlainEntries()
    for (const given of [
      {seq: 43},
      {seq: 41},
      {prev: 'ab'.repeat(31) + 'ac'},
      {ledger: `${ledger.slice(0, -1)}0`},
    ])
      expect(reader.read(text(given), ledger, last, last.leaf)).toBeUndefined()
    expect(reader.read(text(), ledger, {...last, seq: 4}, last.leaf)).toBeUndefined()
    expect(reader.read(text(), 'example.com/ledger/' + '0'.repeat(32), last, last.leaf)).toBeUndefined()
  })

  test('is taken only where the slow way takes it and gives the same, whatever is done to its bytes', () => {
    const next = numbers(6_962)
    const reader = new PlainEntries()
    let taken = 0
    for (let round = 0; round < (slow ? 1_000_000 : 20_000); round += 1) {
      let one = usual[next(usual.length)] ?? ''
      for (let count = next(3); count > 0; count -= 1) one = mutated(one, next)
      const fast = quickly(reader, one)
      if (fast === undefined) continue
      taken += 1
      const wanted = slowly(one)
      if (fast !== wanted) expect({one, fast}).toEqual({one, fast: wanted})
    }
    expect(taken).toBeGreaterThan(2_000)
  }, 900_000)
})
