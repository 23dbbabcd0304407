/**
 * `branch.absorbed`: the other copy of a ledger was seen. What it holds beyond the entries in common is kept as one blob;
 * it has no effect, and is there to be looked at. After a take-over this ends the risk of a fork.
 */
import {base64, fromBase64, fromHex} from '../base/bytes.ts'
import {isObject, jcsBytes, parseJcs, type Json} from '../base/jcs.ts'
import {isBlobRef, leafHash, parseEntry, type Entry} from './entry.ts'
import {problem, type Absorbed, type LedgerFacts, type Problem, type View, type WriterChange} from './fold.ts'
import {Frontier, largestPowerBelow, nodeHash, type RangeRoot} from './merkle.ts'
import {openCheckpoint, parseCheckpoint} from './note.ts'
import {changesWriter, keyAt, withWriter} from './writers.ts'

export const branchType = 'branch.absorbed'

/** The writers as a branch has them, which leaves the ledger after `at` entries. Nothing in it is judged. */
export function factsOfBranch(facts: LedgerFacts, at: number, entries: readonly Uint8Array[]): LedgerFacts {
  const writers = facts.writers.filter(({seq}) => seq < at)
  let found: LedgerFacts = {...facts, writers, vkey: writers.at(-1)?.vkey ?? facts.vkey}
  for (const bytes of entries) {
    const entry = parseEntry(bytes)
    if (changesWriter(entry)) found = withWriter(found, entry, undefined)
  }
  return found
}

/** What stands behind a take-over or a restore until the other copy was seen. */
export function forkRisks({writers, absorbed}: LedgerFacts): readonly WriterChange[] {
  return writers.filter(
    ({by, seq}) => (by === 'take-over' || by === 'restore') && !absorbed.some(({after}) => after === seq),
  )
}

/** The blob: the entries of a branch, and the peaks of the tree that they go on from. */
export function branchBytes(at: number, entries: readonly Uint8Array[], range: RangeRoot): Uint8Array {
  return jcsBytes({
    at,
    entries: entries.map(base64),
    peaks: peaksOf(at, range).map(base64),
    type: 'keyrite.branch/1',
  })
}

/** Roots of the full subtrees that a tree of this size is made of, largest first. */
function peaksOf(size: number, range: RangeRoot): Uint8Array[] {
  const peaks: Uint8Array[] = []
  for (let from = 0; from < size;) {
    const left = size - from
    const width = left === 1 ? 1 : largestPowerBelow(left) * 2 === left ? left : largestPowerBelow(left)
    peaks.push(range(from, from + width))
    from += width
  }
  return peaks
}

interface Branch {
  readonly at: number
  readonly entries: readonly Uint8Array[]
  readonly peaks: readonly Uint8Array[]
}

/** @throws TypeError if the blob is not of its form. */
export function parseBranch(bytes: Uint8Array): Branch {
  const value = parseJcs(bytes)
  const fits = isObject(value) && Object.keys(value).join() === 'at,entries,peaks,type'
  if (!fits || value['type'] !== 'keyrite.branch/1' || typeof value['at'] !== 'number')
    throw new TypeError('the branch is not of its form')
  return {
    at: value['at'],
    entries: texts(value['entries']).map(fromBase64),
    peaks: texts(value['peaks']).map(fromBase64),
  }
}

function texts(value: Json | undefined): readonly string[] {
  const all = Array.isArray(value) ? (value as readonly Json[]) : [null]
  if (!all.every((one) => typeof one === 'string')) throw new TypeError('the branch is not of its form')
  return all
}

/** The roots (base64) that a branch leads to, by size; that of `at` itself first. */
function rootsOf({at, entries, peaks}: Branch): ReadonlyMap<number, string> {
  const tree = new Continued(at, peaks)
  const roots = new Map([[at, base64(tree.root())]])
  for (const [index, bytes] of entries.entries()) {
    tree.add(fromHex(leafHash(bytes)))
    roots.set(at + index + 1, base64(tree.root()))
  }
  return roots
}

/** A tree that goes on from its peaks. */
class Continued {
  #peaks: Uint8Array[]
  #size: number

  constructor(size: number, peaks: readonly Uint8Array[]) {
    if (peaks.length !== size.toString(2).replaceAll('0', '').length)
      throw new TypeError('the branch goes on from no tree of its size')
    this.#peaks = [...peaks]
    this.#size = size
  }

  add(leaf: Uint8Array): void {
    let node = leaf
    for (let bit = this.#size; bit % 2 === 1; bit = Math.floor(bit / 2))
      node = nodeHash(this.#peaks.pop() ?? leaf, node)
    this.#peaks.push(node)
    this.#size += 1
  }

  root(): Uint8Array {
    const [last, ...others] = [...this.#peaks].reverse()
    return others.reduce((root, peak) => nodeHash(peak, root), last ?? new Frontier().root())
  }
}

/** The facts after a branch was absorbed. @throws TypeError if it is not of its form. */
export function withBranch(view: View, {data, seq}: Entry): LedgerFacts {
  const {after, at, branch, head} = data
  const roots = isBlobRef(branch) ? rootsOf(parseBranch(view.blob(branch.blob))) : new Map<number, string>()
  const absorbed: Absorbed = {
    seq,
    after: typeof after === 'number' ? after : null,
    at: Number(at),
    size: parseCheckpoint(typeof head === 'string' ? head : '').size,
    roots,
  }
  return {...view.facts, absorbed: [...view.facts.absorbed, absorbed]}
}

/** What is wrong with it. It needs no approval: it changes nothing but the mark that the other copy was not seen. */
export function branchProblems(view: View, entry: Entry): Problem[] {
  const fault = branchFault(view, entry)
  return fault === undefined ? [] : [problem('branch', entry, fault)]
}

function branchFault(view: View, {data, approved, actor, seq}: Entry): string | undefined {
  const {after, at, branch, head} = data
  if (Object.keys(data).join() !== 'after,at,branch,head' || typeof head !== 'string')
    return 'data is not of its form'
  if (typeof at !== 'number' || at < 1 || at > seq) return 'it leaves the ledger where there is nothing'
  if (approved !== null || actor.person === null)
    return 'somebody says that they saw it, and nobody approves that'
  const {size, root, origin} = parseCheckpoint(head)
  if (origin !== view.facts.name) return 'the head is of another ledger'
  const known = view.rootAt(at)
  let entries: readonly Uint8Array[] = []
  if (branch === null) {
    if (size !== at || (known !== undefined && known !== base64(root)))
      return 'the head is not the one in common'
  } else {
    if (!isBlobRef(branch)) return 'data is not of its form'
    const parsed = parseBranch(view.blob(branch.blob))
    const roots = rootsOf(parsed)
    if (parsed.at !== at || parsed.entries.length === 0 || size !== at + parsed.entries.length)
      return 'the branch does not lead from there to its head'
    if (roots.get(size) !== base64(root) || (known !== undefined && known !== roots.get(at)))
      return 'the branch does not lead from there to its head'
    entries = parsed.entries
  }
  openCheckpoint(head, keyAt(factsOfBranch(view.facts, at, entries), size))
  if (after === null) return branch === null ? 'it says nothing' : undefined
  return forkRisks(view.facts).some((one) => one.seq === after && one.head === at)
    ? undefined
    : 'it ends no risk of a fork'
}
