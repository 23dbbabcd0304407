import {z} from 'zod'
import {classifications, type KeyWish} from '../../keys/index.ts'
import {classes} from '../../policy/index.ts'
import {algorithms, purposes, schemes} from '../../providers/algorithms.ts'
import {runKeyCreate} from '../run/key.ts'
import type {StepKind} from '../kinds.ts'
import {base, idSchema, oneOf} from './common.ts'

const schema = z.strictObject({
  ...base,
  kind: z.literal('key.create'),
  key: idSchema,
  profile: idSchema,
  algorithm: oneOf(algorithms),
  /** Where it is left out: the usual one for algorithm, purpose and class. */
  scheme: oneOf(schemes).optional(),
  purpose: oneOf(purposes),
  class: oneOf(classes),
  classification: oneOf(classifications),
  /** A person of the roster, or anybody by name. */
  owner: z.string().min(1, 'expected a name'),
  consumers: z.array(z.string().min(1, 'expected a name')).default([]),
  /** A day or an RFC 3339 time in UTC; a plan holds no clock, so never a duration. */
  expires: z
    .union(
      [z.iso.date(), z.iso.datetime()],
      'expected a day such as 2027-12-31, or a time such as 2027-12-31T12:00:00Z',
    )
    .optional(),
})
export type KeyCreateStep = z.infer<typeof schema>

/** What the step asks for, as `planCreate` takes it. @param activate - whether the same approval also activates the key. */
export function wishOf(step: KeyCreateStep, activate: boolean): KeyWish {
  return {
    name: step.key,
    profile: step.profile,
    algorithm: step.algorithm,
    scheme: step.scheme ?? null,
    purpose: step.purpose,
    class: step.class,
    classification: step.classification,
    owner: step.owner,
    consumers: step.consumers,
    parent: null,
    expires: step.expires === undefined ? null : new Date(step.expires),
    activate,
  }
}

export const keyCreate: StepKind<KeyCreateStep> = {
  kind: 'key.create',
  summary: 'A key is made at the provider; it cannot be used until it has been verified and activated.',
  schema,
  plan(world, step) {
    world.keys.make(step)
  },
  run: runKeyCreate,
}
