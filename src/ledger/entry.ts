/**
 * Entries: the exact bytes that are hashed, chained and signed. Format: docs/ledger-format.md, section 1.
 */
import {hash} from 'node:crypto'
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

/** 0x00 and an entry: what is hashed to its leaf. */
const prefixed = Buffer.alloc(1 + maxEntryBytes)

/** RFC 6962 leaf hash, hex. */
export function leafHash(bytes: Uint8Array): string {
  if (bytes.length > maxEntryBytes) return hash('sha256', Buffer.concat([Buffer.of(0), bytes]), 'hex')
  prefixed.set(bytes, 1)
  return hash('sha256', prefixed.subarray(0, 1 + bytes.length), 'hex')
}

/** @throws TypeError if the entry would be longer than an entry may be. */
export function entryBytes(entry: Omit<Entry, 'leaf'>): Uint8Array {
  const bytes = jcsBytes(entry as unknown as JsonObject)
  if (bytes.length > maxEntryBytes)
    throw new TypeError(`an entry of ${bytes.length} bytes; at most ${maxEntryBytes} are allowed`)
  return bytes
}

/** What an entry's actor and data refer to, wherever it stands. */
export type Reference =
  {readonly $: string} | {readonly blob: string; readonly size: number; readonly type: string}

/**
 * Reads an entry strictly: canonical bytes, exactly the members of the format, each of its form.
 * @throws TypeError naming the member.
 */
export function parseEntry(bytes: Uint8Array): Entry {
  return readEntry(bytes).entry
}

/** The same, and every private value and blob reference in it. @throws TypeError naming the member. */
export function readEntry(bytes: Uint8Array): {
  readonly entry: Entry
  readonly references: readonly Reference[]
} {
  if (bytes.length > maxEntryBytes) throw new TypeError('longer than an entry may be')
  const value = parseJcs(bytes)
  if (!isObject(value)) throw new TypeError('not an object')
  const members = Object.keys(value)
  if (members.length !== format.length || !format.every((name, at) => members[at] === name)) {
    throw new TypeError(`members are ${members.join(', ')}`)
  }
  const {actor, approved, ceremony, data, ledger, prev, seq, time, tool, type, v} = value
  demand(v === 1, 'v')
  demand(isCount(seq), 'seq')
  demand(isHash(prev), 'prev')
  demand(typeof ledger === 'string' && /^[^/\s+]+\/ledger\/[0-9a-f]{32}$/.test(ledger), 'ledger')
  demand(typeof time === 'string' && isTime(time), 'time')
  demand(typeof type === 'string' && /^[a-z]+(\.[a-z]+)+$/.test(type), 'type')
  demand(approved === null || (isCount(approved) && approved < (seq as number)), 'approved')
  demand(ceremony === null || (typeof ceremony === 'string' && /^[0-9a-f]{32}$/.test(ceremony)), 'ceremony')
  demand(isObject(data), 'data')
  demand(isActor(actor), 'actor')
  demand(isTool(tool), 'tool')
  const references: Reference[] = [(actor as unknown as {host: {$: string}}).host]
  collectReferences(data ?? null, references)
  return {entry: Object.assign(value as unknown as Omit<Entry, 'leaf'>, {leaf: leafHash(bytes)}), references}
}

const format = [
  'actor',
  'approved',
  'ceremony',
  'data',
  'ledger',
  'prev',
  'seq',
  'time',
  'tool',
  'type',
  'v',
] as const

function demand(holds: boolean, member: string): void {
  if (!holds) throw new TypeError(`member "${member}" is not of its form`)
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && value >= 0
}

/** The day that was found to exist last: entries of one day follow each other. */
let knownDay = ''

/** `2026-11-22T03:09:18.123Z`, and a day that exists, of the years 0001 to 9999. */
export function isTime(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/.test(text)) return false
  const day = text.slice(0, 10)
  if (day === knownDay) return true
  const start = new Date(`${day}T00:00:00.000Z`)
  if (Number.isNaN(start.getTime()) || start.toISOString().slice(0, 10) !== day) return false
  knownDay = day
  return true
}

function isHash(value: Json | undefined): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function isActor(value: Json | undefined): boolean {
  if (!isObject(value) || !hasMembers(value, 'evidence', 'host', 'person')) return false
  const {evidence, host, person} = value
  return (
    (evidence === 'signed' || evidence === 'stated') &&
    isPrivate(host) &&
    (person === null || (typeof person === 'string' && /^p-[0-9a-f]{16}$/.test(person)))
  )
}

function isTool(value: Json | undefined): boolean {
  return (
    isObject(value) &&
    hasMembers(value, 'sha256', 'version') &&
    typeof value['version'] === 'string' &&
    isHash(value['sha256'])
  )
}

/** Whether an object has these members, in this order, and no other. */
function hasMembers(value: JsonObject, ...names: readonly string[]): boolean {
  let at = 0
  for (const name in value) if (name !== names[at++]) return false
  return at === names.length
}

/** Whether a value stands for a private one: `{"$": <64 hex>}` and nothing else. */
export function isPrivate(value: Json | undefined): value is {readonly $: string} {
  return isObject(value) && hasMembers(value, '$') && isHash(value['$'])
}

/** Whether a value refers to a blob. */
export function isBlobRef(
  value: Json | undefined,
): value is {readonly blob: string; readonly size: number; readonly type: string} {
  return (
    isObject(value) &&
    hasMembers(value, 'blob', 'size', 'type') &&
    isHash(value['blob']) &&
    isCount(value['size']) &&
    typeof value['type'] === 'string'
  )
}

/** What looks like a private value or a blob reference is one: nothing hides behind an ill-formed one. @throws TypeError */
function collectReferences(value: Json, found: Reference[]): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) collectReferences(item, found)
    return
  }
  const members = value as JsonObject
  if (Object.hasOwn(members, '$')) {
    if (!isPrivate(members)) throw new TypeError('a private value is not of its form')
    found.push(members)
  } else if (hasMembers(members, 'blob', 'size', 'type')) {
    if (!isBlobRef(members)) throw new TypeError('a blob reference is not of its form')
    found.push(members)
  } else for (const name in members) collectReferences(members[name] ?? null, found)
}

/** Every private value and blob reference in a value, wherever it stands. */
export function* referencesIn(value: Json | undefined): Generator<Reference> {
  if (isPrivate(value) || isBlobRef(value)) yield value
  else if (Array.isArray(value)) for (const item of value as readonly Json[]) yield* referencesIn(item)
  else if (isObject(value)) for (const item of Object.values(value)) yield* referencesIn(item)
}
