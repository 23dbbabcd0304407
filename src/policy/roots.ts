/** Certificates that an attestation of hardware may lead to. */
import {sha256Hex} from '../base/bytes.ts'
import type {Policy} from './document.ts'

/** What such a certificate is called in words: SHA-256 of its DER. */
export function attestationRootName(root: string): string {
  return `SHA-256 ${sha256Hex(Buffer.from(root, 'base64'))}`
}

/** Of what kind of place each is believed, and as what. */
export function hsmRootNames({hsm_roots: all = []}: Pick<Policy, 'hsm_roots'>): readonly string[] {
  return all.flatMap(({kind, makers, owners}) => [
    ...makers.map((one) => `${kind}, maker, ${attestationRootName(one)}`),
    ...owners.map((one) => `${kind}, owner, ${attestationRootName(one)}`),
  ])
}
