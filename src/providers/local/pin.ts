/**
 * From the PIN to the token key: scrypt makes a key that opens the random token key, which opens everything else.
 *
 * The parameters stand in the file so that a reader needs nothing else, but only one set is accepted:
 * a thief who could weaken them would guess PINs at leisure.
 */
import {scrypt} from 'node:crypto'
import {sha256} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {jcs} from '../../base/jcs.ts'
import type {Secret} from '../../base/secret.ts'
import type {Random} from '../../base/world.ts'
import {tampered} from './refusals.ts'
import {seal, unseal} from './sealing.ts'
import type {Sealed} from './sealing.ts'

/** 128 * N * r bytes: 128 MiB a guess (RFC 7914). */
export const scryptCost = {n: 2 ** 17, r: 8, p: 1} as const
const leastPinBytes = 8
const mostPinBytes = 1024

/** How a PIN becomes a key, which the caller wipes. A variable, so that tests can remember what was stretched before. */
export const stretching = {by: stretch}

/** What is readable without the PIN. `wrapped` is the token key under the PIN. */
export interface Lock {
  readonly id: string
  readonly name: string
  readonly n: number
  readonly r: number
  readonly p: number
  readonly salt: Buffer
  readonly wrapped: Sealed
}

/** @throws KeyriteError `USAGE` if the PIN is not 8 to 1024 bytes long. */
export async function makeLock(
  id: string,
  name: string,
  tokenKey: Uint8Array,
  pin: Secret,
  random: Random,
): Promise<Lock> {
  const bytes = pin.use((given) => given.length)
  if (bytes < leastPinBytes || bytes > mostPinBytes)
    throw new KeyriteError('USAGE', `expected a PIN of ${leastPinBytes} to ${mostPinBytes} bytes`)
  const open = {id, name, ...scryptCost, salt: random.bytes(32)}
  const key = await stretching.by(open.salt, pin)
  try {
    return {...open, wrapped: seal(key, tokenKey, context(open), random)}
  } finally {
    key.fill(0)
  }
}

/**
 * @returns the token key, which the caller wipes.
 * @throws KeyriteError `TOKEN_TAMPERED` if the scrypt parameters are not the fixed ones, `CREDENTIALS_REFUSED` if the PIN does not open it.
 */
export async function openLock(lock: Lock, pin: Secret, path: string): Promise<Buffer> {
  if (
    lock.n !== scryptCost.n ||
    lock.r !== scryptCost.r ||
    lock.p !== scryptCost.p ||
    lock.salt.length !== 32
  )
    throw tampered(path, 'its scrypt parameters are not those of keyrite')
  const key = await stretching.by(lock.salt, pin)
  try {
    return unseal(key, lock.wrapped, context(lock))
  } catch {
    throw new KeyriteError(
      'CREDENTIALS_REFUSED',
      `cannot open token "${path}": the PIN does not open this token`,
    )
  } finally {
    key.fill(0)
  }
}

/** Tells damage from a wrong PIN: no proof of anything, since whoever changes the lock can change its digest. */
export function lockDigest(lock: Lock): Buffer {
  const {nonce, ciphertext, tag} = lock.wrapped
  return sha256('keyrite/v1/token-lock\n', jcs(context(lock)), nonce, ciphertext, tag)
}

function context(lock: Omit<Lock, 'wrapped'>) {
  const {id, name, n, r, p, salt} = lock
  return {type: 'keyrite.token-lock/1', token: id, name, scrypt: {n, r, p, salt: salt.toString('hex')}}
}

async function stretch(salt: Uint8Array, pin: Secret): Promise<Buffer> {
  const copy = pin.use((bytes) => Buffer.from(bytes)) // the secret may be wiped while scrypt works
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      const {n, r, p} = scryptCost
      scrypt(copy, salt, 32, {N: n, r, p, maxmem: 256 * n * r}, (error, key) => {
        if (error === null) resolve(key)
        else
          reject(
            new KeyriteError('STORAGE', 'cannot stretch the PIN: scrypt needs 128 MiB of memory', {
              cause: error,
            }),
          )
      })
    })
  } finally {
    copy.fill(0)
  }
}
