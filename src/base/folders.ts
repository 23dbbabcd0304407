/** Folders that hold what is ours alone: mode 0700, owned by us, no symlink. */
import {chmodSync, closeSync, constants, fsyncSync, lstatSync, mkdirSync, openSync} from 'node:fs'
import {dirname, resolve} from 'node:path'
import {storageError, unsafe} from './file-errors.ts'

/**
 * Makes the folder, and those above it that are missing, with mode 0700; one that exists must be private already.
 * @throws KeyriteError `UNSAFE_FILE` for a symlink, a file, another owner or a wider mode; `STORAGE`.
 */
export function makePrivateDir(path: string): void {
  const folder = resolve(path)
  try {
    if (lstatSync(folder, {throwIfNoEntry: false}) === undefined) {
      const first = mkdirSync(folder, {recursive: true, mode: 0o700})
      if (first !== undefined) {
        chmodSync(folder, 0o700) // a umask can only have taken bits away
        for (let made = folder; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made))
      }
    }
  } catch (cause) {
    throw storageError('make folder', path, cause)
  }
  checkPrivateDir(path)
}

/**
 * Refuses a folder that others can look into or that is not ours.
 * @throws KeyriteError `FILE_NOT_FOUND`; `UNSAFE_FILE` for a symlink, a file, another owner or a wider mode.
 */
export function checkPrivateDir(path: string): void {
  try {
    const found = lstatSync(resolve(path)) // resolve: a slash at the end would follow a symlink
    if (!found.isDirectory())
      throw unsafe('use folder', path, found.isSymbolicLink() ? 'it is a symlink' : 'it is not a folder')
    if (found.uid !== process.geteuid?.()) throw unsafe('use folder', path, `it belongs to user ${found.uid}`)
    if ((found.mode & 0o077) !== 0)
      throw unsafe('use folder', path, 'others may look into it or change it', [`chmod 700 ${path}`])
  } catch (cause) {
    throw storageError('use folder', path, cause)
  }
}

/** Makes the names in a folder last through a power cut. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
