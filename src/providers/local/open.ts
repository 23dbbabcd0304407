import {unlinkSync} from 'node:fs'
import {hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {Secret} from '../../base/secret.ts'
import type {Clock, Random} from '../../base/world.ts'
import {checkPages, checkSchema, connect, createTables} from './database.ts'
import type {Connection} from './database.ts'
import {createFile, safeFile} from './file.ts'
import type {FileId} from './file.ts'
import {makeLock, openLock} from './pin.ts'
import type {Lock} from './pin.ts'
import {sealHeader} from './records.ts'
import {fromStorage} from './refusals.ts'
import {insertLock, readLock, writeHeader} from './rows.ts'
import {LocalToken} from './token.ts'

export interface NewToken {
  readonly path: string
  /** What people call it: 1 to 64 printable characters. Readable without the PIN. */
  readonly name: string
  /** 8 to 1024 bytes. Stays the caller's. */
  readonly pin: Secret
  readonly random: Random
  readonly clock: Clock
}

export interface ExistingToken {
  readonly path: string
  /** Stays the caller's. */
  readonly pin: Secret
  /** The newest generation that was recorded elsewhere, null where none was: a lower one is a rollback. */
  readonly leastGeneration: number | null
  readonly random: Random
  readonly clock: Clock
}

/** Makes an empty token of generation 1. @throws KeyriteError `EXISTS`, `USAGE`, `UNSAFE_FILE`, `STORAGE`. */
export async function makeTokenFile({path, name, pin, random, clock}: NewToken): Promise<LocalToken> {
  if (!/^[^\p{C}\p{Z}](?:[^\p{C}\p{Zl}\p{Zp}]{0,62}[^\p{C}\p{Z}])?$/u.test(name))
    throw new KeyriteError('USAGE', 'expected a token name of 1 to 64 printable characters')
  const id = hex(random.bytes(16))
  const tokenKey = random.bytes(32)
  const lock = await makeLock(id, name, tokenKey, pin, random)
  createFile(path)
  const file = safeFile(path)
  let db: Connection | undefined
  try {
    db = connect(path)
    db.exec('BEGIN IMMEDIATE')
    createTables(db)
    insertLock(db, lock)
    writeHeader(db, sealHeader(tokenKey, {token: id, generation: 1, restored: null, objects: []}, random))
    db.exec('COMMIT')
  } catch (error) {
    tokenKey.fill(0)
    db?.close()
    unlinkSync(path) // ours, and never a token: it was made exclusively a moment ago
    throw fromStorage(error, path)
  }
  return new LocalToken({path, file, db, id, name, tokenKey, pin: ownCopy(pin), random, clock})
}

/**
 * Opens a token and reads all of it once: every object opens, and is one that the header names.
 * @throws KeyriteError `CREDENTIALS_REFUSED`, `TOKEN_ROLLED_BACK`, `TOKEN_TAMPERED`, `FILE_NOT_FOUND`, `UNSAFE_FILE`, `LOCKED`, `STORAGE`.
 */
export async function openTokenFile({
  path,
  pin,
  leastGeneration,
  random,
  clock,
}: ExistingToken): Promise<LocalToken> {
  const {file, db, lock} = look(path)
  let token: LocalToken | undefined
  try {
    const tokenKey = await openLock(lock, pin, path)
    token = new LocalToken({
      path,
      file,
      db,
      id: lock.id,
      name: lock.name,
      tokenKey,
      pin: ownCopy(pin),
      random,
      clock,
    })
    token.accept(leastGeneration)
    return token
  } catch (error) {
    if (token === undefined) db.close()
    token?.close()
    throw error
  }
}

/** What the file says of itself without a PIN: not authenticated, for lists and questions only. @throws as `openTokenFile`. */
export function tokenIdentity(path: string): {readonly token: string; readonly name: string} {
  const {db, lock} = look(path)
  db.close()
  return {token: lock.id, name: lock.name}
}

function look(path: string): {file: FileId; db: Connection; lock: Lock} {
  const file = safeFile(path)
  let db: Connection | undefined
  try {
    db = connect(path)
    const now = safeFile(path)
    if (now.inode !== file.inode || now.device !== file.device)
      throw new KeyriteError('UNSAFE_FILE', `cannot open token "${path}": another file was put in its place`)
    checkSchema(db, path)
    checkPages(db, path)
    return {file, db, lock: readLock(db, path)}
  } catch (error) {
    db?.close()
    throw fromStorage(error, path)
  }
}

function ownCopy(pin: Secret): Secret {
  return pin.use((bytes) => new Secret(Buffer.from(bytes)))
}
