/** The fields of the steps that split and recover, and what they ask for; how they run stands elsewhere. */
import {z} from 'zod'
import {findPerson, type Roster} from '../../custody/index.ts'
import {classifications, type KeyWish} from '../../keys/index.ts'
import {classes} from '../../policy/index.ts'
import {algorithms, purposes, schemes} from '../../providers/algorithms.ts'
import type {SplitWish} from '../../shares/index.ts'
import {base, idSchema, oneOf} from './common.ts'

export const splitSchema = z.strictObject({
  ...base,
  kind: z.literal('shares.split'),
  set: idSchema.describe('what the set of shares is called'),
  threshold: z
    .int('expected a whole number of shares')
    .min(2, 'expected 2 or more: one share that opens alone is a copy')
    .describe('how many shares recover it'),
  holders: z
    .array(z.string().min(1, 'expected a name'))
    .min(1, 'expected people of the roster')
    .describe('who gets a share, in the order of the shares: people of the roster'),
  otherwise: z
    .enum(['passphrase', 'screen', 'card'])
    .default('screen')
    .describe('how whoever has no age recipient in the roster gets theirs; left out: screen'),
  printer: z
    .string()
    .min(1, 'expected the name of a printer')
    .optional()
    .describe('with card: the printer; left out: cards are files on a medium that is asked for'),
  key: idSchema
    .optional()
    .describe(
      'a key that is split, where its provider lets it leave; left out: a secret that is brought in a file',
    ),
})
export type SharesSplitStep = z.infer<typeof splitSchema>

/** What the step asks for, as `planSplit` takes it. @throws KeyriteError `PERSON_NOT_FOUND`. */
export function splitWishOf(roster: Roster, step: SharesSplitStep): SplitWish {
  const {otherwise, printer} = step
  const way =
    otherwise === 'card' ? {card: printer === undefined ? 'folder' : `printer ${printer}`} : otherwise
  return {
    name: step.set,
    key: step.key ?? null,
    threshold: step.threshold,
    holders: step.holders.map((typed) => ({person: findPerson(roster, typed), otherwise: way})),
    replaces: null,
  }
}

const ofKey = ['profile', 'algorithm', 'purpose', 'class', 'classification', 'owner'] as const

export const combineSchema = z
  .strictObject({
    ...base,
    kind: z.literal('shares.combine'),
    set: idSchema.describe('the set, as keyrite share list calls it'),
    ticket: z.string().min(1, 'expected a ticket').describe('the ticket that the recovery belongs to'),
    key: idSchema
      .optional()
      .describe('the name of the key that it becomes; left out: the secret is given out, to a file'),
    profile: idSchema.optional().describe('with key: the profile where that key will live'),
    algorithm: oneOf(algorithms).optional().describe('with key: what it is made of'),
    scheme: oneOf(schemes)
      .optional()
      .describe('with key: how it is used; left out: the usual one for algorithm, purpose and class'),
    purpose: oneOf(purposes).optional().describe('with key: the one thing that it is for'),
    class: oneOf(classes).optional().describe('with key: what losing it would cost'),
    classification: oneOf(classifications).optional().describe('with key: how secret what it protects is'),
    owner: z.string().min(1, 'expected a name').optional().describe('with key: who answers for it'),
  })
  .superRefine((step, context) => {
    const wrong = ofKey.filter((field) => (step[field] === undefined) === (step.key !== undefined))
    for (const field of wrong)
      context.addIssue({
        code: 'custom',
        path: [field],
        message:
          step.key === undefined ? 'belongs to a key: name it as "key"' : 'is missing: the key needs it',
      })
  })
export type SharesCombineStep = z.infer<typeof combineSchema>

/** The key that it becomes, as `planCombine` takes it; null where it is given out. */
export function recoveredAs({
  key,
  profile,
  algorithm,
  purpose,
  owner,
  ...step
}: SharesCombineStep): KeyWish | null {
  if (key === undefined || profile === undefined || algorithm === undefined) return null
  if (purpose === undefined || step.class === undefined || owner === undefined) return null
  return {
    ...{name: key, profile, algorithm, scheme: step.scheme ?? null, purpose, class: step.class},
    classification: step.classification ?? 'confidential',
    ...{owner, consumers: [], parent: null, expires: null, activate: false},
  }
}
