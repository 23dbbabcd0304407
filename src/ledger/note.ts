/**
 * C2SP signed notes and tlog checkpoints, Ed25519 (type 0x01) only, in exactly one spelling. docs/ledger-format.md, section 2.
 */
import {createPublicKey, sign, verify, type KeyObject} from 'node:crypto'
import {base64, fromBase64, sha256} from '../base/bytes.ts'

const ed25519Type = Buffer.from([1])
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** A key that checkpoints are verified with. */
export interface VerifierKey {
  readonly name: string
  readonly publicKey: Uint8Array
}

export interface Checkpoint {
  readonly origin: string
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
}

function keyId(key: VerifierKey): Buffer {
  return sha256(key.name, '\n', ed25519Type, key.publicKey).subarray(0, 4)
}

/** `name+hash+key`, the text form of a verifier key. */
export function vkeyText(key: VerifierKey): string {
  return `${key.name}+${keyId(key).toString('hex')}+${base64(Buffer.concat([ed25519Type, key.publicKey]))}`
}

/** @throws TypeError if the text is not a verifier key, or its hash is not that of its key. */
export function parseVkey(text: string): VerifierKey {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text)
  const bytes = fromBase64(match?.[3] ?? '')
  if (match === null || bytes.length !== 33 || bytes[0] !== 1)
    throw new TypeError('not an Ed25519 verifier key')
  const key = {name: match[1] ?? '', publicKey: bytes.subarray(1)}
  if (vkeyText(key) !== text) throw new TypeError('the verifier key does not agree with its hash')
  return key
}

export function publicKeyObject(raw: Uint8Array): KeyObject {
  return createPublicKey({key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki'})
}

/** The raw 32 bytes of an Ed25519 public key. */
export function rawPublicKey(key: KeyObject): Buffer {
  return key.export({format: 'der', type: 'spki'}).subarray(spkiPrefix.length)
}

export function checkpointText(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${base64(checkpoint.root)}\n`
}

/** Signs a checkpoint. The caller must not show the result before what it covers is committed. */
export function signCheckpoint(checkpoint: Checkpoint, key: VerifierKey, privateKey: KeyObject): string {
  const text = checkpointText(checkpoint)
  const signature = sign(null, Buffer.from(text), privateKey)
  return `${text}\n— ${key.name} ${base64(Buffer.concat([keyId(key), signature]))}\n`
}

/**
 * Reads a note without judging its signature.
 * @throws TypeError if it is not a checkpoint in its one spelling.
 */
export function parseCheckpoint(note: string): Checkpoint {
  const lines = note.split('\n')
  const [origin = '', size = '', root = '', blank, signature = '', end] = lines
  const wellFormed =
    lines.length === 6 && blank === '' && end === '' && origin !== '' && /^(0|[1-9]\d{0,14})$/.test(size)
  if (!wellFormed || !signature.startsWith(`— ${origin} `)) throw new TypeError('not a checkpoint')
  const hash = fromBase64(root)
  if (hash.length !== 32 || fromBase64(signature.slice(`— ${origin} `.length)).length !== 68)
    throw new TypeError('not a checkpoint')
  return {origin, size: Number(size), root: hash}
}

/** @throws TypeError unless the note is a checkpoint of this key's log, signed by it. */
export function openCheckpoint(note: string, key: VerifierKey): Checkpoint {
  const checkpoint = parseCheckpoint(note)
  if (checkpoint.origin !== key.name) throw new TypeError('the checkpoint is of another ledger')
  const line = note.split('\n')[4] ?? ''
  const blob = fromBase64(line.slice(`— ${key.name} `.length))
  if (!blob.subarray(0, 4).equals(keyId(key))) throw new TypeError('the checkpoint is signed by another key')
  if (
    !verify(null, Buffer.from(checkpointText(checkpoint)), publicKeyObject(key.publicKey), blob.subarray(4))
  ) {
    throw new TypeError('the checkpoint’s signature is bad')
  }
  return checkpoint
}
