/**
 * The rules for a token's file: regular, one link, ours, nobody else's to read or write; its folder not writable by others.
 * Looked at with `lstat` before SQLite opens it, and again before every write, so that a file put in its place is noticed.
 */
import {closeSync, fchmodSync, lstatSync, mkdirSync, openSync, statSync} from 'node:fs'
import type {Stats} from 'node:fs'
import {dirname} from 'node:path'
import {KeyriteError} from '../../base/errors.ts'

/** Which file it is, whatever it is called. */
export interface FileId {
  readonly device: number
  readonly inode: number
}

/**
 * @returns which file lies at the path.
 * @throws KeyriteError `FILE_NOT_FOUND`, or `UNSAFE_FILE` naming what is wrong and the command that mends it.
 */
export function safeFile(path: string): FileId {
  safeFolder(dirname(path))
  const found = lookAt(path)
  if (found === undefined)
    throw new KeyriteError('FILE_NOT_FOUND', `cannot open token "${path}": there is no such file`)
  refuseUnsafe(path, found)
  for (const companion of ['-wal', '-shm'])
    if (lookAt(path + companion) !== undefined)
      throw unsafe(
        path,
        `a stray "${companion}" file lies beside it`,
        `look where ${path}${companion} comes from`,
      )
  // A rollback journal is what a crash leaves, and SQLite plays it back: it must be as much ours as the file.
  const journal = lookAt(`${path}-journal`)
  if (journal !== undefined) refuseUnsafe(`${path}-journal`, journal)
  return {device: found.dev, inode: found.ino}
}

/**
 * Makes an empty file, 0600, and its folder, 0700, where that is missing.
 * @throws KeyriteError `EXISTS` if anything at all has this name, also a dangling link.
 */
export function createFile(path: string): void {
  try {
    mkdirSync(dirname(path), {recursive: true, mode: 0o700})
    safeFolder(dirname(path))
    const file = openSync(path, 'wx', 0o600)
    try {
      fchmodSync(file, 0o600) // a umask can only have taken bits away
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    if (cause instanceof KeyriteError) throw cause
    if (systemCode(cause) === 'EEXIST')
      throw new KeyriteError('EXISTS', `cannot create token "${path}": something with this name exists`, {
        hints: [`ls -ld ${path}`, '--token FILE, of another name'],
      })
    throw new KeyriteError('STORAGE', `cannot create token "${path}": ${systemCode(cause)}`, {cause})
  }
}

function safeFolder(path: string): void {
  let folder: Stats
  try {
    folder = statSync(path)
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT')
      throw new KeyriteError('FILE_NOT_FOUND', `cannot open folder "${path}": there is no such folder`)
    throw new KeyriteError('STORAGE', `cannot look at folder "${path}": ${systemCode(cause)}`, {cause})
  }
  if (!folder.isDirectory()) throw unsafe(path, 'it is not a folder', `look at ${path}`)
  if (!isOurs(folder)) throw unsafe(path, 'the folder belongs to somebody else', `look at ${path}`)
  if ((folder.mode & 0o022) !== 0) throw unsafe(path, 'others may write in the folder', `chmod 700 ${path}`)
}

function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined
    throw new KeyriteError('STORAGE', `cannot look at "${path}": ${systemCode(cause)}`, {cause})
  }
}

function refuseUnsafe(path: string, found: Stats): void {
  if (!found.isFile()) throw unsafe(path, 'it is not a regular file', `look at ${path}`)
  if (found.nlink !== 1)
    throw unsafe(path, 'it has more than one hard link', `find where else ${path} is linked`)
  if (!isOurs(found)) throw unsafe(path, 'it belongs to somebody else', `look at ${path}`)
  if ((found.mode & 0o077) !== 0) throw unsafe(path, 'others may read or write it', `chmod 600 ${path}`)
}

function isOurs(found: Stats): boolean {
  return process.getuid === undefined || found.uid === process.getuid()
}

function unsafe(path: string, fact: string, hint: string): KeyriteError {
  return new KeyriteError('UNSAFE_FILE', `cannot use "${path}": ${fact}`, {hints: [hint]})
}

function systemCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown error'
}
