/** Key rings and keys: made, listed, changed. */
import {randomUUID} from 'node:crypto'
import {textField} from './details.ts'
import {retiredName} from './retired.ts'
import {algorithms, type Purpose} from './algorithms.ts'
import {alreadyExists, invalid, notModelled, Refused} from './failures.ts'
import {filtered, page} from './listing.ts'
import {
  addVersion,
  operation,
  keyMessage,
  ringMessage,
  secondsOf,
  settle,
  text,
  within,
  type Message,
} from './messages.ts'
import {demandId, demandName, keyOf, nameOfKey, ringOf, versionOf} from './names.ts'
import type {Methods} from './server.ts'
import type {Key, World} from './world.ts'

const daySeconds = 86_400
const purposes: readonly string[] = [
  'ENCRYPT_DECRYPT',
  'ASYMMETRIC_SIGN',
  'ASYMMETRIC_DECRYPT',
  'RAW_ENCRYPT_DECRYPT',
  'MAC',
]

export const keyMethods: Methods = {
  createKeyRing(world, request, lies) {
    demandName('location', text(request, 'parent'))
    demandId(text(request, 'keyRingId'))
    const name = `${text(request, 'parent')}/keyRings/${text(request, 'keyRingId')}`
    if (world.rings.has(name)) throw alreadyExists('KeyRing', name)
    const ring = {name, createdAt: world.now(), keys: new Map(), jobs: new Map(), retired: new Map()}
    if (!lies) world.rings.set(name, ring)
    return ringMessage(ring)
  },

  getKeyRing: (world, request) => ringMessage(ringOf(world, text(request, 'name'))),

  listKeyRings(world, request) {
    const all = [...world.rings.values()].filter(({name}) => name.startsWith(`${text(request, 'parent')}/`))
    const {shown, rest} = page(request, all.toSorted(byName))
    return {keyRings: shown.map(ringMessage), ...rest}
  },

  createCryptoKey(world, request, lies) {
    const ring = ringOf(world, text(request, 'parent'))
    const id = text(request, 'cryptoKeyId')
    demandId(id)
    if (ring.keys.has(id)) throw alreadyExists('CryptoKey', `${ring.name}/cryptoKeys/${id}`)
    // D: refused; with which code is not told.
    if (ring.retired.has(id)) throw notModelled(`a key called as one that was deleted, ${id}`)
    const key = keyFrom(world, id, within(request, 'cryptoKey') ?? {})
    const skipped = request['skipInitialVersionCreation'] === true
    if (key.importOnly && !skipped) throw invalid('An import only key must skip its initial version.')
    if (!lies) ring.keys.set(id, key)
    if (!skipped) {
      const version = addVersion(world, key, world.now())
      if (key.purpose === 'ENCRYPT_DECRYPT') key.primary = version.number
    }
    return keyMessage(ring, key)
  },

  getCryptoKey(world, request) {
    const {ring, key} = keyOf(world, text(request, 'name'))
    settle(world, key)
    return keyMessage(ring, key)
  },

  listCryptoKeys(world, request) {
    const ring = ringOf(world, text(request, 'parent'))
    const all = [...ring.keys.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
    for (const key of all) settle(world, key)
    const wanted = filtered(request, all, (key, path) => key.labels[path.slice('labels.'.length)] ?? '')
    const {shown, rest} = page(request, wanted)
    return {cryptoKeys: shown.map((key) => keyMessage(ring, key)), ...rest}
  },

  updateCryptoKey(world, request, lies) {
    const given = within(request, 'cryptoKey') ?? {}
    const {ring, key} = keyOf(world, text(given, 'name'))
    settle(world, key)
    const paths = (within(request, 'updateMask')?.['paths'] ?? []) as readonly string[]
    if (paths.length === 0 || paths.includes('name'))
      throw invalid('The update mask is empty or not allowed.')
    if (lies) return keyMessage(ring, key)
    for (const path of paths) change(world, key, given, path)
    if (world.quirks.has('ignores-masks')) key.labels = labelsIn(given)
    return keyMessage(ring, key)
  },

  /** S: every version deleted first. With which code it is refused before is not told. */
  deleteCryptoKey(world, request, lies) {
    const {ring, key} = keyOf(world, text(request, 'name'))
    settle(world, key)
    if (key.versions.length > 0) throw notModelled('deleting a key with versions')
    const id = randomUUID()
    if (!lies) {
      ring.keys.delete(key.id)
      ring.retired.set(key.id, {id, at: world.now()})
    }
    return operation('DeleteCryptoKeyMetadata', textField(1, retiredName(ring, id)))
  },

  updateCryptoKeyPrimaryVersion(world, request, lies) {
    const {ring, key} = keyOf(world, text(request, 'name'))
    settle(world, key)
    if (key.purpose !== 'ENCRYPT_DECRYPT')
      throw new Refused('FAILED_PRECONDITION', `Key ${nameOfKey(ring, key)} has no primary version.`)
    const {version} = versionOf(
      world,
      `${nameOfKey(ring, key)}/cryptoKeyVersions/${text(request, 'cryptoKeyVersionId')}`,
    )
    if (version.state !== 'ENABLED')
      throw new Refused('FAILED_PRECONDITION', `The version is ${version.state} and cannot be primary.`)
    const before = key.primary
    key.primary = version.number
    const said = keyMessage(ring, key)
    if (lies) key.primary = before
    return said
  },
}

/** @throws Refused INVALID_ARGUMENT as the official suite has it. */
function keyFrom(world: World, id: string, given: Message): Key {
  const purpose = text(given, 'purpose')
  if (!purposes.includes(purpose)) {
    if (['', 'CRYPTO_KEY_PURPOSE_UNSPECIFIED'].includes(purpose)) throw invalid('A purpose is required.')
    throw notModelled(`purpose ${purpose}`)
  }
  const template = within(given, 'versionTemplate') ?? {}
  const level = text(template, 'protectionLevel')
  const protectionLevel = level === '' || level === 'PROTECTION_LEVEL_UNSPECIFIED' ? 'SOFTWARE' : level
  const isSingle = protectionLevel === 'HSM_SINGLE_TENANT'
  // S: it needs the HSM that it lies in; whose instance that is, is not looked at.
  if (isSingle && text(given, 'cryptoKeyBackend') === '') throw invalid('A crypto_key_backend is required.')
  if (!isSingle && !['SOFTWARE', 'HSM'].includes(protectionLevel))
    throw notModelled(`protection level ${protectionLevel}`)
  const asked = text(template, 'algorithm')
  const algorithm =
    asked === '' || asked === 'CRYPTO_KEY_VERSION_ALGORITHM_UNSPECIFIED'
      ? purpose === 'ENCRYPT_DECRYPT'
        ? 'GOOGLE_SYMMETRIC_ENCRYPTION'
        : ''
      : asked
  demandAlgorithm(purpose, algorithm)
  const importOnly = given['importOnly'] === true
  const destroySeconds = secondsOf(given, 'destroyScheduledDuration') ?? 30 * daySeconds
  if (destroySeconds > 120 * daySeconds || destroySeconds < (importOnly ? 0 : daySeconds))
    throw invalid('destroy_scheduled_duration is out of its range.')
  return {
    id,
    purpose: purpose as Purpose,
    createdAt: world.now(),
    labels: labelsIn(given),
    template: {protectionLevel, algorithm},
    importOnly,
    destroySeconds,
    primary: null,
    rotation: rotationIn(given, purpose),
    versions: [],
    counted: 0,
  }
}

function demandAlgorithm(purpose: string, algorithm: string): void {
  const known = algorithms.get(algorithm)
  if (algorithm !== '' && known === undefined) throw notModelled(`algorithm ${algorithm}`)
  if (known?.purpose !== purpose)
    throw invalid(`The algorithm ${algorithm} does not go with the purpose ${purpose}.`)
}

/** K: 64 at most; lower case, digits, _ and -; 63 long. */
function labelsIn(given: Message): Readonly<Record<string, string>> {
  const labels = (within(given, 'labels') ?? {}) as Readonly<Record<string, string>>
  const good =
    Object.keys(labels).length <= 64 &&
    Object.entries(labels).every(
      ([name, value]) => /^[a-z][a-z0-9_-]{0,62}$/.test(name) && /^[a-z0-9_-]{0,63}$/.test(value),
    )
  if (!good) throw invalid('Invalid labels.')
  return {...labels}
}

/** S. */
function rotationIn(given: Message, purpose: string): Key['rotation'] {
  const seconds = secondsOf(given, 'rotationPeriod')
  const next = secondsOf(given, 'nextRotationTime')
  if (seconds === null && next === null) return null
  if (purpose !== 'ENCRYPT_DECRYPT') throw invalid('Only a key of purpose ENCRYPT_DECRYPT rotates by itself.')
  if (next === null) throw invalid('rotation_period needs next_rotation_time.')
  if (seconds !== null && (seconds < daySeconds || seconds > 876_000 * 3600))
    throw invalid('rotation_period is out of its range.')
  return {seconds: seconds ?? 0, nextAt: next * 1000}
}

function change(world: World, key: Key, given: Message, path: string): void {
  if (path === 'labels') key.labels = labelsIn(given)
  else if (path === 'rotation_period' || path === 'next_rotation_time')
    key.rotation = rotationIn(given, key.purpose)
  else if (path === 'version_template.algorithm' || path === 'version_template') {
    const algorithm = text(within(given, 'versionTemplate') ?? {}, 'algorithm')
    demandAlgorithm(key.purpose, algorithm)
    key.template = {...key.template, algorithm}
  } else throw invalid(`The field ${path} cannot be changed.`)
}

const byName = (a: {name: string}, b: {name: string}): number => (a.name < b.name ? -1 : 1)
