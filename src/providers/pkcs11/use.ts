import {createHash} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import {demandOperation, type Operation} from '../purposes.ts'
import type {KeyUse, VersionRef} from '../ports.ts'
import {cka} from './constants.ts'
import {failure, rv, rvOf, wordsOf} from './failures.ts'
import {signingOf} from './methods.ts'
import {existing, usesOf, type Version} from './objects.ts'
import {mostWrapped, seal, unseal, unwrapContent, wrapContent} from './sealing.ts'
import {spkiOf} from './spki.ts'
import type {Token} from './token.ts'

/** Longer than any signature and any overhead of a ciphertext (ML-DSA-87 signs with 4627 bytes). */
const room = 8192
export function keyUse(token: Token): KeyUse {
  /** The version, if its purpose allows the operation; what its state forbids is refused by the token itself. */
  function permitted(ref: VersionRef, operation: Operation): Version {
    const version = existing(token, ref)
    demandOperation(version.spec, operation)
    demandInTime(version, operation)
    return version
  }

  /** Some refuse a key whose use was taken away as one of another type: then its own attribute says which of the two it is. */
  function isOff({spec, object, half}: Version, operation: Operation): boolean {
    const {forward, backward} = usesOf(spec)
    const use = anew.includes(operation) ? forward : backward
    const holder = use.of === 'half' ? half : object
    return holder !== null && !token.is(holder, use.type)
  }

  function attempt<T>(version: Version, operation: Operation, act: () => T): T {
    const {spec, object} = version
    try {
      return act()
    } catch (error) {
      if (rvOf(error) === undefined) throw error
      const what = `${operation} with key "${spec.label}"`
      if (rvOf(error) === rv.keyTypeInconsistent && isOff(version, operation))
        throw new KeyriteError(
          'KEY_STATE',
          `cannot ${what}: the HSM refuses it, ${wordsOf(error)}, and says of the key that it is not for that now`,
        )
      if (rvOf(error) === rv.userNotLoggedIn && token.is(object, cka.alwaysAuthenticate))
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot ${what}: it wants its PIN anew for each use (CKA_ALWAYS_AUTHENTICATE), and keyrite gives it once`,
          {hints: ['make another key without that attribute, and move to it']},
        )
      throw failure(what, error)
    }
  }

  return {
    async sign(ref, message) {
      const version = permitted(ref, 'sign')
      demandContent(version, 'sign', message)
      return attempt(version, 'sign', () => signed(token, version, message))
    },

    async verify(ref, message, signature) {
      const version = permitted(ref, 'verify')
      const signing = signingOf(version.spec.scheme, (one) => token.mechanisms.has(one))
      if (signing === undefined) throw new TypeError('the purpose was checked')
      // Some take an empty one for an error of the caller.
      if (signature.length === 0) return false
      return attempt(version, 'verify', () =>
        token.verify(
          signing.mechanism,
          version.half ?? version.object,
          digested(message, signing.hash),
          Buffer.from(signature),
        ),
      )
    },

    async encrypt(ref, plaintext, context) {
      const version = permitted(ref, 'encrypt')
      demandContent(version, 'encrypt', plaintext)
      return attempt(version, 'encrypt', () => seal(token, version, plaintext, Buffer.from(context)))
    },

    async decrypt(ref, ciphertext, context) {
      const version = permitted(ref, 'decrypt')
      if (version.spec.scheme === 'oaep-sha256' && context.length > 0)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot decrypt with key "${version.spec.label}": oaep-sha256 has no context`,
        )
      return attempt(version, 'decrypt', () => unseal(token, version, ciphertext, Buffer.from(context)))
    },

    async wrap(ref, material) {
      const version = permitted(ref, 'wrap')
      return material.use((content) => {
        const most = mostWrapped(version.spec.algorithm)
        if (content.length < 1 || content.length > most)
          throw new KeyriteError(
            'UNSUPPORTED',
            `cannot wrap with key "${version.spec.label}": it takes 1 to ${most} bytes`,
          )
        return attempt(version, 'wrap', () => wrapContent(token, version, content))
      })
    },

    async unwrap(ref, sealed) {
      const version = permitted(ref, 'unwrap')
      return attempt(version, 'unwrap', () => unwrapContent(token, version, Buffer.from(sealed)))
    },

    async mac(ref, message) {
      const version = permitted(ref, 'mac')
      demandContent(version, 'mac', message)
      return attempt(version, 'mac', () => signed(token, version, message))
    },

    async publicKey(ref) {
      const version = permitted(ref, 'publicKey')
      // The token gives it whatever the state; keyrite does not, as for any other provider.
      if (version.availability === 'disabled')
        throw new KeyriteError(
          'KEY_STATE',
          `cannot give the public half of key "${version.spec.label}": it is disabled`,
        )
      if (version.half === null) throw new TypeError('a pair has two objects')
      return spkiOf(token, version.half, version.spec.algorithm)
    },
  }
}

/** What a key does anew it does not after its CKA_END_DATE: no token that was tried keeps that by itself. */
const anew: readonly Operation[] = ['sign', 'encrypt', 'wrap', 'mac']

/** @throws KeyriteError `KEY_STATE`. */
export function demandInTime(
  {spec, lastDay}: Pick<Version, 'spec' | 'lastDay'>,
  operation: Operation,
  now = new Date(),
): void {
  if (lastDay === null || !anew.includes(operation)) return
  if (now.getTime() < lastDay.getTime() + 86_400_000) return
  throw new KeyriteError(
    'KEY_STATE',
    `cannot ${operation} with key "${spec.label}": the token says that ${lastDay.toISOString().slice(0, 10)} was the last day of its use (CKA_END_DATE)`,
  )
}

/** For many modules nothing is an error of the caller. */
function demandContent({spec}: Version, operation: Operation, content: Uint8Array): void {
  if (content.length === 0)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot ${operation} with key "${spec.label}": PKCS#11 takes at least one byte`,
    )
}

function signed(token: Token, {object, spec}: Version, message: Uint8Array): Buffer {
  const signing = signingOf(spec.scheme, (one) => token.mechanisms.has(one))
  if (signing === undefined) throw new TypeError('the purpose was checked')
  const signature = token.sign(signing.mechanism, object, digested(message, signing.hash), room)
  const expected = ecdsaBytes[spec.scheme as keyof typeof ecdsaBytes] as number | undefined
  if (expected === undefined || signature.length === expected) return signature
  throw new KeyriteError(
    'PROVIDER_FAILED',
    `cannot sign with key "${spec.label}": expected r and s of ${expected} bytes together, got ${signature.length}, as of a signature in another form`,
  )
}

/** PKCS#11 v3.1, section 6.3.1: both numbers as long as the order of the curve. */
const ecdsaBytes = {es256: 64, es384: 96, es512: 132} as const

function digested(message: Uint8Array, hash: 'sha256' | 'sha384' | 'sha512' | null): Buffer {
  return hash === null ? Buffer.from(message) : createHash(hash).update(message).digest()
}
