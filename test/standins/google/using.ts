/** What keys do: sign, decrypt, MAC. Real cryptography, by node:crypto. */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  privateDecrypt,
  privateEncrypt,
  randomBytes,
  sign,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'
import {algorithms, type Purpose} from './algorithms.ts'
import {checked, checksum} from './crc32c.ts'
import {signDigest} from '../digests.ts'
import {invalid, notEnabled, Refused, wrongPurpose} from './failures.ts'
import {bytesOf, settle, text, within, type Message} from './messages.ts'
import {demandName, keyOf, nameOfVersion, versionOf} from './names.ts'
import type {Methods} from './server.ts'
import type {Key, Ring, Version, World} from './world.ts'

export const most = 65_536
const digestSizes: Readonly<Record<string, number>> = {sha256: 32, sha384: 48, sha512: 64}

export const useMethods: Methods = {
  encrypt(world, request) {
    const name = text(request, 'name')
    const used = name.includes('/cryptoKeyVersions/')
      ? usable(world, name, 'ENCRYPT_DECRYPT')
      : primary(world, name)
    const [plaintext, aad] = [bytesOf(request, 'plaintext'), bytesOf(request, 'additionalAuthenticatedData')]
    const limit = used.version.protectionLevel === 'HSM' ? 8192 : most
    const size = used.version.protectionLevel === 'HSM' ? plaintext.length + aad.length : plaintext.length
    if (size > limit || aad.length > most) throw invalid(`The plaintext is longer than ${limit} bytes.`)
    const verified = {
      verifiedPlaintextCrc32c: checked(plaintext, request['plaintextCrc32c'], 'plaintext'),
      verifiedAdditionalAuthenticatedDataCrc32c: checked(
        aad,
        request['additionalAuthenticatedDataCrc32c'],
        'additional_authenticated_data',
      ),
    }
    const ciphertext = sealed(used, plaintext, aad)
    return {
      name: used.name,
      ciphertext,
      ciphertextCrc32c: checksum(ciphertext),
      ...verified,
      protectionLevel: used.version.protectionLevel,
    }
  },

  decrypt(world, request) {
    const {ring, key} = keyOf(world, text(request, 'name'))
    settle(world, key)
    const ciphertext = bytesOf(request, 'ciphertext')
    const aad = bytesOf(request, 'additionalAuthenticatedData')
    checked(ciphertext, request['ciphertextCrc32c'], 'ciphertext')
    checked(aad, request['additionalAuthenticatedDataCrc32c'], 'additional_authenticated_data')
    if (key.purpose !== 'ENCRYPT_DECRYPT') throw wrongPurpose(text(request, 'name'), key.purpose)
    if (ciphertext.length < 33 || ciphertext[0] !== 0x0a)
      throw invalid('Decryption failed: the ciphertext is invalid.')
    const version = key.versions.find(({number}) => number === ciphertext.readUInt32BE(1))
    if (version === undefined)
      throw invalid("Decryption failed: verify that 'name' refers to the correct CryptoKey.")
    demandUsable(ring, key, version)
    const plaintext = opened(version, ciphertext, aad)
    return {
      plaintext,
      plaintextCrc32c: checksum(plaintext),
      usedPrimary: version.number === key.primary,
      protectionLevel: version.protectionLevel,
    }
  },

  asymmetricSign(world, request) {
    const used = usable(world, text(request, 'name'), 'ASYMMETRIC_SIGN')
    const {algorithm, material, protectionLevel} = used.version
    const {hash, padding, raw} = algorithms.get(algorithm) ?? {}
    const [digest, data] = [digestIn(request), bytesOf(request, 'data')]
    if ((digest === null && data.length === 0 && hash !== null) || (digest !== null && data.length > 0))
      throw invalid('Exactly one of digest and data must be given.')
    const key = material as KeyObject
    const said = {name: used.name, protectionLevel}
    if (hash === null || hash === undefined) {
      if (digest !== null) throw invalid(`${algorithm} signs data, not a digest.`)
      const verifiedDataCrc32c = checked(data, request['dataCrc32c'], 'data')
      const signature = raw === true ? signedRaw(key, data) : sign(null, data, key)
      return {...said, signature, signatureCrc32c: checksum(signature), verifiedDataCrc32c}
    }
    // T: of what is signed as a digest the service takes the message too, and hashes it.
    if (digest === null) {
      const verifiedDataCrc32c = checked(data, request['dataCrc32c'], 'data')
      const signature = signDigest(key, hash, padding, createHash(hash).update(data).digest())
      return {...said, signature, signatureCrc32c: checksum(signature), verifiedDataCrc32c}
    }
    if (digest.hash !== hash || digest.bytes.length !== digestSizes[hash])
      throw invalid(`${algorithm} signs a ${hash} digest of ${digestSizes[hash]} bytes.`)
    const verifiedDigestCrc32c = checked(digest.bytes, request['digestCrc32c'], 'digest')
    const signature = signDigest(key, hash, padding, digest.bytes)
    return {...said, signature, signatureCrc32c: checksum(signature), verifiedDigestCrc32c}
  },

  asymmetricDecrypt(world, request) {
    const used = usable(world, text(request, 'name'), 'ASYMMETRIC_DECRYPT')
    const ciphertext = bytesOf(request, 'ciphertext')
    const verifiedCiphertextCrc32c = checked(ciphertext, request['ciphertextCrc32c'], 'ciphertext')
    const key = used.version.material as KeyObject
    try {
      const plaintext = privateDecrypt(
        {key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256'},
        ciphertext,
      )
      const said = {protectionLevel: used.version.protectionLevel, verifiedCiphertextCrc32c}
      return {plaintext, plaintextCrc32c: checksum(plaintext), ...said}
    } catch {
      throw invalid('Decryption failed: the ciphertext is invalid.')
    }
  },

  macSign(world, request) {
    const used = usable(world, text(request, 'name'), 'MAC')
    const data = bytesOf(request, 'data')
    if (data.length > most) throw invalid(`The data is longer than ${most} bytes.`)
    const verifiedDataCrc32c = checked(data, request['dataCrc32c'], 'data')
    const mac = macOf(used.version, data)
    const said = {name: used.name, protectionLevel: used.version.protectionLevel}
    return {...said, mac, macCrc32c: checksum(mac), verifiedDataCrc32c}
  },

  macVerify(world, request) {
    const used = usable(world, text(request, 'name'), 'MAC')
    const [data, mac] = [bytesOf(request, 'data'), bytesOf(request, 'mac')]
    const verifiedDataCrc32c = checked(data, request['dataCrc32c'], 'data')
    const verifiedMacCrc32c = checked(mac, request['macCrc32c'], 'mac')
    const right = macOf(used.version, data)
    if (mac.length !== right.length) throw invalid(`The MAC must be ${right.length} bytes long.`)
    const success = timingSafeEqual(mac, right)
    return {
      name: used.name,
      success,
      verifiedDataCrc32c,
      verifiedMacCrc32c,
      verifiedSuccessIntegrity: success,
      protectionLevel: used.version.protectionLevel,
    }
  },

  /** T, D: on a location, by an HSM only. */
  generateRandomBytes(_world, request) {
    demandName('location', text(request, 'location'))
    const length = Number(request['lengthBytes'] ?? 0)
    if (length < 8 || length > 1024) throw invalid('length_bytes must be 8 to 1024.')
    if (request['protectionLevel'] !== 'HSM')
      throw new Refused('UNIMPLEMENTED', 'Random bytes come from an HSM only.')
    const data = randomBytes(length)
    return {data, dataCrc32c: checksum(data)}
  },
}

/** T: PKCS #1 v1.5 over the data itself (RFC 8017, section 8.2, without its DigestInfo). */
function signedRaw(key: KeyObject, data: Buffer): Buffer {
  const size = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8
  if (data.length > size - 11) throw invalid(`The data is longer than ${size - 11} bytes.`)
  return privateEncrypt({key, padding: constants.RSA_PKCS1_PADDING}, data)
}

interface Used {
  readonly name: string
  readonly ring: Ring
  readonly key: Key
  readonly version: Version
}

/** The version, if its key has the purpose and it is enabled. */
export function usable(world: World, name: string, purpose: Purpose): Used {
  const {ring, key, version} = versionOf(world, name)
  settle(world, key)
  if (key.purpose !== purpose) throw wrongPurpose(name, key.purpose)
  demandUsable(ring, key, version)
  return {name, ring, key, version}
}

function primary(world: World, name: string): Used {
  const {ring, key} = keyOf(world, name)
  settle(world, key)
  if (key.purpose !== 'ENCRYPT_DECRYPT') throw wrongPurpose(name, key.purpose)
  const version = key.versions.find(({number}) => number === key.primary)
  if (version === undefined) throw new Refused('FAILED_PRECONDITION', `${name} has no primary version.`)
  demandUsable(ring, key, version)
  return {name: nameOfVersion(ring, key, version), ring, key, version}
}

/** After a disable that lags, a few uses more are let through. */
function demandUsable(ring: Ring, key: Key, version: Version): void {
  if (version.state === 'ENABLED') return
  if (version.state === 'DISABLED' && version.lag > 0) {
    version.lag--
    return
  }
  throw notEnabled(nameOfVersion(ring, key, version), version.state)
}

/** 0x0a, the version's number, 12 bytes of nonce, ciphertext, 16 bytes of tag. */
function sealed({version}: Used, plaintext: Buffer, aad: Buffer): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', version.material as Buffer, nonce).setAAD(aad)
  const head = Buffer.alloc(5, 0x0a)
  head.writeUInt32BE(version.number, 1)
  return Buffer.concat([head, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

function opened(version: Version, ciphertext: Buffer, aad: Buffer): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', version.material as Buffer, ciphertext.subarray(5, 17), {
      authTagLength: 16,
    })
    decipher.setAAD(aad).setAuthTag(ciphertext.subarray(-16))
    return Buffer.concat([decipher.update(ciphertext.subarray(17, -16)), decipher.final()])
  } catch {
    throw invalid('Decryption failed.')
  }
}

function macOf({material}: Version, data: Buffer): Buffer {
  return createHmac('sha256', material as Buffer)
    .update(data)
    .digest()
}

function digestIn(request: Message): {hash: string; bytes: Buffer} | null {
  const digest = within(request, 'digest')
  if (digest === null) return null
  const [hash] = ['sha256', 'sha384', 'sha512'].filter((one) => bytesOf(digest, one).length > 0)
  return hash === undefined ? null : {hash, bytes: bytesOf(digest, hash)}
}
