import {createHash} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {inclusionPath, rootOf, verifyInclusion} from '../../src/ledger/merkle.ts'
import {Tree} from '../../src/ledger/tree.ts'

const count = 20_000
const leaves = Array.from({length: count}, (_, at) => createHash('sha256').update(String(at)).digest())
const tree = new Tree()
for (const leaf of leaves) tree.add(leaf.toString('hex'))

describe('the tree in memory', () => {
  test.each([1, 2, 3, 4, 5, 7, 8, 255, 256, 257, 8_191, 8_192, 8_193, 16_384, 19_999, count])(
    'has the root of RFC 6962 at size %i',
    (size) => {
      expect(tree.root(size)).toBe(rootOf(leaves.slice(0, size)).toString('base64'))
    },
  )

  test('has no root of a size that it does not reach, or that is none', () => {
    for (const size of [0, -1, 1.5, count + 1, NaN]) expect(tree.root(size)).toBeUndefined()
  })

  test('gives the ranges that proofs are made of', () => {
    const root = rootOf(leaves)
    for (const index of [0, 1, 8_191, 8_192, 12_345, count - 1]) {
      const path = inclusionPath(index, count, tree.range)
      expect(verifyInclusion(leaves[index] ?? Buffer.alloc(0), index, count, path, root)).toBe(true)
    }
    expect(() => tree.range(0, count + 1)).toThrow(TypeError)
  })

  test('knows where each leaf stands, and the newest of two that are the same', () => {
    for (const at of [0, 1, 8_192, count - 1]) expect(tree.find(leaves[at]?.toString('hex') ?? '')).toBe(at)
    expect(tree.find('ab'.repeat(32))).toBeUndefined()
    expect(tree.find('not hex')).toBeUndefined()
    const twice = new Tree()
    for (let at = 0; at < 3_000; at += 1) twice.add((leaves[at % 1_500] ?? Buffer.alloc(0)).toString('hex'))
    expect(twice.find(leaves[7]?.toString('hex') ?? '')).toBe(1_507)
    twice.add('cd'.repeat(32))
    expect(twice.find('cd'.repeat(32))).toBe(3_000)
  })
})
