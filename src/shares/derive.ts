/** What is derived of the key of a set, and of each share. */
import {hkdfSync, timingSafeEqual} from 'node:crypto'
import {sha256} from '../base/bytes.ts'
import {kcvBytes, keyBytes, type Share} from './format.ts'

/** Tells whether this is the key of the set, and nothing else of it. */
export function kcvOf(key: Uint8Array, set: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', key, set, 'keyrite/v1/kcv', kcvBytes))
}

export function wrapKeyOf(key: Uint8Array, set: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', key, set, 'keyrite/v1/wrap', keyBytes))
}

/** What the ledger records of a share before anybody sees it. */
export function commitmentOf({set, index, raw}: Pick<Share, 'set' | 'index' | 'raw'>): Buffer {
  return sha256('keyrite/v1/share\n', set, Buffer.of(index), raw)
}

/** In constant time. */
export function sameSecret(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
