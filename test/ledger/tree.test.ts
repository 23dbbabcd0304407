import {createHash} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {inclusionPath, rootOf, verifyInclusion} from '../../src/ledger/merkle.ts'
import {Tree} from '../../src/ledger/tree.ts'

const count = 20_000
const leaves = Array.from({length: count}, (_, at) => createHash('sha256').update(String(at)).digest())
const whole = new Tree()
/** How often leaves were read again. */
let reads = 0
const stored = [...leaves]
const windowed = new Tree((from, many) => {
  reads += 1
  return stored.slice(from, from + many)
})
for (const leaf of leaves) {
  whole.add(leaf.toString('hex'))
  windowed.add(leaf.toString('hex'))
}

describe.each([
  {name: 'the tree in memory', tree: whole},
  {name: 'the tree that reads older leaves again', tree: windowed},
])('$name', ({tree}) => {
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

describe('leaves that are read again', () => {
  test('are read a block at a time, and only those that are no longer here', () => {
    reads = 0
    for (let size = count; size > count - 16_000; size -= 97) windowed.root(size)
    expect(reads).toBe(0)
    for (let turn = 0; turn < 3; turn += 1) for (let size = 257; size < 511; size += 1) windowed.root(size)
    expect(reads).toBeLessThanOrEqual(1)
  })

  test('are not believed when they are not those that there were', () => {
    stored[700] = Buffer.alloc(32, 1)
    stored[1_300] = Buffer.alloc(31, 1)
    for (const size of [701, 1_301]) expect(windowed.root(size)).toBeUndefined()
    expect(() => windowed.range(700, 701)).toThrow(TypeError)
    expect(windowed.find(leaves[700]?.toString('hex') ?? '')).toBeUndefined()
    // What needs none of them is known still.
    expect(windowed.root(768)).toBe(whole.root(768))
    expect(windowed.root(count)).toBe(whole.root(count))
    stored[700] = leaves[700] ?? Buffer.alloc(0)
    expect(windowed.root(701)).toBe(whole.root(701))
  })

  test('end at a store that holds fewer', () => {
    const short = new Tree(() => [])
    for (const leaf of leaves) short.add(leaf.toString('hex'))
    expect(short.root(257)).toBeUndefined()
    expect(short.root(count)).toBe(whole.root(count))
  })
})

describe('a tree that goes back', () => {
  test('has the roots of what was added since, and finds nothing of what was taken', () => {
    const tree = new Tree(() => [])
    for (const leaf of leaves.slice(0, 700)) tree.add(leaf.toString('hex'))
    tree.cut(500)
    expect(tree.size).toBe(500)
    expect(tree.root(501)).toBeUndefined()
    expect(tree.find(leaves[600]?.toString('hex') ?? '')).toBeUndefined()
    const others = leaves.slice(1_000, 1_100)
    for (const leaf of others) tree.add(leaf.toString('hex'))
    expect(tree.root(600)).toBe(rootOf([...leaves.slice(0, 500), ...others]).toString('base64'))
    expect(tree.find(leaves[1_050]?.toString('hex') ?? '')).toBe(550)
    expect(tree.find(leaves[499]?.toString('hex') ?? '')).toBe(499)
  })
})
