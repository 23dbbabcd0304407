/** What destroying a key at its provider does not reach: said in the plan, and on the certificate. */

const byKind: Readonly<Record<string, readonly string[]>> = {
  local: [
    'backups and copies of the token file, and of the disk it lies on: they hold the key, encrypted under the PIN of their time',
  ],
  pkcs11: [
    'backups, clones and other members of a cluster of the HSM, which its maker’s own tools keep and PKCS#11 does not show',
  ],
  azure: [
    'backups of it that were taken, of the key or of a whole Managed HSM: whoever may restore them has it back, also after it is purged',
  ],
}
const anywhere = [
  'what was wrapped or exported before this ledger knew the key, and shares of it, if there are any',
  'what the key protected, wherever that was decrypted or copied before',
] as const

/** @param kind - of the profile that it lives in */
export function mayRemain(kind: string): readonly string[] {
  return [...(byKind[kind] ?? ['backups and replicas that the provider keeps by its own rules']), ...anywhere]
}
