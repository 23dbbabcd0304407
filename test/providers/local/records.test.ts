import {describe, expect, test} from '@jest/globals'
import {lockDigest, makeLock, openLock} from '../../../src/providers/local/pin.ts'
import {
  sealHeader,
  sealObject,
  unsealHeader,
  unsealObject,
  withTag,
} from '../../../src/providers/local/records.ts'
import type {About, Header} from '../../../src/providers/local/records.ts'
import {outcome, random, secretOf} from '../support.ts'
import {pin} from './bench.ts'

const tokenKey = random.bytes(32)
const [token, elsewhere] = ['a'.repeat(32), 'b'.repeat(32)]
const facts: About = {
  ...{
    key: '1'.repeat(32),
    version: 1,
    state: 'disabled',
    label: 'payments',
    algorithm: 'aes-256',
    scheme: 'a256gcm',
  },
  ...{purpose: 'encrypt', intent: '2'.repeat(32), createdAt: '2026-11-24T09:00:00.000Z', destroyAt: null},
}
const other: Required<About> = {
  ...{
    key: '3'.repeat(32),
    version: 2,
    state: 'enabled',
    label: 'refunds',
    algorithm: 'hmac-sha256',
    scheme: 'hs256',
  },
  ...{purpose: 'wrap', intent: '4'.repeat(32), createdAt: '2026-11-25T09:00:00.000Z'},
  destroyAt: '2027-11-24T09:00:00.000Z',
}

describe('an object', () => {
  const material = random.bytes(32)
  const sealed = sealObject(tokenKey, token, facts, material, random)

  test('opens as what it was sealed as', () => {
    expect(unsealObject(tokenKey, token, withTag(facts, sealed), sealed)).toEqual(material)
  })

  test.each(Object.keys(facts) as (keyof About)[])('does not open under another %s', (name) => {
    const changed = {...withTag(facts, sealed), [name]: other[name]}
    expect(() => unsealObject(tokenKey, token, changed, sealed)).toThrow()
  })

  test('does not open in another token, nor under another key', () => {
    expect(() => unsealObject(tokenKey, elsewhere, withTag(facts, sealed), sealed)).toThrow()
    expect(() => unsealObject(random.bytes(32), token, withTag(facts, sealed), sealed)).toThrow()
  })

  test('does not open with a shorter tag, which AES-GCM by itself would take', () => {
    const short = {...sealed, tag: sealed.tag.subarray(0, 4)}
    expect(() => unsealObject(tokenKey, token, withTag(facts, sealed), short)).toThrow()
  })
})

describe('a header', () => {
  const header: Header = {token, generation: 7, restored: null, objects: [{...facts, tag: '5'.repeat(32)}]}

  test('opens as what it was sealed as, with its objects in order', () => {
    const two = {...header, objects: [{...other, tag: '6'.repeat(32)}, ...header.objects]}
    const opened = unsealHeader(tokenKey, token, sealHeader(tokenKey, two, random))
    expect(opened).toMatchObject({token, generation: 7, restored: null})
    expect(opened.objects).toEqual(two.objects.toReversed())
  })

  test.each<[string, Partial<Record<keyof Header, unknown>>]>([
    ['another token', {token: elsewhere}],
    ['generation 0', {generation: 0}],
    ['half a generation', {generation: '7'}],
    ['an unknown field', {extra: 1} as object],
    ['no list of objects', {objects: null}],
    ['an object of an unknown state', {objects: [{...facts, state: 'free', tag: '5'.repeat(32)}]}],
    ['an object without a tag', {objects: [facts]}],
    ['a time that is none', {objects: [{...facts, createdAt: 'today', tag: '5'.repeat(32)}]}],
  ])('with %s is refused, though it was sealed under the right key', (_name, over) => {
    expect(() =>
      unsealHeader(tokenKey, token, sealHeader(tokenKey, {...header, ...over} as Header, random)),
    ).toThrow()
  })
})

test('whoever changes what the PIN opens, and its digest, gains nothing', async () => {
  const lock = await makeLock(token, 'main', tokenKey, secretOf(pin), random)
  expect(await openLock(lock, secretOf(pin), 'x')).toEqual(tokenKey)
  for (const over of [{id: elsewhere}, {name: 'Main'}, {salt: random.bytes(32)}]) {
    expect(lockDigest({...lock, ...over})).not.toEqual(lockDigest(lock))
    expect(await outcome(openLock({...lock, ...over}, secretOf(pin), 'x'))).toBe('CREDENTIALS_REFUSED')
  }
  for (const over of [{n: 2 ** 18}, {n: 2 ** 16}, {r: 1}, {p: 2}, {salt: Buffer.alloc(0)}])
    expect(await outcome(openLock({...lock, ...over}, secretOf(pin), 'x'))).toBe('TOKEN_TAMPERED')
})
