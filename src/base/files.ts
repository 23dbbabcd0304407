/**
 * Files that keyrite writes and trusts (threat T21):
 *
 * - a new file is written whole under another name, synced, and linked to its own: what exists is never replaced;
 * - a file of our own is replaced at once or not at all, or written into where its reader knows what is whole;
 * - what is read as ours is a regular file with one name, ours or root's, that nobody else may write;
 * - nothing follows a symlink, waits for a FIFO or opens a device.
 *
 * A file that is not as it must be is `UNSAFE_FILE`; what the file system refuses is `STORAGE`, with the fact.
 */
import {randomBytes} from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import type {Stats} from 'node:fs'
import {dirname, join} from 'node:path'
import {storageError, systemCode, unsafe} from './file-errors.ts'
import {syncFolder} from './folders.ts'

export {checkPrivateDir, makePrivateDir, syncFolder} from './folders.ts'

const createExclusively = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW

/**
 * Writes a file that did not exist, and returns once it is on disk.
 *
 * @param link - how a second name is given; where the file system has none (FAT on a stick), the file is created in place
 * @throws KeyriteError `EXISTS` if anything has this name, also a dangling symlink; `FILE_NOT_FOUND` if its folder is
 * missing; `STORAGE`.
 */
export function writeNew(path: string, bytes: Uint8Array, mode = 0o600, link = linkSync): void {
  writing(path, () => {
    const folder = dirname(path)
    const temporary = writeTemporary(folder, bytes, mode)
    try {
      link(temporary.path, path)
      if (lstatSync(path).ino !== temporary.inode)
        throw unsafe('write', path, 'another file was put in its place')
    } catch (cause) {
      if (!noLinks.has(systemCode(cause) ?? '')) throw cause
      writeInPlace(path, bytes, mode)
    } finally {
      unlinkSync(temporary.path)
    }
    syncFolder(folder)
  })
}

/** For before anybody is asked what goes into it. @throws KeyriteError `EXISTS`, `FILE_NOT_FOUND` if its folder is missing, `STORAGE`. */
export function demandNoFile(path: string): void {
  writing(path, () => {
    lstatSync(dirname(path))
    if (lstatSync(path, {throwIfNoEntry: false}) !== undefined)
      throw Object.assign(new Error('it exists'), {code: 'EEXIST', syscall: 'open'})
  })
}

/**
 * Replaces a file of our own at once, or creates it; a crash leaves the old bytes or the new ones.
 * @throws KeyriteError `UNSAFE_FILE` unless what is there is regular, ours, with one name; `FILE_NOT_FOUND` if its folder
 * is missing; `STORAGE`.
 */
export function replaceOwn(path: string, bytes: Uint8Array, mode = 0o600): void {
  writing(path, () => {
    const folder = dirname(path)
    const old = withOneName(path)
    if (old !== undefined) refuseUnlessOwn('replace', path, old)
    const temporary = writeTemporary(folder, bytes, mode)
    try {
      renameSync(temporary.path, path)
    } catch (cause) {
      unlinkSync(temporary.path)
      throw cause
    }
    syncFolder(folder)
  })
}

/**
 * Writes bytes into a file of our own, at a position, and returns once they are on disk. A crash may leave a part of them.
 * @throws KeyriteError `UNSAFE_FILE` unless it is regular, ours, with one name; `FILE_NOT_FOUND`; `STORAGE`.
 */
export function overwriteOwn(path: string, bytes: Uint8Array, position: number): void {
  writing(path, () => {
    refuseUnlessOwn('write', path, lstatSync(path))
    const descriptor = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      refuseUnlessOwn('write', path, fstatSync(descriptor)) // the same again, of what was really opened
      for (let done = 0; done < bytes.length;)
        done += writeSync(descriptor, bytes, done, bytes.length - done, position + done)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  })
}

/**
 * The bytes of a file that only we (or root) can have written.
 * @throws KeyriteError `FILE_NOT_FOUND`; `UNSAFE_FILE` for a symlink, another kind of file, a second name, another owner,
 * a file others may write, or more than `limitBytes`; `STORAGE`.
 */
export function readOwn(path: string, limitBytes: number): Buffer {
  return reading(path, () => {
    let names = 1
    const check = (found: Stats): void => {
      names = found.nlink
      refuseUnlessOwn('read', path, found, [0])
      if ((found.mode & 0o022) !== 0)
        throw unsafe('read', path, 'others may write it', [
          `chmod go-w ${path}`,
          'look at who could have changed it',
        ])
    }
    for (let left = 20; ; left--) {
      try {
        check(withOneName(path) ?? lstatSync(path))
        return readChecked(path, limitBytes, check, constants.O_NOFOLLOW)
      } catch (error) {
        // Without a name it was replaced between its opening and the look at it.
        if (names !== 0 || left === 0) throw error
      }
    }
  })
}

/**
 * The bytes of a file that anybody may have written and nothing is trusted of yet; a symlink to it is followed.
 * @throws KeyriteError `FILE_NOT_FOUND`; `UNSAFE_FILE` unless it is a regular file of at most `limitBytes`; `STORAGE`.
 */
export function readPublic(path: string, limitBytes: number): Buffer {
  return reading(path, () => {
    const check = (found: Stats): void => {
      refuseUnlessRegular('read', path, found)
    }
    check(statSync(path)) // before it is opened: opening a device can do something
    return readChecked(path, limitBytes, check, 0)
  })
}

/** What `link` answers where there are no hard links. */
const noLinks: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

function writeTemporary(folder: string, bytes: Uint8Array, mode: number): {path: string; inode: number} {
  const path = join(folder, `.keyrite-${randomBytes(8).toString('hex')}.tmp`)
  return {path, inode: writeInPlace(path, bytes, mode)}
}

/** @returns the inode; what could not be written whole is not left behind. */
function writeInPlace(path: string, bytes: Uint8Array, mode: number): number {
  const descriptor = openSync(path, createExclusively, mode)
  try {
    setMode(descriptor, path, mode)
    writeFileSync(descriptor, bytes)
    fsyncSync(descriptor)
    return fstatSync(descriptor).ino
  } catch (cause) {
    unlinkSync(path)
    throw cause
  } finally {
    closeSync(descriptor)
  }
}

/** A umask can only have taken bits away; a file system without modes must not have given more than were asked for. */
function setMode(descriptor: number, path: string, mode: number): void {
  try {
    fchmodSync(descriptor, mode)
  } catch (cause) {
    if (systemCode(cause) !== 'EPERM') throw cause
    const given = fstatSync(descriptor).mode & 0o777
    if ((given & 0o066 & ~mode) !== 0)
      throw unsafe('write', path, `its file system lets others at every file (mode ${given.toString(8)})`, [
        'mount it with fmask=0177,dmask=0077',
      ])
  }
}

/**
 * What stands at the path; undefined if nothing does. A crash in `writeNew` between the link and the removal of the other
 * name leaves a file with two names, both ours: the other one is removed first, and nothing is lost by it.
 */
function withOneName(path: string): Stats | undefined {
  const found = lstatSync(path, {throwIfNoEntry: false})
  if (found?.nlink !== 2 || !found.isFile() || found.uid !== process.geteuid?.()) return found
  for (const name of readdirSync(dirname(path)).filter((name) => temporaryName.test(name))) {
    const other = lstatSync(join(dirname(path), name), {throwIfNoEntry: false})
    if (other?.ino === found.ino && other.dev === found.dev) unlinkSync(join(dirname(path), name))
  }
  return lstatSync(path, {throwIfNoEntry: false})
}

const temporaryName = /^\.keyrite-[0-9a-f]{16}\.tmp$/

function readChecked(path: string, limitBytes: number, check: (found: Stats) => void, flags: number): Buffer {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | flags)
  try {
    const found = fstatSync(descriptor) // the same again, of what was really opened
    check(found)
    if (found.size > limitBytes) throw unsafe('read', path, `it is larger than ${limitBytes} bytes`)
    const bytes = Buffer.alloc(found.size + 1) // one more, to notice that it grew
    let length = 0
    for (let got = -1; got !== 0 && length < bytes.length; length += got)
      got = readSync(descriptor, bytes, length, bytes.length - length, null)
    if (length !== found.size) {
      bytes.fill(0)
      throw unsafe('read', path, 'it changed while it was read')
    }
    return bytes.subarray(0, length)
  } finally {
    closeSync(descriptor)
  }
}

function refuseUnlessRegular(verb: string, path: string, found: Stats): void {
  if (found.isFile()) return
  const kind = found.isDirectory() ? 'a folder' : found.isSymbolicLink() ? 'a symlink' : 'not a regular file'
  throw unsafe(verb, path, `it is ${kind}`)
}

function refuseUnlessOwn(verb: string, path: string, found: Stats, alsoOf: readonly number[] = []): void {
  refuseUnlessRegular(verb, path, found)
  if (found.nlink !== 1) throw unsafe(verb, path, `it has ${found.nlink} names (hard links)`)
  if (found.uid !== process.geteuid?.() && !alsoOf.includes(found.uid))
    throw unsafe(verb, path, `it belongs to user ${found.uid}`)
}

function writing(path: string, write: () => void): void {
  try {
    write()
  } catch (cause) {
    throw storageError('write', path, cause)
  }
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw storageError('read', path, cause)
  }
}
