import {runCertificate} from '../run/certificate.ts'
import type {StepKind} from '../kinds.ts'
import {selfSignSchema, type CertificateSelfSignStep} from './certificate.ts'

export const certificateSelfSign: StepKind<CertificateSelfSignStep> = {
  kind: 'certificate.self-sign',
  summary: 'The key signs a certificate for itself, byte for byte what its quorum approved.',
  schema: selfSignSchema,
  plan(world, step) {
    world.certificates.make(step)
  },
  run: runCertificate,
}
