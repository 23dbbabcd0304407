/** What the stand-in remembers: keys with their versions, deleted keys; a clock that the test moves; the faults that it was told. */
import type {KeyObject, X509Certificate} from 'node:crypto'
import type {Quirk} from './quirks.ts'

export interface Version {
  readonly id: string
  readonly kty: string
  readonly crv: string | undefined
  readonly material: KeyObject | Buffer
  ops: readonly string[]
  enabled: boolean
  nbf: number | undefined
  exp: number | undefined
  tags: Readonly<Record<string, string>> | undefined
  exportable?: boolean
  releasePolicy?: Readonly<Record<string, unknown>>
  readonly created: number
  updated: number
  /** After a disable that lags: how many more uses are let through. */
  lag: number
}

export interface Policy {
  readonly actions: readonly {
    readonly type: 'Rotate' | 'Notify'
    readonly after?: string
    readonly before?: string
  }[]
  readonly expiryTime?: string
  readonly created: number
  readonly updated: number
}

export interface Key {
  readonly name: string
  readonly versions: Version[]
  policy?: Policy
}

export interface Job {
  readonly id: string
  status: 'InProgress' | 'Succeeded'
  readonly startedAt: number
  endedAt: number | null
  /** Done when its time has come and somebody looks. */
  readonly work: () => Partial<Job>
  container?: string
  failure?: object
}

export interface Deleted {
  readonly key: Key
  readonly deletedAt: number
  readonly purgeAt: number
}

export type Fault = 'throttle' | 'unavailable' | 'internal' | 'late' | 'cut' | 'lie' | 'unauthenticated'

export interface Place {
  /** Whether it is a Managed HSM: that has symmetric keys, and words of its own. */
  readonly isHsm: boolean
  readonly tenant: string
  readonly recoverableDays: number
  readonly purgeProtected: boolean
}

/** What a change may change, as far as reads of it can lag. */
type State = Pick<World, 'keys' | 'deleted' | 'assignments' | 'settings'>

export class World {
  readonly place: Place
  keys = new Map<string, Key>()
  deleted = new Map<string, Deleted>()
  /** Backups of single keys, and of the whole in a storage account, by folder. */
  readonly blobs = new Map<string, Key>()
  readonly stored = new Map<string, ReadonlyMap<string, Key>>()
  readonly jobs = new Map<string, Job>()
  readonly definitions = new Map<string, Readonly<Record<string, unknown>>>()
  assignments = new Map<string, Readonly<Record<string, unknown>>>()
  settings = new Map([['AllowKeyManagementOperationsThroughARM', 'false']])
  /** What its security domain holds here: as many bytes as nothing else. */
  domain: Buffer | undefined
  domainAt = 0
  /** When one was taken in, in seconds. */
  uploadedAt: number | undefined
  transfer: {readonly certificate: X509Certificate; readonly privateKey: KeyObject} | undefined
  transferAsText = false
  /** How long it is at work with one. */
  domainSeconds = 0
  /** Actions (`keys/sign/action`) that the caller may not. */
  denied = new Set<string>()
  faults: {route: string; fault: Fault; times: number; milliseconds?: number}[] = []
  /** What it was asked, and who asked, since somebody looked. */
  readonly seen: {readonly operation: string; readonly userAgent: string; readonly isKnown: boolean}[] = []
  disableLag = 0
  /** Which reads, by route, tell after a change what was before it, and how often. */
  lag: {readonly routes: readonly string[]; readonly reads: number} = {routes: [], reads: 0}
  #before: {readonly state: State; left: number} | undefined
  /** Versions whose material came from outside. */
  readonly outside = new WeakSet<Version>()
  attestation: 'good' | 'none' | 'opaque' = 'good'
  /** What others do otherwise than Azure, by name. */
  quirks: ReadonlySet<Quirk> = new Set()
  /** How many keys, or versions. */
  keysOnPage = 25
  /** How many roles a page has, and where its link leads, if not here. */
  rolesOnPage = 1000
  pagesLead: string | undefined
  /** How long a backup or a restore of the whole takes. */
  jobSeconds = 10
  /** Whether a version that rotation made has the tags of the one before: no source says. */
  rotationKeepsTags = true
  #moved = 0

  constructor(place: Place) {
    this.place = place
  }

  /** Seconds, as the service counts. */
  now(): number {
    return Math.floor((Date.now() + this.#moved) / 1000)
  }

  forward(milliseconds: number): void {
    this.#moved += milliseconds
  }

  fault(route: string): {fault: Fault; milliseconds?: number} | undefined {
    const found = this.faults.find((one) => one.times > 0 && (one.route === '*' || one.route === route))
    if (found !== undefined) found.times--
    return found
  }

  /** Makes a change. What was before it is what reads that lag will tell. */
  changing<T>(act: () => T): T {
    const state = this.lag.reads === 0 ? undefined : this.#state()
    const said = act()
    if (state !== undefined) this.#before = {state, left: this.lag.reads}
    return said
  }

  /** R: whether it is deleted, and not yet told to be. */
  isBeingDeleted(name: string): boolean {
    const before = this.#before
    const {routes} = this.lag
    if (before === undefined || before.left === 0 || !routes.includes('getDeleted')) return false
    if (!this.deleted.has(name) || before.state.deleted.has(name)) return false
    before.left--
    return true
  }

  #state(): State {
    const {keys, deleted, assignments, settings} = this
    return {
      keys: new Map([...keys].map(([name, key]) => [name, this.#copy(key)])),
      deleted: new Map([...deleted].map(([name, one]) => [name, {...one, key: this.#copy(one.key)}])),
      ...{assignments: new Map(assignments), settings: new Map(settings)},
    }
  }

  /** A read, which may tell what was. */
  reading<T>(route: string, read: () => T): T {
    const before = this.#before
    if (before === undefined || before.left === 0 || !this.lag.routes.includes(route)) return read()
    before.left--
    const {keys, deleted, assignments, settings} = this
    try {
      Object.assign(this, before.state)
      return read()
    } finally {
      Object.assign(this, {keys, deleted, assignments, settings})
    }
  }

  #copy(key: Key): Key {
    const versions = key.versions.map((one) => {
      const copy = {...one}
      if (this.outside.has(one)) this.outside.add(copy)
      return copy
    })
    return {...key, versions}
  }

  /** Purges what was deleted long enough ago. */
  settle(): void {
    for (const [name, {purgeAt}] of this.deleted) if (this.now() >= purgeAt) this.deleted.delete(name)
  }
}
