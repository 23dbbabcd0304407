/** The forms of the entries on incidents. docs/ledger-format.md, section 6. */
import {z} from 'zod'
import {lately} from '../base/lately.ts'
import {keyName} from '../keys/index.ts'
import {acts, orders, reasons, verdicts} from './state.ts'

const hidden = z.strictObject({$: z.string()})
const time = z.iso.datetime({precision: 3})
const seq = z.int().min(0)
const hex32 = z.string().regex(/^[0-9a-f]{32}$/)
const digest = z.string().regex(/^[0-9a-f]{64}$/)
const blob = z.strictObject({
  blob: digest,
  size: z.int().min(1),
  type: z.enum(['application/json', 'application/octet-stream']),
})
const about = {incident: seq, key: keyName}
const version = z.int().min(1)
const act = {...about, profile: z.string(), act: z.enum(acts), version}
const generation = z.int().min(0).nullable()
const proving = {...about, profile: z.string()}

export const schemas = {
  'incident.opened': lately(
    z.strictObject({
      key: keyName,
      profile: z.string(),
      reason: z.enum(reasons),
      ticket: hidden.nullable(),
      order: z.enum(orders),
      intent: hex32,
      drill: z.literal(true).exactOptional(),
    }),
  ),
  'incident.looked': lately(z.strictObject({...about, facts: blob, last_success: time.nullable()})),
  'incident.act.intended': lately(z.strictObject({...act, intent: hex32, saved: blob.exactOptional()})),
  'incident.acted': lately(
    z.strictObject({
      ...act,
      intended: seq,
      enforced: z.enum(['probe', 'enabled', 'historic', 'disabled']),
      taken: z.int().min(0).exactOptional(),
      left: z.int().min(0).exactOptional(),
      generation,
    }),
  ),
  'incident.act.failed': lately(z.strictObject({...act, intended: seq, code: z.string()})),
  'incident.proof.intended': lately(
    z.strictObject({...proving, versions: z.array(version).min(1), intent: hex32}),
  ),
  'incident.proved': lately(
    z.strictObject({
      ...proving,
      intended: seq,
      proof: z.enum(verdicts),
      last_success: time.nullable(),
      first_refusal: time.nullable(),
      refusals: z.int().min(0),
      versions: z
        .array(
          z.strictObject({version, proof: z.enum(verdicts), refusals: z.int().min(0), detail: z.string()}),
        )
        .min(1),
    }),
  ),
  'incident.proof.failed': lately(z.strictObject({...proving, intended: seq, code: z.string()})),
  'incident.hooked': lately(
    z.strictObject({
      ...about,
      hook: z.string(),
      phase: z.string(),
      sha256: digest,
      input_sha256: digest,
      ok: z.boolean(),
      exit: z.int().nullable(),
      output: hidden.nullable(),
    }),
  ),
  'incident.noted': lately(z.strictObject({...about, note: hidden})),
  'incident.ratified': lately(z.strictObject({...about, acts: z.array(seq).min(1)})),
  'incident.closed': lately(
    z.strictObject({
      ...about,
      outcome: z.enum(['over', 'confirmed-compromise']),
      waived: z.array(z.strictObject({duty: seq, reason: hidden})),
    }),
  ),
  'incident.absorbed': lately(
    z.strictObject({
      ...about,
      profile: z.string(),
      journal: hex32,
      lines: blob,
      started: time,
      reason: z.enum(reasons),
      by: z.array(z.string().regex(/^p-[0-9a-f]{16}$/)).min(1),
      stated: z.int().min(0),
      second: z.boolean(),
    }),
  ),
} as const
export type IncidentType = keyof typeof schemas
