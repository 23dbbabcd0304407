/** Somebody whose key is made here, used in this process, and gone afterwards: a person of the demo, or of a rehearsal. */
import {generateEd25519, type Founder, type Role, type Signer} from '../custody/index.ts'

export interface Player extends Founder {
  /** What stands before the at sign of the address. */
  readonly handle: string
  readonly signer: Signer
  /** The private key as an OpenSSH file; wiped by whoever takes it. */
  readonly openSsh: () => Buffer
}

/** @param others - keys that are really theirs, with which they may sign too. */
export function player(
  {name, address}: {readonly name: string; readonly address: string},
  roles: readonly Role[],
  others: readonly string[] = [],
): Player {
  const key = generateEd25519()
  return {
    name,
    address,
    handle: address.split('@')[0] ?? address,
    key: key.publicKey.text,
    others,
    roles,
    signer: key.signer,
    openSsh: () => key.openSsh(address),
  }
}
