/** A folder of files that appears whole, or not at all. */
import {randomBytes} from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {KeyriteError} from './errors.ts'
import {storageError} from './file-errors.ts'
import {syncFolder} from './folders.ts'

/** @param what - as it stands after "cannot write". @throws KeyriteError `EXISTS` if anything but an empty folder is there. */
export function demandFree(path: string, what: string): void {
  const found = lstatSync(resolve(path), {throwIfNoEntry: false})
  if (found === undefined || (found.isDirectory() && readdirSync(path).length === 0)) return
  throw new KeyriteError(
    'EXISTS',
    `cannot write ${what}: "${path}" ${found.isDirectory() ? 'is not empty' : 'is not a folder'}`,
    {hints: ['--out DIR, of a folder that does not exist']},
  )
}

/**
 * Writes all files (relative path first) into a new folder of mode 0700, and returns once they are on disk. Until it is
 * whole it lies beside its place, under another name; what throws while files are made leaves nothing.
 * @throws KeyriteError `EXISTS`, `FILE_NOT_FOUND` if the folder above is missing, `STORAGE`.
 */
export function writeNewFolder(
  path: string,
  what: string,
  files: Iterable<readonly [path: string, bytes: Uint8Array]>,
): void {
  demandFree(path, what)
  const target = resolve(path)
  const temporary = join(dirname(target), `.keyrite-${randomBytes(8).toString('hex')}.tmp`)
  const folders = new Set([temporary])
  try {
    mkdirSync(temporary, {mode: 0o700})
    for (const [name, bytes] of files) {
      const folder = dirname(join(temporary, name))
      mkdirSync(folder, {recursive: true, mode: 0o700})
      for (let made = folder; made.length > temporary.length; made = dirname(made)) folders.add(made)
      writeSynced(join(temporary, name), bytes)
    }
    for (const folder of folders) syncFolder(folder)
    renameSync(temporary, target) // onto an empty folder or none: a full one is refused by the file system
    syncFolder(dirname(target))
  } catch (cause) {
    rmSync(temporary, {recursive: true, force: true})
    if (cause instanceof KeyriteError) throw cause
    demandFree(path, what) // if something was put there meanwhile, that is what is wrong
    throw storageError(`write ${what}`, path, cause)
  }
}

function writeSynced(path: string, bytes: Uint8Array): void {
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    writeFileSync(descriptor, bytes)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
