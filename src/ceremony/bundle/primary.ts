/** What a bundle is made of; everything else in it follows from this, or covers it. */
import {z} from 'zod'
import {fromHex, hex} from '../../base/bytes.ts'
import {isObject, jcs, jcsBytes, parseJcs, type Json} from '../../base/jcs.ts'
import {blobPath, entryPath, levels, proofPath, seqOfPath, type Level} from './layout.ts'

/** The opening of a private value, by its commitment. */
export interface Opening {
  readonly commitment: string
  readonly salt: Uint8Array
  readonly value: Uint8Array
}

/** `bundle.json`. */
export interface BundleFacts {
  readonly ceremony: string
  /** Seqs, ascending. */
  readonly entries: readonly number[]
  /** Leaf hash of entry 0, hex. */
  readonly fingerprint: string
  /** The ledger's name. */
  readonly ledger: string
  readonly level: Level
  /** The program that made the bundle. */
  readonly tool: {readonly sha256: string; readonly version: string}
}

export interface Primary {
  readonly facts: BundleFacts
  /** Exact bytes by seq, ascending. */
  readonly entries: ReadonlyMap<number, Uint8Array>
  readonly proofs: ReadonlyMap<number, string>
  /** The signed note. */
  readonly checkpoint: string
  readonly openings: ReadonlyMap<string, Opening>
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

export type Files = ReadonlyMap<string, Uint8Array>

const hex32 = z.string().regex(/^[0-9a-f]{64}$/)
const factsSchema = z.strictObject({
  ceremony: z.string().regex(/^[0-9a-f]{32}$/),
  entries: z.array(z.int().min(0)).min(1),
  fingerprint: hex32,
  ledger: z.string(),
  level: z.enum(levels as readonly [Level, ...Level[]]),
  tool: z.strictObject({sha256: hex32, version: z.string()}),
  type: z.literal('keyrite.bundle/1'),
})

/** @throws TypeError if the bytes are not a `bundle.json`. */
export function parseFacts(bytes: Uint8Array): BundleFacts {
  const parsed = factsSchema.safeParse(parseJcs(bytes))
  if (!parsed.success)
    throw new TypeError(`${parsed.error.issues[0]?.path.join('.') ?? ''} is not of its form`)
  const {ceremony, entries, fingerprint, ledger, level, tool} = parsed.data
  if (entries.some((seq, at) => at > 0 && seq <= (entries[at - 1] ?? -1)))
    throw new TypeError('entries are not ascending')
  return {ceremony, entries, fingerprint, ledger, level, tool}
}

/** @throws TypeError if the bytes are not an `openings.json`. */
export function parseOpenings(bytes: Uint8Array): ReadonlyMap<string, Opening> {
  const all = parseJcs(bytes)
  if (!isObject(all)) throw new TypeError('not an object')
  return new Map(
    Object.entries(all).map(([commitment, one]) => {
      const salt = isObject(one) && Object.keys(one).join() === 'salt,value' ? one['salt'] : undefined
      if (!isObject(one) || typeof salt !== 'string')
        throw new TypeError(`opening ${commitment.slice(0, 12)}… is not of its form`)
      return [commitment, {commitment, salt: fromHex(salt), value: jcsBytes(one['value'] ?? null)}]
    }),
  )
}

/** The files of these parts. */
export function primaryFiles({facts, entries, proofs, checkpoint, openings, blobs}: Primary): Files {
  const opened = [...openings.values()].map(({commitment, salt, value}): [string, Json] => [
    commitment,
    {salt: hex(salt), value: parseJcs(value)},
  ])
  return new Map([
    ['bundle.json', jcsBytes({...facts, type: 'keyrite.bundle/1'})],
    ['checkpoint', Buffer.from(checkpoint)],
    ['openings.json', Buffer.from(jcs(Object.fromEntries(opened)))],
    ...[...entries].map(([seq, bytes]) => [entryPath(seq), bytes] as const),
    ...[...proofs].map(([seq, text]) => [proofPath(seq), Buffer.from(text)] as const),
    ...[...blobs].map(([sha256, bytes]) => [blobPath(sha256), bytes] as const),
  ])
}

/** Takes entries, proofs and blobs out of a folder's files, as they are called. */
export function partsOf(files: Files): Pick<Primary, 'entries' | 'proofs' | 'blobs'> {
  const numbered = (folder: string): [number, Uint8Array][] =>
    [...files]
      .flatMap(([path, bytes]): [number, Uint8Array][] => {
        const seq = path.startsWith(folder) ? seqOfPath(path) : undefined
        return seq === undefined ? [] : [[seq, bytes]]
      })
      .sort(([a], [b]) => a - b)
  return {
    entries: new Map(numbered('entries/')),
    proofs: new Map(numbered('proofs/').map(([seq, bytes]) => [seq, Buffer.from(bytes).toString('utf8')])),
    blobs: new Map(
      [...files].flatMap(([path, bytes]) =>
        path.startsWith('blobs/') ? [[path.slice('blobs/'.length), bytes] as const] : [],
      ),
    ),
  }
}
