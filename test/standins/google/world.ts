/** What the stand-in remembers: key rings, keys, versions, import jobs; a clock that the test moves; the faults that it was told. */
import {generateKeyPairSync, type KeyObject} from 'node:crypto'
import type {Material, Purpose} from './algorithms.ts'
import type {Quirk} from './quirks.ts'

export type State =
  | 'PENDING_GENERATION'
  | 'ENABLED'
  | 'DISABLED'
  | 'DESTROYED'
  | 'DESTROY_SCHEDULED'
  | 'PENDING_IMPORT'
  | 'IMPORT_FAILED'
  | 'GENERATION_FAILED'

export interface Version {
  readonly number: number
  state: State
  readonly protectionLevel: string
  readonly algorithm: string
  readonly createdAt: number
  /** When it will be there, in milliseconds; then it was made. */
  readyAt: number
  destroyAt: number | null
  destroyedAt: number | null
  material: Material | null
  imported: {readonly job: string; failure: string} | null
  /** After a disable that lags: how many more uses are let through. */
  lag: number
}

export interface Key {
  readonly id: string
  readonly purpose: Purpose
  readonly createdAt: number
  labels: Readonly<Record<string, string>>
  template: {protectionLevel: string; algorithm: string}
  readonly importOnly: boolean
  readonly destroySeconds: number
  primary: number | null
  rotation: {seconds: number; nextAt: number} | null
  readonly versions: Version[]
  /** How many versions it ever had: a number is never given again. */
  counted: number
}

export interface Job {
  readonly id: string
  readonly method: string
  readonly protectionLevel: string
  readonly createdAt: number
  readyAt: number
  readonly pair: {readonly publicKey: KeyObject; readonly privateKey: KeyObject}
}

export interface Ring {
  readonly name: string
  readonly createdAt: number
  readonly keys: Map<string, Key>
  readonly jobs: Map<string, Job>
  /** Names of keys that were deleted: used up, and when. */
  readonly retired: Map<string, {readonly id: string; readonly at: number}>
}

export type Fault =
  | 'throttle'
  | 'unavailable'
  | 'internal'
  | 'late'
  | 'cut'
  | 'lie'
  | 'unauthenticated'
  | 'damaged'
  | 'unverified'
  | 'misnamed'
  | 'conflict'

interface Policy {
  readonly version: number
  readonly bindings: unknown[]
  readonly etag: Buffer
}

/** What a change may change, as far as reads of it can lag. */
type Changing = Pick<World, 'rings' | 'policies'>

export class World {
  rings = new Map<string, Ring>()
  policies = new Map<string, Policy>()
  /** Permissions that the caller lacks. */
  denied = new Set<string>()
  /** By method (`*`: any), in the order in which they come. `skip`: how many calls go well before. */
  faults: {method: string; fault: Fault; times: number; milliseconds?: number; skip?: number}[] = []
  /** What it was asked, and who asked, since somebody looked. */
  readonly seen: {readonly operation: string; readonly userAgent: string}[] = []
  /** How many uses a version stays usable for after it was disabled. */
  disableLag = 0
  /** Which reads, by method, tell after a change what was before it, and how often. D: Google says it of disabling, of the primary and of IAM, and of no other read. */
  #lag: {readonly methods: readonly string[]; readonly reads: number} = {methods: [], reads: 0}
  #before: {readonly state: Changing; left: number} | undefined
  /** What it does otherwise than Google, as emulators do. */
  quirks = new Set<Quirk>()
  /** Single-tenant HSMs and their proposals, as messages. */
  instances: readonly Readonly<Record<string, unknown>>[] = []
  proposals: readonly Readonly<Record<string, unknown>>[] = []
  /** How long a pair is being made for, in milliseconds. */
  generation = 0
  #moved = 0

  now(): number {
    return Date.now() + this.#moved
  }

  forward(milliseconds: number): void {
    this.#moved += milliseconds
  }

  /** The next fault for a method, which is then spent. */
  fault(method: string): {fault: Fault; milliseconds?: number} | undefined {
    const found = this.faults.find((one) => one.times > 0 && (one.method === '*' || one.method === method))
    if (found === undefined) return undefined
    const skip = found.skip ?? 0
    if (skip === 0) found.times--
    else found.skip = skip - 1
    return skip === 0 ? found : undefined
  }

  /** @param lag - for changes from now on: of those before all reads tell. */
  lagging(lag: {readonly methods: readonly string[]; readonly reads: number}): void {
    this.#lag = lag
    this.#before = undefined
  }

  /** Makes a change. What was before it is what reads that lag will tell. */
  changing<T>(act: () => T): T {
    const state = this.#lag.reads === 0 ? undefined : this.#state()
    const said = act()
    if (state !== undefined) this.#before = {state, left: this.#lag.reads}
    return said
  }

  /** A read, which may tell what was. */
  reading<T>(method: string, read: () => T): T {
    const before = this.#before
    if (before === undefined || before.left === 0 || !this.#lag.methods.includes(method)) return read()
    before.left--
    const {rings, policies} = this
    try {
      Object.assign(this, before.state)
      return read()
    } finally {
      Object.assign(this, {rings, policies})
    }
  }

  #state(): Changing {
    const copies = <T extends object>(all: ReadonlyMap<string, T>): Map<string, T> =>
      new Map([...all].map(([name, one]) => [name, {...one}]))
    const keysOf = ({keys}: Ring): Map<string, Key> =>
      new Map([...keys].map(([id, key]) => [id, {...key, versions: key.versions.map((one) => ({...one}))}]))
    const rings = [...this.rings].map(([name, ring]): [string, Ring] => [
      name,
      {...ring, keys: keysOf(ring), jobs: copies(ring.jobs), retired: copies(ring.retired)},
    ])
    return {rings: new Map(rings), policies: copies(this.policies)}
  }

  /** Import jobs take their pair from here: 3072 bits take a second to make. */
  readonly pairFor = lastOf((bits: number) => generateKeyPairSync('rsa', {modulusLength: bits}))
}

function lastOf<T>(make: (bits: number) => T): (bits: number) => T {
  const made = new Map<number, T>()
  return (bits) => {
    const pair = made.get(bits) ?? make(bits)
    made.set(bits, pair)
    return pair
  }
}
