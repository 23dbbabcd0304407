/** A bundle as a folder on disk: made whole or not at all, and read without trusting anything in it. */
import {readdirSync, statSync, type Dirent} from 'node:fs'
import {join, resolve} from 'node:path'
import {KeyriteError} from '../../base/errors.ts'
import {storageError} from '../../base/file-errors.ts'
import {readPublic} from '../../base/files.ts'
import {demandFree as demandFreeFor, writeNewFolder} from '../../base/new-folder.ts'
import type {Problem} from '../../ledger/index.ts'
import {folders, isKnownPath, limits} from './layout.ts'
import type {Files} from './primary.ts'

/** @throws KeyriteError `EXISTS` if anything but an empty folder is there. */
export function demandFree(path: string): void {
  demandFreeFor(path, 'the bundle')
}

/**
 * Writes all files into a new folder of mode 0700, whole, and returns once they are on disk.
 * @throws KeyriteError `EXISTS`, `FILE_NOT_FOUND` if the folder above is missing, `STORAGE`.
 */
export function writeFolder(path: string, files: Files): void {
  writeNewFolder(path, 'the bundle', files)
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
