/**
 * A backup: the lock, which the PIN opens, and the file's rows as they are, sealed once more as one piece.
 * Canonical JSON with `type`, `lock` (what is readable without the PIN) and `sealed`, bytes in base64.
 * The key of the outer seal comes from the token key; inside, header and objects are still as in the file, so that
 * no material exists in the clear while a backup is made, and one that was put together from several is found out.
 */
import {hkdfSync} from 'node:crypto'
import {z} from 'zod'
import {base64, fromBase64} from '../../base/bytes.ts'
import {jcsBytes, parseJcs} from '../../base/jcs.ts'
import type {Secret} from '../../base/secret.ts'
import {checkRows, openHeader, openRow} from './contents.ts'
import type {Reader} from './contents.ts'
import type {Connection} from './database.ts'
import type {About, Header} from './records.ts'
import {openLock} from './pin.ts'
import type {Lock} from './pin.ts'
import {tampered} from './refusals.ts'
import {readHeader, readLock, readObjects} from './rows.ts'
import {seal, unseal} from './sealing.ts'
import type {Sealed} from './sealing.ts'
import type {Random} from '../../base/world.ts'

const type = 'keyrite.token-backup/1'
const bytes = z.string().transform((text, refusal) => {
  try {
    return fromBase64(text)
  } catch {
    refusal.addIssue({code: 'custom', message: 'not base64'})
    return z.NEVER
  }
})
const sealedBytes = z.strictObject({nonce: bytes, ciphertext: bytes, tag: bytes})
const lockShape = z.strictObject({
  ...{id: z.string(), name: z.string(), n: z.int(), r: z.int(), p: z.int()},
  ...{salt: bytes, wrapped: sealedBytes},
})
const outer = z.strictObject({type: z.literal(type), lock: lockShape, sealed: sealedBytes})
const inner = z.strictObject({
  header: sealedBytes,
  objects: z.array(
    z.strictObject({key: z.string(), version: z.int(), state: z.string(), sealed: sealedBytes}),
  ),
})

export function makeBackup(db: Connection, tokenKey: Uint8Array, path: string, random: Random): Buffer {
  const lock = lockJson(readLock(db, path))
  const rows = readObjects(db, path).map((row) => ({...row, sealed: sealedJson(row.sealed)}))
  const content = jcsBytes({header: sealedJson(readHeader(db, path)), objects: rows})
  const key = backupKey(tokenKey)
  try {
    return Buffer.from(jcsBytes({type, lock, sealed: sealedJson(seal(key, content, {type, lock}, random))}))
  } finally {
    key.fill(0)
  }
}

/**
 * Opens a backup, checks it as an open does a file, and lends each object's material to `each`.
 * @throws KeyriteError `TOKEN_TAMPERED`, `TOKEN_ROLLED_BACK`, `CREDENTIALS_REFUSED` if it was made under another PIN.
 */
export async function openBackup(
  backup: Uint8Array,
  pin: Secret,
): Promise<{header: Header; lend(each: (object: About, material: Buffer) => void): void; wipe(): void}> {
  const path = 'the backup'
  const {lock, sealed} = parseOuter(backup, path)
  const tokenKey = await openLock(lock, pin, path)
  try {
    const content = openOuter(tokenKey, lock, sealed, path)
    const reader: Reader = {tokenKey, token: lock.id, path}
    const header = openHeader(reader, content.header)
    checkRows(reader, header, content.objects)
    return {
      header,
      lend(each) {
        for (const object of header.objects) {
          const row = content.objects.find(
            ({key, version}) => key === object.key && version === object.version,
          )
          const material = openRow(reader, object, row)
          try {
            each(object, material)
          } finally {
            material.fill(0)
          }
        }
      },
      wipe: () => tokenKey.fill(0),
    }
  } catch (error) {
    tokenKey.fill(0)
    throw error
  }
}

function parseOuter(backup: Uint8Array, path: string): {lock: Lock; sealed: Sealed} {
  try {
    return outer.parse(parseJcs(backup))
  } catch (cause) {
    throw tampered(path, 'it is not a backup of a software token, or not whole', cause)
  }
}

function openOuter(tokenKey: Uint8Array, lock: Lock, sealed: Sealed, path: string): z.infer<typeof inner> {
  const key = backupKey(tokenKey)
  try {
    return inner.parse(parseJcs(unseal(key, sealed, {type, lock: lockJson(lock)})))
  } catch (cause) {
    throw tampered(path, 'it does not open', cause)
  } finally {
    key.fill(0)
  }
}

function backupKey(tokenKey: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', tokenKey, '', 'keyrite/v1/token-backup', 32))
}

function lockJson({id, name, n, r, p, salt, wrapped}: Lock) {
  return {id, name, n, r, p, salt: base64(salt), wrapped: sealedJson(wrapped)}
}

function sealedJson({nonce, ciphertext, tag}: Sealed) {
  return {nonce: base64(nonce), ciphertext: base64(ciphertext), tag: base64(tag)}
}
