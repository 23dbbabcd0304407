import {z} from 'zod'
import {runConfirm} from '../run/confirm.ts'
import type {StepKind} from '../kinds.ts'
import {base} from './common.ts'

const schema = z.strictObject({...base, kind: z.literal('confirm')})
export type ConfirmStep = z.infer<typeof schema>

export const confirm: StepKind<ConfirmStep> = {
  kind: 'confirm',
  summary: 'Somebody says that something is so, or was done.',
  schema,
  plan: () => undefined,
  run: runConfirm,
}
