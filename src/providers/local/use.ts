import {KeyriteError} from '../../base/errors.ts'
import {kwpUnwrap, kwpWrap, mostWrapped} from '../../base/kwp.ts'
import {Secret} from '../../base/secret.ts'
import type {KeyUse, VersionRef} from '../ports.ts'
import type {Named} from './records.ts'
import {permit, permitOutput} from './rules.ts'
import type {Operation} from '../purposes.ts'
import {joined, parted, sealBytes, unsealBytes} from './sealing.ts'
import {macWith, publicHalf, sameMac, signWith, verifyWith} from './signing.ts'
import type {LocalToken} from './token.ts'
import {mostOaep, oaepDecrypt, oaepEncrypt} from './wrapping.ts'

export function keyUse(token: LocalToken): KeyUse {
  /** Permits, lends the material, and says of any failure of the cryptography only that it failed. */
  function use<T>(
    ref: VersionRef,
    operation: Operation,
    content: Uint8Array | null,
    act: (material: Buffer, object: Named) => T,
  ): T {
    return token.withMaterial(
      ref,
      (object) => {
        permit(object, operation, content)
      },
      (material, object) => {
        try {
          return act(material, object)
        } catch (cause) {
          if (cause instanceof KeyriteError) throw cause
          throw failed(object, operation)
        }
      },
    )
  }

  /** What is given out is looked at first, and wiped if it may not be. */
  function secret(object: Named, operation: Operation, plaintext: Buffer): Secret {
    const result = new Secret(plaintext)
    try {
      permitOutput(object, operation, plaintext)
      return result
    } catch (error) {
      result.wipe()
      throw error
    }
  }

  return {
    async sign(ref, message) {
      return use(ref, 'sign', message, (material, {scheme}) => signWith(scheme, material, message))
    },

    async verify(ref, message, signature) {
      return use(ref, 'verify', message, (material, {purpose, scheme}) =>
        purpose === 'mac'
          ? sameMac(material, message, signature)
          : verifyWith(scheme, material, message, signature),
      )
    },

    async encrypt(ref, plaintext, context) {
      return use(ref, 'encrypt', plaintext, (material) =>
        joined(sealBytes(material, plaintext, context, token.random)),
      )
    },

    async decrypt(ref, ciphertext, context) {
      return use(ref, 'decrypt', null, (material, object) => {
        if (object.scheme === 'oaep-sha256') {
          if (context.length > 0)
            throw new KeyriteError(
              'UNSUPPORTED',
              `cannot decrypt with key "${object.label}": ${object.scheme} has no context`,
            )
          return secret(object, 'decrypt', oaepDecrypt(material, ciphertext))
        }
        return secret(object, 'decrypt', unsealBytes(material, parted(ciphertext), context))
      })
    },

    async wrap(ref, wanted) {
      return wanted.use((content) =>
        use(ref, 'wrap', content, (material, object) => {
          const most = object.scheme === 'oaep-sha256' ? mostOaep(material) : mostWrapped
          if (content.length < 1 || content.length > most)
            throw new KeyriteError(
              'UNSUPPORTED',
              `cannot wrap with key "${object.label}": it takes 1 to ${most} bytes`,
            )
          return object.scheme === 'oaep-sha256' ? oaepEncrypt(material, content) : kwpWrap(material, content)
        }),
      )
    },

    async unwrap(ref, wrapped) {
      return use(ref, 'unwrap', null, (material, object) => {
        const plaintext =
          object.scheme === 'oaep-sha256' ? oaepDecrypt(material, wrapped) : kwpUnwrap(material, wrapped)
        return secret(object, 'unwrap', plaintext)
      })
    },

    async mac(ref, message) {
      return use(ref, 'mac', message, (material) => macWith(material, message))
    },

    async publicKey(ref) {
      return use(ref, 'publicKey', null, publicHalf)
    },
  }
}

/** No cause: what OpenSSL says about a failed decryption is either nothing or a hint to an attacker. */
function failed({label}: Named, operation: Operation): KeyriteError {
  const fact =
    operation === 'decrypt' || operation === 'unwrap'
      ? 'it is not what this version made, or it was touched'
      : 'the cryptography failed'
  return new KeyriteError('PROVIDER_FAILED', `cannot ${operation} with key "${label}": ${fact}`)
}
