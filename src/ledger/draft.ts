/**
 * Drafts: what is to be said, before the ledger gives it seq, time and prev. Private values and blobs stand in a draft
 * as themselves; `settle` puts commitment and reference in their place.
 */
import {sha256Hex} from '../base/bytes.ts'
import {jcsBytes, type Json, type JsonObject} from '../base/jcs.ts'
import type {Random} from '../base/world.ts'

/** A value that is committed to and never hashed in the clear. */
export class Private {
  readonly value: Json
  constructor(value: Json) {
    this.value = value
  }
}

/** Bytes too long for an entry, or worth a digest of their own. */
export class Blob {
  readonly bytes: Uint8Array
  readonly type: string
  constructor(bytes: Uint8Array, type: string) {
    this.bytes = bytes
    this.type = type
  }
}

/** A JCS document as a blob. */
export function jsonBlob(value: Json): Blob {
  return new Blob(jcsBytes(value), 'application/json')
}

/** Data as it is drafted: JSON with private values and blobs standing in it. */
export type DraftValue = Json | Private | Blob | readonly DraftValue[] | DraftObject
// An interface, because a type that names itself cannot be a Record.
export interface DraftObject {
  readonly [name: string]: DraftValue
}

export interface Draft {
  readonly type: string
  readonly data: DraftObject
  /** Members of the data that follow from the time that the entry will have. */
  readonly dated?: (time: Date) => DraftObject
  /** The person, if known; evidence `signed` only where their signature stands in this request or ceremony. */
  readonly actor: {readonly person: string | null; readonly evidence: 'signed' | 'stated'}
  readonly approved?: number | null
  readonly ceremony?: string | null
}

export interface Opening {
  /** 64 hex digits: docs/ledger-format.md, section 1, "private values". */
  readonly commitment: string
  readonly salt: Uint8Array
  readonly value: Uint8Array
}

export interface StoredBlob {
  readonly sha256: string
  readonly bytes: Uint8Array
}

export interface Settled {
  readonly data: JsonObject
  readonly openings: readonly Opening[]
  readonly blobs: readonly StoredBlob[]
}

/** What stands before salt and value where they are hashed. */
export const commitmentField = Buffer.from('keyrite/v1/field\n')

/** The commitment to a private value, hex. `value` is its JCS. */
export function commitment(salt: Uint8Array, value: Uint8Array): string {
  return sha256Hex(Buffer.concat([commitmentField, salt, value]))
}

/** Puts commitments and references in place of private values and blobs. */
export function settle(data: DraftObject, random: Random): Settled {
  const openings: Opening[] = []
  const blobs: StoredBlob[] = []
  const walk = (value: DraftValue): Json => {
    if (value instanceof Private) {
      const salt = random.bytes(32)
      const bytes = jcsBytes(value.value)
      const opening = {commitment: commitment(salt, bytes), salt, value: bytes}
      openings.push(opening)
      return {$: opening.commitment}
    }
    if (value instanceof Blob) {
      const sha256 = sha256Hex(value.bytes)
      blobs.push({sha256, bytes: value.bytes})
      return {blob: sha256, size: value.bytes.length, type: value.type}
    }
    if (Array.isArray(value)) return value.map((item: DraftValue) => walk(item))
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, walk(item)]))
    }
    return value
  }
  return {data: walk(data) as JsonObject, openings, blobs}
}
