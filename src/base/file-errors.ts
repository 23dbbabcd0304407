import {dirname} from 'node:path'
import {KeyriteError} from './errors.ts'

const facts: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk reports an input or output error',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'the system does not permit it',
  ENOTDIR: 'a part of the path is not a folder',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open',
  EFBIG: 'the file would be too large',
  ETXTBSY: 'it is a program that is running',
  EPIPE: 'whatever should read it has ended',
}

/** The error code of a failed system call, such as `ENOSPC`. */
export function systemCode(cause: unknown): string | undefined {
  // not instanceof: a system error may come from another realm than this module's
  if (typeof cause !== 'object' || cause === null || !('syscall' in cause)) return undefined
  if (!('code' in cause) || typeof cause.code !== 'string') return undefined
  return /^E[A-Z0-9]+$/.test(cause.code) ? cause.code : undefined
}

/** `cannot <verb> "<path>": <fact>`, with code `UNSAFE_FILE`. */
export function unsafe(
  verb: string,
  path: string,
  fact: string,
  hints: readonly string[] = [],
): KeyriteError {
  return new KeyriteError('UNSAFE_FILE', `cannot ${verb} "${path}": ${fact}`, {
    hints: hints.length > 0 ? hints : [`ls -ldn ${path}`],
  })
}

/**
 * What a failed system call on a file means to an operator: `FILE_NOT_FOUND`, `EXISTS`, `UNSAFE_FILE` or `STORAGE`.
 * Anything that is not a failed system call comes back as it is.
 */
export function storageError(verb: string, path: string, cause: unknown): unknown {
  const code = systemCode(cause)
  if (code === undefined) return cause
  const failed = `cannot ${verb} "${path}"`
  switch (code) {
    case 'ENOENT':
      return new KeyriteError('FILE_NOT_FOUND', `${failed}: there is no such file or folder`, {
        cause,
        hints: [`ls -ld ${dirname(path)}`],
      })
    case 'EEXIST':
      return new KeyriteError('EXISTS', `${failed}: something with this name exists`, {
        cause,
        hints: ['give another name, or move it away first'],
      })
    case 'ELOOP':
      return unsafe(verb, path, 'it is a symlink')
    case 'ENXIO':
      return unsafe(verb, path, 'it is a socket')
    case 'EISDIR':
      return unsafe(verb, path, 'it is a folder')
    default:
      return new KeyriteError('STORAGE', `${failed}: ${facts[code] ?? code}`, {cause})
  }
}
