import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {Versions} from '../../src/base/versions.ts'

const act = fc.oneof(
  fc.record({what: fc.constant('with' as const), key: fc.nat(8), of: fc.nat(20)}),
  fc.record({what: fc.constant('without' as const), key: fc.nat(8), of: fc.nat(20)}),
)

describe('a map in versions', () => {
  test('stays as it was, whatever is made of it, and of whichever version the next one is made', () => {
    fc.assert(
      fc.property(fc.array(act, {maxLength: 40}), (acts) => {
        const versions = [new Versions<number, number>()]
        const plain = [new Map<number, number>()]
        for (const [at, {what, key, of}] of acts.entries()) {
          const from = of % versions.length
          const [version, copy] = [versions[from], new Map(plain[from])]
          if (version === undefined) throw new Error('it is one of them')
          versions.push(what === 'with' ? version.with(key, at) : version.without(key))
          if (what === 'with') copy.set(key, at)
          else copy.delete(key)
          plain.push(copy)
        }
        for (const [at, version] of versions.entries()) {
          const wanted = plain[at] ?? new Map<number, number>()
          expect(version.size).toBe(wanted.size)
          expect(new Map([...version].sort())).toEqual(new Map([...wanted].sort()))
          for (let key = 0; key <= 8; key += 1) {
            expect(version.get(key)).toBe(wanted.get(key))
            expect(version.has(key)).toBe(wanted.has(key))
          }
        }
      }),
    )
  })

  test('keeps the order in which members came', () => {
    const version = new Versions([['b', 1]]).with('a', 2).with('b', 3)
    expect([...version.keys()]).toEqual(['b', 'a'])
    expect([...version.values()]).toEqual([3, 2])
  })

  test('tells what differs from a version before, and knows none that does not lead to it', () => {
    const first = new Versions<string, number>()
    const last = first.with('a', 1).with('b', 2).without('a')
    expect([...(last.changedSince(first) ?? [])].sort()).toEqual(['a', 'b'])
    expect(last.changedSince(last)?.size).toBe(0)
    expect(last.changedSince(new Versions())).toBeUndefined()
    const other = first.with('c', 3)
    expect([...(other.changedSince(first) ?? [])]).toEqual(['c'])
    expect(last.get('b')).toBe(2)
  })
})
