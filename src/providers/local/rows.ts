/** The SQL of a token: what it reads is checked for its type, since a damaged row can hold anything. */
import type {Connection} from './database.ts'
import {tampered} from './refusals.ts'
import type {About} from './records.ts'
import type {Sealed} from './sealing.ts'
import {lockDigest} from './pin.ts'
import type {Lock} from './pin.ts'

type Row = Readonly<Record<string, unknown>>

/** An object as it lies in the file: what it claims to be, before the header has confirmed it. */
export interface ObjectRow {
  readonly key: string
  readonly version: number
  readonly state: string
  readonly sealed: Sealed
}

/** @throws KeyriteError `TOKEN_TAMPERED` if it is not there whole. */
export function readLock(db: Connection, path: string): Lock {
  const row = onlyRow(db, 'SELECT * FROM token', path)
  const lock = {
    id: text(row['id'], path),
    name: text(row['name'], path),
    n: integer(row['scrypt_n'], path),
    r: integer(row['scrypt_r'], path),
    p: integer(row['scrypt_p'], path),
    salt: blob(row['salt'], path),
    wrapped: {
      nonce: blob(row['nonce'], path),
      ciphertext: blob(row['wrapped'], path),
      tag: blob(row['tag'], path),
    },
  }
  if (row['one'] !== 1 || !blob(row['digest'], path).equals(lockDigest(lock)))
    throw tampered(path, 'the part that takes the PIN is damaged')
  return lock
}

export function insertLock(db: Connection, lock: Lock): void {
  const {id, name, n, r, p, salt, wrapped} = lock
  db.prepare('INSERT INTO token VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
    ...[id, name, n, r, p, salt, wrapped.nonce, wrapped.ciphertext, wrapped.tag, lockDigest(lock)],
  )
}

/** @throws KeyriteError `TOKEN_TAMPERED` if there is not exactly one. */
export function readHeader(db: Connection, path: string): Sealed {
  const row = onlyRow(db, 'SELECT one, nonce, ciphertext, tag FROM header', path)
  if (row['one'] !== 1) throw tampered(path, 'its header is damaged')
  return sealedOf(row, path)
}

export function writeHeader(db: Connection, {nonce, ciphertext, tag}: Sealed): void {
  db.prepare(
    'INSERT INTO header VALUES (1, ?, ?, ?) ON CONFLICT (one) DO UPDATE SET nonce = ?, ciphertext = ?, tag = ?',
  ).run(...[nonce, ciphertext, tag, nonce, ciphertext, tag])
}

const objectColumns = 'key, version, state, nonce, ciphertext, tag'

export function readObjects(db: Connection, path: string): ObjectRow[] {
  const rows = db.prepare<[], Row>(`SELECT ${objectColumns} FROM objects ORDER BY key, version`).all()
  return rows.map((row) => objectOf(row, path))
}

export function readObject(
  db: Connection,
  key: string,
  version: number,
  path: string,
): ObjectRow | undefined {
  const row = db
    .prepare<[string, number], Row>(`SELECT ${objectColumns} FROM objects WHERE key = ? AND version = ?`)
    .get(key, version)
  return row === undefined ? undefined : objectOf(row, path)
}

export function writeObject(
  db: Connection,
  {key, version, state}: About,
  {nonce, ciphertext, tag}: Sealed,
): void {
  db.prepare(
    `INSERT INTO objects (${objectColumns}) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (key, version) DO UPDATE SET state = ?, nonce = ?, ciphertext = ?, tag = ?`,
  ).run(...[key, version, state, nonce, ciphertext, tag, state, nonce, ciphertext, tag])
}

function onlyRow(db: Connection, sql: string, path: string): Row {
  const rows = db.prepare<[], Row>(sql).all()
  const [row] = rows
  if (row === undefined || rows.length !== 1)
    throw tampered(path, `expected 1 row of each part, got ${rows.length}`)
  return row
}

function objectOf(row: Row, path: string): ObjectRow {
  return {
    key: text(row['key'], path),
    version: integer(row['version'], path),
    state: text(row['state'], path),
    sealed: sealedOf(row, path),
  }
}

function sealedOf(row: Row, path: string): Sealed {
  return {
    nonce: blob(row['nonce'], path),
    ciphertext: blob(row['ciphertext'], path),
    tag: blob(row['tag'], path),
  }
}

function blob(value: unknown, path: string): Buffer {
  if (!Buffer.isBuffer(value)) throw tampered(path, 'a column does not hold bytes')
  return value
}

function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw tampered(path, 'a column does not hold text')
  return value
}

function integer(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw tampered(path, 'a column does not hold a number')
  return value
}
