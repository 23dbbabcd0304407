/** What IAM can bind on a key of Cloud KMS, one role at a time, and whom. Loads nothing of the SDK: a plan is refused by it before anything is opened. */
import type {Grantable} from '../grants.ts'

const roles = (...names: readonly string[]): readonly string[] => names.map((one) => `roles/cloudkms.${one}`)
const seals = roles('cryptoKeyEncrypterDecrypter', 'cryptoKeyEncrypter', 'cryptoKeyDecrypter')

const uses = {
  sign: roles('signer', 'signerVerifier', 'publicKeyViewer'),
  encrypt: seals,
  wrap: seals,
  mac: roles('signerVerifier', 'signer', 'verifier'),
  decrypt: roles('cryptoKeyDecrypter', 'publicKeyViewer'),
} as const

const form =
  /^(user|serviceAccount|group):[^\s@]{1,200}@[^\s@]{1,200}$|^principal(Set)?:\/\/iam\.googleapis\.com\/\S{1,400}$/

export const grantable: Grantable = {
  // Never allUsers or a whole domain, and never a role that administers.
  operations: (purpose) => uses[purpose],
  granteeFault: (grantee) =>
    form.test(grantee)
      ? undefined
      : 'it is no user:, serviceAccount: or group: with an address, and no principal://',
  regionOf: ({key_ring: ring = ''}) => ring.split('/')[3] ?? '',
  most: 1,
  example: 'serviceAccount:ADDRESS',
}
