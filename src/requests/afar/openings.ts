/** `openings.json`: the private values that the words need, and the entries that people's names come from: the first, and enrolments. */
import {z} from 'zod'
import {KeyriteError} from '../../base/errors.ts'
import {base64, fromBase64, fromHex, hex} from '../../base/bytes.ts'
import {jcsBytes, parseJcs, type Json} from '../../base/jcs.ts'
import {isPrivate, referencesIn, type Entry, type Ledger} from '../../ledger/index.ts'
import {commitment} from '../../ledger/draft.ts'

const schema = z.strictObject({
  entries: z.array(z.string()).min(1),
  openings: z.record(
    z.string().regex(/^[0-9a-f]{64}$/),
    z.strictObject({salt: z.string().regex(/^[0-9a-f]{64}$/), value: z.json()}),
  ),
})

/** What lies behind a commitment. */
export type Open = (field: Json | undefined) => Json | undefined

/** Every person whom these bytes name. */
export function peopleIn(...parts: readonly (Uint8Array | undefined)[]): ReadonlySet<string> {
  const text = parts.map((bytes) => Buffer.from(bytes ?? []).toString('latin1')).join('\n')
  return new Set(text.match(/p-[0-9a-f]{16}/g) ?? [])
}

/** @throws KeyriteError `NOT_FOUND` if one was erased. */
export function openingsBytes(
  ledger: Ledger,
  fields: readonly Json[],
  enrolled: readonly Pick<Entry, 'seq'>[],
): Uint8Array {
  const opened = [...referencesIn(fields)].flatMap((field) =>
    isPrivate(field as unknown as Json) ? [field as {readonly $: string}] : [],
  )
  return jcsBytes({
    entries: [{seq: 0}, ...enrolled].map(({seq}) => base64(ledger.store.row(seq)?.bytes ?? new Uint8Array())),
    openings: Object.fromEntries(
      opened.map(({$}) => {
        const one = ledger.store.opening($)
        if (one === undefined)
          throw new KeyriteError(
            'NOT_FOUND',
            `cannot export: private value ${$.slice(0, 12)}…, which the words need, was erased`,
            {hints: ['--sign-with PERSON=KEY, where the ledger is']},
          )
        return [$, {salt: hex(one.salt), value: parseJcs(one.value)}]
      }),
    ),
  })
}

/** The first entry's bytes; who uses them holds their leaf hash against the statement. @throws TypeError. */
export function readFirst(bytes: Uint8Array): Uint8Array {
  return fromBase64(parsed(bytes).entries[0] ?? '')
}

/** The entries that enrolled people whose names are needed; who uses them holds them against the tree of the checkpoint. @throws TypeError. */
export function readEnrolments(bytes: Uint8Array): readonly Uint8Array[] {
  return parsed(bytes).entries.slice(1).map(fromBase64)
}

/** @param needed - the fields that must be opened, and no others. @throws TypeError unless each opening is that of its commitment. */
export function readOpenings(bytes: Uint8Array, needed: readonly Json[]): Open {
  const {openings} = parsed(bytes)
  const wanted = new Set([...referencesIn(needed)].flatMap((one) => ('$' in one ? [one.$] : [])))
  for (const $ of wanted)
    if (openings[$] === undefined) throw new TypeError(`private value ${$.slice(0, 12)}… is missing`)
  for (const [$, {salt, value}] of Object.entries(openings)) {
    if (!wanted.has($)) throw new TypeError(`nothing asks for private value ${$.slice(0, 12)}…`)
    if (commitment(fromHex(salt), jcsBytes(value)) !== $)
      throw new TypeError(`private value ${$.slice(0, 12)}… was changed`)
  }
  return (field) => (isPrivate(field) ? openings[field.$]?.value : undefined)
}

function parsed(bytes: Uint8Array): z.infer<typeof schema> {
  const read = schema.safeParse(parseJcs(bytes))
  if (!read.success) throw new TypeError('it is not of its form')
  return read.data
}
