/** Google's own roles, as far as they reach on a key. Source: "Cloud Key Management Service roles and permissions", IAM documentation. */

const of = (...verbs: readonly string[]): readonly string[] => verbs.map((one) => `cloudkms.${one}`)
const versions = (...verbs: readonly string[]): readonly string[] =>
  of(...verbs.map((one) => `cryptoKeyVersions.${one}`))

const [encrypts, decrypts] = [versions('useToEncrypt'), versions('useToDecrypt')]
const [signs, verifies, shows] = [versions('useToSign'), versions('useToVerify'), versions('viewPublicKey')]
const [encryptsFor, decryptsFor] = [
  versions('useToEncryptViaDelegation'),
  versions('useToDecryptViaDelegation'),
]
const [expertCbc] = [versions('manageRawAesCbcKeys')]

/** Permissions by role. `…ViaDelegation` lets other services of Google do it in somebody's name. */
export const ownRoles: Readonly<Record<string, readonly string[]>> = {
  'roles/cloudkms.admin': [
    ...of('cryptoKeys.get', 'cryptoKeys.update', 'cryptoKeys.delete'),
    ...of('cryptoKeys.getIamPolicy', 'cryptoKeys.setIamPolicy'),
    ...versions('create', 'get', 'list', 'update', 'destroy', 'restore', 'delete'),
    ...encryptsFor,
    ...decryptsFor,
  ],
  'roles/cloudkms.viewer': [...of('cryptoKeys.get'), ...versions('get', 'list')],
  'roles/cloudkms.publicKeyViewer': shows,
  'roles/cloudkms.signer': signs,
  'roles/cloudkms.verifier': [...verifies, ...shows],
  'roles/cloudkms.signerVerifier': [...signs, ...verifies, ...shows],
  'roles/cloudkms.cryptoKeyEncrypter': encrypts,
  'roles/cloudkms.cryptoKeyDecrypter': decrypts,
  'roles/cloudkms.cryptoKeyEncrypterDecrypter': [...encrypts, ...decrypts],
  'roles/cloudkms.cryptoKeyEncrypterViaDelegation': encryptsFor,
  'roles/cloudkms.cryptoKeyDecrypterViaDelegation': decryptsFor,
  'roles/cloudkms.cryptoKeyEncrypterDecrypterViaDelegation': [...encryptsFor, ...decryptsFor],
  'roles/cloudkms.cryptoOperator': [...encrypts, ...decrypts, ...signs, ...verifies, ...shows],
  'roles/cloudkms.importer': [],
  'roles/cloudkms.expertRawAesCbc': expertCbc,
}

/** Roles that administer too, and are never taken away by what takes away use: whoever has them could be locked out of the key. */
const administers: readonly string[] = ['roles/cloudkms.admin']

/** Whether a role lets somebody use a key; null where it is somebody's own, or of a kind that is not known here. */
export function letsUse(role: string): boolean | null {
  if (administers.includes(role)) return false
  // Roles that `key permissions` writes say by their names what they are for.
  if (/^projects\/[^/]+\/roles\/keyrite_(key_admin|key_auditor)_/.test(role)) return false
  if (/^projects\/[^/]+\/roles\/keyrite_key_(user_|prover_)/.test(role)) return true
  const held = ownRoles[role]
  return held === undefined ? null : held.some((one) => one.includes('.useTo'))
}
