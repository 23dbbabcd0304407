/** The forms of a ceremony's entries. docs/ledger-format.md, section 6. */
import {z} from 'zod'
import {isTime} from '../ledger/index.ts'

const hidden = z.strictObject({$: z.string()})
const personId = z.string().regex(/^p-[0-9a-f]{16}$/)
const time = z.string().refine(isTime)
const hex32 = z.string().regex(/^[0-9a-f]{64}$/)

export const schemas = {
  'ceremony.opened': z.strictObject({
    template: z.strictObject({blob: hex32, size: z.int(), type: z.literal('application/yaml')}),
    title: z.string(),
    parameters: z.record(z.string(), z.json()),
    participants: z.array(z.strictObject({role: z.string(), people: z.array(personId).min(1)})).min(1),
    profile: z
      .strictObject({name: z.string(), environment: z.string(), identity: z.record(z.string(), z.string())})
      .nullable(),
    location: hidden,
    machine: z.record(z.string(), z.json()),
  }),
  'step.done': z.strictObject({
    step: z.string(),
    kind: z.string(),
    started: time,
    minutes: z.int().min(0),
    by: z.array(personId),
    result: z.record(z.string(), z.json()),
  }),
  'ceremony.stopped': z.strictObject({step: z.string(), reason: hidden}),
  'ceremony.paused': z.strictObject({step: z.string(), remain: z.array(personId)}),
  'ceremony.resumed': z.strictObject({step: z.string(), present: z.array(personId)}),
  'ceremony.aborted': z.strictObject({reason: hidden, left: z.array(z.string())}),
  'participant.present': z.strictObject({statement: z.json(), signature: z.string()}),
  'deviation.recorded': z.strictObject({
    step: z.string(),
    what: hidden,
    why: hidden,
    decided_by: personId,
    agreed_by: z.array(personId),
  }),
  'signoff.opened': z.strictObject({
    round: z.int().min(1),
    template_sha256: hex32,
    first: z.int(),
    count: z.int(),
    root: z.string(),
    keys: z.array(z.strictObject({key: z.string(), version: z.int()})),
    sets: z.array(z.string().regex(/^[0-9a-f]{32}$/)),
    deviations: z.array(z.int()),
  }),
  'transcript.signed': z.strictObject({statement: z.json(), signature: z.string()}),
  'bundle.made': z.strictObject({
    sha256: hex32,
    level: z.enum(['full', 'restricted', 'public']),
    checkpoint: z.strictObject({root: z.string(), size: z.int()}),
  }),
} as const

export type OwnType = keyof typeof schemas

/** Entries of other folders that may belong to a ceremony: they count in its transcript. */
export const carried = [
  'quorum.opened',
  'proposal.signed',
  'approval.given',
  'quorum.met',
  'quorum.withdrawn',
  'key.create.intended',
  'key.created',
  'key.create.failed',
  'key.try.intended',
  'key.tried',
  'key.try.failed',
  'key.state.intended',
  'key.state.changed',
  'key.state.failed',
  'rotation.opened',
  'rotation.hooked',
  'key.rotate.intended',
  'key.rotated',
  'key.rotate.failed',
  'key.schedule.intended',
  'key.schedule.set',
  'key.schedule.failed',
  'key.standby.intended',
  'key.standby.made',
  'key.standby.failed',
  'key.primary.intended',
  'key.primary.changed',
  'key.primary.failed',
  'certificate.make.intended',
  'certificate.made',
  'certificate.make.failed',
  'attempt.refused',
  'key.import.intended',
  'key.imported',
  'key.import.failed',
  'shares.split',
  'shares.given',
  'shares.receipt',
  'shares.void',
  'shares.drill.opened',
  'shares.combine.intended',
  'shares.combined',
  'shares.combine.failed',
  'duty.opened',
] as const
