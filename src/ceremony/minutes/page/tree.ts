/** The Merkle tree (RFC 6962, RFC 9162) and its signed head. */
import {base64, concat, fromBase64, hex, same, sha256, utf8, type Bytes} from './bytes.ts'

export async function leafOf(text: string): Promise<Bytes> {
  return sha256(Uint8Array.of(0), utf8(text))
}

const node = (left: Bytes, right: Bytes): Promise<Bytes> => sha256(Uint8Array.of(1), left, right)

/** The root over leaves, RFC 6962 section 2.1. */
export async function rootOf(leaves: readonly Bytes[]): Promise<Bytes> {
  const [only] = leaves
  if (only === undefined) return sha256()
  if (leaves.length === 1) return only
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return node(await rootOf(leaves.slice(0, k)), await rootOf(leaves.slice(k)))
}

/** Whether a path leads from a leaf to the root, RFC 9162 section 2.1.3.2. */
export async function leadsTo(
  leaf: Bytes,
  seq: number,
  path: readonly string[],
  {root, size}: Pick<Head, 'root' | 'size'>,
): Promise<boolean> {
  if (seq >= size) return false
  let [at, last, found] = [seq, size - 1, leaf]
  for (const one of path) {
    if (last === 0) return false
    const hash = fromBase64(one)
    if (at % 2 === 1 || at === last) {
      found = await node(hash, found)
      while (at % 2 === 0 && at !== 0) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
    } else found = await node(found, hash)
    ;[at, last] = [Math.floor(at / 2), Math.floor(last / 2)]
  }
  return last === 0 && same(found, root)
}

export interface Head {
  readonly name: string
  readonly size: number
  readonly root: Bytes
}

/**
 * Reads a signed note of one Ed25519 signature.
 * @param vkeys - verifier keys that entries name
 * @throws Error where it is not one, or none of these keys signed it.
 */
export async function openNote(note: string, vkeys: readonly string[]): Promise<Head> {
  const form = /^((.+)\n(0|[1-9]\d{0,15})\n(.{44})\n)\n\u2014 (.+) (.{92})\n$/.exec(note)
  const [, body = '', name = '', size = '', root = '', signer, signature = ''] = form ?? []
  if (form === null || signer !== name) throw new Error('it is not a checkpoint')
  const signed = fromBase64(signature)
  for (const vkey of vkeys) {
    const key = fromBase64(vkey.slice(-44))
    const id = (await sha256(utf8(`${name}\n`), key)).slice(0, 4)
    if (vkey !== `${name}+${hex(id)}+${base64(key)}` || !same(id, signed.slice(0, 4))) continue
    const imported = await crypto.subtle.importKey('raw', key.slice(1), 'Ed25519', false, ['verify'])
    if (await crypto.subtle.verify('Ed25519', imported, signed.slice(4), concat(utf8(body))))
      return {name, size: Number(size), root: fromBase64(root)}
    throw new Error('its signature is not by the ledger’s writer')
  }
  throw new Error('no entry here names the key that signed it')
}
