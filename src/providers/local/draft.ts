import type {Random} from '../../base/world.ts'
import {openRow} from './contents.ts'
import type {Reader} from './contents.ts'
import type {Connection} from './database.ts'
import {sealObject, withTag} from './records.ts'
import type {About, Header, Named} from './records.ts'
import {readObject, writeObject} from './rows.ts'

/** A change in the making, within one transaction: rows are written at once, the header by whoever made the draft. */
export class Draft {
  readonly #db: Connection
  readonly #reader: Reader
  readonly #random: Random
  #header: Header
  #generation: number
  #changed = false

  constructor(db: Connection, reader: Reader, random: Random, header: Header) {
    this.#db = db
    this.#reader = reader
    this.#random = random
    this.#header = header
    this.#generation = header.generation + 1
  }

  get objects(): readonly Named[] {
    return this.#header.objects
  }

  get changed(): boolean {
    return this.#changed
  }

  /** The generation that this change will have. */
  get generation(): number {
    return this.#generation
  }

  header(): Header {
    return this.#header
  }

  /** Puts a new object in, or one in the place of the version that it names. */
  put(facts: About, material: Uint8Array): Named {
    const {tokenKey, token} = this.#reader
    const sealed = sealObject(tokenKey, token, facts, material, this.#random)
    writeObject(this.#db, facts, sealed)
    const object = withTag(facts, sealed)
    const others = this.objects.filter((one) => one.key !== facts.key || one.version !== facts.version)
    this.#header = {...this.#header, objects: [...others, object]}
    this.#changed = true
    return object
  }

  /** Changes what is known of an object; the material is sealed anew, since it is bound to that. */
  revise(object: Named, facts: Partial<Pick<About, 'state' | 'destroyAt'>>): Named {
    const row = readObject(this.#db, object.key, object.version, this.#reader.path)
    const material = openRow(this.#reader, object, row)
    try {
      return this.put({...object, ...facts}, material)
    } finally {
      material.fill(0)
    }
  }

  /** Overwrites the material with nothing (`secure_delete`); what was known of it stays as a tombstone. */
  destroy(object: Named): Named {
    return this.put({...object, state: 'destroyed'}, new Uint8Array(0))
  }

  /** Notes whose backup was taken in, and goes past its generation too. */
  restoredFrom(origin: NonNullable<Header['restored']>): void {
    this.#header = {...this.#header, restored: origin}
    this.#generation = Math.max(this.#generation, origin.generation + 1)
    this.#changed = true
  }
}

/** Whether the waiting period of a scheduled destruction is over. Times are compared as text: one format, UTC. */
export function due(object: About, now: string): boolean {
  return object.state === 'destruction-pending' && object.destroyAt !== null && object.destroyAt <= now
}
