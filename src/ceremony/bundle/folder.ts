/** A bundle as a folder on disk: made whole or not at all, and read without trusting anything in it. */
import {randomBytes} from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Dirent,
} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {KeyriteError} from '../../base/errors.ts'
import {storageError} from '../../base/file-errors.ts'
import {readPublic, syncFolder} from '../../base/files.ts'
import type {Problem} from '../../ledger/index.ts'
import {folders, isKnownPath, limits} from './layout.ts'
import type {Files} from './primary.ts'

/** @throws KeyriteError `EXISTS` if anything but an empty folder is there. */
export function demandFree(path: string): void {
  const found = lstatSync(resolve(path), {throwIfNoEntry: false})
  if (found === undefined || (found.isDirectory() && readdirSync(path).length === 0)) return
  throw new KeyriteError(
    'EXISTS',
    `cannot write the bundle: "${path}" ${found.isDirectory() ? 'is not empty' : 'is not a folder'}`,
    {hints: ['--out DIR, of a folder that does not exist']},
  )
}

/**
 * Writes all files into a new folder of mode 0700 and returns once they are on disk. It appears under its name whole:
 * until then it lies beside it, under another.
 * @throws KeyriteError `EXISTS`, `FILE_NOT_FOUND` if the folder above is missing, `STORAGE`.
 */
export function writeFolder(path: string, files: Files): void {
  demandFree(path)
  const target = resolve(path)
  const temporary = join(dirname(target), `.keyrite-${randomBytes(8).toString('hex')}.tmp`)
  try {
    mkdirSync(temporary, {mode: 0o700})
    for (const [name, bytes] of files) {
      mkdirSync(dirname(join(temporary, name)), {recursive: true, mode: 0o700})
      writeSynced(join(temporary, name), bytes)
    }
    for (const folder of ['', ...folders])
      if (existsSync(join(temporary, folder))) syncFolder(join(temporary, folder))
    renameSync(temporary, target) // onto an empty folder or none: a full one is refused by the file system
    syncFolder(dirname(target))
  } catch (cause) {
    rmSync(temporary, {recursive: true, force: true})
    demandFree(path) // if something was put there meanwhile, that is what is wrong
    throw storageError('write the bundle', path, cause)
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

export interface ReadFolder {
  readonly files: Files
  readonly problems: readonly Problem[]
}

/**
 * Every file of a bundle; what is not one of a bundle, or cannot be read safely, is a problem and not among them.
 * @throws KeyriteError `FILE_NOT_FOUND` if there is no such folder, `UNSAFE_FILE` if it is none.
 */
export function readFolder(path: string): ReadFolder {
  const root = resolve(path)
  const found = statSync(root, {throwIfNoEntry: false})
  if (found === undefined)
    throw new KeyriteError('FILE_NOT_FOUND', `cannot find "${path}"`, {
      hints: ['keyrite ceremony verify DIR, with the folder that ceremony bundle wrote'],
    })
  if (!found.isDirectory()) throw new KeyriteError('UNSAFE_FILE', `cannot read "${path}": it is not a folder`)
  const reader = new Reader(root)
  reader.readAll()
  return reader
}

class Reader implements ReadFolder {
  readonly files = new Map<string, Uint8Array>()
  readonly problems: Problem[] = []
  readonly #root: string
  #bytes = 0

  constructor(root: string) {
    this.#root = root
  }

  readAll(): void {
    for (const entry of this.#list('')) {
      if (!entry.isDirectory()) this.#read(entry.name, entry)
      else if (!folders.includes(entry.name)) this.#wrong(entry.name, 'a bundle has no such folder')
      else for (const inner of this.#list(entry.name)) this.#read(`${entry.name}/${inner.name}`, inner)
    }
  }

  #list(folder: string): readonly Dirent[] {
    try {
      return readdirSync(join(this.#root, folder), {withFileTypes: true}).sort((a, b) =>
        a.name < b.name ? -1 : 1,
      )
    } catch (cause) {
      const error = storageError('read', join(this.#root, folder), cause)
      if (!(error instanceof KeyriteError)) throw error
      this.#wrong(folder, error.message)
      return []
    }
  }

  #read(path: string, entry: Dirent): void {
    if (!isKnownPath(path)) {
      this.#wrong(path, 'a bundle holds no file of this name')
    } else if (!entry.isFile()) {
      this.#wrong(path, entry.isSymbolicLink() ? 'it is a symlink' : 'it is not a regular file')
    } else if (this.files.size >= limits.files || this.#bytes > limits.bytes) {
      this.#wrong(path, `a bundle holds at most ${limits.files} files and ${limits.bytes} bytes`)
    } else {
      try {
        const bytes = readPublic(join(this.#root, path), limits.fileBytes)
        this.#bytes += bytes.length
        this.files.set(path, bytes)
      } catch (error) {
        if (!(error instanceof KeyriteError)) throw error
        this.#wrong(path, error.message)
      }
    }
  }

  #wrong(file: string, message: string): void {
    this.problems.push({rule: 'files', seq: null, file, message})
  }
}
