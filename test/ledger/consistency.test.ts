/** RFC 9162 proofs of consistency: the published ones with their stated result, and our own between all sizes. */
import {globSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {sha256} from '../../src/base/bytes.ts'
import {consistencyProof, verifyConsistency} from '../../src/ledger/consistency.ts'
import {Frontier, inclusionPath, inclusionProof, rootOf, verifyInclusion} from '../../src/ledger/merkle.ts'
import {storedTree} from '../../src/ledger/stored-tree.ts'
import {testWith} from '../support/needs.ts'

const vectors = join(import.meta.dirname, '../../../shared/vectors/merkle/consistency')
const bytes = (text: string): Buffer => Buffer.from(text, 'base64')

interface Consistency {
  readonly size1: number
  readonly size2: number
  readonly root1: string
  readonly root2: string
  readonly proof: readonly string[] | null
  readonly wantErr: boolean
}

testWith('vectors', 'every published proof of consistency gets its stated result', () => {
  const paths = globSync('**/*.json', {cwd: vectors}).sort()
  const cases = paths.map((path) => JSON.parse(readFileSync(join(vectors, path), 'utf8')) as Consistency)
  expect([cases.length, cases.filter(({wantErr}) => wantErr).length]).toEqual([98, 92])
  const wrong = cases.flatMap(({size1, size2, root1, root2, proof, wantErr}, at) => {
    const good = verifyConsistency(size1, size2, (proof ?? []).map(bytes), bytes(root1), bytes(root2))
    return good === !wantErr ? [] : [paths[at]]
  })
  expect(wrong).toEqual([])
})

const leaves = Array.from({length: 800}, (_, at) => sha256(`leaf ${at}`))
const range = (from: number, to: number): Buffer => rootOf(leaves.slice(from, to))
const rootAt = (size: number): Buffer => rootOf(leaves.slice(0, size))
const flipped = (hash: Uint8Array): Buffer => {
  const other = Buffer.from(hash)
  other[7] = (other[7] ?? 0) ^ 4
  return other
}

describe('a proof of consistency', () => {
  test('leads from every size to every later one, and is as long as the trees demand', () => {
    for (let second = 1; second <= 33; second++) {
      for (let first = 1; first <= second; first++) {
        const proof = consistencyProof(first, second, range)
        expect(verifyConsistency(first, second, proof, rootAt(first), rootAt(second))).toBe(true)
        expect(proof.length === 0).toBe(first === second)
      }
    }
  })

  test('is refused with any hash changed, left out, added or moved, and between other sizes', () => {
    for (const [first, second] of [
      [1, 2],
      [4, 9],
      [5, 13],
      [6, 32],
      [31, 33],
    ] as const) {
      const proof = consistencyProof(first, second, range)
      const holds = (hashes: readonly Uint8Array[], a = first as number, b = second as number): boolean =>
        verifyConsistency(a, b, hashes, rootAt(first), rootAt(second))
      expect(holds(proof)).toBe(true)
      for (const at of proof.keys()) {
        expect(holds(proof.with(at, flipped(proof[at] ?? Buffer.alloc(0))))).toBe(false)
        expect(holds(proof.toSpliced(at, 1))).toBe(false)
        expect(holds(proof.toSpliced(at, 0, sha256('one more')))).toBe(false)
      }
      expect(holds([...proof, rootAt(second)])).toBe(false)
      expect(holds(proof, first + 1)).toBe(false)
      expect(holds(proof, first - 1)).toBe(false)
      expect(holds(proof, second, first)).toBe(false)
      expect(holds(proof, second)).toBe(false)
      expect(verifyConsistency(first, second, proof, flipped(rootAt(first)), rootAt(second))).toBe(false)
      expect(verifyConsistency(first, second, proof, rootAt(first), flipped(rootAt(second)))).toBe(false)
    }
  })

  test.each([
    ['from the empty tree', 0, 5],
    ['backwards', 6, 5],
    ['from a part of an entry', 1.5, 5],
    ['from what is no number', Number.NaN, 5],
    ['beyond what a number holds', 1, 2 ** 53],
  ])('%s is neither made nor believed', (_name, first, second) => {
    expect(() => consistencyProof(first, second, range)).toThrow(TypeError)
    expect(verifyConsistency(first, second, [], rootAt(5), rootAt(5))).toBe(false)
    expect(verifyConsistency(first, second, [rootAt(5)], rootAt(5), rootAt(5))).toBe(false)
  })

  test('holds for sizes beyond 32 bits', () => {
    // The left half is one full subtree: its root is the proof of what follows it.
    const [first, second] = [2 ** 33, 2 ** 34]
    const halves = consistencyProof(first, second, (from, to) => sha256(`${from}-${to}`))
    const whole = sha256(Buffer.from([1]), sha256('first'), ...halves)
    expect(halves).toHaveLength(1)
    expect(verifyConsistency(first, second, halves, sha256('first'), whole)).toBe(true)
    expect(verifyConsistency(first, second, halves, sha256('other'), whole)).toBe(false)
  })
})

describe('the tree of a store', () => {
  const counting = (): {asked: number; leaves: (from: number, count: number) => Buffer[]} => ({
    asked: 0,
    leaves(from, count) {
      this.asked += count
      return leaves.slice(from, from + count)
    },
  })

  test.each([1, 2, 255, 256, 257, 511, 512, 513, 800])(
    'proves the same as the leaves in memory: %i',
    (size) => {
      const stored = storedTree(counting())
      expect(stored(0, size)).toEqual(rootAt(size))
      for (const first of new Set([1, 3, Math.ceil(size / 2), Math.max(1, size - 1), size]))
        if (first <= size)
          expect(consistencyProof(first, size, stored)).toEqual(consistencyProof(first, size, range))
      for (const index of new Set([0, Math.floor(size / 2), size - 1])) {
        const path = inclusionPath(index, size, stored)
        expect(path).toEqual(inclusionProof(leaves.slice(0, size), index))
        expect(verifyInclusion(leaves[index] ?? Buffer.alloc(0), index, size, path, rootAt(size))).toBe(true)
      }
    },
  )

  test('reads whole blocks once, however many proofs are asked for', () => {
    const store = counting()
    const stored = storedTree(store)
    stored(0, 768)
    expect(store.asked).toBe(768)
    for (const first of [256, 512, 768]) consistencyProof(first, 768, stored)
    expect(store.asked).toBe(768)
  })

  test('takes whole blocks that are known, and reads only the edges', () => {
    const edge = new Frontier()
    for (const leaf of leaves) edge.add(leaf)
    expect(edge.blocks).toEqual([0, 256, 512].map((from) => range(from, from + 256)))
    const store = counting()
    const stored = storedTree(store, edge.blocks)
    for (const first of [1, 300, 512, 700, 800]) {
      store.asked = 0
      expect(consistencyProof(first, 800, stored)).toEqual(consistencyProof(first, 800, range))
      expect(store.asked).toBeLessThan(2 * 256)
    }
  })

  test('refuses to prove by leaves that are missing', () => {
    expect(() => storedTree(counting())(0, 801)).toThrow(new TypeError('entries are missing'))
  })
})
