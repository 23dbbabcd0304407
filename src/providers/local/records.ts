import {z} from 'zod'
import {hex} from '../../base/bytes.ts'
import {jcsBytes, parseJcs} from '../../base/jcs.ts'
import {parseTime} from '../../base/world.ts'
import type {Random} from '../../base/world.ts'
import {algorithms, purposes, schemes} from '../algorithms.ts'
import type {Description, VersionRef} from '../ports.ts'
import {seal, unseal} from './sealing.ts'
import type {Sealed} from './sealing.ts'

const id = z.string().regex(/^[0-9a-f]{32}$/)
const time = z.string().refine((text) => {
  try {
    parseTime(text)
    return true
  } catch {
    return false
  }
})

/** What is known of a version, all of it authenticated with the material. */
const about = z.strictObject({
  key: id,
  version: z.int().positive(),
  state: z.enum(['probe', 'enabled', 'historic', 'disabled', 'destruction-pending', 'destroyed']),
  label: z.string(),
  algorithm: z.enum(algorithms),
  scheme: z.enum(schemes),
  purpose: z.enum(purposes),
  intent: id,
  createdAt: time,
  destroyAt: time.nullable(),
})
export type About = Readonly<z.infer<typeof about>>
export type State = About['state']

/** A version as the header names it: what is known, and the tag of the one ciphertext that goes with it. */
const named = about.extend({tag: z.string().regex(/^[0-9a-f]{32}$/)})
export type Named = Readonly<z.infer<typeof named>>

const headerType = 'keyrite.token-header/1'
const header = z.strictObject({
  type: z.literal(headerType),
  token: id,
  generation: z.int().positive(),
  restored: z.strictObject({token: id, generation: z.int().positive(), at: time}).nullable(),
  objects: z.array(named),
})
/** The token's own table of contents, encrypted as one piece: no row counts that it does not name. */
export interface Header {
  readonly token: string
  readonly generation: number
  /** Which token's backup was taken in, where one was. */
  readonly restored: {readonly token: string; readonly generation: number; readonly at: string} | null
  /** Sorted by key and version. */
  readonly objects: readonly Named[]
}

export function sealHeader(tokenKey: Uint8Array, content: Header, random: Random): Sealed {
  const objects = content.objects.toSorted((a, b) =>
    a.key < b.key ? -1 : a.key > b.key ? 1 : a.version - b.version,
  )
  const plaintext = jcsBytes({type: headerType, ...content, objects})
  return seal(tokenKey, plaintext, {type: headerType, token: content.token}, random)
}

/** @throws Error if it does not open under this key for this token. */
export function unsealHeader(tokenKey: Uint8Array, token: string, sealed: Sealed): Header {
  const content = header.parse(parseJcs(unseal(tokenKey, sealed, {type: headerType, token})))
  if (content.token !== token) throw new Error('the header is of another token')
  return content
}

/** Encrypts key material bound to the token and to everything that is known of it, its state included. */
export function sealObject(
  tokenKey: Uint8Array,
  token: string,
  facts: About,
  material: Uint8Array,
  random: Random,
): Sealed {
  return seal(tokenKey, material, objectContext(token, facts), random)
}

/** @throws Error if it does not open. The caller wipes the material. */
export function unsealObject(tokenKey: Uint8Array, token: string, object: Named, sealed: Sealed): Buffer {
  return unseal(tokenKey, sealed, objectContext(token, object))
}

export function withTag(facts: About, sealed: Sealed): Named {
  return {...facts, tag: hex(sealed.tag)}
}

function objectContext(token: string, facts: About) {
  return {type: 'keyrite.token-object/1', token, ...about.strip().parse(facts)}
}

export function refOf(object: About): VersionRef {
  return {key: object.key, version: String(object.version)}
}

export function describe(object: About): Description {
  return {
    ref: refOf(object),
    spec: {
      label: object.label,
      algorithm: object.algorithm,
      scheme: object.scheme,
      purpose: object.purpose,
    },
    intent: object.intent,
    availability: object.state,
    createdAt: new Date(object.createdAt),
    destroyAt: object.destroyAt === null ? null : new Date(object.destroyAt),
  }
}
