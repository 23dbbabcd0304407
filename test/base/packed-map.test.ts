import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {PackedMap} from '../../src/base/packed-map.ts'
import {Versions} from '../../src/base/versions.ts'

interface Held {
  readonly at: number
  readonly words: readonly string[]
  readonly marks: ReadonlySet<string>
}
const held = (at: number): Held => ({at, words: ['a'.repeat(at % 5)], marks: new Set([`m${at % 3}`])})
const small = {least: 3, recent: 4, together: 4}
const act = fc.record({what: fc.constantFrom('set', 'set', 'set', 'delete'), key: fc.nat(40)})

describe('a map whose resting members are packed', () => {
  test('holds what a Map holds, in its order, whatever is set, taken away and asked', () => {
    fc.assert(
      fc.property(fc.array(act, {maxLength: 300}), (acts) => {
        const [packed, plain] = [new PackedMap<number, Held>(small), new Map<number, Held>()]
        for (const [at, {what, key}] of acts.entries()) {
          if (what === 'set') packed.set(key, held(at))
          else expect(packed.delete(key)).toBe(plain.has(key))
          if (what === 'set') plain.set(key, held(at))
          else plain.delete(key)
          expect(packed.get(key)).toEqual(plain.get(key))
        }
        expect(packed.size).toBe(plain.size)
        expect([...packed]).toEqual([...plain])
        expect([...packed.values()]).toEqual([...plain.values()])
        expect([...packed.keys()]).toEqual([...plain.keys()])
        const each: unknown[] = []
        packed.forEach((value, key) => each.push([key, value]))
        expect(each).toEqual([...plain])
        for (let key = 0; key <= 40; key += 1) {
          expect(packed.has(key)).toBe(plain.has(key))
          expect(packed.get(key)).toEqual(plain.get(key))
        }
      }),
    )
  })

  test('really packs: what rests is equal to what was set, and no longer the same object', () => {
    const packed = new PackedMap<number, Held>(small)
    const first = held(1)
    packed.set(0, first)
    for (let key = 1; key < 4; key += 1) packed.set(key, held(key))
    expect(packed.get(0)).toBe(first)
    for (let key = 10; key < 30; key += 1) packed.set(key, held(key))
    expect(packed.get(0)).not.toBe(first)
    expect(packed.get(0)).toEqual(first)
    expect(packed.get(29)).toBe(packed.get(29))
  })

  test('of a whole ledger nothing is packed up to ten thousand members, and beyond them a fifth of the memory is taken', () => {
    const request = (n: number): object => ({
      id: `r${n}`,
      plan: {change: {key: `key-${n}`, algorithm: 'ed25519'}, rests: [`there is no key "key-${n}"`]},
      answers: [1, 2, 3].map((one) => ({seq: n + one, person: `p-${one}`, decision: 'approve'})),
    })
    const packed = new PackedMap<number, object>()
    const first = request(0)
    packed.set(0, first)
    for (let n = 1; n < 10_000; n += 1) packed.set(n, request(n))
    expect(packed.get(0)).toBe(first)
    for (let n = 10_000; n < 15_000; n += 1) packed.set(n, request(n))
    expect(packed.get(0)).not.toBe(first)
    expect(packed.size).toBe(15_000)
    for (let n = 0; n < 15_000; n += 250) expect(packed.get(n)).toEqual(request(n))
  })

  test('goes back under a map in versions: each version stays as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.record({key: fc.nat(20), of: fc.nat(40)}), {maxLength: 120}), (acts) => {
        const versions = [new Versions<number, Held>(new PackedMap(small))]
        const plain = [new Map<number, Held>()]
        for (const [at, {key, of}] of acts.entries()) {
          const from = Math.max(0, versions.length - 1 - (of % 3))
          const before = versions[from]
          if (before === undefined) throw new Error('it is one of them')
          versions.push(before.with(key, held(at)))
          plain.push(new Map(plain[from]).set(key, held(at)))
        }
        for (const [at, version] of versions.entries())
          for (let key = 0; key <= 20; key += 1) expect(version.get(key)).toEqual(plain[at]?.get(key))
      }),
    )
  })
})
