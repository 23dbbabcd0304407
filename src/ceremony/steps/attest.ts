import {z} from 'zod'
import {strengths} from '../../providers/ports.ts'
import {runAttest} from '../run/attest.ts'
import type {StepKind} from '../kinds.ts'
import {base, idSchema, oneOf} from './common.ts'

const schema = z.strictObject({
  ...base,
  kind: z.literal('attest'),
  profile: idSchema.optional().describe('the profile whose device is asked; needed where no key is named'),
  key: idSchema.optional().describe('the key that is asked about'),
  material: idSchema
    .optional()
    .describe('the id of a material whose number must be the serial number that the device gives'),
  level: z.literal('hardware').optional().describe('what must protect the key; with less the ceremony stops'),
  evidence: oneOf(strengths)
    .optional()
    .describe('how strong the evidence must be at least: attested, verified, asserted, stated'),
})
export type AttestStep = z.infer<typeof schema>

export const attest: StepKind<AttestStep> = {
  kind: 'attest',
  summary: 'The provider is asked what protects a key or what its device is, and on what evidence.',
  schema,
  plan(world, step) {
    world.keys.attest(step)
  },
  run: runAttest,
}
