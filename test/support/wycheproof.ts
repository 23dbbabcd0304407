/** Project Wycheproof's vectors, where they are: groups of cases, each with the result that it must have. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from '@jest/globals'

export type Result = 'valid' | 'invalid' | 'acceptable'

export interface Group<T> {
  readonly keySize?: number
  readonly ivSize?: number
  readonly tagSize?: number
  /** SubjectPublicKeyInfo, hex. */
  readonly publicKeyDer?: string
  readonly publicKey?: {readonly pk?: string; readonly uncompressed?: string}
  readonly tests: readonly (T & {
    readonly tcId: number
    readonly flags: readonly string[]
    readonly result: Result
  })[]
}

/** Every case beside its group. @param count - how many there are: a file that was cut short is not taken for a whole one. */
export function wycheproof<T>(
  name: string,
  count: number,
): readonly (readonly [test: Group<T>['tests'][number], group: Group<T>])[] {
  const path = join(import.meta.dirname, '../../../shared/vectors/wycheproof', `${name}_test.json`)
  const {testGroups} = JSON.parse(readFileSync(path, 'utf8')) as {testGroups: readonly Group<T>[]}
  const all = testGroups.flatMap((group) => group.tests.map((one) => [one, group] as const))
  expect(all).toHaveLength(count)
  return all
}

export const fromHex = (text: string): Buffer => Buffer.from(text, 'hex')

/** What it gives, or undefined where it throws. */
export function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

/**
 * r and s of an ECDSA signature in DER, without leading zeros; undefined where it is not the one encoding of two positive
 * numbers, so that it has no counterpart in the fixed-length forms.
 */
export function numbersOf(der: Buffer): readonly [r: Buffer, s: Buffer] | undefined {
  const found = /^30(81)?([0-9a-f]{2})((?:02(?:[0-9a-f]{2})+))$/.exec(der.toString('hex'))
  const length = Number.parseInt(found?.[2] ?? '', 16)
  const body = fromHex(found?.[3] ?? '')
  if (length !== body.length || (found?.[1] !== undefined) !== length > 127) return undefined
  const end = 2 + (body[1] ?? 0)
  const [r, s] = [body.subarray(0, end), body.subarray(end)].map(positive)
  return r === undefined || s === undefined ? undefined : [r, s]
}

function positive(integer: Buffer): Buffer | undefined {
  const [tag, length, first = 0x80, second = 0] = integer
  if (tag !== 2 || length !== integer.length - 2 || length > 127 || first > 127) return undefined
  if (first !== 0) return integer.subarray(2)
  return length > 1 && second > 127 ? integer.subarray(3) : undefined
}
