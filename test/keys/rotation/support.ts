/** A ledger under a clock that tests move, with keys whose rotations run on it. */
import {createLocalJWKSet, jwtVerify} from 'jose'
import type {App} from '../../../src/app.ts'
import {advance, jwksOf, keysFold, type Advance, type Key} from '../../../src/keys/index.ts'
import {contextFor} from '../../../src/ui/gather.ts'
import type {Founder} from '../../support/ledger.ts'

const dayMs = 86_400_000

export class MovedClock {
  #now: Date
  constructor(start: string) {
    this.#now = new Date(start)
  }

  readonly now = (): Date => this.#now

  days(count: number): Date {
    this.#now = new Date(this.#now.getTime() + count * dayMs)
    return this.#now
  }

  to(time: string): void {
    this.#now = new Date(time)
  }
}

export function keyOf(app: App, name: string): Key {
  const key = app.ledger.of(keysFold).keys.get(name)
  if (key === undefined) throw new Error('the key is there')
  return key
}

/** `1 active, 2 active*`: each version, the primary one with a star. */
export function versionsOf(app: App, name: string): string {
  const {versions, primary} = keyOf(app, name)
  return versions.map(({version, state}) => `${version} ${state}${version === primary ? '*' : ''}`).join(', ')
}

export function run(app: App, name: string, by: Founder | null = null): Promise<Advance> {
  return advance(contextFor(app, by?.person ?? null), app.operations, name)
}

/** A token that the provider signs with the primary version of a key. @param days - until it expires. */
export async function sign(app: App, name: string, now: Date, days: number): Promise<string> {
  const {versions, primary, profile} = keyOf(app, name)
  const version = versions.find((one) => one.version === primary)
  if (version === undefined) throw new Error('there is a primary version')
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(now.getTime() / 1000) + days * 86_400
  const input = `${part({alg: 'ES256'})}.${part({sub: 'alice', exp})}`
  const {use} = await app.provider(profile)
  return `${input}.${Buffer.from(await use.sign(version.ref, Buffer.from(input))).toString('base64url')}`
}

/** @returns whether the set as it is now verifies the token. */
export async function verifies(app: App, name: string, token: string, now: Date): Promise<boolean> {
  const keys = jwksOf(app.ledger.view, [keyOf(app, name)])
  // As a verifier does whose tokens name no key: every key of the set is tried.
  for (const key of keys) {
    const good = await jwtVerify(token, createLocalJWKSet({keys: [key]}), {currentDate: now}).then(
      () => true,
      () => false,
    )
    if (good) return true
  }
  return false
}
