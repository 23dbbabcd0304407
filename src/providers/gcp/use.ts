import {createHash} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import type {protos} from '@google-cloud/kms'
import {Secret} from '../../base/secret.ts'
import type {Scheme} from '../algorithms.ts'
import {demandOperation, type Operation} from '../purposes.ts'
import type {KeyUse, VersionRef} from '../ports.ts'
import {checksum, judged, whole} from './crc32c.ts'
import {rawAes} from './algorithms.ts'
import {code, codeOf, failure} from './failures.ts'
import {rawDecrypt, rawEncrypt} from './raw.ts'
import {fromDer, sealTo, spkiOf, verifies} from './public.ts'
import type {Service} from './service.ts'
import {existing, keyPath, versionPath, versionsOf, type Found} from './versions.ts'
import type {Description} from '../ports.ts'

/** Bytes in one request: Google's own limits. */
const most = {software: 65_536, hsm: 8192, mac: 65_536}

type Signed = protos.google.cloud.kms.v1.IAsymmetricSignResponse
type Known = Found & {readonly shown: Description}

export function keyUse(service: Service): KeyUse {
  /** The version, if its purpose allows the operation. What its state forbids Google refuses: a look at it may be older than the truth. */
  async function permitted(ref: VersionRef, operation: Operation): Promise<Known> {
    const found = await existing(service, ref)
    demandOperation(found.shown.spec, operation)
    return found
  }

  const isEmulator = service.endpoint.isPlain

  async function encrypt(
    found: Known,
    plaintext: Uint8Array,
    context: Uint8Array,
    verb: string,
  ): Promise<Uint8Array> {
    const what = `${verb} with key "${found.shown.spec.label}"`
    const isHsm = found.version.protectionLevel !== 'SOFTWARE'
    const length = isHsm ? plaintext.length + context.length : Math.max(plaintext.length, context.length)
    demandLength(what, length, isHsm ? most.hsm : most.software)
    if (found.version.algorithm === rawAes)
      return rawEncrypt(service, {name: versionPath(service, found.shown.ref), context, what}, plaintext)
    const name = versionPath(service, found.shown.ref)
    const answer = await whole(
      what,
      isEmulator,
      async () => {
        const [one] = await service.ask(what, (kms) =>
          kms.encrypt({
            name,
            plaintext,
            plaintextCrc32c: checksum(plaintext),
            additionalAuthenticatedData: context,
            additionalAuthenticatedDataCrc32c: checksum(context),
          }),
        )
        return one
      },
      (one) =>
        judged(one, {
          name,
          verified: ['verifiedPlaintextCrc32c', 'verifiedAdditionalAuthenticatedDataCrc32c'],
          content: ['ciphertext'],
        }),
    )
    return bytes(answer.ciphertext)
  }

  /** Google finds the version in the ciphertext. Whether it was this one it tells by `usedPrimary` alone. */
  async function decrypt(
    found: Known,
    ciphertext: Uint8Array,
    context: Uint8Array,
    verb: string,
  ): Promise<Secret> {
    const {ref, spec} = found.shown
    const what = `${verb} with key "${spec.label}"`
    if (found.version.algorithm === rawAes)
      return rawDecrypt(service, {name: versionPath(service, ref), context, what}, ciphertext)
    const answer = await whole(
      what,
      isEmulator,
      async () => {
        const [one] = await service.ask(what, (kms) =>
          kms.decrypt({
            name: keyPath(service, ref.key),
            ciphertext,
            ciphertextCrc32c: checksum(ciphertext),
            additionalAuthenticatedData: context,
            additionalAuthenticatedDataCrc32c: checksum(context),
          }),
        )
        return one
      },
      (one) => judged(one, {content: ['plaintext']}),
    )
    const isPrimary = found.key.primary?.name === found.version.name
    // Where there is one version only, it was that: not every emulator says.
    const isOnly = isEmulator && answer.usedPrimary !== true && (await isAlone(service, found))
    if (answer.usedPrimary !== isPrimary && !isOnly) {
      bytes(answer.plaintext).fill(0)
      throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: another version made this ciphertext`)
    }
    return new Secret(bytes(answer.plaintext))
  }

  async function open(found: Known, ciphertext: Uint8Array, verb: string): Promise<Secret> {
    const what = `${verb} with key "${found.shown.spec.label}"`
    const answer = await whole(
      what,
      isEmulator,
      async () => {
        const [one] = await service.ask(what, (kms) =>
          kms.asymmetricDecrypt({
            name: versionPath(service, found.shown.ref),
            ciphertext,
            ciphertextCrc32c: checksum(ciphertext),
          }),
        )
        return one
      },
      (one) => judged(one, {verified: ['verifiedCiphertextCrc32c'], content: ['plaintext']}),
    )
    return new Secret(bytes(answer.plaintext))
  }

  return {
    async sign(ref, message) {
      const found = await permitted(ref, 'sign')
      const {label, scheme} = found.shown.spec
      const what = `sign with key "${label}"`
      demandLength(what, message.length, most.software)
      const {content, field} = signed(scheme, message)
      const asData = dataOf(message)
      const name = versionPath(service, ref)
      const answer = await whole(
        what,
        isEmulator,
        async () => {
          try {
            return await signedBy(service, {name, ...content})
          } catch (error) {
            // Some emulators take no digest: they hash the message themselves.
            if (!isEmulator || codeOf(error) !== code.invalidArgument || field === asData.field)
              throw failure(what, error)
            return await service.ask(what, async () => signedBy(service, {name, ...asData.content}))
          }
        },
        (one) =>
          judged(one, {
            name,
            verified: [one[asData.field] === true ? asData.field : field],
            content: ['signature'],
          }),
      )
      const signature = bytes(answer.signature)
      return scheme.startsWith('es') ? fromDer(signature, scheme) : signature
    },

    async verify(ref, message, signature) {
      const found = await permitted(ref, 'verify')
      const {label, scheme, purpose} = found.shown.spec
      if (purpose === 'sign')
        return verifies(await spkiOf(service, found), scheme, Buffer.from(message), signature)
      // Of another length it would be refused as an error of the caller.
      if (signature.length !== 32) return false
      const what = `verify with key "${label}"`
      demandLength(what, message.length, most.mac)
      const name = versionPath(service, ref)
      const answer = await whole(
        what,
        isEmulator,
        async () => {
          const [one] = await service.ask(what, (kms) =>
            kms.macVerify({
              name,
              data: message,
              dataCrc32c: checksum(message),
              mac: signature,
              macCrc32c: checksum(signature),
            }),
          )
          return one
        },
        (one) => {
          const found = judged(one, {name, verified: ['verifiedDataCrc32c', 'verifiedMacCrc32c']})
          return found !== 'whole' || one.verifiedSuccessIntegrity === one.success ? found : 'damaged'
        },
      )
      return answer.success === true
    },

    async encrypt(ref, plaintext, context) {
      const found = await permitted(ref, 'encrypt')
      return encrypt(found, plaintext, context, 'encrypt')
    },

    async decrypt(ref, ciphertext, context) {
      const found = await permitted(ref, 'decrypt')
      if (found.shown.spec.scheme === 'a256gcm') return decrypt(found, ciphertext, context, 'decrypt')
      if (context.length > 0)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot decrypt with key "${found.shown.spec.label}": oaep-sha256 has no context`,
        )
      return open(found, ciphertext, 'decrypt')
    },

    async wrap(ref, material) {
      const found = await permitted(ref, 'wrap')
      // The public half of a pair encrypts here: Google has no call for it.
      const spki = found.shown.spec.scheme === 'a256gcm' ? null : await spkiOf(service, found)
      const content = material.use((lent) => Buffer.from(lent))
      try {
        if (spki !== null) return sealTo(spki, content, found.shown.spec.label)
        return await encrypt(found, content, new Uint8Array(0), 'wrap')
      } finally {
        content.fill(0)
      }
    },

    async unwrap(ref, wrapped) {
      const found = await permitted(ref, 'unwrap')
      return found.shown.spec.scheme === 'a256gcm'
        ? decrypt(found, wrapped, new Uint8Array(0), 'unwrap')
        : open(found, wrapped, 'unwrap')
    },

    async mac(ref, message) {
      const found = await permitted(ref, 'mac')
      const what = `mac with key "${found.shown.spec.label}"`
      demandLength(what, message.length, most.mac)
      const name = versionPath(service, ref)
      const answer = await whole(
        what,
        isEmulator,
        async () => {
          const [one] = await service.ask(what, (kms) =>
            kms.macSign({name, data: message, dataCrc32c: checksum(message)}),
          )
          return one
        },
        (one) => judged(one, {name, verified: ['verifiedDataCrc32c'], content: ['mac']}),
      )
      return bytes(answer.mac)
    },

    async publicKey(ref) {
      return spkiOf(service, await permitted(ref, 'publicKey'))
    },
  }
}

async function isAlone(service: Service, {key}: Known): Promise<boolean> {
  return (await versionsOf(service, key)).length === 1
}

interface ToSign {
  readonly content: object
  readonly field: 'verifiedDigestCrc32c' | 'verifiedDataCrc32c'
}

async function signedBy(service: Service, request: object): Promise<Signed> {
  const [one] = await service.askPlainly((kms) => kms.asymmetricSign(request))
  return one
}

const dataOf = (message: Uint8Array): ToSign => ({
  content: {data: message, dataCrc32c: checksum(message)},
  field: 'verifiedDataCrc32c',
})

/** A digest, where the algorithm signs one; Ed25519 and ML-DSA sign the message itself. */
function signed(scheme: Scheme, message: Uint8Array): ToSign {
  const [, bits] = /^(?:rs|ps|es)(256|384|512)$/.exec(scheme) ?? []
  if (bits === undefined) return dataOf(message)
  const digest = createHash(`sha${bits}`).update(message).digest()
  return {
    content: {digest: {[`sha${bits}`]: digest}, digestCrc32c: checksum(digest)},
    field: 'verifiedDigestCrc32c',
  }
}

/** @throws KeyriteError `UNSUPPORTED`, before anything is sent. */
function demandLength(what: string, length: number, limit: number): void {
  if (length < 1 || length > limit)
    throw new KeyriteError('UNSUPPORTED', `cannot ${what}: Google takes 1 to ${limit} bytes, not ${length}`)
}

/** A copy: what the client gives may be a view of its buffer. */
function bytes(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? Uint8Array.from(value) : new Uint8Array(0)
}
