/** What the stand-in holds beside the emulator behind it. All times are seconds of its own clock. */
import type {KeyObject} from 'node:crypto'
import type {Trailed} from './cloudtrail.ts'
import type {CloudHsm} from './cloudhsm/state.ts'
import {newCloudHsm} from './cloudhsm/state.ts'
import {Faults} from './faults.ts'
import type {CustomKeyStore} from './kms/stores.ts'

/** One piece of symmetric material, made by a rotation. */
export interface Material {
  readonly id: string
  readonly secret: Buffer
  readonly from: number
  readonly type: 'ON_DEMAND' | 'AUTOMATIC'
}

export interface LastUse {
  readonly operation: string
  readonly at: number
  readonly requestId: string
}

/** What is known of one key beyond the emulator, by its ARN. */
export interface KeyNote {
  readonly arn: string
  createdAt?: number
  mlDsa?: {readonly spec: string; readonly privateKey: KeyObject}
  store?: {readonly id: string; readonly origin: string; readonly xksKeyId?: string}
  /** Scheduled: when it will be gone; without `at` it waits for its replicas. */
  deletion?: {readonly days: number; readonly at?: number}
  gone?: true
  importValidTo?: number
  importTokenUntil?: number
  yearly?: {readonly days: number; next: number}
  lastUse?: LastUse
  /** States that were promised and come later: disabled, but not yet. */
  later?: {readonly at: number; readonly operation: string}
}

/** One multi-Region key: its primary Region, and where it is, by account and key id. */
export interface RegionSet {
  primary: string
  /** Where it was made: the emulator takes this for the primary. */
  readonly origin: string
  readonly regions: Set<string>
}

/** Who an access key is, where it is not the root of its account. */
export interface Principal {
  readonly arn: string
  /** What its identity policies allow: `kms:Sign`, `kms:*`. */
  readonly allow: readonly string[]
}

export class World {
  readonly #startedAt = Date.now() / 1000
  #offset = 0
  /** How long what AWS does in the background takes here. */
  lagSeconds = 0
  /** Every call of KMS, oldest first. */
  readonly trail: Trailed[] = []
  readonly keys = new Map<string, KeyNote>()
  /** By account and key id: the Regions of one multi-Region key share their material. */
  readonly materials = new Map<string, Material[]>()
  readonly sets = new Map<string, RegionSet>()
  readonly stores = new Map<string, CustomKeyStore>()
  readonly principals = new Map<string, Principal>()
  readonly faults = new Faults()
  readonly cloudHsm: CloudHsm = newCloudHsm()

  now(): number {
    return Date.now() / 1000 + this.#offset
  }

  moveClock(bySeconds: number): void {
    this.#offset += bySeconds
  }

  get trackingSince(): number {
    return this.#startedAt
  }

  note(arn: string): KeyNote {
    const known = this.keys.get(arn)
    if (known !== undefined) return known
    const note: KeyNote = {arn}
    this.keys.set(arn, note)
    return note
  }
}
