import {KeyriteError} from '../../base/errors.ts'
import {Secret} from '../../base/secret.ts'
import {demandOperation, type Operation} from '../purposes.ts'
import type {KeyUse, VersionRef} from '../ports.ts'
import {derOf, halfOf, plainOf} from './ecdsa.ts'
import {nameOf} from './failures.ts'
import {availabilityIn, type Keys, type Version} from './keys.ts'
import {messageOf} from './message.ts'
import {told} from './pages.ts'
import {signingOf} from './specs.ts'

/** What only the current material does. */
const forward: readonly Operation[] = ['sign', 'encrypt', 'wrap', 'mac']

/** The most that KMS takes in one call, and the most that it calls a ciphertext. */
const most = {plaintext: 4096, ciphertext: 6144}

/** The name under which the context of a ciphertext stands in KMS's encryption context, as base64. It is seen in CloudTrail. */
export const contextName = 'keyrite:context'

export function keyUse(keys: Keys): KeyUse {
  const {line} = keys

  /**
   * The version, if purpose and state allow the operation. KMS refuses by state too; it does not know of purposes and materials.
   * Where a key is only tried it is KMS that must refuse: what it says of a state may be sooner or later than what it does.
   */
  async function permitted(ref: VersionRef, operation: Operation): Promise<Version> {
    const version = await keys.existing(ref)
    const {label} = version.spec
    demandOperation(version.spec, operation)
    const here = availabilityIn(version.metadata)
    if (here !== 'enabled' && !line.tries)
      throw new KeyriteError(
        'KEY_STATE',
        `cannot ${operation} with key "${label}": AWS KMS says that it is ${here}`,
      )
    if (!version.current && forward.includes(operation))
      throw new KeyriteError(
        'KEY_STATE',
        `cannot ${operation} with key "${label}": it was rotated since, and AWS KMS uses older material backward only`,
      )
    return version
  }

  const about = ({spec}: Version, operation: Operation): string => `${operation} with key "${spec.label}"`

  return {
    async sign(ref, message) {
      const version = await permitted(ref, 'sign')
      const {scheme} = version.spec
      const given = await messageOf(line, version, message, 'sign')
      const what = about(version, 'sign')
      const answer = await line.call(what, (kms) =>
        kms.sign({KeyId: ref.key, SigningAlgorithm: signingOf(scheme).by, ...given}),
      )
      const signature = told(what, 'Signature', answer.Signature)
      return scheme in halfOf
        ? plainSignature(about(version, 'sign'), signature, halfOf[scheme as keyof typeof halfOf])
        : Buffer.from(signature)
    },

    async verify(ref, message, signature) {
      const version = await permitted(ref, 'verify')
      const {scheme} = version.spec
      const what = about(version, 'verify')
      if (scheme === 'hs256') {
        demandContent(version, 'verify', message)
        if (signature.length !== 32) return false
        return isGood(what, 'MacValid', async () => {
          const answer = await line.call(what, (kms) =>
            kms.verifyMac({KeyId: ref.key, MacAlgorithm: 'HMAC_SHA_256', Message: message, Mac: signature}),
          )
          return answer.MacValid
        })
      }
      const good = scheme in halfOf ? derOf(signature, halfOf[scheme as keyof typeof halfOf]) : signature
      if (good === undefined || good.length === 0 || good.length > most.ciphertext) return false
      const given = await messageOf(line, version, message, 'verify')
      return isGood(what, 'SignatureValid', async () => {
        const answer = await line.call(what, (kms) =>
          kms.verify({KeyId: ref.key, SigningAlgorithm: signingOf(scheme).by, Signature: good, ...given}),
        )
        return answer.SignatureValid
      })
    },

    async encrypt(ref, plaintext, context) {
      const version = await permitted(ref, 'encrypt')
      demandContent(version, 'encrypt', plaintext)
      return sealed(version, 'encrypt', plaintext, contextOf(context))
    },

    async decrypt(ref, ciphertext, context) {
      const version = await permitted(ref, 'decrypt')
      if (version.spec.scheme === 'oaep-sha256' && context.length > 0)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot decrypt with key "${version.spec.label}": oaep-sha256 has no context`,
        )
      return opened(version, 'decrypt', ciphertext, contextOf(context))
    },

    async wrap(ref, material) {
      const version = await permitted(ref, 'wrap')
      // Its own copy: the call goes on after `use`.
      const content = material.use((bytes) => Uint8Array.from(bytes))
      try {
        const limit = mostWrapped(version)
        if (content.length < 1 || content.length > limit)
          throw new KeyriteError(
            'UNSUPPORTED',
            `cannot wrap with key "${version.spec.label}": it takes 1 to ${limit} bytes`,
          )
        return await sealed(version, 'wrap', content, {})
      } finally {
        content.fill(0)
      }
    },

    async unwrap(ref, wrapped) {
      return opened(await permitted(ref, 'unwrap'), 'unwrap', wrapped, {})
    },

    async rewrap(from, to, wrapped) {
      const [old, version] = [await permitted(from, 'unwrap'), await permitted(to, 'wrap')]
      const what = about(version, 'wrap')
      const {CiphertextBlob: ciphertext} = await line.call(what, (kms) =>
        kms.reEncrypt({
          CiphertextBlob: wrapped,
          SourceKeyId: old.id,
          SourceEncryptionAlgorithm: algorithmOf(old),
          DestinationKeyId: version.id,
          DestinationEncryptionAlgorithm: algorithmOf(version),
        }),
      )
      return Buffer.from(told(what, 'CiphertextBlob', ciphertext))
    },

    async mac(ref, message) {
      const version = await permitted(ref, 'mac')
      demandContent(version, 'mac', message)
      const what = about(version, 'mac')
      const {Mac: mac} = await line.call(what, (kms) =>
        kms.generateMac({KeyId: ref.key, MacAlgorithm: 'HMAC_SHA_256', Message: message}),
      )
      return Buffer.from(told(what, 'Mac', mac))
    },

    async publicKey(ref) {
      const version = await permitted(ref, 'publicKey')
      const what = about(version, 'publicKey')
      const {PublicKey: spki} = await line.call(what, (kms) => kms.getPublicKey({KeyId: ref.key}))
      return Buffer.from(told(what, 'PublicKey', spki))
    },
  }

  async function sealed(
    version: Version,
    operation: Operation,
    content: Uint8Array,
    context: Readonly<Record<string, string>>,
  ): Promise<Uint8Array> {
    const what = about(version, operation)
    const {CiphertextBlob: ciphertext} = await line.call(what, (kms) =>
      kms.encrypt({
        KeyId: version.id,
        Plaintext: content,
        EncryptionAlgorithm: algorithmOf(version),
        EncryptionContext: context,
      }),
    )
    return Buffer.from(told(what, 'CiphertextBlob', ciphertext))
  }

  async function opened(
    version: Version,
    operation: Operation,
    ciphertext: Uint8Array,
    context: Readonly<Record<string, string>>,
  ): Promise<Secret> {
    if (ciphertext.length === 0 || ciphertext.length > most.ciphertext)
      throw new KeyriteError(
        'PROVIDER_FAILED',
        `cannot ${about(version, operation)}: it is no ciphertext of KMS`,
      )
    const answer = await line.call(about(version, operation), (kms) =>
      kms.decrypt({
        KeyId: version.id,
        CiphertextBlob: ciphertext,
        EncryptionAlgorithm: algorithmOf(version),
        EncryptionContext: context,
      }),
    )
    const secret = new Secret(told(about(version, operation), 'Plaintext', answer.Plaintext))
    const {KeyMaterialId: by, KeyId: under} = answer
    const material = version.metadata.CurrentKeyMaterialId === undefined ? undefined : by
    // By its ARN, as AWS says it; some say its id.
    const ours = under !== undefined && [version.metadata.Arn, version.id].includes(under)
    if (ours && (material ?? version.ref.version) === version.ref.version) return secret
    secret.wipe()
    throw new KeyriteError(
      'PROVIDER_FAILED',
      `cannot ${about(version, operation)}: another key, or another version of it, made this`,
    )
  }
}

/** @throws KeyriteError `PROVIDER_FAILED` where the answer is no signature. */
function plainSignature(what: string, signature: Uint8Array, half: number): Buffer {
  try {
    return plainOf(signature, half)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: what came back is no signature`, {
      cause: error,
    })
  }
}

/** AWS refuses what is not good; others answer that it is not. What says neither says nothing. */
async function isGood(
  what: string,
  field: string,
  ask: () => Promise<boolean | undefined>,
): Promise<boolean> {
  try {
    return told(what, field, await ask())
  } catch (error) {
    const said = error instanceof KeyriteError ? nameOf(error.cause) : ''
    if (said === 'KMSInvalidSignatureException' || said === 'KMSInvalidMacException') return false
    throw error
  }
}

function algorithmOf({spec}: Version): 'SYMMETRIC_DEFAULT' | 'RSAES_OAEP_SHA_256' {
  return spec.scheme === 'a256gcm' ? 'SYMMETRIC_DEFAULT' : 'RSAES_OAEP_SHA_256'
}

function contextOf(context: Uint8Array): Readonly<Record<string, string>> {
  return context.length === 0 ? {} : {[contextName]: Buffer.from(context).toString('base64')}
}

/** OAEP takes two hashes and two bytes of the modulus. */
function mostWrapped({spec}: Version): number {
  return spec.scheme === 'a256gcm' ? most.plaintext : Number(spec.algorithm.slice(4)) / 8 - 66
}

function demandContent({spec}: Version, operation: Operation, content: Uint8Array): void {
  if (content.length > 0 && content.length <= most.plaintext) return
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot ${operation} with key "${spec.label}": AWS KMS takes 1 to ${most.plaintext} bytes`,
  )
}
