/** A plan: what will change, where, under which rule. Its digest is what people approve. docs/ledger-format.md, section 4. */
import {z} from 'zod'
import {sha256Hex} from '../base/bytes.ts'
import {jcsBytes, parseJcs, type JsonObject} from '../base/jcs.ts'
import {shared} from '../base/shared.ts'
import {operations, type OperationName} from '../policy/index.ts'
import {environments, type ProfileFacts} from '../profiles/index.ts'

/** One step of an approved plan. Dates are null where it may happen at any time. */
export interface Phase {
  readonly name: string
  readonly earliest: string | null
  readonly latest: string | null
  /** False for one that is done only where somebody asks for it; then the plan is over. */
  readonly needed?: false
}

/** Holds no time, nonce or checkpoint of its own: unrelated entries never change its digest. */
export interface Plan {
  readonly type: 'keyrite.plan/1'
  readonly operation: OperationName
  /** What will be, by operation. */
  readonly change: JsonObject
  readonly phases: readonly Phase[]
  readonly profile: ProfileFacts | null
  /** The preconditions that it rests on, in words; they are looked at again before the act. */
  readonly rests: readonly string[]
  /** The id of the policy rule that says who must approve. */
  readonly rule: string
}

const schema = z.strictObject({
  type: z.literal('keyrite.plan/1'),
  operation: z.enum(operations),
  change: z.record(z.string(), z.json()),
  phases: z
    .array(
      z.strictObject({
        name: z.string(),
        earliest: z.string().nullable(),
        latest: z.string().nullable(),
        needed: z.literal(false).exactOptional(),
      }),
    )
    .min(1),
  profile: z
    .strictObject({
      name: z.string(),
      kind: z.string(),
      environment: z.enum(environments),
      identity: z.record(z.string(), z.string()),
    })
    .nullable(),
  rests: z.array(z.string()),
  rule: z.string(),
})

export function planBytes(plan: Plan): Uint8Array {
  return jcsBytes(plan as unknown as JsonObject)
}

/** SHA-256 of the plan's canonical JSON, hex. */
export function planDigest(plan: Plan): string {
  return sha256Hex(planBytes(plan))
}

/** @throws TypeError if the bytes are not a plan. */
export function parsePlan(bytes: Uint8Array): Plan {
  if (lastRead?.bytes === bytes) return lastRead.plan
  const plan = readPlan(bytes)
  lastRead = {bytes, plan}
  return plan
}

/** What was read last: a request's plan is asked for several times in a row. */
let lastRead: {readonly bytes: Uint8Array; readonly plan: Plan} | undefined

function readPlan(bytes: Uint8Array): Plan {
  const parsed = schema.safeParse(parseJcs(bytes))
  if (!parsed.success)
    throw new TypeError(`plan: ${parsed.error.issues[0]?.path.join('.') ?? ''} is not of its form`)
  const {phases, profile, rests} = parsed.data
  return {
    ...parsed.data,
    phases: shared(phases),
    profile: shared(profile),
    rests: rests.map((one) => shared(one)),
  }
}

/** A phase that may happen at any time. */
export function phase(name: string): Phase {
  return {name, earliest: null, latest: null}
}
