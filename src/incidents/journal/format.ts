/**
 * A journal: what was contained where the ledger could not be written. Lines of canonical JSON, each with the digest of the
 * one before it; the first names the ledger and the last checkpoint that was known. docs/ledger-format.md, "Journals".
 */
import {z} from 'zod'
import {sha256Hex} from '../../base/bytes.ts'
import {jcsBytes, parseJcs} from '../../base/jcs.ts'
import {keyName} from '../../keys/index.ts'
import {reasons, verdicts} from '../state.ts'

export const journalLimitBytes = 1024 * 1024

const time = z.iso.datetime({precision: 3})
const digest = z.string().regex(/^[0-9a-f]{64}$/)
const person = z.string().regex(/^p-[0-9a-f]{16}$/)
const common = {seq: z.int().min(0), prev: digest, time}
const step = {act: z.enum(['suspend', 'disable']), version: z.int().min(1)}

const lineSchema = z.discriminatedUnion('type', [
  z.strictObject({
    ...common,
    type: z.literal('opened'),
    journal: z.string().regex(/^[0-9a-f]{32}$/),
    ledger: digest,
    checkpoint: z.strictObject({root: z.string(), size: z.int().min(1)}),
    roster: digest,
    policy: digest,
    key: keyName,
    profile: z.string(),
    /** None where all is contained already: then it is tried, and nothing else. */
    versions: z.array(z.strictObject(step)),
    reason: z.enum(reasons),
    by: z.array(person).min(1),
  }),
  z.strictObject({
    ...common,
    type: z.literal('signed'),
    /** The line that it signs: the first at the start, the last before the signatures at the end. */
    over: z.int().min(0),
    person,
    key: z.string(),
    signature: z.string(),
  }),
  z.strictObject({...common, type: z.literal('intended'), ...step}),
  z.strictObject({...common, type: z.literal('done'), ...step, enforced: z.string()}),
  z.strictObject({...common, type: z.literal('failed'), ...step, code: z.string()}),
  z.strictObject({
    ...common,
    type: z.literal('tried'),
    version: z.int().min(1),
    proof: z.enum(verdicts),
    refusals: z.int().min(0),
    last_success: time.nullable(),
    first_refusal: time.nullable(),
  }),
  z.strictObject({...common, type: z.literal('ended'), proof: z.enum(verdicts)}),
])
export type Line = z.infer<typeof lineSchema>
export type Opening = Extract<Line, {type: 'opened'}>
export type Signed = Extract<Line, {type: 'signed'}>

export function lineBytes(line: Line): Uint8Array {
  return jcsBytes(line)
}

/**
 * Reads a journal. A last line that a crash cut off is left out: it was not synced, and nothing was done after it.
 * @throws TypeError if it is not one, or a line was changed.
 */
export function parseJournal(bytes: Uint8Array): readonly Line[] {
  if (bytes.length > journalLimitBytes) throw new TypeError('it is too long for a journal')
  const whole = bytes.lastIndexOf(0x0a) + 1
  const lines: Line[] = []
  let prev: string | null = null
  for (let start = 0; start < whole;) {
    const end = bytes.indexOf(0x0a, start)
    const one = bytes.subarray(start, end)
    const line = lineOf(one, lines.length)
    if (line.seq !== lines.length) throw new TypeError(`line ${lines.length} says that it is ${line.seq}`)
    if ((line.type === 'opened') !== (line.seq === 0))
      throw new TypeError('its first line opens it, and no other')
    if (prev !== null && line.prev !== prev)
      throw new TypeError(`line ${line.seq} does not follow the one before`)
    lines.push(line)
    prev = sha256Hex(one)
    start = end + 1
  }
  if (lines.length === 0) throw new TypeError('it holds no line')
  return lines
}

function lineOf(bytes: Uint8Array, at: number): Line {
  const read = lineSchema.safeParse(parseJcs(bytes))
  if (read.success) return read.data
  throw new TypeError(`line ${at} is not of its form`)
}
