import {KeyriteError} from '../../base/errors.ts'
import type {ErrorFacts} from '../../base/errors.ts'

/** Something in the file does not open, or is not what keyrite writes. */
export function tampered(path: string, fact: string, cause?: unknown): KeyriteError {
  return new KeyriteError('TOKEN_TAMPERED', `cannot trust token "${path}": ${fact}`, {
    hints: ['restore a backup of the token into a new one, and find out who changed the file'],
    cause,
  })
}

/** The file, or a part of it, is an older one than was there before. */
export function rolledBack(path: string, fact: string): KeyriteError {
  return new KeyriteError('TOKEN_ROLLED_BACK', `cannot trust token "${path}": ${fact}`, {
    hints: ['bring back the newest copy of the token file, and find out who put this one there'],
  })
}

/** @returns the error as an operator should see it: SQLite's own codes sorted into damage, locks and storage. */
export function fromStorage(error: unknown, path: string, facts: ErrorFacts = {}): unknown {
  const code = sqliteCode(error)
  if (code === undefined) return error
  if (/^SQLITE_(?:CORRUPT|NOTADB|FORMAT|ERROR|MISMATCH|CONSTRAINT|SCHEMA)/.test(code))
    return tampered(path, 'SQLite cannot read it as a token', error)
  if (/^SQLITE_(?:BUSY|LOCKED)/.test(code))
    return new KeyriteError('LOCKED', `cannot use token "${path}": another process holds it`, {
      hints: ['wait for the other keyrite to end, and try again'],
      cause: error,
    })
  return new KeyriteError('STORAGE', `cannot use token "${path}": the storage failed (${code})`, {
    hints: ['look for a full or read-only disk, then run it again: what happened is asked anew'],
    cause: error,
    ...facts,
  })
}

/** The SQLite result code of an error of the driver, else undefined. */
export function sqliteCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' && error.code.startsWith('SQLITE_') ? error.code : undefined
}
