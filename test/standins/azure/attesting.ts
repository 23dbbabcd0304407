/** What an HSM of this stand-in signs of a key: in the published form, under roots that are made here, or not at all, or bytes that say nothing. */
import {createPublicKey} from 'node:crypto'
import {makeHsm, statementOf} from '../hsm.ts'
import {bundle, type Body} from './messages.ts'
import {notModelled} from './failures.ts'
import {versionOf, type Act} from './keys.ts'
import type {Version} from './world.ts'

let made: ReturnType<typeof makeHsm> | undefined
export const hsm = (): ReturnType<typeof makeHsm> => (made ??= makeHsm())

/** S, D. The bundle of certificates has all of them, in an order that nobody promises (the published program takes any). */
export const attestationAct: Act = (world, call) => {
  if (!world.place.isHsm) throw notModelled('an attestation of a vault')
  const {key, version} = versionOf(world, call)
  const said = bundle(world, call.base, key, version)
  const attributes = said['attributes'] as Body
  if (world.attestation === 'none') return {...said, attributes}
  const text = (bytes: Buffer | string): string => Buffer.from(bytes).toString('base64url')
  const signed = signedBy(`${call.base}/keys/${key.name}/${version.id}`, version, world.outside.has(version))
  const {caviumCerts, googlePartitionCerts, ownerPem} = hsm()
  const certificates = [...googlePartitionCerts, ownerPem, ...caviumCerts].join('')
  const opaque = world.attestation === 'opaque'
  const attestation = {
    certificatePemFile: text(certificates),
    privateKeyAttestation: text(opaque ? 'an attestation of a stand-in: it proves nothing' : signed),
    ...(Buffer.isBuffer(version.material) ? {} : {publicKeyAttestation: text(signed)}),
    version: 'MRVL-1',
  }
  return {...said, attributes: {...attributes, attestation}}
}

function signedBy(kid: string, {material}: Version, isOutside: boolean): Buffer {
  const publicKey = Buffer.isBuffer(material) ? null : createPublicKey(material)
  const attributes = {0x0102: Buffer.from(`${kid}\0`)}
  const statement = statementOf({name: kid, publicKey, local: !isOutside, attributes})
  return Buffer.concat([statement, hsm().sign(statement)])
}
