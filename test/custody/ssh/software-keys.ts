/** Keys and signatures made for these tests: what no well-behaved program would make, with control of each field. */
import {createHash, generateKeyPairSync, sign, type KeyObject} from 'node:crypto'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {publicKeyOf, type PublicKey} from '../../../src/custody/ssh/public-key.ts'
import {blobOf} from '../../../src/custody/ssh/raw-signature.ts'
import {signedData} from '../../../src/custody/ssh/sshsig.ts'
import {mpint, string, uint32} from '../../../src/custody/ssh/wire.ts'

export interface Pair {
  readonly publicKey: PublicKey
  readonly privateKey: KeyObject
}

export function rsaPair(modulusLength: number): Pair {
  const {publicKey, privateKey} = generateKeyPairSync('rsa', {modulusLength})
  return {publicKey: publicKeyOf(blobOf(publicKey)), privateKey}
}

const hash = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest()

/** The blob of a security key of this application around an Ed25519 key. */
export function skEd25519(application = 'ssh:'): Pair {
  const {publicKey, privateKey} = generateKeyPairSync('ed25519')
  const raw = blobOf(publicKey).subarray(-32)
  const blob = Buffer.concat([string('sk-ssh-ed25519@openssh.com'), string(raw), string(application)])
  return {publicKey: publicKeyOf(blob), privateKey}
}

/** The same around a P-256 key, as browsers use. */
export function skEcdsa(application: string): Pair {
  const {publicKey, privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'})
  const point = blobOf(publicKey).subarray(-65)
  const type = string('sk-ecdsa-sha2-nistp256@openssh.com')
  return {
    publicKey: publicKeyOf(Buffer.concat([type, string('nistp256'), string(point), string(application)])),
    privateKey,
  }
}

/** What a security key says with these flags and this counter: the inner signature of an SSHSIG with SHA-512. */
export function skSignature(
  {publicKey, privateKey}: Pair,
  namespace: string,
  message: Uint8Array,
  {flags, counter = 7}: {readonly flags: number; readonly counter?: number},
): Buffer {
  const tail = Buffer.concat([Buffer.of(flags), uint32(counter)])
  const data = hash(signedData(namespace, 'sha512', message))
  const signed = Buffer.concat([hash(publicKey.application ?? ''), tail, data])
  return Buffer.concat([string(publicKey.type), string(sign(null, signed, privateKey)), tail])
}

/** What a browser's security key says about this client data. */
export function webauthnSignature(
  {publicKey, privateKey}: Pair,
  assertion: {
    readonly flags: number
    readonly origin: string
    readonly clientData: string
    readonly extensions?: Uint8Array
  },
): Buffer {
  const {flags, origin, clientData, extensions = new Uint8Array()} = assertion
  const tail = Buffer.concat([Buffer.of(flags), uint32(9)])
  const signed = Buffer.concat([hash(publicKey.application ?? ''), tail, extensions, hash(clientData)])
  const pair = sign('sha256', signed, {key: privateKey, dsaEncoding: 'ieee-p1363'})
  const numbers = Buffer.concat([mpint(pair.subarray(0, 32)), mpint(pair.subarray(32))])
  const head = Buffer.concat([string('webauthn-sk-ecdsa-sha2-nistp256@openssh.com'), string(numbers), tail])
  return Buffer.concat([head, string(origin), string(clientData), string(extensions)])
}

/** Runs `use` with a new folder that only we can enter, and removes it. */
export async function inFolder(use: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'keyrite-ssh-'))
  try {
    await use(folder)
  } finally {
    rmSync(folder, {recursive: true})
  }
}
