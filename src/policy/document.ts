/** The policy document: who must approve what. Stored as JCS; its digest is what approvals are judged by. */
import {z} from 'zod'
import {KeyriteError} from '../base/errors.ts'
import {parseDuration} from '../base/duration.ts'
import {roles} from '../custody/roles.ts'
import {algorithms} from '../providers/algorithms.ts'

/** Classes of keys, by what losing one costs. */
export const classes = [
  'root',
  'kek',
  'dek',
  'jwt-signing',
  'artifact-signing',
  'tls',
  'webhook',
  'backup',
  'escrow-master',
  'mac',
] as const
export type KeyClassName = (typeof classes)[number]

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
  'key.rotate',
  'key.rollback',
  'key.compromise',
  'key.destroy',
  'key.unrevoke',
  'custodian.change',
  'custodian.suspend',
  'policy.adopt',
  'ledger.writer',
  'ledger.restore',
  'ledger.erase',
  'profile.add',
  'profile.remove',
  'share.split',
  'share.combine',
  'incident.contain',
  'incident.replace',
  'incident.ratify',
] as const
export type OperationName = (typeof operations)[number]

const duration = z.string().refine((text) => {
  try {
    return parseDuration(text) > 0
  } catch {
    return false
  }
}, 'expected an ISO 8601 duration such as PT72H')

/** Every kind of provider that a rule may name; a policy is older than some of them. */
export const kindNames = ['local', 'pkcs11', 'aws', 'azure', 'gcp', 'transit'] as const

export const ruleSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected a name of a-z, 0-9 and -'),
  operations: z.array(z.enum(operations)).min(1),
  classes: z.array(z.enum(classes)).min(1).nullable(),
  /** Provider kinds; null for every kind. */
  kinds: z.array(z.string()).min(1).nullable(),
  /** 0: needs nobody. */
  people: z.int().min(0).max(50),
  roles: z.array(z.enum(roles)),
  from: z.array(z.enum(roles)),
})

export const policySchema = z.strictObject({
  type: z.literal('keyrite.policy/1'),
  name: z.string().min(1).max(63),
  rules: z.array(ruleSchema).min(1),
  /** Fingerprints of stated keys that count in production all the same. */
  stated_keys: z.array(z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/)),
  /** Certificates (base64 of DER) that an attestation of hardware may lead to. */
  attestation_roots: z.array(z.base64().min(1)).exactOptional(),
  minimums: z.strictObject({
    /** What a production key may be made of. */
    algorithms: z.array(z.enum(algorithms as readonly [string, ...string[]])).min(1),
    /** Witnesses at a ceremony that makes a key (C1). */
    witnesses: z.int().min(0).max(50),
  }),
  times: z.strictObject({
    /** How long a request waits for people. */
    request: duration,
    /** How long a room may be idle before the ceremony stops. */
    idle: duration,
  }),
})

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
