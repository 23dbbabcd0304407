/** A large file copied into a new one: whole under its name, or not there. */
import {createHash, randomBytes} from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {KeyriteError} from './errors.ts'
import {storageError, systemCode, unsafe} from './file-errors.ts'
import {syncFolder} from './folders.ts'

const chunkBytes = 1024 * 1024

/**
 * Copies a regular file to a name that nothing has yet, mode 0600, and returns once it is on disk and read back.
 * @throws KeyriteError `EXISTS`, `FILE_NOT_FOUND`, `UNSAFE_FILE` unless the source is a regular file, `STORAGE`.
 */
export function copyNew(from: string, to: string): void {
  const target = resolve(to)
  const temporary = join(dirname(target), `.keyrite-${randomBytes(8).toString('hex')}.tmp`)
  try {
    if (!statSync(from).isFile()) throw unsafe('read', from, 'it is not a regular file')
    const written = copy(from, temporary)
    if (digest(temporary) !== written)
      throw new KeyriteError('STORAGE', `cannot write "${to}": what was written does not read back`)
    settle(temporary, target)
  } catch (cause) {
    throw storageError('copy to', to, cause)
  } finally {
    rmSync(temporary, {force: true})
  }
  syncFolder(dirname(target))
}

/** @returns SHA-256 of what was copied, hex. */
function copy(from: string, to: string): string {
  const source = openSync(from, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!fstatSync(source).isFile()) throw unsafe('read', from, 'it is not a regular file')
    const target = openSync(
      to,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      0o600,
    )
    try {
      const hash = createHash('sha256')
      each(source, (bytes) => {
        hash.update(bytes)
        for (let at = 0; at < bytes.length; at += writeSync(target, bytes, at)) continue
      })
      fsyncSync(target)
      return hash.digest('hex')
    } finally {
      closeSync(target)
    }
  } finally {
    closeSync(source)
  }
}

function digest(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const hash = createHash('sha256')
    each(descriptor, (bytes) => void hash.update(bytes))
    return hash.digest('hex')
  } finally {
    closeSync(descriptor)
  }
}

function each(descriptor: number, use: (bytes: Uint8Array) => void): void {
  const buffer = Buffer.alloc(chunkBytes)
  for (let got = -1; got !== 0;) {
    got = readSync(descriptor, buffer, 0, chunkBytes, null)
    if (got > 0) use(buffer.subarray(0, got))
  }
}

/** By a second name, so that what exists is never replaced; on a stick without hard links, by renaming to a name that is free. */
function settle(temporary: string, target: string): void {
  try {
    linkSync(temporary, target)
  } catch (cause) {
    if (systemCode(cause) === 'EEXIST' || statSync(target, {throwIfNoEntry: false}) !== undefined) throw cause
    renameSync(temporary, target)
  }
}
