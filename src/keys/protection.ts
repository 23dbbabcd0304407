/** What protects a version, as entries and state have it. */
import {z} from 'zod'
import {Blob, type DraftObject} from '../ledger/index.ts'
import type {Protection, Provider, VersionRef} from '../providers/ports.ts'

const blobRef = z.strictObject({
  blob: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.int().min(0),
  type: z.literal('application/json'),
})

export const protectionSchema = z.strictObject({
  level: z.enum(['hardware', 'software', 'unknown']),
  fips: z.string().nullable(),
  evidence: z.enum(['attested', 'verified', 'asserted', 'stated']),
  detail: z.string(),
  /** What its hardware signed, whole. */
  attestation: blobRef.exactOptional(),
})

export type KnownProtection = z.infer<typeof protectionSchema>

/** Asked of the provider; what its hardware signed goes into the ledger as it is. */
export async function protectionIn({evidence}: Provider, ref: VersionRef): Promise<DraftObject> {
  return entryOf(await evidence.protection(ref))
}

export function entryOf({attestation, ...said}: Protection): DraftObject {
  return {
    ...said,
    ...(attestation === undefined ? {} : {attestation: new Blob(attestation, 'application/json')}),
  }
}
