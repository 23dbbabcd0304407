import {runCertificate} from '../run/certificate.ts'
import type {StepKind} from '../kinds.ts'
import {requestSchema, type CertificateRequestStep} from './certificate.ts'

export const certificateRequest: StepKind<CertificateRequestStep> = {
  kind: 'certificate.request',
  summary: 'The key signs a request (PKCS #10), for an authority elsewhere to make the certificate.',
  schema: requestSchema,
  plan(world, step) {
    world.certificates.make(step)
  },
  run: runCertificate,
}
