import {createDecipheriv} from 'node:crypto'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Clock} from '../../../src/base/world.ts'
import {createToken, openToken} from '../../../src/providers/local/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import type {Bench} from '../contract.ts'
import {tokenAt} from '../../support/token.ts'
import {random, secretOf} from '../support.ts'

export const pin = 'correct horse 42'

/** A clock that only a test moves. */
export class StoppedClock implements Clock {
  #now = Date.parse('2026-11-24T09:00:00.000Z')

  now(): Date {
    return new Date(this.#now)
  }

  forward(days: number): void {
    this.#now += days * 86_400_000
  }
}

/** A token in a folder of its own. */
export class LocalBench implements Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'keyrite-token-'))
  readonly path = join(this.folder, 'main.token')
  readonly clock = new StoppedClock()
  #open: Provider | undefined

  get open(): Provider {
    if (this.#open === undefined) throw new Error('nothing is open')
    return this.#open
  }

  /** @param name - another one for another token: those of one name are copies. */
  async create(name = 'main'): Promise<this> {
    await tokenAt(this.path, name, pin)
    this.#open = await this.another()
    return this
  }

  async reopen(leastGeneration: number | null = null): Promise<void> {
    await this.#open?.close()
    this.#open = await this.another(leastGeneration)
  }

  /** A second handle on the same file. */
  async another(leastGeneration: number | null = null, given = pin): Promise<Provider> {
    const {path, clock} = this
    return openToken({path, pin: secretOf(given), leastGeneration, random, clock})
  }

  async empty(): Promise<Provider> {
    const path = join(this.folder, `${random.bytes(4).toString('hex')}.token`)
    return createToken({path, name: 'spare', pin: secretOf(pin), random, clock: this.clock})
  }

  forward(days: number): void {
    this.clock.forward(days)
  }

  async close(): Promise<void> {
    await this.#open?.close()
    rmSync(this.folder, {recursive: true})
  }
}

/** What `encrypt` gives: nonce, ciphertext, tag. */
export function decipher(key: Buffer, ciphertext: Uint8Array, context: Uint8Array): Buffer {
  const gcm = createDecipheriv('aes-256-gcm', key, ciphertext.subarray(0, 12))
  gcm.setAAD(context)
  gcm.setAuthTag(ciphertext.subarray(-16))
  return Buffer.concat([gcm.update(ciphertext.subarray(12, -16)), gcm.final()])
}
