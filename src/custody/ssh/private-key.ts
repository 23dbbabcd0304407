/** Unencrypted private keys in this process: for tests, rehearsals and a local software signer. */
import {createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import {signerOfBytes, type Signer} from './checked.ts'
import {ecSec1, ed25519Pkcs8, rsaPkcs1} from './der.ts'
import {curveOf} from './key-object.ts'
import {endSection, openSshLabel, readOpenSshKey, sectionReader, writeOpenSshKey} from './openssh-key.ts'
import {pemLabel} from './pem.ts'
import {isKeyType, publicKeyOf, type PublicKey} from './public-key.ts'
import {blobOf, signBlob} from './raw-signature.ts'
import {leftPad, string, WireError, type WireReader} from './wire.ts'

/** A private key held by this process. */
export interface InProcessKey {
  readonly publicKey: PublicKey
  readonly signer: Signer
}

/** What a private key file tells without its passphrase. `publicKey` is null where the format hides it. */
export interface PrivateKeyFacts {
  readonly encrypted: boolean
  readonly publicKey: PublicKey | null
}

/** Looks at a private key file; undefined if the bytes are not one. @throws KeyriteError `USAGE` if it is damaged. */
export function inspectPrivateKey(bytes: Uint8Array): PrivateKeyFacts | undefined {
  const label = pemLabel(bytes)
  if (label === openSshLabel) {
    return damaged(() => {
      const {encrypted, publicKey, section} = readOpenSshKey(bytes)
      section.fill(0)
      return {encrypted, publicKey: publicKeyOf(publicKey)}
    })
  }
  if (!label?.endsWith('PRIVATE KEY')) return undefined
  return {encrypted: isEncryptedPem(label, bytes), publicKey: null}
}

/**
 * Reads an unencrypted private key: ssh-keygen's own format, or PKCS#8 in PEM; Ed25519, ECDSA or RSA.
 * The bytes stay the caller's, who should wipe them.
 * @throws KeyriteError `UNSUPPORTED` if it is encrypted, a security key's or in another format; `USAGE` if it is damaged
 */
export function readPrivateKey(bytes: Uint8Array): InProcessKey {
  const facts = inspectPrivateKey(bytes)
  if (facts === undefined) throw new KeyriteError('USAGE', 'cannot read the private key: this is not one')
  if (facts.encrypted) {
    throw unsupported(
      'it is encrypted with a passphrase',
      'let ssh-keygen or ssh-agent sign with it; both ask for the passphrase',
    )
  }
  const label = pemLabel(bytes)
  if (label === openSshLabel) return damaged(() => openSshPrivate(bytes))
  if (label !== 'PRIVATE KEY')
    throw unsupported(
      `its format is "${label ?? ''}"`,
      'ssh-keygen -p -f FILE writes it anew in the format of today',
    )
  let key: KeyObject
  try {
    key = createPrivateKey({
      key: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      format: 'pem',
    })
  } catch {
    // No cause: what OpenSSL says about a private key is not repeated.
    throw new KeyriteError('USAGE', 'cannot read the private key: the file is damaged')
  }
  return damaged(() => inProcess(key))
}

/** Makes a new key. `openSsh` is the unencrypted file that ssh-keygen reads, which the caller wipes. */
export function generateEd25519(): InProcessKey & {readonly openSsh: (comment: string) => Buffer} {
  const {privateKey} = generateKeyPairSync('ed25519')
  const made = inProcess(privateKey)
  return {
    ...made,
    openSsh(comment) {
      const der = privateKey.export({format: 'der', type: 'pkcs8'})
      const raw = made.publicKey.blob.subarray(-32)
      const pair = Buffer.concat([der.subarray(-32), raw])
      const fields = Buffer.concat([string('ssh-ed25519'), string(raw), string(pair)])
      const text = writeOpenSshKey(made.publicKey.blob, fields, comment)
      for (const secret of [der, pair, fields]) secret.fill(0)
      return text
    },
  }
}

function inProcess(key: KeyObject): InProcessKey {
  const publicKey = publicKeyOf(blobOf(createPublicKey(key)))
  return {
    publicKey,
    signer: signerOfBytes(publicKey, 'in process', (bytes) => signBlob(publicKey, key, bytes)),
  }
}

function openSshPrivate(bytes: Uint8Array): InProcessKey {
  const {publicKey, section} = readOpenSshKey(bytes)
  try {
    const made = inProcess(keyOfSection(section))
    // Two halves that differ would sign under a name that the holder never saw.
    if (!made.publicKey.blob.equals(publicKey)) throw new WireError('its two halves are of different keys')
    return made
  } finally {
    section.fill(0)
  }
}

function keyOfSection(section: Uint8Array): KeyObject {
  const reader = sectionReader(section)
  const der = derOf(reader.text(), reader)
  try {
    reader.string() // the comment
    endSection(reader, section)
    return createPrivateKey({...der, format: 'der'})
  } finally {
    der.key.fill(0)
  }
}

/** The numbers of the private section (the same as in an agent's "add" message) as DER. */
function derOf(
  type: string,
  reader: WireReader,
): {readonly key: Buffer; readonly type: 'pkcs8' | 'sec1' | 'pkcs1'} {
  if (type.startsWith('sk-'))
    throw unsupported('it lives in a security key', 'let ssh-keygen or ssh-agent sign with it')
  if (!isKeyType(type)) throw unsupported('its algorithm is not known', 'ssh-keygen -t ed25519')
  if (type === 'ssh-ed25519') {
    reader.string() // the public half, which stands in front already
    return {key: ed25519Pkcs8(reader.string().subarray(0, 32)), type: 'pkcs8'}
  }
  if (type === 'ssh-rsa') {
    const [n, e, d] = [reader.mpint(), reader.mpint(), reader.mpint()]
    const [inverse, p, q] = [reader.mpint(), reader.mpint(), reader.mpint()]
    return {key: rsaPkcs1({n, e, d, p, q, inverse}), type: 'pkcs1'}
  }
  const curve = curveOf(type)
  reader.string() // the curve's name and the public point
  reader.string()
  return {key: ecSec1(curve, leftPad(reader.mpint(), curve.coordinateBytes)), type: 'sec1'}
}

function isEncryptedPem(label: string, bytes: Uint8Array): boolean {
  // RFC 1421 headers, as old PEM files of OpenSSL have them.
  const head = Buffer.from(bytes.subarray(0, 256)).toString('latin1')
  return label.startsWith('ENCRYPTED') || /^Proc-Type: 4,ENCRYPTED/m.test(head)
}

function damaged<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof KeyriteError) throw error
    const fact = error instanceof WireError ? error.message : 'its numbers are not those of a key'
    throw new KeyriteError('USAGE', `cannot read the private key: ${fact}`)
  }
}

function unsupported(fact: string, hint: string): KeyriteError {
  return new KeyriteError('UNSUPPORTED', `cannot use the private key in this process: ${fact}`, {
    hints: [hint],
  })
}
