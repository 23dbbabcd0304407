/** A request as a folder that travels: which files it has, and reading them without trusting anything in them. */
import {existsSync, mkdirSync, rmSync, statSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {KeyriteError} from '../../base/errors.ts'
import {storageError} from '../../base/file-errors.ts'
import {readPublic, syncFolder, writeNew} from '../../base/files.ts'
import type {Statement, Use} from '../../custody/index.ts'

export type Decision = Statement['decision']
/** What can be signed from afar. */
export type AfarUse = Extract<
  Use,
  'approval' | 'certificate' | 'founding' | 'possession' | 'proposal' | 'transcript'
>
export type Files = ReadonlyMap<string, Uint8Array>

/** The answers that each use takes, and so the statements that an export holds: the files have their names. */
export const answersOf: Readonly<Record<AfarUse, readonly Decision[]>> = {
  approval: ['approve', 'reject'],
  certificate: ['attest'],
  founding: ['attest'],
  possession: ['attest'],
  proposal: ['attest'],
  transcript: ['attest'],
}
export const decisions: readonly Decision[] = ['approve', 'reject', 'attest']

/** Why somebody said no: private, unsigned, and read by `request add`. */
export const reasonFile = 'reject.reason'

/** What is judged. `words.txt` and `HOWTO.md` are for people without keyrite, and are never read back. */
const judged = [
  ...decisions,
  'entry',
  'plan.json',
  'policy.json',
  'roster.json',
  'openings.json',
  'transcript.jsonl',
  'certificate.txt',
  'checkpoint',
  'proof',
  'writers',
]
const limitBytes = 16 * 1024 * 1024

/** @throws KeyriteError `FILE_NOT_FOUND`, `UNSAFE_FILE`. */
export function readExport(path: string): Files {
  const found = statSync(resolve(path), {throwIfNoEntry: false})
  if (found?.isDirectory() !== true)
    throw new KeyriteError('FILE_NOT_FOUND', `cannot find the folder "${path}"`, {
      hints: ['keyrite request sign DIR, with the folder that request export wrote'],
    })
  return new Map(
    judged
      .filter((name) => existsSync(join(path, name)))
      .map((name) => [name, readPublic(join(path, name), limitBytes)]),
  )
}

/** Writes a new folder of mode 0700. @throws KeyriteError `EXISTS` if anything has this name, `FILE_NOT_FOUND`, `STORAGE`. */
export function writeExport(path: string, files: Files): void {
  const folder = resolve(path)
  try {
    mkdirSync(folder, {mode: 0o700})
  } catch (cause) {
    throw storageError('write the request', path, cause)
  }
  try {
    for (const [name, bytes] of files) writeNew(join(folder, name), bytes)
    syncFolder(dirname(folder))
  } catch (cause) {
    rmSync(folder, {recursive: true, force: true})
    throw cause
  }
}
