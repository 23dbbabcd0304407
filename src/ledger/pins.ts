/** Pins: the last checkpoint that this user verified or signed, kept outside the home. Only a pin shows a rollback. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {base64} from '../base/bytes.ts'
import {makePrivateDir, readOwn, replaceOwn} from '../base/files.ts'
import type {LedgerFacts, Problem} from './fold.ts'
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

/** Whether the ledger, which now has `size` entries, continues what the pin saw. @param rootAt - base64 root at a size. */
export function judgePin(
  note: string,
  facts: LedgerFacts,
  size: number,
  rootAt: (size: number) => string | undefined,
): Problem[] {
  const wrong = (message: string): Problem[] => [{rule: 'pin', seq: null, message}]
  try {
    const pin = openCheckpoint(note, parseVkey(facts.vkey))
    if (pin.size > size)
      return wrong(`the pin saw ${pin.size} entries, the ledger has ${size}: it was rolled back or cut off`)
    if (rootAt(pin.size) !== base64(pin.root))
      return wrong(
        `at ${pin.size} entries the ledger is not the one that the pin saw: its history was rewritten`,
      )
    return []
  } catch (error) {
    return wrong(`the pin cannot be used: ${error instanceof Error ? error.message : 'unreadable'}`)
  }
}
