/** Certificates that an HSM's attestation of a key must lead to: of its maker, and of whoever runs it. */
import {z} from 'zod'
import {isCertificate, type HsmRoots} from '../providers/attesting.ts'

const certificates = z
  .array(z.base64().refine(isCertificate, 'expected one certificate, base64 of DER'))
  .min(1)

export const hsmRootsSchema = z
  .array(
    z.strictObject({
      kind: z.string().min(1).max(32).describe('kind of profile'),
      makers: certificates.describe('certificates, base64 of DER, of the makers of the HSMs'),
      owners: certificates.describe('certificates, base64 of DER, of whoever runs the HSMs'),
    }),
  )
  .refine((all) => new Set(all.map(({kind}) => kind)).size === all.length, 'a kind is named twice')
  .exactOptional()
  .describe(
    'whom an attestation of a key by an HSM must lead to, by kind of profile; none is verified where it is left out',
  )

/** Null where the policy names none for such places. */
export function hsmRootsOf(
  {hsm_roots: all}: {readonly hsm_roots?: z.infer<typeof hsmRootsSchema>},
  kind: string,
): HsmRoots | null {
  return all?.find((one) => one.kind === kind) ?? null
}
