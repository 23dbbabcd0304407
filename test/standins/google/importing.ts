/** Import jobs, and keys that come through them. */
import {constants, createDecipheriv, createPrivateKey, privateDecrypt, type KeyObject} from 'node:crypto'
import {algorithms, type Material} from './algorithms.ts'
import {alreadyExists, invalid, notFound, notModelled, Refused} from './failures.ts'
import {page} from './listing.ts'
import {bytesOf, jobMessage, settle, text, versionMessage, within} from './messages.ts'
import {demandId, demandName, keyOf, nameOfKey, ringOf} from './names.ts'
import type {Methods} from './server.ts'
import type {Job, Ring, World} from './world.ts'

/** S: `*_AES_256` carries an ephemeral key, the others the key itself. HPKE is not here. */
const methods: Readonly<Record<string, {bits: number; hash: string; plain?: true}>> = {
  RSA_OAEP_3072_SHA1_AES_256: {bits: 3072, hash: 'sha1'},
  RSA_OAEP_4096_SHA1_AES_256: {bits: 4096, hash: 'sha1'},
  RSA_OAEP_3072_SHA256_AES_256: {bits: 3072, hash: 'sha256'},
  RSA_OAEP_4096_SHA256_AES_256: {bits: 4096, hash: 'sha256'},
  RSA_OAEP_3072_SHA256: {bits: 3072, hash: 'sha256', plain: true},
  RSA_OAEP_4096_SHA256: {bits: 4096, hash: 'sha256', plain: true},
}

/** D. */
const unwrapped = "The key material in the import request couldn't be unwrapped or wasn't formatted correctly"

export const importMethods: Methods = {
  createImportJob(world, request, lies) {
    const ring = ringOf(world, text(request, 'parent'))
    const id = text(request, 'importJobId')
    demandId(id)
    if (ring.jobs.has(id)) throw alreadyExists('ImportJob', `${ring.name}/importJobs/${id}`)
    const given = within(request, 'importJob') ?? {}
    const [method, protectionLevel] = [text(given, 'importMethod'), text(given, 'protectionLevel')]
    const known = methods[method]
    if (known === undefined) throw notModelled(`import method ${method}`)
    if (!['SOFTWARE', 'HSM'].includes(protectionLevel)) throw invalid('A protection level is required.')
    const now = world.now()
    const pair = world.pairFor(known.bits)
    const job: Job = {id, method, protectionLevel, createdAt: now, readyAt: now + world.generation, pair}
    if (!lies) ring.jobs.set(id, job)
    return jobMessage(world, ring, job)
  },

  getImportJob(world, request) {
    const {ring, job} = jobOf(world, text(request, 'name'))
    return jobMessage(world, ring, job)
  },

  listImportJobs(world, request) {
    const ring = ringOf(world, text(request, 'parent'))
    if (text(request, 'filter') !== '') throw notModelled('a filter of import jobs')
    const {shown, rest} = page(request, [...ring.jobs.values()])
    return {importJobs: shown.map((job) => jobMessage(world, ring, job)), ...rest}
  },

  importCryptoKeyVersion(world, request, lies) {
    const {ring, key} = keyOf(world, text(request, 'parent'))
    settle(world, key)
    if (text(request, 'cryptoKeyVersion') !== '') throw notModelled('an import into a version that was there')
    const {job} = jobOf(world, text(request, 'importJob'))
    const {state} = jobMessage(world, ring, job)
    if (state !== 'ACTIVE')
      throw new Refused('FAILED_PRECONDITION', `The import job is ${String(state)}, not ACTIVE.`)
    if (job.protectionLevel !== key.template.protectionLevel)
      throw invalid(`The protection level of the import job is not that of ${nameOfKey(ring, key)}.`)
    const algorithm = text(request, 'algorithm')
    const known = algorithms.get(algorithm)
    if (known?.purpose !== key.purpose)
      throw invalid(`The algorithm ${algorithm} does not go with the purpose ${key.purpose}.`)
    const wrapped = [bytesOf(request, 'wrappedKey'), bytesOf(request, 'rsaAesWrappedKey')].filter(
      ({length}) => length > 0,
    )
    // S: not for them; how it is refused is not told.
    if (methods[job.method]?.plain === true && known.type?.[0].startsWith('rsa') === true)
      throw notModelled(`a key of RSA through ${job.method}`)
    const [one] = wrapped
    if (one === undefined || wrapped.length > 1) throw invalid('Exactly one wrapped key must be given.')
    const now = world.now()
    const material = materialIn(job, one, known.type)
    key.versions.push({
      number: ++key.counted,
      state: 'PENDING_IMPORT',
      protectionLevel: key.template.protectionLevel,
      algorithm,
      createdAt: now,
      readyAt: now + world.generation,
      destroyAt: null,
      destroyedAt: null,
      material,
      imported: {job: `${ring.name}/importJobs/${job.id}`, failure: unwrapped},
      lag: 0,
    })
    const version = key.versions.at(-1)
    if (version === undefined) throw new TypeError('it was pushed')
    const said = versionMessage(ring, key, version)
    if (lies) {
      key.versions.pop()
      key.counted--
    }
    return said
  },
}

function jobOf(world: World, name: string): {ring: Ring; job: Job} {
  demandName('job', name)
  const [parent = '', id = ''] = name.split('/importJobs/')
  const job = world.rings.get(parent)?.jobs.get(id)
  if (job === undefined) throw notFound('ImportJob', name)
  return {ring: ringOf(world, parent), job}
}

/** S: OAEP of an ephemeral AES-256 key, then AES-KWP (RFC 5649) of the key under it; or OAEP of the key. @returns null where it is not what it should be. */
function materialIn(
  job: Job,
  wrapped: Buffer,
  type: readonly [string, string | number | undefined] | undefined,
): Material | null {
  const {bits, hash, plain} = methods[job.method] ?? {bits: 0, hash: ''}
  try {
    const inner = privateDecrypt(
      {key: job.pair.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash},
      wrapped.subarray(0, bits / 8),
    )
    const sealed = wrapped.subarray(bits / 8)
    if (plain === true ? sealed.length > 0 : sealed.length < 16) return null
    const bytes = plain === true ? inner : unwrapped5649(inner, sealed)
    if (type === undefined) return bytes.length === 32 ? bytes : null
    const key = createPrivateKey({key: bytes, format: 'der', type: 'pkcs8'})
    return fits(key, type) ? key : null
  } catch {
    return null
  }
}

function unwrapped5649(key: Buffer, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('id-aes256-wrap-pad', key, Buffer.from('a65959a6', 'hex'))
  return Buffer.concat([decipher.update(sealed), decipher.final()])
}

function fits(key: KeyObject, [name, detail]: readonly [string, string | number | undefined]): boolean {
  const {modulusLength, namedCurve} = key.asymmetricKeyDetails ?? {}
  return key.asymmetricKeyType === name && (modulusLength ?? namedCurve) === detail
}
