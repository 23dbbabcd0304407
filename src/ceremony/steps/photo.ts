import {z} from 'zod'
import {runPhoto} from '../run/photo.ts'
import type {StepKind} from '../kinds.ts'
import {base} from './common.ts'

const schema = z.strictObject({
  ...base,
  kind: z.literal('photo'),
  subject: z.string().min(1, 'expected what is to be seen').describe('what is to be seen in the picture'),
  file: z
    .boolean()
    .optional()
    .describe("whether the picture's file is at hand during the ceremony: then its SHA-256 is recorded"),
})
export type PhotoStep = z.infer<typeof schema>

export const photo: StepKind<PhotoStep> = {
  kind: 'photo',
  summary:
    'Somebody takes a picture; its reference is recorded, and the digest of its file where that is at hand.',
  schema,
  plan: () => undefined,
  run: runPhoto,
}
