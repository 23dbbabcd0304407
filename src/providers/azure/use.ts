import {constants, createHash, createPublicKey, verify, type KeyObject} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import {Secret} from '../../base/secret.ts'
import {hasWholeLength, isPair, type Scheme} from '../algorithms.ts'
import {datesInWords, isWithin, noDates} from '../dates.ts'
import {demandOperation, type Operation} from '../purposes.ts'
import type {Description, KeyUse, VersionRef} from '../ports.ts'
import {isUnexplained, statusOf} from './failures.ts'
import type {Service} from './service.ts'
import {existing, keyPath, type Found} from './versions.ts'

type Known = Found & {readonly shown: Description}

/** How far the clock here may be wrong, in ms. */
const skew = 300_000

/** What is symmetric is wrapped with its length before it, filled with zeros to whole blocks (RFC 3394 knows no other lengths). */
const most = 1200

export function keyUse(service: Service): KeyUse {
  /** The version, if its purpose allows the operation. What its state forbids the service refuses, where it is asked at all. */
  async function permitted(ref: VersionRef, operation: Operation): Promise<Known> {
    const found = await existing(service, ref)
    demandOperation(found.shown.spec, operation)
    return found
  }

  async function ask(
    found: Known,
    operation: string,
    body: object,
  ): Promise<Readonly<Record<string, unknown>>> {
    const {ref, spec, dates = noDates} = found.shown
    const what = `${operation} with key "${spec.label}"`
    try {
      return await service.operate(what, `${keyPath(ref)}/${operation}`, body)
    } catch (error) {
      // Asked all the same: that it is deleted is no proof that it does nothing.
      if (error instanceof KeyriteError && found.purgeAt !== null && statusOf(error.cause) === 404)
        throw new KeyriteError(
          'KEY_STATE',
          `cannot ${what}: it is deleted (Azure said: ${error.message.slice(`cannot ${what}: `.length)})`,
          {cause: error, hints: [`keyrite key show ${spec.label}`]},
        )
      // The service keeps the dates; what they are it says of the key, as its words for the refusal are in no source.
      if (!(error instanceof KeyriteError) || !isUnexplained(error) || isWithin(dates, new Date(), skew))
        throw error
      throw new KeyriteError(
        'KEY_STATE',
        `cannot ${what}: Azure refused it, and keeps it to its dates, ${datesInWords(dates)} (it said: ${error.message.slice(`cannot ${what}: `.length)})`,
        {
          cause: error,
          hints: [`keyrite key show ${spec.label}`, `keyrite key set ${spec.label} --expires DATE`],
        },
      )
    }
  }

  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
  const bytesIn = (answer: Readonly<Record<string, unknown>>, name: string): Buffer =>
    Buffer.from(textIn(answer, name), 'base64url')

  async function seal(found: Known, content: Uint8Array, context: Uint8Array): Promise<Uint8Array> {
    const said = await ask(found, 'encrypt', {alg: 'A256GCM', value: text(content), aad: text(context)})
    return Buffer.concat([bytesIn(said, 'iv'), bytesIn(said, 'value'), bytesIn(said, 'tag')])
  }

  async function unseal(found: Known, ciphertext: Uint8Array, context: Uint8Array): Promise<Secret> {
    demandLonger(found, 'decrypt', ciphertext.length, 28)
    const bytes = Buffer.from(ciphertext)
    const said = await ask(found, 'decrypt', {
      alg: 'A256GCM',
      iv: text(bytes.subarray(0, 12)),
      value: text(bytes.subarray(12, -16)),
      tag: text(bytes.subarray(-16)),
      aad: text(context),
    })
    return new Secret(bytesIn(said, 'value'))
  }

  return {
    async sign(ref, message) {
      const found = await permitted(ref, 'sign')
      const digest = createHash(hashOf(found.shown.spec.scheme)).update(message).digest()
      const said = await ask(found, 'sign', {alg: found.shown.spec.scheme.toUpperCase(), value: text(digest)})
      return bytesIn(said, 'value')
    },

    async verify(ref, message, signature) {
      const found = await permitted(ref, 'verify')
      demandEnabled(found, 'verify with')
      const {scheme} = found.shown.spec
      return verifies(publicKeyOf(found), scheme, Buffer.from(message), signature)
    },

    async encrypt(ref, plaintext, context) {
      const found = await permitted(ref, 'encrypt')
      return seal(found, plaintext, context)
    },

    async decrypt(ref, ciphertext, context) {
      const found = await permitted(ref, 'decrypt')
      if (found.shown.spec.scheme === 'a256gcm') return unseal(found, ciphertext, context)
      if (context.length > 0)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot decrypt with key "${found.shown.spec.label}": oaep-sha256 has no context`,
        )
      return new Secret(
        bytesIn(await ask(found, 'decrypt', {alg: 'RSA-OAEP-256', value: text(ciphertext)}), 'value'),
      )
    },

    async wrap(ref, material) {
      const found = await permitted(ref, 'wrap')
      const isPairKey = isPair(found.shown.spec.algorithm)
      const limit = isPairKey ? Number(found.shown.spec.algorithm.slice('rsa-'.length)) / 8 - 66 : most
      const content = material.use((lent) => Buffer.from(lent))
      try {
        if (content.length < 1 || content.length > limit)
          throw new KeyriteError(
            'UNSUPPORTED',
            `cannot wrap with key "${found.shown.spec.label}": it takes 1 to ${limit} bytes`,
          )
        // The public half could do it here; only the service refuses by state and dates.
        const body = isPairKey
          ? {alg: 'RSA-OAEP-256', value: text(content)}
          : {alg: 'A256KW', value: text(padded(content))}
        return bytesIn(await ask(found, 'wrapkey', body), 'value')
      } finally {
        content.fill(0)
      }
    },

    async unwrap(ref, wrapped) {
      const found = await permitted(ref, 'unwrap')
      const alg = isPair(found.shown.spec.algorithm) ? 'RSA-OAEP-256' : 'A256KW'
      if (alg === 'A256KW') demandLonger(found, 'unwrap', wrapped.length, 24)
      const value = bytesIn(await ask(found, 'unwrapkey', {alg, value: text(wrapped)}), 'value')
      return new Secret(alg === 'A256KW' ? unpadded(value, found.shown.spec.label) : value)
    },

    async mac(ref) {
      // No version has this purpose.
      await permitted(ref, 'mac')
      throw new KeyriteError('UNSUPPORTED', 'cannot mac: Azure has no key for it')
    },

    async publicKey(ref) {
      const found = await permitted(ref, 'publicKey')
      demandEnabled(found, 'give the public half of')
      return publicKeyOf(found).export({format: 'der', type: 'spki'})
    },
  }
}

function textIn(answer: Readonly<Record<string, unknown>>, name: string): string {
  const value = answer[name]
  return typeof value === 'string' ? value : ''
}

function hashOf(scheme: Scheme): string {
  return `sha${scheme.slice(2)}`
}

/** As a stranger would verify it. A malformed one is not good. */
function verifies(key: KeyObject, scheme: Scheme, message: Buffer, signature: Uint8Array): boolean {
  const parameters = scheme.startsWith('ps')
    ? {key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(scheme.slice(2)) / 8}
    : scheme.startsWith('es')
      ? ({key, dsaEncoding: 'ieee-p1363'} as const)
      : key
  if (!hasWholeLength(key, signature)) return false
  try {
    return verify(hashOf(scheme), message, parameters, signature)
  } catch {
    return false
  }
}

export function publicKeyOf({key}: Pick<Known, 'key'>): KeyObject {
  const {n, e, x, y, crv} = key.key ?? {}
  const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('base64url')
  const jwk =
    n === undefined
      ? {kty: 'EC', crv: crv ?? '', x: text(x), y: text(y)}
      : {kty: 'RSA', n: text(n), e: text(e)}
  return createPublicKey({key: jwk, format: 'jwk'})
}

/** What is done here with the public half no service refuses; keyrite does by its state, as for any other provider. */
function demandEnabled({shown, purgeAt}: Known, verb: string): void {
  if (purgeAt === null && shown.availability !== 'disabled') return
  const state = purgeAt === null ? 'disabled' : 'deleted'
  throw new KeyriteError('KEY_STATE', `cannot ${verb} key "${shown.spec.label}": it is ${state}`)
}

function demandLonger({shown}: Known, verb: string, length: number, least: number): void {
  if (length < least)
    throw new KeyriteError(
      'PROVIDER_FAILED',
      `cannot ${verb} with key "${shown.spec.label}": this is none of its ciphertexts`,
    )
}

function padded(content: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(content.length)
  const filled = Math.max(16, Math.ceil((content.length + 2) / 8) * 8)
  return Buffer.concat([length, content, Buffer.alloc(filled - content.length - 2)])
}

/** @throws KeyriteError `PROVIDER_FAILED` if it was wrapped by somebody else's rules. */
function unpadded(value: Buffer, label: string): Buffer {
  const length = value.length < 2 ? 0 : value.readUInt16BE(0)
  const rest = value.subarray(2 + length)
  if (length < 1 || 2 + length > value.length || rest.some((byte) => byte !== 0) || rest.length > 16)
    throw new KeyriteError(
      'PROVIDER_FAILED',
      `cannot unwrap with key "${label}": it was not wrapped by keyrite`,
    )
  return value.subarray(2, 2 + length)
}
