/** What is sent of a message that is signed: itself, or where it is too long for one call, what it comes down to. */
import {createHash} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import type {Line} from './client.ts'
import type {Version} from './keys.ts'
import {told} from './pages.ts'
import {signingOf} from './specs.ts'

export interface Given {
  readonly Message: Uint8Array
  readonly MessageType: 'RAW' | 'DIGEST' | 'EXTERNAL_MU'
}

const mostRaw = 4096
/** FIPS 204, table 2: what ends a SubjectPublicKeyInfo of each. */
const mlDsaPublic = {'ml-dsa-44': 1312, 'ml-dsa-65': 1952, 'ml-dsa-87': 2592} as const

/** @throws KeyriteError `UNSUPPORTED` for an empty message, and one that is too long for a scheme that signs only the whole. */
export async function messageOf(
  line: Line,
  version: Version,
  message: Uint8Array,
  verb: 'sign' | 'verify',
): Promise<Given> {
  const {label, scheme} = version.spec
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot ${verb} with key "${label}": ${fact}`)
  }
  if (message.length === 0) refuse('AWS KMS takes at least one byte')
  if (message.length <= mostRaw) return {Message: message, MessageType: 'RAW'}
  const {hash} = signingOf(scheme)
  if (hash !== null) return {Message: createHash(hash).update(message).digest(), MessageType: 'DIGEST'}
  if (!(scheme in mlDsaPublic))
    refuse(`${scheme} signs the whole message, and AWS KMS takes ${mostRaw} bytes of it`)
  const what = `${verb} with key "${label}"`
  const answer = await line.call(what, (kms) => kms.getPublicKey({KeyId: version.id}))
  const spki = told(what, 'PublicKey', answer.PublicKey)
  const publicKey = spki.subarray(-mlDsaPublic[scheme as keyof typeof mlDsaPublic])
  return {Message: muOf(publicKey, message), MessageType: 'EXTERNAL_MU'}
}

/** FIPS 204, algorithm 7, line 6, with an empty context: what is signed in the message's stead. */
export function muOf(publicKey: Uint8Array, message: Uint8Array): Buffer {
  const shake = (...parts: readonly Uint8Array[]): Buffer => {
    const hash = createHash('shake256', {outputLength: 64})
    for (const part of parts) hash.update(part)
    return hash.digest()
  }
  return shake(shake(publicKey), Uint8Array.of(0, 0), message)
}
