/** What opens the backups of a place elsewhere, in shares that holders open one by one, each at their own place. */
import {KeyriteError} from '../base/errors.ts'
import type {Secret} from '../base/secret.ts'

/** What a file with one says of itself, without anything being opened. */
export interface DomainFacts {
  /** How many holders' shares together open it. */
  readonly needed: number
  /** SHA-256 of the holders' certificates, in hexadecimal letters. */
  readonly holders: readonly string[]
}

/** One holder's share, as it lies in the file. */
export interface SealedShare {
  /** What the holder's private key opens: what comes out opens this one share, and nothing else that the key protects. */
  readonly sealed: Uint8Array
  /** How `openssl pkeyutl -decrypt` must be told to open it. */
  readonly options: readonly string[]
}

/** All of it is reckoned here: nothing is asked of any place. */
export interface SecurityDomains {
  /** @throws KeyriteError `USAGE` if it is none. */
  read(domain: Uint8Array): DomainFacts
  /** @param certificate - the holder's, DER. @throws KeyriteError `USAGE`, `NOT_FOUND` if no share is that holder's. */
  shareOf(domain: Uint8Array, certificate: Uint8Array): SealedShare
  /**
   * Opens it with as many shares as are needed, and seals it for one place alone. What all together open is in this process for that moment, and wiped.
   * @param opened - what the holders' private keys opened; stays the caller's to wipe.
   * @param under - the certificate of the place's own key for this, DER.
   * @throws KeyriteError `USAGE` for the wrong number of them, `SHARE_BAD` for one that opens no share, or the same as another, or that do not open it together.
   */
  sealFor(domain: Uint8Array, opened: readonly Secret[], under: Uint8Array): Uint8Array
}

/** @param given - how many holders opened their share. @throws KeyriteError `USAGE` unless it is the number that opens it. */
export function demandShares({needed}: Pick<DomainFacts, 'needed'>, given: number): void {
  if (given === needed) return
  throw new KeyriteError(
    'USAGE',
    `cannot open the security domain: ${needed} shares are needed, and ${given} given`,
    {hints: ['--opened FILE, once for each of so many holders, and no more']},
  )
}
