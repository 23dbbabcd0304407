/** The policy document: who must approve what. Stored as JCS; its digest is what approvals are judged by. */
import {z} from 'zod'
import {KeyriteError} from '../base/errors.ts'
import type {JsonObject} from '../base/jcs.ts'
import {roles} from '../custody/roles.ts'
import {algorithms} from '../providers/algorithms.ts'
import {classes} from './classes.ts'
import {contactsSchema} from './contacts.ts'
import {destructionSchema} from './destruction.ts'
import {hsmRootsSchema} from './hsm-roots.ts'
import {notificationsSchema} from './notifications.ts'
import {modulesSchema, protectionSchema} from './protection.ts'
import {duration, hooksSchema, rotationSchema} from './schedule.ts'

export {classes, type KeyClassName} from './classes.ts'

/** Everything that a rule can speak of. Operations of parts that are not there yet have their rule already: a policy is adopted once and long. */
export const operations = [
  'key.create',
  'key.import',
  'key.adopt',
  'key.standby',
  'key.activate',
  'key.suspend',
  'key.resume',
  'key.deactivate',
  'key.set',
  'key.alias',
  'key.replicate',
  'key.grant',
  'key.ungrant',
  'key.rotate',
  'key.rollback',
  'key.schedule',
  'key.compromise',
  'key.destroy',
  'key.delete',
  'key.destroy-held',
  'key.cancel-destroy',
  'key.hold',
  'key.release-hold',
  'key.unrevoke',
  'certificate.sign',
  'custodian.change',
  'custodian.suspend',
  'policy.adopt',
  'ledger.writer',
  'ledger.restore',
  'ledger.erase',
  'profile.add',
  'profile.make',
  'profile.remove',
  'profile.setting',
  'backup.copy',
  'backup.delete',
  'backup.restore',
  'backup.take',
  'backup.put-back',
  'backup.start',
  'backup.load',
  'backup.domain',
  'backup.domain-load',
  'share.split',
  'share.combine',
  'incident.contain',
  'incident.replace',
  'incident.ratify',
] as const
export type OperationName = (typeof operations)[number]

/** Every kind of provider that a rule may name; a policy is older than some of them. */
export const kindNames = ['local', 'pkcs11', 'aws', 'cloudhsm', 'azure', 'gcp', 'transit'] as const

/** What editors show beside a field comes from the descriptions here. */
export const ruleSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected a name of a-z, 0-9 and -')
      .describe('the name of this rule: a-z, 0-9 and -'),
    operations: z.array(z.enum(operations)).min(1).describe('what it is about'),
    classes: z
      .array(z.enum(classes))
      .min(1)
      .nullable()
      .describe('the classes of key that it is about; null for all'),
    kinds: z
      .array(z.string().meta({examples: [...kindNames]}))
      .min(1)
      .nullable()
      .describe('the kinds of profile that it is about; null for all'),
    people: z
      .int()
      .min(0)
      .max(50)
      .describe('how many different people must approve; 0: nobody, which only profiles can have'),
    roles: z.array(z.enum(roles)).describe('roles that must be among them, each met by another person'),
    from: z.array(z.enum(roles)).describe('roles whose holders are asked, beside those of `roles`'),
  })
  .describe('the first rule whose operations, classes and kinds fit is the one that applies')

export const policySchema = z.strictObject({
  type: z.literal('keyrite.policy/1').describe('the kind of document'),
  name: z.string().min(1).max(63).describe('what the policy is called in every report'),
  rules: z.array(ruleSchema).min(1).describe('in order: the first that fits applies'),
  stated_keys: z
    .array(
      z
        .string()
        .regex(
          /^SHA256:[A-Za-z0-9+/]{43}$/,
          'expected a fingerprint such as SHA256:…, as ssh-keygen -l prints it',
        ),
    )
    .describe('fingerprints of keys that count in production although no hardware is known to hold them'),
  attestation_roots: z
    .array(z.base64().min(1))
    .exactOptional()
    .describe('certificates, base64 of DER, that an attestation of hardware may lead to'),
  hsm_roots: hsmRootsSchema,
  printers: z
    .array(z.string().min(1).max(127))
    .exactOptional()
    .describe('printers that may print shares; where it is left out, any but in production'),
  minimums: z
    .strictObject({
      algorithms: z
        .array(z.enum(algorithms as readonly [string, ...string[]]))
        .min(1)
        .describe('what a production key may be made of'),
      hardware: z
        .array(z.enum(classes))
        .min(1)
        .exactOptional()
        .describe('classes of key that in production may only lie in hardware'),
      protection: protectionSchema,
      witnesses: z.int().min(0).max(50).describe('witnesses at a ceremony that makes a key (C1)'),
    })
    .describe('what is asked at least'),
  modules: modulesSchema,
  times: z
    .strictObject({
      request: duration.describe('how long a request waits for people'),
      idle: duration.describe(
        'how long a question waits for an answer: then the ceremony, or the command, stops',
      ),
    })
    .describe('ISO 8601 durations'),
  rotation: rotationSchema,
  destruction: destructionSchema,
  hooks: hooksSchema,
  notifications: notificationsSchema,
  contacts: contactsSchema,
})

/** The form of a policy for editors: JSON Schema draft 7, from the same definitions. */
export function policyJsonSchema(): JsonObject {
  const {$schema, ...schema} = z.toJSONSchema(policySchema, {target: 'draft-7', io: 'input'}) as JsonObject
  return {
    $schema: $schema ?? '',
    title: 'keyrite policy',
    description: 'Who must approve what. docs/policy.md says how to write one.',
    ...schema,
    // A JSON file names its schema in itself; a YAML file does so in a comment.
    properties: {$schema: {type: 'string'}, ...(schema['properties'] as JsonObject)},
  }
}

export type Policy = z.infer<typeof policySchema>
export type Rule = z.infer<typeof ruleSchema>

/** @throws KeyriteError `POLICY_INVALID` naming the first field that is wrong. */
export function parsePolicy(value: unknown): Policy {
  const parsed = policySchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new KeyriteError(
    'POLICY_INVALID',
    `cannot use this policy: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not of its form'}`,
    {
      hints: ['keyrite policy lint FILE', 'keyrite policy show'],
    },
  )
}
