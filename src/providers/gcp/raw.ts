/** Raw AES-256-GCM: what is encrypted is the bytes that anybody computes who has the key: 12 of nonce, the ciphertext, 16 of tag. */
import {KeyriteError} from '../../base/errors.ts'
import {Secret} from '../../base/secret.ts'
import {checksum, judged, whole, type Judgement} from './crc32c.ts'
import type {Service} from './service.ts'

const nonceBytes = 12
const tagBytes = 16

export interface RawText {
  /** The version's resource name: raw keys have no primary one. */
  readonly name: string
  readonly context: Uint8Array
  readonly what: string
}

/** @throws KeyriteError `PROVIDER_FAILED` when it was damaged on the way three times. */
export async function rawEncrypt(
  service: Service,
  {name, context, what}: RawText,
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  const answer = await whole(
    what,
    service.endpoint.isPlain,
    async () => {
      const [one] = await service.ask(what, (kms) =>
        kms.rawEncrypt({
          name,
          plaintext,
          plaintextCrc32c: checksum(plaintext),
          additionalAuthenticatedData: context,
          additionalAuthenticatedDataCrc32c: checksum(context),
        }),
      )
      return one
    },
    (one): Judgement =>
      one.tagLength === tagBytes && bytes(one.initializationVector).length === nonceBytes
        ? judged(one, {
            name,
            verified: ['verifiedPlaintextCrc32c', 'verifiedAdditionalAuthenticatedDataCrc32c'],
            content: ['initializationVector', 'ciphertext'],
          })
        : 'damaged',
  )
  return Buffer.concat([bytes(answer.initializationVector), bytes(answer.ciphertext)])
}

/** @throws KeyriteError `PROVIDER_FAILED` if this version did not encrypt it so, or it was touched. */
export async function rawDecrypt(
  service: Service,
  {name, context, what}: RawText,
  sealed: Uint8Array,
): Promise<Secret> {
  if (sealed.length < nonceBytes + tagBytes)
    throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: the ciphertext is cut off`)
  const [nonce, ciphertext] = [sealed.subarray(0, nonceBytes), sealed.subarray(nonceBytes)]
  const answer = await whole(
    what,
    service.endpoint.isPlain,
    async () => {
      const [one] = await service.ask(what, (kms) =>
        kms.rawDecrypt({
          name,
          ciphertext,
          ciphertextCrc32c: checksum(ciphertext),
          initializationVector: nonce,
          initializationVectorCrc32c: checksum(nonce),
          additionalAuthenticatedData: context,
          additionalAuthenticatedDataCrc32c: checksum(context),
          tagLength: tagBytes,
        }),
      )
      return one
    },
    (one) =>
      judged(one, {
        verified: [
          'verifiedCiphertextCrc32c',
          'verifiedInitializationVectorCrc32c',
          'verifiedAdditionalAuthenticatedDataCrc32c',
        ],
        content: ['plaintext'],
      }),
  )
  return new Secret(bytes(answer.plaintext))
}

/** A copy: what the client gives may be a view of its buffer. */
function bytes(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? Uint8Array.from(value) : new Uint8Array(0)
}
