import {createHash} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import {Secret} from '../../base/secret.ts'
import {demandOperation, type Operation} from '../purposes.ts'
import type {KeyUse, VersionRef} from '../ports.ts'
import {availabilityIn, existing, type Key} from './keys.ts'
import {bytesIn, signingOf, textOf} from './methods.ts'
import type {Asking, Server} from './server.ts'
import {spkiOf} from './spki.ts'

/** Within what a server takes as one request, once it is base64. */
const mostWrapped = 16_384

interface Permitted {
  readonly key: Key
  readonly version: number
  readonly what: string
}

export function keyUse(server: Server): KeyUse {
  /** The version, if its purpose allows the operation; what its state forbids is refused by the server itself. */
  async function permitted(ref: VersionRef, operation: Operation): Promise<Permitted> {
    const {key, version} = await existing(server, ref)
    const {label, purpose} = key.name
    demandOperation({label, purpose, algorithm: key.algorithm}, operation)
    return {key, version, what: `${operation} with key "${label}"`}
  }

  async function asked(
    path: string,
    field: string,
    {version, what}: Permitted,
    asking: Omit<Asking, 'what'>,
  ): Promise<Buffer> {
    const bytes = bytesIn((await server.ask('POST', path, {...asking, what}))[field], version)
    if (bytes !== undefined) return bytes
    throw new KeyriteError(
      'PROVIDER_FAILED',
      `cannot ${what}: the server answers with another version or form`,
    )
  }

  async function seal(one: Permitted, content: Uint8Array, context: Uint8Array): Promise<Uint8Array> {
    const body = {
      plaintext: base64(content),
      key_version: one.version,
      ...(context.length === 0 ? {} : {associated_data: base64(context)}),
      // An unknown name would be made here and now; of no type that there is, it is not.
      type: 'none',
    }
    return asked(`encrypt/${one.key.id}`, 'ciphertext', one, {body})
  }

  async function unseal(
    {key, version, what}: Permitted,
    sealed: Uint8Array,
    context: Uint8Array,
  ): Promise<Secret> {
    const body = {
      ciphertext: textOf(sealed, version),
      ...(context.length === 0 ? {} : {associated_data: base64(context)}),
    }
    const {plaintext} = await server.ask('POST', `decrypt/${key.id}`, {what, body})
    if (typeof plaintext === 'string') return new Secret(Buffer.from(plaintext, 'base64'))
    // Nothing at all was encrypted.
    return new Secret(Buffer.alloc(0))
  }

  return {
    async sign(ref, message) {
      const one = await permitted(ref, 'sign')
      const {hash, asked: how} = signing(one.key)
      const body = {...how, input: base64(digested(message, hash)), key_version: one.version}
      return asked(`sign/${one.key.id}`, 'signature', one, {body})
    },

    async verify(ref, message, signature) {
      const one = await permitted(ref, 'verify')
      const {key, version, what} = one
      const mac = key.name.purpose === 'mac'
      const {hash, asked: how} = mac ? {hash: null, asked: {}} : signing(key)
      const jws = 'marshaling_algorithm' in how
      const body = {
        ...how,
        input: base64(digested(message, hash)),
        [mac ? 'hmac' : 'signature']: textOf(signature, version, jws),
      }
      const path = `verify/${key.id}${mac ? '/sha2-256' : ''}`
      const {valid} = await server.ask('POST', path, {what, body})
      // The server takes the two numbers of ECDSA apart wherever their middle is.
      return valid === true && fits(key, signature)
    },

    async encrypt(ref, plaintext, context) {
      const one = await permitted(ref, 'encrypt')
      return seal(one, plaintext, context)
    },

    async decrypt(ref, ciphertext, context) {
      const one = await permitted(ref, 'decrypt')
      if (one.key.name.scheme === 'oaep-sha256' && context.length > 0)
        throw new KeyriteError('UNSUPPORTED', `cannot ${one.what}: oaep-sha256 has no context`)
      return unseal(one, ciphertext, context)
    },

    async wrap(ref, material) {
      const one = await permitted(ref, 'wrap')
      const {algorithm} = one.key
      const most = algorithm.startsWith('rsa-') ? Number(algorithm.slice(4)) / 8 - 66 : mostWrapped
      const content = material.use((bytes) => Buffer.from(bytes))
      try {
        if (content.length < 1 || content.length > most)
          throw new KeyriteError('UNSUPPORTED', `cannot ${one.what}: it takes 1 to ${most} bytes`)
        return await seal(one, content, new Uint8Array())
      } finally {
        content.fill(0)
      }
    },

    async unwrap(ref, wrapped) {
      return unseal(await permitted(ref, 'unwrap'), wrapped, new Uint8Array())
    },

    async rewrap(from, to, wrapped) {
      if (from.key !== to.key) return null
      const [old, one] = [await permitted(from, 'unwrap'), await permitted(to, 'wrap')]
      const body = {ciphertext: textOf(wrapped, old.version), key_version: one.version}
      return asked(`rewrap/${one.key.id}`, 'ciphertext', one, {body})
    },

    async mac(ref, message) {
      const one = await permitted(ref, 'mac')
      const body = {input: base64(message), key_version: one.version}
      return asked(`hmac/${one.key.id}/sha2-256`, 'hmac', one, {body})
    },

    async publicKey(ref) {
      const {key, version, what} = await permitted(ref, 'publicKey')
      const shown = key.shown[version] as {public_key?: unknown} | undefined
      // The server gives it of a soft-deleted key too; keyrite does not, as for any other provider.
      if (availabilityIn(key, version) === 'disabled')
        throw new KeyriteError(
          'KEY_STATE',
          `cannot give the public half of key "${key.name.label}": it is disabled`,
        )
      const spki = spkiOf(key.algorithm, shown?.public_key)
      if (spki === undefined)
        throw new KeyriteError(
          'PROVIDER_FAILED',
          `cannot ${what}: the server gives no public half of ${key.algorithm}`,
        )
      return spki
    },
  }
}

function signing({name, algorithm}: Key): NonNullable<ReturnType<typeof signingOf>> {
  const found = signingOf(name.scheme)
  if (found === undefined) throw new TypeError(`the purpose was checked: ${algorithm}`)
  return found
}

function digested(message: Uint8Array, hash: 'sha256' | 'sha384' | 'sha512' | null): Uint8Array {
  return hash === null ? message : createHash(hash).update(message).digest()
}

const ecdsaLength: Partial<Record<Key['algorithm'], number>> = {'ec-p256': 64, 'ec-p384': 96, 'ec-p521': 132}

function fits({algorithm}: Key, signature: Uint8Array): boolean {
  return signature.length === (ecdsaLength[algorithm] ?? signature.length)
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
