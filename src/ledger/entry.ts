/**
 * Entries: the exact bytes that are hashed, chained and signed. Format: docs/ledger-format.md, section 1.
 */
import {sha256Hex} from '../base/bytes.ts'
import {isObject, jcsBytes, parseJcs, type Json, type JsonObject} from '../base/jcs.ts'

export const maxEntryBytes = 65_535
export const noPrev = '0'.repeat(64)

export interface Actor {
  /** `signed`: this person's signature stands in this request or ceremony. `stated`: someone said so. */
  readonly evidence: 'signed' | 'stated'
  readonly host: JsonObject
  readonly person: string | null
}

export interface Tool {
  readonly sha256: string
  readonly version: string
}

/** One entry as parsed from its bytes, which stay the truth. */
export interface Entry {
  readonly v: 1
  readonly ledger: string
  readonly seq: number
  readonly prev: string
  readonly time: string
  readonly type: string
  readonly actor: Actor
  readonly approved: number | null
  readonly ceremony: string | null
  readonly tool: Tool
  readonly data: JsonObject
  /** SHA-256(0x00 ‖ bytes), hex. */
  readonly leaf: string
}

const leafPrefix = Buffer.from([0])

/** RFC 6962 leaf hash, hex. */
export function leafHash(bytes: Uint8Array): string {
  return sha256Hex(leafPrefix, bytes)
}

/** @throws TypeError if the entry would be longer than an entry may be. */
export function entryBytes(entry: Omit<Entry, 'leaf'>): Uint8Array {
  const bytes = jcsBytes(entry as unknown as JsonObject)
  if (bytes.length > maxEntryBytes)
    throw new TypeError(`an entry of ${bytes.length} bytes; at most ${maxEntryBytes} are allowed`)
  return bytes
}

/**
 * Reads an entry strictly: canonical bytes, exactly the members of the format, each of its form.
 * @throws TypeError naming the member.
 */
export function parseEntry(bytes: Uint8Array): Entry {
  if (bytes.length > maxEntryBytes) throw new TypeError('longer than an entry may be')
  const value = parseJcs(bytes)
  if (!isObject(value)) throw new TypeError('not an object')
  const members = Object.keys(value)
  if (members.join() !== 'actor,approved,ceremony,data,ledger,prev,seq,time,tool,type,v') {
    throw new TypeError(`members are ${members.join(', ')}`)
  }
  const {actor, approved, ceremony, data, ledger, prev, seq, time, tool, type, v} = value
  demand(v === 1, 'v')
  demand(isCount(seq), 'seq')
  demand(typeof prev === 'string' && /^[0-9a-f]{64}$/.test(prev), 'prev')
  demand(typeof ledger === 'string' && /^[^/\s+]+\/ledger\/[0-9a-f]{32}$/.test(ledger), 'ledger')
  demand(typeof time === 'string' && isTime(time), 'time')
  demand(typeof type === 'string' && /^[a-z]+(\.[a-z]+)+$/.test(type), 'type')
  demand(approved === null || (isCount(approved) && approved < (seq as number)), 'approved')
  demand(ceremony === null || (typeof ceremony === 'string' && /^[0-9a-f]{32}$/.test(ceremony)), 'ceremony')
  demand(isObject(data), 'data')
  demand(isActor(actor), 'actor')
  demand(isTool(tool), 'tool')
  demandReferences(data)
  return {...(value as unknown as Omit<Entry, 'leaf'>), leaf: leafHash(bytes)}
}

function demand(holds: boolean, member: string): void {
  if (!holds) throw new TypeError(`member "${member}" is not of its form`)
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && value >= 0
}

/** `2026-11-22T03:09:18.123Z`, and a day that exists. */
export function isTime(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)) return false
  const time = new Date(text)
  return !Number.isNaN(time.getTime()) && time.toISOString() === text
}

function isActor(value: Json | undefined): boolean {
  if (!isObject(value) || Object.keys(value).join() !== 'evidence,host,person') return false
  const {evidence, host, person} = value
  return (
    (evidence === 'signed' || evidence === 'stated') &&
    isPrivate(host) &&
    (person === null || (typeof person === 'string' && /^p-[0-9a-f]{16}$/.test(person)))
  )
}

function isTool(value: Json | undefined): boolean {
  if (!isObject(value) || Object.keys(value).join() !== 'sha256,version') return false
  return (
    typeof value['version'] === 'string' &&
    typeof value['sha256'] === 'string' &&
    /^[0-9a-f]{64}$/.test(value['sha256'])
  )
}

/** Whether a value stands for a private one: `{"$": <64 hex>}` and nothing else. */
export function isPrivate(value: Json | undefined): value is {readonly $: string} {
  return (
    isObject(value) &&
    Object.keys(value).join() === '$' &&
    typeof value['$'] === 'string' &&
    /^[0-9a-f]{64}$/.test(value['$'])
  )
}

/** Whether a value refers to a blob. */
export function isBlobRef(
  value: Json | undefined,
): value is {readonly blob: string; readonly size: number; readonly type: string} {
  return (
    isObject(value) &&
    Object.keys(value).join() === 'blob,size,type' &&
    typeof value['blob'] === 'string' &&
    /^[0-9a-f]{64}$/.test(value['blob']) &&
    isCount(value['size']) &&
    typeof value['type'] === 'string'
  )
}

/** What looks like a private value or a blob reference is one: nothing hides behind an ill-formed one. @throws TypeError */
function demandReferences(value: Json | undefined): void {
  if (isObject(value)) {
    if ('$' in value && !isPrivate(value)) throw new TypeError('a private value is not of its form')
    if (Object.keys(value).join() === 'blob,size,type' && !isBlobRef(value))
      throw new TypeError('a blob reference is not of its form')
    for (const item of Object.values(value)) demandReferences(item)
  } else if (Array.isArray(value)) for (const item of value as readonly Json[]) demandReferences(item)
}

/** Every private value and blob reference in an entry's actor and data, wherever it stands. */
export function* referencesIn(
  value: Json | undefined,
): Generator<{readonly $: string} | {readonly blob: string; readonly size: number; readonly type: string}> {
  if (isPrivate(value) || isBlobRef(value)) yield value
  else if (Array.isArray(value)) for (const item of value as readonly Json[]) yield* referencesIn(item)
  else if (isObject(value)) for (const item of Object.values(value)) yield* referencesIn(item)
}
