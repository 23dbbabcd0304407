/**
 * What every provider keeps, whatever it is made of. One suite runs over each of them.
 *
 * What a backend cannot do is not skipped: it is listed in `refuses`, and then must be refused with UNSUPPORTED.
 * Signatures, ciphertexts and MACs are checked with node:crypto, never with the backend alone.
 */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {Algorithm, Scheme} from '../../src/providers/algorithms.ts'
import type {GrantWish} from '../../src/providers/grants.ts'
import type {Availability, Provider} from '../../src/providers/ports.ts'
import {evidenceContract} from './contract/evidence.ts'
import {moreContract} from './contract/more.ts'
import {lifeContract} from './contract/life.ts'
import {moveContract} from './contract/move.ts'
import {statesContract} from './contract/states.ts'
import {storeContract} from './contract/store.ts'
import {useContract} from './contract/use.ts'
import {added, keep, keptOf, lacking, Watcher} from './seen.ts'

/** A place to try, fresh and empty at first. */
export interface Bench {
  open: Provider
  /** Closes it and opens the same place again, as after a crash; `open` is then the new one. */
  reopen(): Promise<void>
  /** Another, empty place that takes in a backup of this one. The suite closes it. */
  empty(): Promise<Provider>
  /** Moves the provider's time. */
  forward(days: number): void | Promise<void>
  /** The id of a key there that was made to be backed up by itself, where not all are; it is deleted by `lose`. */
  readonly leaving?: () => Promise<string>
  readonly lose?: (key: string) => Promise<void>
  close(): Promise<void>
}

/** What the suite works with: what is asked of the place is noted. */
export interface Watched extends Bench {
  /** Notes also what is refused before any place is asked. */
  tried(operation: string, act: () => unknown): Promise<unknown>
}

/** `opens-touched`: its symmetric ciphertexts are not authenticated. `no-rsa-encryption`: what it encrypts to an RSA key only itself can open. */
export type Quirk = 'opens-touched' | 'no-rsa-encryption'

const parts = {
  store: storeContract,
  use: useContract,
  states: statesContract,
  life: lifeContract,
  move: moveContract,
  evidence: evidenceContract,
  more: moreContract,
} as const
export type Part = keyof typeof parts

/** What one backend promises, known before it is opened. */
export interface Expected {
  readonly kind: string
  /** The software that it runs against, with its version; a stand-in is called so. What is seen of it is kept under this name for docs/providers.md; of what has none, nothing is. */
  readonly on?: string
  /** What it cannot do: each must be refused with UNSUPPORTED. */
  readonly refuses: readonly (
    | Algorithm
    | `${Algorithm} ${Scheme}`
    | `import ${Algorithm}`
    | 'oaep-sha256'
    | 'empty'
    | 'rotate'
    | `rotate ${Algorithm}`
    | 'import'
    | 'export'
    | 'backup'
  )[]
  /** What the service has, and the software that stands in for it here has not: it is listed, and refused when it is asked for. */
  readonly lacks?: readonly Algorithm[]
  /** Of which a further version has the same key id; of all others it is another key. Of everything, where nothing is said. */
  readonly rotatesWithin?: readonly Algorithm[]
  /** How long a MAC key from outside may be, in bytes: 48 where nothing is said. */
  readonly macKey?: number
  /** What this software does in another way than the service that it stands in for: seen, and held to be so. */
  readonly quirks?: readonly Quirk[]
  /** What its service has beside the five ports. */
  readonly has?: readonly (
    'random' | 'deletion' | 'rights' | 'grants' | 'service' | 'keyBackups' | 'schedule'
  )[]
  /** A grant that its service keeps, for a key that encrypts. */
  readonly grant?: Pick<GrantWish, 'grantee' | 'operations'>
  /** Those of the suite that run here: all, where nothing is said. */
  readonly parts?: readonly Part[]
  /** When the wait is over nothing of the version is left, not even its name. */
  readonly leavesNothing?: true
  /** Nothing moves the service's time: that a wait ends is not seen. */
  readonly noClock?: true
  readonly enforces: readonly Availability[]
  /** 0 at most: it destroys at once, and nothing of the version is left. */
  readonly destructionDays: {readonly least: number; readonly most: number}
  readonly level: 'hardware' | 'software' | 'unknown'
  /** Opens what `encrypt` gave, with node:crypto and the raw key; null where the format is the provider's secret. */
  readonly decipher: ((key: Buffer, ciphertext: Uint8Array, context: Uint8Array) => Buffer) | null
}

export function keepsTheProviderContract(promised: Expected, make: () => Promise<Bench>): void {
  const expected = {...promised, refuses: [...promised.refuses, ...(promised.lacks ?? [])]}
  describe(`provider contract: ${expected.kind}`, () => {
    const box: {bench?: Bench} = {}
    beforeAll(async () => {
      box.bench = await make()
    })
    afterAll(async () => {
      await box.bench?.close()
    })
    const watcher = new Watcher()
    const bench = (): Watched => {
      const {bench: made} = box
      if (made === undefined) throw new Error('the bench could not be made')
      return {
        get open() {
          return watcher.watch(made.open)
        },
        reopen: () => made.reopen(),
        empty: async () => watcher.watch(await made.empty()),
        forward: (days) => made.forward(days),
        ...(made.leaving === undefined ? {} : {leaving: made.leaving}),
        ...(made.lose === undefined ? {} : {lose: made.lose}),
        tried: (operation, act) => watcher.tried(operation, act),
        close: () => made.close(),
      }
    }
    const run = expected.parts ?? (Object.keys(parts) as Part[])
    for (const part of run) parts[part](expected, bench)
    seenContract(expected, watcher)
  })
}

/** Last of all: what was seen here is what docs/providers.md says, and nothing else; where only parts of the suite run, it says it too. */
function seenContract({kind, on, parts: some}: Expected, watcher: Watcher): void {
  if (on === undefined) return
  test(`what was seen of ${on} is what is kept: else SLOW=1 KEYRITE_SEEN=write npm test -- test/providers, and npm run docs`, () => {
    const seen = watcher.seen(kind, on)
    const how = process.env['KEYRITE_SEEN']
    const whole = some === undefined && how !== 'add'
    if (how === 'write' && whole) keep(seen)
    if (how === 'add') keep(added(keptOf({kind, on}), seen))
    const kept = keptOf({kind, on})
    expect(whole ? seen : lacking(kept, seen)).toEqual(whole ? kept : [])
  })
}
