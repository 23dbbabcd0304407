/** Another copy of a ledger, in whatever form it is here: a home, its file, tiles, or lines of entries. Nothing in it is believed. */
import {existsSync, rmSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {base64} from '../base/bytes.ts'
import {copyNew} from '../base/copy-file.ts'
import {KeyriteError} from '../base/errors.ts'
import {makePrivateDir, readPublic} from '../base/files.ts'
import {leafHash, parseEntry} from './entry.ts'
import {Frontier} from './merkle.ts'
import {parseCheckpoint} from './note.ts'
import type {Chain} from './relate.ts'
import {SqliteStore} from './sqlite/store.ts'
import {tilePath} from './tiles.ts'

export interface OtherCopy extends Chain {
  readonly kind: 'ledger' | 'tiles' | 'entries'
  /** Its newest signed note; undefined where the form has none. */
  readonly note: string | undefined
  /** The home that it can be verified in; undefined where its form holds no private values. */
  readonly home: string | undefined
  close(): void
}

const limitBytes = 512 * 1024 * 1024
const width = 256

/**
 * Opens a copy, and sees that its entries are a chain that leads to its checkpoint.
 * @param aside - a folder that is made and removed, for the copy of a file.
 * @throws KeyriteError `FILE_NOT_FOUND`, `LEDGER_TAMPERED`, `UNSAFE_FILE`, `STORAGE`.
 */
export function openCopy(path: string, aside: string): OtherCopy {
  const found = statSync(path, {throwIfNoEntry: false})
  if (found === undefined)
    throw new KeyriteError('FILE_NOT_FOUND', `cannot find "${path}"`, {
      hints: ['a home, its ledger.db, or what ledger export wrote'],
    })
  const copy = found.isDirectory() ? inFolder(path) : inFile(path, aside)
  try {
    demandChain(copy)
    return copy
  } catch (error) {
    copy.close()
    if (!(error instanceof TypeError)) throw error
    throw new KeyriteError('LEDGER_TAMPERED', `cannot compare "${path}": ${error.message}`, {cause: error})
  }
}

function inFolder(path: string): OtherCopy {
  if (existsSync(join(path, 'ledger.db'))) return stored(path, () => undefined)
  if (existsSync(join(path, 'checkpoint'))) return tiled(path)
  throw new KeyriteError('FILE_NOT_FOUND', `cannot find a ledger in "${path}"`, {
    hints: ['a home, its ledger.db, or what ledger export wrote'],
  })
}

function inFile(path: string, aside: string): OtherCopy {
  if (!isSqlite(path)) return listed(path)
  rmSync(aside, {recursive: true, force: true})
  makePrivateDir(aside)
  const remove = (): void => {
    rmSync(aside, {recursive: true, force: true})
  }
  try {
    copyNew(path, join(aside, 'ledger.db'))
    return stored(aside, remove)
  } catch (error) {
    remove()
    throw error
  }
}

function isSqlite(path: string): boolean {
  return readPublic(path, limitBytes).subarray(0, 15).toString('latin1') === 'SQLite format 3'
}

function stored(home: string, after: () => void): OtherCopy {
  const store = SqliteStore.open(join(home, 'ledger.db'), 'read')
  const note = store.lastCheckpoint()
  return {
    kind: 'ledger',
    note,
    home,
    size: note === undefined ? 0 : parseCheckpoint(note).size,
    bytes: (seq) => store.row(seq)?.bytes,
    close() {
      store.close()
      after()
    },
  }
}

function tiled(path: string): OtherCopy {
  const note = readPublic(join(path, 'checkpoint'), 65_536).toString('utf8')
  const {size} = parseCheckpoint(note)
  const tiles = new Map<number, readonly Uint8Array[]>()
  const tile = (at: number): readonly Uint8Array[] => {
    const known = tiles.get(at)
    if (known !== undefined) return known
    const count = Math.min(width, size - at * width)
    const read = bundled(readPublic(join(path, tilePath('entries', at, count)), limitBytes))
    tiles.clear() // entries are read in order: the last tile is enough
    tiles.set(at, read)
    return read
  }
  return {
    kind: 'tiles',
    note,
    home: undefined,
    size,
    bytes: (seq) => tile(Math.floor(seq / width))[seq % width],
    close: () => undefined,
  }
}

/** Each entry after its length, 2 bytes, big-endian. */
function bundled(bytes: Buffer): readonly Uint8Array[] {
  const entries: Uint8Array[] = []
  for (let at = 0; at + 2 <= bytes.length;) {
    const length = bytes.readUInt16BE(at)
    entries.push(bytes.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return entries
}

function listed(path: string): OtherCopy {
  const lines = readPublic(path, limitBytes).toString('utf8').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return {
    kind: 'entries',
    note: undefined,
    home: undefined,
    size: lines.length,
    bytes: (seq) => Buffer.from(lines[seq] ?? ''),
    close: () => undefined,
  }
}

/** @throws TypeError unless each entry holds the hash of the one before, and all lead to the checkpoint. */
function demandChain(copy: OtherCopy): void {
  const tree = new Frontier()
  let prev = '0'.repeat(64)
  for (let seq = 0; seq < copy.size; seq++) {
    const bytes = copy.bytes(seq) ?? new Uint8Array()
    const entry = parseEntry(bytes)
    if (entry.seq !== seq || entry.prev !== prev)
      throw new TypeError(`entry ${seq} does not follow the one before`)
    prev = leafHash(bytes)
    tree.add(Buffer.from(prev, 'hex'))
  }
  if (copy.size === 0) throw new TypeError('it holds no entry')
  if (copy.note !== undefined && base64(parseCheckpoint(copy.note).root) !== base64(tree.root()))
    throw new TypeError('its entries do not lead to its checkpoint')
}
