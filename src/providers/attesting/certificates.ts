/** Certificates about HSMs, which their makers write as they like: who issued which, for the same key, and when it holds. */
import type {X509Certificate} from 'node:crypto'
import {demand} from './not-attested.ts'

export function issued(issuer: X509Certificate, one: X509Certificate): boolean {
  try {
    return one.checkIssued(issuer) && one.verify(issuer.publicKey)
  } catch {
    return false // a key of a kind that signs nothing
  }
}

export function sameKey(one: X509Certificate, other: X509Certificate): boolean {
  return one.publicKey.equals(other.publicKey)
}

/** @throws NotAttested. */
export function demandValid({validFromDate, validToDate, subject}: X509Certificate, at: Date): void {
  const whose = subject.split('\n').at(-1) ?? ''
  demand(validFromDate <= at, `the certificate of "${whose}" holds from ${validFromDate.toISOString()} on`)
  demand(at <= validToDate, `the certificate of "${whose}" ended ${validToDate.toISOString()}`)
}
