import {z} from 'zod'
import {runCertificateVerify} from '../run/certificate.ts'
import type {StepKind} from '../kinds.ts'
import {base, idSchema} from './common.ts'

const schema = z.strictObject({
  ...base,
  kind: z.literal('certificate.verify'),
  of: idSchema.describe('the step that made the certificate or request'),
  file: z
    .boolean()
    .optional()
    .describe('whether the exported file is read too: it must hold the same bytes, as PEM or DER'),
})
export type CertificateVerifyStep = z.infer<typeof schema>

export const certificateVerify: StepKind<CertificateVerifyStep> = {
  kind: 'certificate.verify',
  summary:
    'A certificate or request is checked against its plan and its key, and its fingerprint is read aloud and compared.',
  schema,
  plan(world, step) {
    world.certificates.verify(step)
  },
  run: runCertificateVerify,
}
