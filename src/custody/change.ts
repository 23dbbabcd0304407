/** Changes of the roster: what a plan for one says, and what the entry says that carries it out. docs/ledger-format.md. */
import {z} from 'zod'
import type {JsonObject} from '../base/jcs.ts'
import {isTime} from '../ledger/entry.ts'
import {isRecipient} from './recipient.ts'
import {roles} from './roles.ts'

export const personId = z.string().regex(/^p-[0-9a-f]{16}$/)
export function isPersonId(value: unknown): value is string {
  return personId.safeParse(value).success
}
const hidden = z.strictObject({$: z.string()})
const digest = z.string().regex(/^[0-9a-f]{64}$/)
const blobRef = z.strictObject({blob: digest, size: z.int(), type: z.literal('application/json')})

export const keysSchema = z
  .array(z.strictObject({class: z.enum(['attested', 'asserted', 'stated']), key: z.string()}))
  .min(1)
const recipient = z.string().refine(isRecipient, 'expected an age recipient').nullable()
/** As `attestationBytes` writes it: the entry's blob is its JCS. */
const attestation = z.strictObject({
  attestation: z.string(),
  challenge: z.string(),
  type: z.literal('keyrite.attestation/1'),
})
const sortedRoles = z
  .array(z.enum(roles))
  .min(1)
  .refine((held) => held.join() === [...new Set(held)].sort().join(), 'expected sorted roles')

/** The acts of `custodian.change`, as plans name them, and the entry that each becomes. */
export const entryOf = {
  enroll: 'custodian.enrolled',
  confirm: 'custodian.confirmed',
  restore: 'custodian.restored',
  retire: 'custodian.retired',
  'replace-key': 'custodian.key.replaced',
  'set-recipient': 'custodian.recipient.set',
} as const

/** What a plan of `custodian.change` changes. */
export const changeSchema = z.discriminatedUnion('act', [
  z.strictObject({
    act: z.literal('enroll'),
    person: personId,
    keys: keysSchema.length(1),
    roles: sortedRoles,
    recipient,
    attestation: attestation.nullable(),
  }),
  z.strictObject({
    act: z.literal('replace-key'),
    person: personId,
    keys: keysSchema,
    attestation: attestation.nullable(),
  }),
  z.strictObject({act: z.literal('set-recipient'), person: personId, recipient}),
  z.strictObject({act: z.literal('confirm'), person: personId}),
  z.strictObject({act: z.literal('restore'), person: personId}),
  z.strictObject({act: z.literal('retire'), person: personId}),
])
export type Change = z.infer<typeof changeSchema>

/** @throws TypeError if it is not a change of the roster. */
export function parseChange(change: JsonObject): Change {
  const parsed = changeSchema.safeParse(change)
  if (!parsed.success)
    throw new TypeError(`change: ${parsed.error.issues[0]?.path.join('.') ?? ''} is not of its form`)
  return parsed.data
}

const about = z.strictObject({person: personId})

/** The data of each type of entry about people. */
export const entrySchemas = {
  'custodian.enrolled': z.strictObject({
    person: personId,
    name: hidden,
    address: hidden,
    keys: keysSchema.length(1),
    roles: sortedRoles,
    recipient,
    attestation: blobRef.nullable(),
  }),
  'custodian.key.replaced': z.strictObject({
    person: personId,
    keys: keysSchema,
    attestation: blobRef.nullable(),
  }),
  'custodian.recipient.set': z.strictObject({person: personId, recipient}),
  'custodian.suspended': z.strictObject({
    person: personId,
    by: z.enum(['holder', 'security-lead']),
    until: z.string().refine(isTime).nullable(),
    reason: hidden.nullable(),
  }),
  'custodian.confirmed': about,
  'custodian.restored': about,
  'custodian.retired': about,
} as const
export type RosterEntryType = keyof typeof entrySchemas

export function isRosterEntry(type: string): type is RosterEntryType {
  return Object.hasOwn(entrySchemas, type)
}
