/** The HSM of this stand-in, made when a key first needs it, and how it attests: as published, not at all, or with bytes that say nothing. */
import {createPublicKey, type KeyObject} from 'node:crypto'
import {attest, makeHsm} from '../hsm.ts'
import type {Version} from './world.ts'

export const attesting: {mode: 'good' | 'none' | 'opaque'} = {mode: 'good'}

let made: ReturnType<typeof makeHsm> | undefined
export const hsm = (): ReturnType<typeof makeHsm> => (made ??= makeHsm())

/** As long as there is material: it was given when the key was made. */
const given = new WeakMap<Version, Buffer>()

export function attestationOf(name: string, version: Version): object | null {
  if (attesting.mode === 'none') return null
  const {caviumCerts, googleCardCerts, googlePartitionCerts} = hsm()
  const content =
    attesting.mode === 'opaque'
      ? Buffer.from('an attestation of a stand-in: it proves nothing')
      : (given.get(version) ?? contentOf(name, version))
  return {
    format: 'CAVIUM_V2_COMPRESSED',
    content,
    certChains: {caviumCerts, googleCardCerts, googlePartitionCerts},
  }
}

function contentOf(name: string, version: Version): Buffer {
  const {material, imported} = version
  const publicKey = material === null || Buffer.isBuffer(material) ? null : publicHalf(material)
  const content = attest(hsm(), {name, publicKey, local: imported === null})
  given.set(version, content)
  return content
}

/** Of kinds that the published format has; how an HSM speaks of others is not told, and it says nothing of their halves. */
function publicHalf(material: KeyObject): KeyObject | null {
  return ['rsa', 'ec'].includes(material.asymmetricKeyType ?? '') ? createPublicKey(material) : null
}
