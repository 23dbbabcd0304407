/**
 * The head that this machine signed last, outside the home. One file, two places in it, written in turn: a crash or a power
 * cut can spoil only the one that is being written, and the other holds the head before. So one sync makes a head last,
 * where a file that is replaced needs two.
 */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {sha256Hex} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {overwriteOwn, readOwn, replaceOwn} from '../base/files.ts'
import {isObject, jcsBytes, parseJcs, type Json} from '../base/jcs.ts'
import {parseCheckpoint} from './note.ts'
import {foreign, writers, type StateDir} from './writer.ts'

export interface Head {
  /** The real path of the home that was written last. */
  readonly home: string
  /** The signed note. */
  readonly checkpoint: string
}

/** A head as it is kept, with how many were kept before it. */
interface Kept extends Head {
  readonly count: number
}

/** Bytes of one place: more than a note and a path have. */
const place = 8_192
const digestEnd = 64
/** The count of a head that is not in a place yet. */
const unplaced = -1

const headPath = (state: StateDir, fingerprint: string): string => join(writers(state), `${fingerprint}.head`)

/**
 * Written after the commit, so it may lag by the run that crashed, never lead.
 * @throws KeyriteError `UNSAFE_FILE` if what is there is no head, `STORAGE`.
 */
export function storeHead(state: StateDir, fingerprint: string, {home, checkpoint}: Head): void {
  const path = headPath(state, fingerprint)
  const before = loadKept(path)
  const count = (before?.count ?? unplaced) + 1
  const text = jcsBytes({home, checkpoint, count})
  const line = Buffer.concat([Buffer.from(`${sha256Hex(text)} `), text, Buffer.from('\n')])
  if (line.length > place)
    throw new KeyriteError('STORAGE', `cannot write "${path}": the home’s path is too long`)
  if (count === 0) replaceOwn(path, Buffer.concat([line, Buffer.alloc(2 * place - line.length)]))
  else overwriteOwn(path, line, (count % 2) * place)
}

/** @returns undefined where there is none. @throws KeyriteError `UNSAFE_FILE` if it is not a head. */
export function loadHead(state: StateDir, fingerprint: string): Head | undefined {
  return loadKept(headPath(state, fingerprint))
}

function loadKept(path: string): Kept | undefined {
  if (!existsSync(path)) return undefined
  const bytes = readOwn(path, 2 * place)
  const [even, odd] = [keptIn(bytes.subarray(0, place), 0), keptIn(bytes.subarray(place), 1)]
  const newest = even === undefined || (odd !== undefined && odd.count > even.count) ? odd : even
  return newest ?? alone(path, bytes)
}

/** A head that fills its file, as keyrite wrote it before there were places. */
function alone(path: string, bytes: Buffer): Kept {
  try {
    return {...headIn(parseJcs(bytes)), count: unplaced}
  } catch (cause) {
    throw foreign(path, cause)
  }
}

/** @throws TypeError if it is none. */
function headIn(value: Json): Head {
  if (!isObject(value)) throw new TypeError('not a head')
  const {home, checkpoint} = value
  if (typeof home !== 'string' || typeof checkpoint !== 'string') throw new TypeError('not a head')
  parseCheckpoint(checkpoint)
  return {home, checkpoint}
}

/** The head in a place; undefined where it was not written whole. */
function keptIn(bytes: Buffer, at: 0 | 1): Kept | undefined {
  const text = bytes.subarray(digestEnd + 1, Math.max(bytes.indexOf('\n'), digestEnd + 1))
  if (bytes.toString('latin1', 0, digestEnd + 1) !== `${sha256Hex(text)} `) return undefined
  try {
    const value = parseJcs(text)
    const count = isObject(value) ? value['count'] : undefined
    return typeof count === 'number' && count % 2 === at ? {...headIn(value), count} : undefined
  } catch {
    return undefined
  }
}

/** That a home does not continue what this machine signed last. @param size - how many entries it has. */
export function behind(head: Head, size: number, signedSize: number): KeyriteError {
  return new KeyriteError(
    'LEDGER_BEHIND',
    `cannot use this home: it has ${size} entries and does not continue the ${signedSize} that this machine signed last: it is an older copy, or was rolled back`,
    {hints: [`keyrite --home ${head.home} ledger verify`, 'keyrite ledger verify']},
  )
}
