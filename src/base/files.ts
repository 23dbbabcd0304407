/**
 * Files that matter: what is written is whole and on disk before the call returns, and no link, pipe or foreign file
 * at the path is followed or replaced (threat T21).
 *
 * - A new file appears under its name only when it is complete: written beside it, synced, then linked or renamed.
 * - A link is never followed at the last step of a path, neither for reading nor for writing one's own files.
 * - What was written is readable by its owner alone, unless the caller names another mode.
 * - Every call is synchronous, and after a failure nothing of ours is left behind.
 */
import {randomBytes} from 'node:crypto'
import * as fs from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {KeyriteError} from './errors.ts'

const {O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY, O_DIRECTORY} = fs.constants

/**
 * Writes a file that must not exist yet, not even as a dangling link.
 * @throws KeyriteError `EXISTS` if anything has this name, `FILE_NOT_FOUND` if its folder is missing, `STORAGE`.
 */
export function writeNew(path: string, bytes: Uint8Array, mode = 0o600): void {
  if (look(path) !== undefined) throw exists(path)
  doing('write', path, () => {
    writeBeside(path, bytes, mode, (temporary) => {
      // A link, unlike a rename, fails if the name was taken meanwhile.
      fs.linkSync(temporary, path)
      fs.unlinkSync(temporary)
    })
  })
}

/**
 * Replaces a file of our own in one step, or creates it: a reader sees the old bytes or the new, never a mixture.
 * @throws KeyriteError `UNSAFE_FILE` if what stands there is not a regular file of ours with a single name, `STORAGE`.
 */
export function replaceOwn(path: string, bytes: Uint8Array, mode = 0o600): void {
  const found = look(path)
  if (found !== undefined) refuseUnlessOurs('replace', path, found, [us()])
  doing('write', path, () => {
    writeBeside(path, bytes, mode, (temporary) => {
      fs.renameSync(temporary, path)
    })
  })
}

/**
 * Reads a file that nobody but us (or root) can have written.
 * @throws KeyriteError `FILE_NOT_FOUND`; `UNSAFE_FILE` for a link, a pipe, a second name, another owner, a file that
 * group or others may write, or one longer than the limit; `STORAGE`.
 */
export function readOwn(path: string, limitBytes: number): Buffer {
  return doing('read', path, () => {
    const before = look(path)
    if (before === undefined) throw notFound(path)
    refuseUnlessOurs('read', path, before, [us(), 0])
    return reading(path, O_NOFOLLOW, (file) => {
      const opened = fs.fstatSync(file)
      refuseUnlessOurs('read', path, opened, [us(), 0])
      if ((opened.mode & 0o022) !== 0)
        throw unsafe('read', path, 'others may write to it', [`chmod go-w ${path}`])
      return readAtMost(file, path, limitBytes)
    })
  })
}

/**
 * Reads a file that may be anybody's, such as a template or a certificate; links are followed.
 * @throws KeyriteError `FILE_NOT_FOUND`; `UNSAFE_FILE` if it is not a regular file or longer than the limit; `STORAGE`.
 */
export function readPublic(path: string, limitBytes: number): Buffer {
  return doing('read', path, () =>
    reading(path, 0, (file) => {
      const opened = fs.fstatSync(file)
      if (!opened.isFile()) throw unsafe('read', path, `it is ${kindOf(opened)}`)
      return readAtMost(file, path, limitBytes)
    }),
  )
}

/**
 * Makes a folder that only we can enter, and those above it that are missing; one that exists must be so already.
 * @throws KeyriteError `UNSAFE_FILE` for a link, another owner or a folder open to others; `STORAGE`.
 */
export function makePrivateDir(path: string): void {
  const full = resolve(path)
  if (look(full) === undefined) {
    if (look(dirname(full)) === undefined) makePrivateDir(dirname(full))
    doing('create', full, () => {
      try {
        fs.mkdirSync(full, {mode: 0o700})
        syncFolder(dirname(full))
      } catch (error) {
        // Another run may have made it since: the check below decides.
        if (systemCode(error) !== 'EEXIST') throw error
      }
    })
  }
  checkPrivateDir(full)
}

/** @throws KeyriteError `FILE_NOT_FOUND`, or `UNSAFE_FILE` unless this is a folder of ours that nobody else can enter. */
export function checkPrivateDir(path: string): void {
  const found = look(path)
  if (found === undefined) throw notFound(path, 'use folder')
  if (!found.isDirectory()) throw unsafe('use folder', path, `it is ${kindOf(found)}`)
  if (found.uid !== us()) throw unsafe('use folder', path, `it belongs to user ${found.uid}`)
  if ((found.mode & 0o077) !== 0)
    throw unsafe('use folder', path, 'others may enter it', [`chmod 700 ${path}`])
}

/** Writes a complete, synced file beside the path, and lets `place` give it its name. */
function writeBeside(
  path: string,
  bytes: Uint8Array,
  mode: number,
  place: (temporary: string) => void,
): void {
  const folder = dirname(path)
  const temporary = join(folder, `.keyrite-${randomBytes(12).toString('hex')}`)
  const file = fs.openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    try {
      fs.writeFileSync(file, bytes)
      // The umask must not decide who may read: set the mode itself, once the bytes are there.
      fs.fchmodSync(file, mode)
      fs.fsyncSync(file)
    } finally {
      fs.closeSync(file)
    }
    place(temporary)
  } catch (error) {
    fs.rmSync(temporary, {force: true})
    throw error
  }
  syncFolder(folder)
}

function syncFolder(folder: string): void {
  const handle = fs.openSync(folder, O_RDONLY | O_DIRECTORY)
  try {
    fs.fsyncSync(handle)
  } finally {
    fs.closeSync(handle)
  }
}

function reading<T>(path: string, flags: number, read: (file: number) => T): T {
  // Without O_NONBLOCK, opening a pipe would wait for a writer for ever.
  const file = fs.openSync(path, O_RDONLY | O_NONBLOCK | flags)
  try {
    return read(file)
  } finally {
    fs.closeSync(file)
  }
}

/** Reads to the end, and refuses at the first byte past the limit: a size told beforehand may be wrong by then. */
function readAtMost(file: number, path: string, limitBytes: number): Buffer {
  const parts: Buffer[] = []
  let total = 0
  for (;;) {
    const part = Buffer.alloc(Math.min(65_536, limitBytes + 1 - total))
    const count = fs.readSync(file, part)
    if (count === 0) return Buffer.concat(parts, total)
    parts.push(part.subarray(0, count))
    total += count
    if (total > limitBytes) throw unsafe('read', path, `longer than ${limitBytes} bytes`)
  }
}

function refuseUnlessOurs(verb: string, path: string, found: fs.Stats, owners: readonly number[]): void {
  if (!found.isFile()) throw unsafe(verb, path, `it is ${kindOf(found)}`)
  if (found.nlink !== 1) throw unsafe(verb, path, `the same file has ${found.nlink} names (hard links)`)
  if (!owners.includes(found.uid)) throw unsafe(verb, path, `it belongs to user ${found.uid}`)
}

function kindOf(found: fs.Stats): string {
  if (found.isSymbolicLink()) return 'a symbolic link'
  if (found.isDirectory()) return 'a folder'
  if (found.isFIFO()) return 'a named pipe'
  if (found.isSocket()) return 'a socket'
  return found.isFile() ? 'a file' : 'a device'
}

/** What stands at a path, links not followed; undefined if nothing does. */
function look(path: string): fs.Stats | undefined {
  return doing('look at', path, () => fs.lstatSync(path, {throwIfNoEntry: false}))
}

/** On systems without user ids (Windows) every file says 0. */
function us(): number {
  return process.getuid?.() ?? 0
}

const facts: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the device reported an input/output error',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'the operation is not permitted',
  ENOTDIR: 'a part of the path is not a folder',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
}

/** Runs one act on a path and tells its failure in our words. */
function doing<T>(verb: string, path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    const code = systemCode(error)
    if (error instanceof KeyriteError || code === undefined) throw error
    if (code === 'EEXIST') throw exists(path)
    if (code === 'ENOENT') throw notFound(path, verb)
    if (code === 'ELOOP') throw unsafe(verb, path, 'it is a symbolic link')
    if (code === 'ENXIO') throw unsafe(verb, path, 'it is a socket')
    throw new KeyriteError('STORAGE', `cannot ${verb} "${path}": ${facts[code] ?? code}`, {cause: error})
  }
}

function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && 'syscall' in error ? String(error.code) : undefined
}

function exists(path: string): KeyriteError {
  return new KeyriteError('EXISTS', `cannot write "${path}": it exists already`, {
    hints: ['give another name, or move the file that is there'],
  })
}

function notFound(path: string, verb = 'read'): KeyriteError {
  return new KeyriteError('FILE_NOT_FOUND', `cannot ${verb} "${path}": no such file or folder`)
}

function unsafe(verb: string, path: string, fact: string, hints: readonly string[] = []): KeyriteError {
  return new KeyriteError('UNSAFE_FILE', `cannot ${verb} "${path}": ${fact}`, {hints})
}
