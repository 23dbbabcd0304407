/**
 * What every provider keeps, whatever it is made of. One suite runs over each of them.
 *
 * What a backend cannot do is not skipped: it is listed in `refuses`, and then must be refused with UNSUPPORTED.
 * Signatures, ciphertexts and MACs are checked with node:crypto, never with the backend alone.
 */
import {afterAll, beforeAll, describe} from '@jest/globals'
import type {Algorithm} from '../../src/providers/algorithms.ts'
import type {Availability, Provider} from '../../src/providers/ports.ts'
import {evidenceContract} from './contract/evidence.ts'
import {lifeContract} from './contract/life.ts'
import {moveContract} from './contract/move.ts'
import {statesContract} from './contract/states.ts'
import {storeContract} from './contract/store.ts'
import {useContract} from './contract/use.ts'

/** A place to try, fresh and empty at first. */
export interface Bench {
  open: Provider
  /** Closes it and opens the same place again, as after a crash; `open` is then the new one. */
  reopen(): Promise<void>
  /** Another, empty place that takes in a backup of this one. The suite closes it. */
  empty(): Promise<Provider>
  /** Moves the provider's time. */
  forward(days: number): void
  close(): Promise<void>
}

/** What one backend promises, known before it is opened. */
export interface Expected {
  readonly kind: string
  /** What it cannot do: each must be refused with UNSUPPORTED. */
  readonly refuses: readonly (
    Algorithm | `import ${Algorithm}` | 'oaep-sha256' | 'empty' | 'rotate' | 'import' | 'export' | 'backup'
  )[]
  readonly enforces: readonly Availability[]
  /** 0 at most: it destroys at once, and nothing of the version is left. */
  readonly destructionDays: {readonly least: number; readonly most: number}
  readonly level: 'hardware' | 'software' | 'unknown'
  /** Opens what `encrypt` gave, with node:crypto and the raw key; null where the format is the provider's secret. */
  readonly decipher: ((key: Buffer, ciphertext: Uint8Array, context: Uint8Array) => Buffer) | null
}

export function keepsTheProviderContract(expected: Expected, make: () => Promise<Bench>): void {
  describe(`provider contract: ${expected.kind}`, () => {
    const box: {bench?: Bench} = {}
    beforeAll(async () => {
      box.bench = await make()
    })
    afterAll(async () => {
      await box.bench?.close()
    })
    const bench = (): Bench => {
      if (box.bench === undefined) throw new Error('the bench could not be made')
      return box.bench
    }
    storeContract(expected, bench)
    useContract(expected, bench)
    statesContract(expected, bench)
    lifeContract(expected, bench)
    moveContract(expected, bench)
    evidenceContract(expected, bench)
  })
}
