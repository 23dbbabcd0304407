/** Pins: the last checkpoint that this user verified or signed, kept outside the home. Only a pin shows a rollback. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {consistencyProof, verifyConsistency} from './consistency.ts'
import {KeyriteError} from '../base/errors.ts'
import {makePrivateDir, readOwn, replaceOwn} from '../base/files.ts'
import type {LedgerFacts, Problem} from './fold.ts'
import type {RangeRoot} from './merkle.ts'
import {openCheckpoint, parseVkey} from './note.ts'
import type {StateDir} from './writer.ts'

const pinPath = (state: StateDir, fingerprint: string): string => join(state.path, 'pins', fingerprint)

/** @returns the signed note; undefined where this user has no pin of this ledger. */
export function loadPin(state: StateDir, fingerprint: string): string | undefined {
  const path = pinPath(state, fingerprint)
  return existsSync(path) ? readOwn(path, 65_536).toString('utf8') : undefined
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

/**
 * Whether the ledger continues what the pin saw: the pin is a checkpoint signed by this ledger's writer, and an RFC 9162
 * consistency proof leads from it to the tree as it is now. The proof is made from what is stored, and verified.
 */
export function judgePin(note: string, facts: LedgerFacts, {size, root, range}: Tree): Problem[] {
  const wrong = (message: string): Problem[] => [{rule: 'pin', seq: null, message}]
  try {
    const pin = openCheckpoint(note, parseVkey(facts.vkey))
    if (pin.size > size)
      return wrong(`the pin saw ${pin.size} entries, the ledger has ${size}: it was rolled back or cut off`)
    if (!verifyConsistency(pin.size, size, consistencyProof(pin.size, size, range), pin.root, root))
      return wrong(
        `at ${pin.size} entries the ledger is not the one that the pin saw, and its writer’s key signed both: its history was rewritten or forked`,
      )
    return []
  } catch (error) {
    if (error instanceof KeyriteError) throw error
    return wrong(`the pin cannot be used: ${error instanceof Error ? error.message : 'unreadable'}`)
  }
}
