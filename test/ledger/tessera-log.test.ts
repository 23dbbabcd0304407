/** A log that another implementation wrote: its tiles and bundles, by our own parts. Its checkpoints alone: note.test.ts. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {sha256} from '../../src/base/bytes.ts'
import {consistencyProof, verifyConsistency} from '../../src/ledger/consistency.ts'
import {emptyRoot, inclusionProof, rootOf, verifyInclusion} from '../../src/ledger/merkle.ts'
import {openCheckpoint, parseVkey, type Checkpoint} from '../../src/ledger/note.ts'
import {parseProof, proofText} from '../../src/ledger/proof.ts'
import {tilePath} from '../../src/ledger/tiles.ts'
import {testWith} from '../support/needs.ts'

const log = join(import.meta.dirname, '../../../shared/vectors/tessera-log')
/** As its makers publish it with the test data (transparency-dev/tessera). */
const vkey = parseVkey('example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx')
const sizes = Array.from({length: 16}, (_, size) => size)
const note = (size: number): string => readFileSync(join(log, `checkpoint.${size}`), 'utf8')
const opened = (size: number): Checkpoint => openCheckpoint(note(size), vkey)

function tile(size: number): Buffer[] {
  const bytes = readFileSync(join(log, tilePath(0, 0, size)))
  return Array.from({length: bytes.length / 32}, (_, at) => bytes.subarray(at * 32, at * 32 + 32))
}

function entries(size: number): Buffer[] {
  const bytes = readFileSync(join(log, tilePath('entries', 0, size)))
  const found: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 2 + bytes.readUInt16BE(at))
    found.push(bytes.subarray(at + 2, at + 2 + bytes.readUInt16BE(at)))
  return found
}

describe('a published log', () => {
  testWith('vectors', 'the bundles’ entries have the tiles’ hashes, and these the checkpoints’ roots', () => {
    expect(opened(0).root).toEqual(emptyRoot)
    for (const size of sizes.slice(1)) {
      const leaves = entries(size).map((entry) => sha256(Buffer.from([0]), entry))
      expect(leaves).toHaveLength(size)
      expect(leaves).toEqual(tile(size))
      expect(rootOf(leaves)).toEqual(opened(size).root)
    }
  })

  testWith('vectors', 'each pair of checkpoints is consistent, by proofs made of its tiles', () => {
    for (const second of sizes.slice(1)) {
      const leaves = tile(second)
      for (const first of sizes.slice(1, second + 1)) {
        const proof = consistencyProof(first, second, (from, to) => rootOf(leaves.slice(from, to)))
        expect(verifyConsistency(first, second, proof, opened(first).root, opened(second).root)).toBe(true)
        if (first < second)
          expect(verifyConsistency(first, second, proof, opened(second).root, opened(second).root)).toBe(
            false,
          )
      }
    }
  })

  testWith('vectors', 'each entry is proved under each checkpoint by a text that reads back', () => {
    for (const size of sizes.slice(1)) {
      const leaves = tile(size)
      for (const index of leaves.keys()) {
        const text = proofText({index, hashes: inclusionProof(leaves, index), checkpoint: note(size)})
        const {hashes, checkpoint} = parseProof(text)
        const {root} = openCheckpoint(checkpoint, vkey)
        expect(verifyInclusion(leaves[index] ?? Buffer.alloc(0), index, size, hashes, root)).toBe(true)
      }
    }
  })
})
