import {randomBytes} from 'node:crypto'
import {KeyriteError} from '../../src/base/errors.ts'
import {Secret} from '../../src/base/secret.ts'
import type {Random} from '../../src/base/world.ts'
import type {Algorithm, Purpose} from '../../src/providers/algorithms.ts'
import {purposesOf, schemesOf} from '../../src/providers/algorithms.ts'
import {probeLabel} from '../../src/providers/ports.ts'
import type {
  Description,
  IntentId,
  KeySpec,
  KeyStore,
  Provider,
  VersionRef,
} from '../../src/providers/ports.ts'

export const random: Random = {bytes: (count) => randomBytes(count)}
export const none = new Uint8Array(0)

export function intent(): IntentId {
  return randomBytes(16).toString('hex')
}

export function secretOf(bytes: Uint8Array | string): Secret {
  return new Secret(Buffer.from(bytes))
}

export function bytesOf(secret: Secret): Buffer {
  return secret.use((bytes) => Buffer.from(bytes))
}

/** A message that may be signed to prove possession. */
export function labelled(text: string): Buffer {
  return Buffer.from(probeLabel + text)
}

/** What a suite works with where any key will do: one that signs and one without halves, of those that the place has. */
export function usual(refuses: readonly string[]): {readonly signer: Algorithm; readonly secret: Algorithm} {
  const first = (...all: readonly Algorithm[]): Algorithm =>
    all.find((one) => !refuses.includes(one)) ?? 'aes-256'
  return {signer: first('ed25519', 'ec-p256', 'rsa-2048'), secret: first('aes-256', 'hmac-sha256')}
}

let count = 0
/** A spec of a new name, with the first scheme and purpose of the algorithm unless told. */
export function specOf(algorithm: Algorithm, over: Partial<KeySpec> = {}): KeySpec {
  const scheme = over.scheme ?? schemesOf[algorithm][0]
  const purpose: Purpose = over.purpose ?? purposesOf(scheme)[0] ?? 'sign'
  return {label: `k${++count}-${algorithm}`, algorithm, scheme, purpose, ...over}
}

/** What became of a call: `ok`, or the code it was refused with. Anything but a KeyriteError is a bug and fails the test. */
export async function outcome(call: Promise<unknown> | (() => Promise<unknown>)): Promise<string> {
  try {
    await (typeof call === 'function' ? call() : call)
    return 'ok'
  } catch (error) {
    if (error instanceof KeyriteError) return error.code
    throw error
  }
}

export async function all(store: KeyStore): Promise<Description[]> {
  const found: Description[] = []
  for await (const one of store.list()) found.push(one)
  return found
}

export async function described(store: KeyStore, ref: VersionRef): Promise<Description> {
  const found = await store.describe(ref)
  if (found === undefined) throw new Error('the version is gone')
  return found
}

/** A new key, made available as said. */
export async function enabled({store, life}: Provider, spec: KeySpec): Promise<VersionRef> {
  const ref = await store.create(spec, intent())
  await life.setAvailability(ref, 'enabled')
  return ref
}

/** The same bytes with one bit changed. */
export function flipped(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}
