import {z} from 'zod'
import {classifications, type KeyWish} from '../../keys/index.ts'
import {classes} from '../../policy/index.ts'
import {algorithms, purposes, schemes} from '../../providers/algorithms.ts'
import {runKeyCreate} from '../run/key.ts'
import type {StepKind} from '../kinds.ts'
import {base, idSchema, oneOf} from './common.ts'

/** What a key is to be: the same fields whether it is made or brought. */
export const keyFields = {
  key: idSchema.describe('the name of the key'),
  profile: idSchema.describe('the profile where it will live'),
  algorithm: oneOf(algorithms).describe('what it is made of'),
  scheme: oneOf(schemes)
    .optional()
    .describe('how it is used; left out: the usual one for algorithm, purpose and class'),
  purpose: oneOf(purposes).describe('the one thing that it is for'),
  class: oneOf(classes).describe('what losing it would cost: rules of the policy go by it'),
  classification: oneOf(classifications).describe('how secret what it protects is'),
  owner: z
    .string()
    .min(1, 'expected a name')
    .describe('who answers for it: a person of the roster, or anybody by name'),
  consumers: z.array(z.string().min(1, 'expected a name')).default([]).describe('which services use it'),
  /** A day or an RFC 3339 time in UTC; a plan holds no clock, so never a duration. */
  expires: z
    .union(
      [z.iso.date(), z.iso.datetime()],
      'expected a day such as 2027-12-31, or a time such as 2027-12-31T12:00:00Z',
    )
    .optional()
    .describe('the day or the time in UTC from which it is not to be used'),
} as const

const schema = z.strictObject({...base, kind: z.literal('key.create'), ...keyFields})
export type KeyCreateStep = z.infer<typeof schema>

/** What the step asks for, as `planCreate` takes it. @param activate - whether the same approval also activates the key. */
export function wishOf(step: Omit<KeyCreateStep, 'kind'>, activate: boolean): KeyWish {
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
