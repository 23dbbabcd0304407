import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs'
import {KeyriteError} from '../../base/errors.ts'
import {systemCode} from '../../base/file-errors.ts'

const limitBytes = 65_536

export interface KeyFile {
  /** The caller wipes these. */
  readonly bytes: Buffer
  /** Whether group or others may read or write the file. */
  readonly open: boolean
}

/**
 * Reads a key file; links are followed, as ssh does. Bytes and mode are of the same open file.
 * @throws KeyriteError `FILE_NOT_FOUND`; `UNSAFE_FILE` if it is no regular file or longer than a key; `STORAGE`
 */
export function readKeyFile(path: string): KeyFile {
  const file = opened(path)
  try {
    const stats = fstatSync(file)
    if (!stats.isFile()) throw unsafe(path, 'it is not a regular file')
    const room = Buffer.alloc(limitBytes + 1)
    let length = 0
    for (let count = -1; count !== 0; length += count)
      count = readSync(file, room, length, room.length - length, null)
    if (length > limitBytes) throw unsafe(path, `longer than ${limitBytes} bytes`)
    return {bytes: room.subarray(0, length), open: (stats.mode & 0o077) !== 0}
  } finally {
    closeSync(file)
  }
}

function opened(path: string): number {
  try {
    // Without O_NONBLOCK, opening a pipe would wait for a writer for ever.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new KeyriteError('FILE_NOT_FOUND', `cannot read the key "${path}": no such file`, {
        hints: ['ssh-keygen -t ed25519 makes a key; a key in an agent is named by its .pub file'],
      })
    }
    if (code === 'ENXIO') throw unsafe(path, 'it is not a regular file')
    throw new KeyriteError('STORAGE', `cannot read the key "${path}": ${code}`, {cause: error})
  }
}

function unsafe(path: string, fact: string): KeyriteError {
  return new KeyriteError('UNSAFE_FILE', `cannot read the key "${path}": ${fact}`)
}
