import {z} from 'zod'
import {runKeyImport} from '../run/key-import.ts'
import type {StepKind} from '../kinds.ts'
import {base} from './common.ts'
import {keyFields} from './key-create.ts'

const schema = z.strictObject({
  ...base,
  kind: z.literal('key.import'),
  ...keyFields,
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected 64 digits of 0-9 and a-f')
    .describe(
      'of a pair the SHA-256 of its public half as DER, of a secret key that of "keyrite-material/1", a line feed and its 32 bytes: what is brought is held against it',
    ),
})
export type KeyImportStep = z.infer<typeof schema>

export const keyImport: StepKind<KeyImportStep> = {
  kind: 'key.import',
  summary:
    'A key is brought from outside in a file, the one that was named and approved; it cannot be used until it has been verified and activated.',
  schema,
  plan(world, step) {
    world.keys.make(step)
  },
  run: runKeyImport,
}
