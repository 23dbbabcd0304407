import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {sha256} from '../../src/base/bytes.ts'
import {
  emptyRoot,
  Frontier,
  inclusionProof,
  nodeHash,
  rootOf,
  verifyInclusion,
} from '../../src/ledger/merkle.ts'
import {testWith} from '../support/needs.ts'
import {flipped, slow} from './support.ts'

const folder = join(import.meta.dirname, '../../../shared/vectors/merkle/inclusion')
const runs = {numRuns: slow ? 500 : 40}

/** The text of RFC 6962 section 2.1, as a recursion. */
function naive(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves
  if (only === undefined) return sha256('')
  if (leaves.length === 1) return only
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return nodeHash(naive(leaves.slice(0, split)), naive(leaves.slice(split)))
}

function leavesOf(count: number): Buffer[] {
  return Array.from({length: count}, (_, at) => sha256(`leaf ${at}`))
}

interface Vector {
  readonly leafIdx: number
  readonly treeSize: number
  readonly root: string | null
  readonly leafHash: string | null
  readonly proof: readonly string[] | null
  readonly wantErr: boolean
}

const bytes = (text: string | null): Buffer => Buffer.from(text ?? '', 'base64')

describe('the tree', () => {
  testWith('vectors', 'every published inclusion proof gets its stated result', () => {
    const files = readdirSync(folder, {recursive: true, withFileTypes: true}).filter((one) => one.isFile())
    const wrong = files.flatMap((file) => {
      const path = join(file.parentPath, file.name)
      const one = JSON.parse(readFileSync(path, 'utf8')) as Vector
      const proof = (one.proof ?? []).map(bytes)
      const good = verifyInclusion(bytes(one.leafHash), one.leafIdx, one.treeSize, proof, bytes(one.root))
      return good === !one.wantErr ? [] : [path]
    })
    expect(files.length).toBe(98)
    expect(wrong).toEqual([])
  })

  test('the root of nothing is the hash of nothing, the root of one leaf is that leaf', () => {
    expect(rootOf([])).toEqual(emptyRoot)
    expect(emptyRoot.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    const [leaf] = leavesOf(1)
    expect(rootOf(leavesOf(1))).toEqual(leaf)
  })

  test('the growing edge gives at every size the root that the RFC’s recursion gives', () => {
    const leaves = leavesOf(130)
    const edge = new Frontier()
    for (const [at, leaf] of leaves.entries()) {
      edge.add(leaf)
      expect(edge.size).toBe(at + 1)
      expect(edge.root()).toEqual(Buffer.from(naive(leaves.slice(0, at + 1))))
    }
  })

  test('a proof leads from its leaf to the root, and from no other leaf, place, size or root', () => {
    fc.assert(
      fc.property(fc.integer({min: 1, max: 150}), fc.nat(), fc.nat(), (size, pick, where) => {
        const leaves = leavesOf(size)
        const index = pick % size
        const leaf = leaves[index] ?? Buffer.alloc(0)
        const root = rootOf(leaves)
        const proof = inclusionProof(leaves, index)
        expect(verifyInclusion(leaf, index, size, proof, root)).toBe(true)
        expect(verifyInclusion(flipped(leaf, where % 32), index, size, proof, root)).toBe(false)
        expect(verifyInclusion(leaf, index, size, proof, flipped(root, where % 32))).toBe(false)
        if (size > 1) expect(verifyInclusion(leaf, (index + 1) % size, size, proof, root)).toBe(false)
        expect(verifyInclusion(leaf, index, size, [...proof, root], root)).toBe(false)
        expect(verifyInclusion(leaf, index, size, proof.slice(1), root)).toBe(proof.length === 0)
        for (const [at, hash] of proof.entries())
          expect(verifyInclusion(leaf, index, size, proof.with(at, flipped(hash, where % 32)), root)).toBe(
            false,
          )
      }),
      runs,
    )
  })

  test.each([
    ['before the first', -1, 3],
    ['behind the last', 3, 3],
    ['in an empty tree', 0, 0],
  ])('a leaf %s is in no tree', (_name, index, size) => {
    const leaves = leavesOf(3)
    expect(verifyInclusion(leaves[0] ?? emptyRoot, index, size, [], rootOf(leaves))).toBe(false)
  })
})
