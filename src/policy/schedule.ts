/** The part of a policy that says when keys are rotated, and what programs are told of it. */
import {z} from 'zod'
import {parseDuration} from '../base/duration.ts'
import {classes, type KeyClassName} from './classes.ts'

export const duration = z
  .string()
  .refine((text) => {
    try {
      return parseDuration(text) > 0
    } catch {
      return false
    }
  }, 'expected an ISO 8601 duration such as PT72H')
  .meta({pattern: '^P(\\d+W)?(\\d+D)?(T(\\d+H)?(\\d+M)?(\\d+S)?)?$', examples: ['PT72H', 'P7D']})

/** `automatic`: the adopted policy is the approval; `approved`: people sign the plan of each rotation. */
const modes = ['automatic', 'approved'] as const

const scheduleSchema = z
  .strictObject({
    every: duration.describe('how long after a version became active the next one is due'),
    overdue: duration.describe('how long after that it is overdue, which ends lists with exit 10'),
    limit: duration.describe('how long a version may be active at most'),
    verification: duration.describe(
      'how long the old and the new version are both accepted before the new one is primary',
    ),
    grace: duration.describe('how long the old one is accepted after that'),
    notice: duration.describe('how long before it is due those who use the key are told'),
    mode: z
      .enum(modes)
      .describe('automatic: this policy is the approval; approved: people sign each rotation'),
  })
  .describe('ISO 8601 durations')
export type Schedule = z.infer<typeof scheduleSchema>

export const rotationSchema = z
  .partialRecord(z.enum(classes), scheduleSchema)
  .exactOptional()
  .describe(
    'when keys of a class are rotated; a class that is not named has the schedule of K4, and is approved by people',
  )

/** The phases of a rotation, in order; `rollback` only where it is taken back. */
export const rotationPhases = ['version', 'accept', 'primary', 'retire', 'rollback'] as const
export type RotationPhase = (typeof rotationPhases)[number]

/** The phases of an incident after which programs run, in order, once another key is in the place of the one that is revoked. */
export const incidentHookPhases = ['deploy', 'verify', 'reauthenticate'] as const
export type IncidentHookPhase = (typeof incidentHookPhases)[number]

const hookSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected a name of a-z, 0-9 and -')
    .describe('what it is called in the record'),
  phase: z
    .enum([...rotationPhases, ...incidentHookPhases])
    .describe(
      'after which phase of a rotation it runs; or what it does in an incident, once another key is in place: deploy, verify, reauthenticate',
    ),
  classes: z.array(z.enum(classes)).min(1).nullable().describe('for keys of these classes; null for all'),
  program: z
    .string()
    .regex(/^\/[^\0]{1,1023}$/, 'expected an absolute path')
    .describe('the program, by its absolute path; it takes one JSON document on its standard input'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits, as sha256sum prints them')
    .describe('SHA-256 of the program: any other is refused'),
  timeout: duration.describe('how long it may take'),
})
export type Hook = z.infer<typeof hookSchema>

export const hooksSchema = z
  .array(hookSchema)
  .max(50)
  .exactOptional()
  .describe(
    'programs of yours that run after a phase of a rotation, or in an incident; a failure stops before the next',
  )

/** Classes of which no policy makes a rotation automatic. */
export const neverAutomatic: readonly KeyClassName[] = ['root', 'kek', 'backup', 'escrow-master']

const yearly = {
  every: 'P365D',
  overdue: 'P7D',
  limit: 'P730D',
  verification: 'P7D',
  grace: 'P30D',
  notice: 'P30D',
  mode: 'approved',
} as const satisfies Schedule
const quarterly = {...yearly, every: 'P90D', overdue: 'P3D', limit: 'P180D'} as const satisfies Schedule
const automatic = {...quarterly, mode: 'automatic'} as const satisfies Schedule

/** K4: how often, how late at most, and for how long a version may be active. */
export const usualSchedules: Readonly<Record<KeyClassName, Schedule>> = {
  root: yearly,
  kek: yearly,
  dek: automatic,
  'jwt-signing': automatic,
  'artifact-signing': yearly,
  tls: {...quarterly, overdue: 'P14D', notice: 'P14D'},
  webhook: automatic,
  backup: yearly,
  'escrow-master': yearly,
  mac: quarterly,
}

/** The schedule of a class. Where the policy is silent nothing is automatic: it approves only what it says. */
export function scheduleOf(
  {rotation}: {readonly rotation?: Partial<Readonly<Record<KeyClassName, Schedule>>>},
  name: KeyClassName,
): Schedule {
  const said = rotation?.[name] ?? {...usualSchedules[name], mode: 'approved' as const}
  return neverAutomatic.includes(name) ? {...said, mode: 'approved'} : said
}

/** The programs that run after a phase, in the policy's order. */
export function hooksAfter(
  {hooks = []}: {readonly hooks?: readonly Hook[]},
  name: KeyClassName,
  phase: RotationPhase | IncidentHookPhase,
): readonly Hook[] {
  return hooks.filter((hook) => hook.phase === phase && (hook.classes?.includes(name) ?? true))
}

/** A schedule as a sentence. */
export function scheduleInWords({
  every,
  overdue,
  limit,
  verification,
  grace,
  notice,
  mode,
}: Schedule): string {
  return `every ${every}, overdue after ${overdue} more, at most ${limit} active; both versions accepted for ${verification}, the old one for ${grace} after that; its users told ${notice} before; ${mode === 'automatic' ? 'automatic: this policy approves it, and nobody is asked' : 'approved by people, once for all of its phases'}`
}
