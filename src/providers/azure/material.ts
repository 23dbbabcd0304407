/** Key material from outside: looked at before any of it is sent. */
import {KeyriteError} from '../../base/errors.ts'
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
    if (bytes.length !== 32) refuse(`Azure takes 32 bytes for ${algorithm}, not ${bytes.length}`)
    return
  }
  demandPair(spec, bytes)
}
