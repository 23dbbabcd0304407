/** The one statement that people sign, for every use. docs/ledger-format.md, section 3. */
import {z} from 'zod'
import {jcsBytes} from '../base/jcs.ts'
import {isTime} from '../ledger/entry.ts'

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
export type Use = Statement['use']

/** The bytes that are signed. */
export function statementBytes(statement: Statement): Uint8Array {
  return jcsBytes(statement)
}

/** The SSHSIG namespace of a use within an organisation. */
export function namespaceOf(use: Use | 'journal' | 'bundle', organisation: string): string {
  return `keyrite-${use}-v1@${organisation}`
}
