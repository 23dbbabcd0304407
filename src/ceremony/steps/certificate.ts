/** The fields of the steps that sign certificates and requests, and what they ask for; how they run stands elsewhere. */
import {z} from 'zod'
import {
  profileFields,
  validityFields,
  type CertificateWish,
  type KeyToCome,
} from '../../certificates/index.ts'
import {base, idSchema} from './common.ts'

const fields = {
  ...base,
  key: idSchema.describe('the key that signs, and is certified'),
  ...profileFields,
} as const

export const selfSignSchema = z.strictObject({
  ...fields,
  kind: z.literal('certificate.self-sign'),
  ...validityFields,
})
export type CertificateSelfSignStep = z.infer<typeof selfSignSchema>

export const requestSchema = z.strictObject({...fields, kind: z.literal('certificate.request')})
export type CertificateRequestStep = z.infer<typeof requestSchema>

/** What such a step asks for. @param toCome - the key that the same ceremony makes, while it is not there. */
export function certificateWishOf(
  step: CertificateRequestStep | CertificateSelfSignStep,
  toCome: KeyToCome | null,
): CertificateWish {
  return {
    key: step.key,
    profile: step,
    validity: step.kind === 'certificate.request' ? null : step,
    toCome,
  }
}
