/** `openings.json`: the private values that the words need, and the entries that these come from: the first, enrolments, and those that erased some. */
import {z} from 'zod'
import {base64, fromBase64, fromHex, hex} from '../../base/bytes.ts'
import {jcsBytes, parseJcs, type Json} from '../../base/jcs.ts'
import {erasedBy, erasedType, isPrivate, type Entry, type Ledger} from '../../ledger/index.ts'
import {commitment} from '../../ledger/draft.ts'
import {commitmentsIn} from './names.ts'

const schema = z.strictObject({
  entries: z.array(z.string()).min(1),
  openings: z.record(
    z.string().regex(/^[0-9a-f]{64}$/),
    z.strictObject({salt: z.string().regex(/^[0-9a-f]{64}$/), value: z.json()}),
  ),
})

/** What lies behind a commitment; undefined where it was erased. */
export type Open = (field: Json | undefined) => Json | undefined

/** Every person whom these bytes name. */
export function peopleIn(...parts: readonly (Uint8Array | undefined)[]): ReadonlySet<string> {
  const text = parts.map((bytes) => Buffer.from(bytes ?? []).toString('latin1')).join('\n')
  return new Set(text.match(/p-[0-9a-f]{16}/g) ?? [])
}

/** @param sources - the entries beside the first that these private values come from, or were erased by. */
export function openingsBytes(
  ledger: Ledger,
  fields: readonly Json[],
  sources: readonly Pick<Entry, 'seq'>[],
): Uint8Array {
  return jcsBytes({
    entries: [{seq: 0}, ...sources].map(({seq}) => base64(ledger.store.row(seq)?.bytes ?? new Uint8Array())),
    openings: Object.fromEntries(
      [...commitmentsIn(fields)].flatMap(($) => {
        const one = ledger.store.opening($)
        return one === undefined ? [] : [[$, {salt: hex(one.salt), value: parseJcs(one.value)}]]
      }),
    ),
  })
}

/** The first entry's bytes; who uses them holds their leaf hash against the statement. @throws TypeError. */
export function readFirst(bytes: Uint8Array): Uint8Array {
  return fromBase64(parsed(bytes).entries[0] ?? '')
}

/** The entries that enrolled people whose names are needed, or erased what is; who uses them holds them against the tree of the checkpoint. @throws TypeError. */
export function readSources(bytes: Uint8Array): readonly Uint8Array[] {
  return parsed(bytes).entries.slice(1).map(fromBase64)
}

/**
 * @param needed - the fields that must be opened, and no others.
 * @param sources - with the entries that erased some of them. Whether people approved that is judged by whoever verifies the ledger.
 * @throws TypeError unless each opening is that of its commitment, or was erased.
 */
export function readOpenings(
  bytes: Uint8Array,
  needed: readonly Json[],
  sources: readonly Entry[],
): {readonly open: Open; readonly erased: readonly Erasure[]} {
  const {openings} = parsed(bytes)
  const wanted = commitmentsIn(needed)
  const erased = sources
    .filter(({type}) => type === erasedType)
    .map((entry) => ({seq: entry.seq, gone: (erasedBy(entry) ?? []).filter(($) => wanted.has($))}))
  const useless = erased.find(({gone}) => gone.length === 0)
  if (useless !== undefined) throw new TypeError(`entry ${useless.seq} erased nothing that is asked for`)
  const gone = new Set(erased.flatMap((one) => one.gone))
  for (const $ of wanted)
    if (openings[$] === undefined && !gone.has($))
      throw new TypeError(`private value ${$.slice(0, 12)}… is missing`)
  for (const [$, {salt, value}] of Object.entries(openings)) {
    if (!wanted.has($)) throw new TypeError(`nothing asks for private value ${$.slice(0, 12)}…`)
    if (gone.has($)) throw new TypeError(`private value ${$.slice(0, 12)}… was erased, and is here`)
    if (commitment(fromHex(salt), jcsBytes(value)) !== $)
      throw new TypeError(`private value ${$.slice(0, 12)}… was changed`)
  }
  const open: Open = (field) => (isPrivate(field) ? openings[field.$]?.value : undefined)
  return {open, erased: erased.map(({seq, gone: {length}}) => ({seq, count: length}))}
}

/** How much of what the words would show an entry erased. */
export interface Erasure {
  readonly seq: number
  readonly count: number
}

function parsed(bytes: Uint8Array): z.infer<typeof schema> {
  const read = schema.safeParse(parseJcs(bytes))
  if (!read.success) throw new TypeError('it is not of its form')
  return read.data
}
