/** The one statement that people sign, for every use. docs/ledger-format.md, section 3. */
import {z} from 'zod'
import {isObject, jcsBytes, type Json, type JsonObject} from '../base/jcs.ts'
import {isTime} from '../ledger/entry.ts'
import type {LedgerFacts} from '../ledger/index.ts'
import {parseSshsig} from './ssh/sshsig.ts'

const hex32 = z.string().regex(/^[0-9a-f]{64}$/)

export const statementSchema = z.strictObject({
  about: hex32,
  checkpoint: z.strictObject({root: z.string().regex(/^[A-Za-z0-9+/]{43}=$/), size: z.int().min(1)}),
  decision: z.enum(['approve', 'reject', 'attest']),
  issued: z.string().refine(isTime),
  key: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/),
  ledger: hex32,
  person: z.string().regex(/^p-[0-9a-f]{16}$/),
  plan_sha256: hex32.nullable(),
  roles: z.array(z.string()),
  type: z.literal('keyrite.statement/1'),
  use: z.enum([
    'founding',
    'possession',
    'proposal',
    'approval',
    'presence',
    'transcript',
    'receipt',
    'certificate',
    'rehearsal',
  ]),
})

export type Statement = z.infer<typeof statementSchema>

const members = 'about,checkpoint,decision,issued,key,ledger,person,plan_sha256,roles,type,use'
const [decisions, uses]: readonly (readonly unknown[])[] = [
  statementSchema.shape.decision.options,
  statementSchema.shape.use.options,
]

/** Whether a value, as it stands in canonical JSON, is of the schema: seen by hand, because there are many. False says nothing. */
export function isStatement(value: Json | undefined): value is Statement & JsonObject {
  if (!isObject(value) || Object.keys(value).join() !== members) return false
  const {
    about,
    checkpoint,
    decision,
    issued,
    key,
    ledger,
    person,
    plan_sha256: plan,
    roles,
    type,
    use,
  } = value
  return (
    matches(about, /^[0-9a-f]{64}$/) &&
    isObject(checkpoint) &&
    Object.keys(checkpoint).join() === 'root,size' &&
    matches(checkpoint['root'], /^[A-Za-z0-9+/]{43}=$/) &&
    Number.isSafeInteger(checkpoint['size']) &&
    Number(checkpoint['size']) >= 1 &&
    decisions?.includes(decision) === true &&
    typeof issued === 'string' &&
    isTime(issued) &&
    matches(key, /^SHA256:[A-Za-z0-9+/]{43}$/) &&
    matches(ledger, /^[0-9a-f]{64}$/) &&
    matches(person, /^p-[0-9a-f]{16}$/) &&
    (plan === null || matches(plan, /^[0-9a-f]{64}$/)) &&
    Array.isArray(roles) &&
    (roles as readonly Json[]).every((role) => typeof role === 'string') &&
    type === 'keyrite.statement/1' &&
    uses?.includes(use) === true
  )
}

function matches(value: Json | undefined, form: RegExp): boolean {
  return typeof value === 'string' && form.test(value)
}
export type Use = Statement['use']

/** The bytes that are signed. */
export function statementBytes(statement: Statement): Uint8Array {
  return jcsBytes(statement)
}

/** The SSHSIG namespace of a use in a ledger: in that of a rehearsal one for all uses, so that nothing signed there counts elsewhere. */
export function namespaceOf(
  use: Use | 'journal' | 'bundle',
  {organisation, rehearsal}: Pick<LedgerFacts, 'organisation' | 'rehearsal'>,
): string {
  return `keyrite-${rehearsal ? 'rehearsal' : use}-v1@${organisation}`
}

/** Where a signature was made for a rehearsal and the ledger is none, or the other way round: that, in words. */
export function rehearsalFault(
  signature: Uint8Array,
  use: Use | 'journal' | 'bundle',
  facts: Pick<LedgerFacts, 'organisation' | 'rehearsal'>,
): string | undefined {
  if (namespaceIn(signature) !== namespaceOf(use, {...facts, rehearsal: !facts.rehearsal})) return undefined
  return facts.rehearsal
    ? 'it was signed for a real ledger, and this is a rehearsal'
    : 'it was signed in a rehearsal, and this is none'
}

function namespaceIn(signature: Uint8Array): string | undefined {
  try {
    return parseSshsig(signature).namespace
  } catch {
    return undefined // it is no signature, and is refused as such
  }
}
