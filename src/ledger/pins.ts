/** Pins: the last checkpoint that this user verified or signed, kept outside the home. Only a pin shows a rollback. */
import {existsSync} from 'node:fs'
import {base64} from '../base/bytes.ts'
import {join} from 'node:path'
import {consistencyProof, verifyConsistency} from './consistency.ts'
import {KeyriteError} from '../base/errors.ts'
import {makePrivateDir, readOwn, replaceOwn} from '../base/files.ts'
import type {LedgerFacts, Problem} from './fold.ts'
import type {RangeRoot} from './merkle.ts'
import {openCheckpoint, parseCheckpoint, parseVkey, vkeyText, type VerifierKey} from './note.ts'
import {foreign, type StateDir} from './writer.ts'
import {keyAt, vkeyAt} from './writers.ts'

/** Where this user keeps the pin of a ledger. */
export const pinPath = (state: StateDir, fingerprint: string): string => join(state.path, 'pins', fingerprint)

/** @returns the signed note; undefined where this user has no pin of this ledger. @throws KeyriteError `UNSAFE_FILE` if something else lies there. */
export function loadPin(state: StateDir, fingerprint: string): string | undefined {
  const path = pinPath(state, fingerprint)
  if (!existsSync(path)) return undefined
  const note = readOwn(path, 65_536).toString('utf8')
  if (!readable(note)) throw foreign(path)
  return note
}

/** Keeps a checkpoint that was verified. @throws KeyriteError `STORAGE`. */
export function storePin(state: StateDir, fingerprint: string, note: string): void {
  makePrivateDir(join(state.path, 'pins'))
  replaceOwn(pinPath(state, fingerprint), Buffer.from(note))
}

/** The tree that pins are held against. */
export interface Tree {
  readonly size: number
  /** 32 bytes, computed from the entries. */
  readonly root: Uint8Array
  readonly range: RangeRoot
}

/** What holding a pin against a ledger gave. */
export interface PinVerdict {
  readonly problems: readonly Problem[]
  /** What the pin saw and the ledger does not hold, where an entry acknowledges that. */
  readonly findings: readonly Problem[]
}

/**
 * Whether the ledger continues what the pin saw: the pin is a checkpoint signed by the key in force at its size, and an
 * RFC 9162 consistency proof leads from it to the tree as it is now. The proof is made from what is stored, and verified.
 */
export function judgePin(note: string, facts: LedgerFacts, {size, root, range}: Tree): PinVerdict {
  const wrong = (message: string): PinVerdict => ({
    problems: [{rule: 'pin', seq: null, message}],
    findings: [],
  })
  try {
    const pin = parseCheckpoint(note)
    const key = signerOf(note, facts)
    const own = pin.size <= size && vkeyText(key) === vkeyAt(facts, pin.size)
    if (own && verifyConsistency(pin.size, size, consistencyProof(pin.size, size, range), pin.root, root))
      return {problems: [], findings: []}
    const known = acknowledgement(note, facts)
    if (known !== undefined) return {problems: [], findings: [{rule: 'pin', ...known}]}
    if (own)
      return wrong(
        `at ${pin.size} entries the ledger is not the one that the pin saw, and its writer’s key signed both: its history was rewritten or forked`,
      )
    return wrong(
      pin.size > size && vkeyText(key) === facts.vkey
        ? `the pin saw ${pin.size} entries, the ledger has ${size}: it was rolled back or cut off`
        : `the pin saw ${pin.size} entries under a key that did not write the ledger then: it is of another branch`,
    )
  } catch (error) {
    if (error instanceof KeyriteError) throw error
    const known = readable(note) ? acknowledgement(note, facts) : undefined
    if (known !== undefined) return {problems: [], findings: [{rule: 'pin', ...known}]}
    const why = error instanceof Error ? error.message : 'unreadable'
    return wrong(`the pin cannot be used: ${why}${readable(note) ? beyond(note, size) : ''}`)
  }
}

/** What may be meant by a pin of more entries than there are, by a key that is not known here. */
function beyond(note: string, size: number): string {
  const seen = parseCheckpoint(note).size
  return seen > size
    ? `; it saw ${seen} entries, the ledger has ${size}: if another machine writes it now, hold that copy against this one (keyrite ledger compare OTHER)`
    : ''
}

/** The key of this ledger that signed a note. @throws TypeError if it is not one of them. */
function signerOf(note: string, facts: LedgerFacts): VerifierKey {
  const {size} = parseCheckpoint(note)
  const keys = [keyAt(facts, size), ...facts.writers.map(({vkey}) => parseVkey(vkey))]
  const found = keys.find((key) => signs(note, key))
  if (found !== undefined) return found
  openCheckpoint(note, keyAt(facts, size)) // says what is wrong with it
  throw new TypeError('the checkpoint is signed by another key')
}

function signs(note: string, key: VerifierKey): boolean {
  try {
    openCheckpoint(note, key)
    return true
  } catch {
    return false
  }
}

function readable(note: string): boolean {
  try {
    parseCheckpoint(note)
    return true
  } catch {
    return false
  }
}

/** What the ledger says of a checkpoint that it does not continue; undefined if it says nothing. */
export function acknowledgement(
  note: string,
  facts: LedgerFacts,
): {readonly seq: number; readonly message: string} | undefined {
  const {size, root} = parseCheckpoint(note)
  const branch = facts.absorbed.find(({at, roots}) => size > at && roots.get(size) === base64(root))
  if (branch !== undefined)
    return {
      seq: branch.seq,
      message: `branch ${branch.at}..${branch.size - 1} of another copy, absorbed at seq ${branch.seq}`,
    }
  for (const {seq, head, lost, by} of facts.writers) {
    if (by !== 'restore') continue
    const last = Math.max(...lost.map((one) => parseCheckpoint(one).size))
    const before = keyAt(facts, head)
    if (lost.includes(note) || (size > head && size <= last && signs(note, before)))
      return {seq, message: `lost range ${head}..${last - 1}, acknowledged at seq ${seq}`}
  }
  return undefined
}
