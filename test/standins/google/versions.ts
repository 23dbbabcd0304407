/** Versions: made, listed, enabled and disabled, destroyed and restored. */
import {algorithms} from './algorithms.ts'
import {checksum} from './crc32c.ts'
import {invalid, notModelled, Refused, wrongPurpose, wrongState, notEnabled} from './failures.ts'
import {createPublicKey, type KeyObject} from 'node:crypto'
import {filtered, page} from './listing.ts'
import {addVersion, operation, settle, text, versionMessage, within} from './messages.ts'
import {keyOf, nameOfKey, nameOfVersion, versionOf} from './names.ts'
import type {Methods} from './server.ts'
import type {World} from './world.ts'

export const versionMethods: Methods = {
  createCryptoKeyVersion(world, request, lies) {
    const {ring, key} = keyOf(world, text(request, 'parent'))
    settle(world, key)
    if (key.importOnly)
      throw new Refused('FAILED_PRECONDITION', `Key ${nameOfKey(ring, key)} takes imported versions only.`)
    const made = versionMessage(ring, key, addVersion(world, key, world.now()))
    if (lies) {
      key.versions.pop()
      key.counted--
    }
    return made
  },

  getCryptoKeyVersion(world, request) {
    const {ring, key, version} = found(world, text(request, 'name'))
    return versionMessage(ring, key, version)
  },

  listCryptoKeyVersions(world, request) {
    const {ring, key} = keyOf(world, text(request, 'parent'))
    settle(world, key)
    const wanted = filtered(request, key.versions, ({state}, path) => (path === 'state' ? state : ''))
    const {shown, rest} = page(request, wanted)
    const full = request['view'] === 'FULL'
    return {cryptoKeyVersions: shown.map((one) => versionMessage(ring, key, one, full)), ...rest}
  },

  updateCryptoKeyVersion(world, request, lies) {
    const given = within(request, 'cryptoKeyVersion') ?? {}
    const {ring, key, version} = found(world, text(given, 'name'))
    const paths = (within(request, 'updateMask')?.['paths'] ?? []) as readonly string[]
    const state = text(given, 'state')
    if (paths.length !== 1 || paths[0] !== 'state') throw invalid('The update mask must be state.')
    if (state !== 'ENABLED' && state !== 'DISABLED') throw invalid(`A version cannot be set to ${state}.`)
    if (version.state !== 'ENABLED' && version.state !== 'DISABLED')
      throw wrongState(nameOfVersion(ring, key, version), version.state)
    // It says yes, and does nothing.
    if (lies) return {...versionMessage(ring, key, version), state}
    // Asked again, what lags goes on lagging.
    if (state !== version.state) version.lag = state === 'DISABLED' ? world.disableLag : 0
    version.state = state
    return versionMessage(ring, key, version)
  },

  destroyCryptoKeyVersion(world, request, lies) {
    const {ring, key, version} = found(world, text(request, 'name'))
    if (version.state !== 'ENABLED' && version.state !== 'DISABLED')
      throw wrongState(nameOfVersion(ring, key, version), version.state)
    const before = {state: version.state, destroyAt: version.destroyAt}
    version.state = 'DESTROY_SCHEDULED'
    const waits = world.quirks.has('waits-a-day') ? 86_400 : key.destroySeconds
    version.destroyAt = world.now() + (world.quirks.has('destroys-at-once') ? 0 : waits * 1000)
    settle(world, key)
    const said = versionMessage(ring, key, version)
    if (lies) Object.assign(version, before)
    return said
  },

  /** S: only what is destroyed, or was never made; never what was imported. */
  deleteCryptoKeyVersion(world, request, lies) {
    const {ring, key, version} = found(world, text(request, 'name'))
    if (!['DESTROYED', 'IMPORT_FAILED', 'GENERATION_FAILED'].includes(version.state))
      throw wrongState(nameOfVersion(ring, key, version), version.state)
    if (version.imported !== null && version.state !== 'IMPORT_FAILED')
      throw notModelled('deleting a version that was imported')
    if (!lies) key.versions.splice(key.versions.indexOf(version), 1)
    if (!lies && key.primary === version.number) key.primary = null
    return operation('DeleteCryptoKeyVersionMetadata')
  },

  restoreCryptoKeyVersion(world, request, lies) {
    const {ring, key, version} = found(world, text(request, 'name'))
    if (version.state !== 'DESTROY_SCHEDULED')
      throw wrongState(nameOfVersion(ring, key, version), version.state)
    const before = {state: version.state, destroyAt: version.destroyAt}
    version.state = 'DISABLED'
    version.destroyAt = null
    const said = versionMessage(ring, key, version)
    if (lies) Object.assign(version, before)
    return said
  },

  getPublicKey(world, request) {
    const name = text(request, 'name')
    const {ring, key, version} = found(world, name)
    if (!key.purpose.startsWith('ASYMMETRIC')) throw wrongPurpose(name, key.purpose)
    if (version.state !== 'ENABLED' && version.lag-- <= 0)
      throw notEnabled(nameOfVersion(ring, key, version), version.state)
    const format = text(request, 'publicKeyFormat')
    const asked = format !== '' && format !== 'PUBLIC_KEY_FORMAT_UNSPECIFIED'
    const known = algorithms.get(version.algorithm)
    const postQuantum = known?.postQuantum === true
    if (postQuantum && !asked) throw invalid(`A key of ${version.algorithm} needs a public_key_format.`)
    const half = createPublicKey(version.material as KeyObject)
    const said = {name, algorithm: version.algorithm, protectionLevel: version.protectionLevel}
    if (postQuantum) {
      if (format !== 'NIST_PQC') throw notModelled(`${version.algorithm} as ${format}`)
      const raw = half.export({format: 'der', type: 'spki'}).subarray(-(rawSizes[version.algorithm] ?? 0))
      return {...said, publicKeyFormat: format, publicKey: {data: raw, crc32cChecksum: checksum(raw)}}
    }
    if (asked && format !== 'PEM') throw notModelled(`public key format ${format}`)
    const pem = Buffer.from(half.export({format: 'pem', type: 'spki'}))
    const again = asked ? {publicKey: {data: pem, crc32cChecksum: checksum(pem)}} : {}
    return {...said, publicKeyFormat: 'PEM', pem: pem.toString(), pemCrc32c: checksum(pem), ...again}
  },
}

/** FIPS 204, table 2: bytes of a public key. */
const rawSizes: Readonly<Record<string, number>> = {
  PQ_SIGN_ML_DSA_44: 1312,
  PQ_SIGN_ML_DSA_65: 1952,
  PQ_SIGN_ML_DSA_87: 2592,
}

function found(world: World, name: string): ReturnType<typeof versionOf> {
  const here = versionOf(world, name)
  settle(world, here.key)
  return here
}
