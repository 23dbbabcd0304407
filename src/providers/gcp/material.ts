/** Key material from outside: looked at before any of it is sent, and wrapped for its way. */
import {createPublicKey} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import {rsaAesWrap} from '../../base/kwp.ts'
import {isPair} from '../algorithms.ts'
import {demandPair} from '../outside.ts'
import type {KeySpec} from '../ports.ts'

/** @throws KeyriteError `UNSUPPORTED` if it is not what the spec says, or its halves do not belong together. */
export function demandMaterial(spec: KeySpec, bytes: Uint8Array): void {
  const {label, algorithm} = spec
  const refuse = (fact: string): never => {
    throw new KeyriteError('UNSUPPORTED', `cannot import key "${label}": ${fact}`)
  }
  if (!isPair(algorithm)) {
    if (bytes.length !== 32) refuse(`Google takes 32 bytes for ${algorithm}, not ${bytes.length}`)
    return
  }
  demandPair(spec, bytes)
}

/** RSA_OAEP_3072_SHA256_AES_256: an AES key of this moment under the job's public key, then the material under that (RFC 5649). */
export function wrapFor(jobKey: string, material: Uint8Array): Buffer {
  return rsaAesWrap(createPublicKey(jobKey), 'sha256', material)
}
