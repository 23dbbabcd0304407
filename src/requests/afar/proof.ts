/** `proof`: that the entry is in the tree of the checkpoint, and that the checkpoint continues others. RFC 9162. */
import {z} from 'zod'
import {base64, fromBase64, fromHex} from '../../base/bytes.ts'
import {jcsBytes, parseJcs} from '../../base/jcs.ts'
import {verifyInclusion, type Checkpoint, type Entry, type Ledger} from '../../ledger/index.ts'
import {consistencyProof, verifyConsistency} from '../../ledger/consistency.ts'
import {inclusionPath} from '../../ledger/merkle.ts'
import {storedTree} from '../../ledger/stored-tree.ts'

const hash = z.string().regex(/^[A-Za-z0-9+/]{43}=$/)
const inclusion = z.strictObject({hashes: z.array(hash).max(64), index: z.int().min(0)})
const schema = z.strictObject({
  consistency: z.array(z.strictObject({hashes: z.array(hash).max(128), root: hash, size: z.int().min(1)})),
  inclusion,
  /** That the entries beside the first in `openings.json` are in the tree too; absent where there are none. */
  names: z.array(inclusion).min(1).optional(),
  type: z.literal('keyrite.proof/1'),
})
export type Proof = z.infer<typeof schema>

/**
 * Whether an entry is the question of a take-over: it is under no checkpoint yet, and follows the head that its signers see.
 * What it asks is judged by whoever reads its plan.
 */
export function followsHead({seq, type}: Pick<Entry, 'seq' | 'type'>, size: number): boolean {
  return seq === size && type === 'quorum.opened'
}

/** Which leaf is proved: the entry's own, or for one that follows the head the one before, whose hash it holds. */
function placeOf({seq}: Pick<Entry, 'seq'>, size: number): number {
  return seq === size ? seq - 1 : seq
}

/**
 * @param sizes - those from which a proof is to lead to the newest checkpoint; others than its own are left out.
 * @param sources - the entries beside the first that private values come from, or were erased by.
 */
export function proofBytes(
  ledger: Ledger,
  about: Pick<Entry, 'seq'>,
  sizes: readonly number[],
  sources: readonly Pick<Entry, 'seq'>[],
): Uint8Array {
  const range = storedTree(ledger.store)
  const {size} = ledger.checkpoint
  const index = placeOf(about, size)
  const path = (at: number): z.infer<typeof inclusion> => ({
    hashes: inclusionPath(at, size, range).map(base64),
    index: at,
  })
  const wanted = [...new Set(sizes)].filter((one) => one >= 1 && one <= size).sort((a, b) => a - b)
  return jcsBytes({
    consistency: wanted.map((from) => ({
      hashes: consistencyProof(from, size, range).map(base64),
      root: base64(range(0, from)),
      size: from,
    })),
    inclusion: path(index),
    ...(sources.length === 0 ? {} : {names: sources.map(({seq}) => path(seq))}),
    type: 'keyrite.proof/1',
  })
}

/** @throws TypeError unless everything in it leads to the checkpoint. */
export function readProof(
  bytes: Uint8Array,
  about: Entry,
  sources: readonly Entry[],
  {size, root}: Checkpoint,
): Proof {
  const parsed = schema.safeParse(parseJcs(bytes))
  if (!parsed.success) throw new TypeError('it is not of its form')
  const {inclusion: own, names = [], consistency} = parsed.data
  const proves = (leaf: string, at: number, one: z.infer<typeof inclusion> | undefined): boolean =>
    one?.index === at && verifyInclusion(fromHex(leaf), at, size, one.hashes.map(fromBase64), root)
  const index = placeOf(about, size)
  if (!proves(index === about.seq ? about.leaf : about.prev, index, own))
    throw new TypeError('the entry is not in the tree of the checkpoint')
  if (names.length !== sources.length || !sources.every(({seq, leaf}, at) => proves(leaf, seq, names[at])))
    throw new TypeError(
      'an entry that private values come from, or were erased by, is not in the tree of the checkpoint',
    )
  const broken = consistency.find(
    (one) => !verifyConsistency(one.size, size, one.hashes.map(fromBase64), fromBase64(one.root), root),
  )
  if (broken !== undefined)
    throw new TypeError(`the checkpoint does not continue the one of ${broken.size} entries`)
  return parsed.data
}

/** How a request stands to what its signer saw last. */
export type Continuation = 'first' | 'continues' | 'contradicts' | 'unproven'

/** @param pin - what the signer saw last; undefined where they saw nothing of this ledger yet. */
export function continuation(
  proof: Proof,
  checkpoint: Checkpoint,
  pin: Checkpoint | undefined,
): Continuation {
  if (pin === undefined) return 'first'
  if (pin.size > checkpoint.size) return 'unproven'
  const known =
    pin.size === checkpoint.size
      ? base64(checkpoint.root)
      : proof.consistency.find(({size}) => size === pin.size)?.root
  if (known === undefined) return 'unproven'
  return known === base64(pin.root) ? 'continues' : 'contradicts'
}
