import {KeyriteError} from '../../base/errors.ts'
import type {PublicKey} from './public-key.ts'
import {buildSshsig, signedData, verifySshsig} from './sshsig.ts'

/** Someone's means to sign: a key, and a way to reach its private half. */
export interface Signer {
  readonly publicKey: PublicKey
  /** Who computes: `file` is ssh-keygen over a key file, which is also how a security key is reached. */
  readonly how: 'agent' | 'file' | 'in process'
  /**
   * Signs `message` in `namespace` and returns the SSHSIG blob (hash SHA-512), already verified as others will.
   * @throws KeyriteError `BAD_SIGNATURE` if what the key returned does not verify, or what the way of signing throws
   */
  sign(namespace: string, message: Uint8Array): Promise<Uint8Array>
}

/** A signer whose signatures are verified before anyone gets them; `make` returns an SSHSIG blob. */
export function checkedSigner(
  publicKey: PublicKey,
  how: Signer['how'],
  make: (namespace: string, message: Uint8Array) => Promise<Uint8Array> | Uint8Array,
): Signer {
  return {
    publicKey,
    how,
    async sign(namespace, message) {
      const signature = await make(namespace, message)
      const verdict = verifySshsig({signature, message, namespace, key: publicKey})
      if (verdict.kind === 'good') return signature
      const reason =
        verdict.kind === 'bad' ? verdict.reason : `it uses ${verdict.algorithm}, which is not known here`
      throw new KeyriteError(
        'BAD_SIGNATURE',
        `cannot use the signature by ${publicKey.fingerprint}: ${reason}`,
        {
          hints: publicKey.sk
            ? ['touch the security key when it asks; a key made with no-touch-required cannot be used']
            : ['check that the public key file belongs to the private key'],
        },
      )
    },
  }
}

/** The same for a key that signs bytes: `signBytes` returns an algorithm's name and its signature (RFC 4253 section 6.6). */
export function signerOfBytes(
  publicKey: PublicKey,
  how: Signer['how'],
  signBytes: (bytes: Uint8Array) => Promise<Uint8Array> | Uint8Array,
): Signer {
  return checkedSigner(publicKey, how, async (namespace, message) => {
    const signature = await signBytes(signedData(namespace, 'sha512', message))
    return buildSshsig({publicKey: publicKey.blob, namespace, hash: 'sha512', signature})
  })
}
