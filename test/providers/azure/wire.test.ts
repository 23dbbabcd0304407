/** What Microsoft's clients for Go, Java and Rust ask otherwise than those for JavaScript and Python, asked of the stand-in as they ask it. Their published tests say how the service answers. */
import {createHash, createPublicKey, generateKeyPairSync, verify, type JsonWebKey} from 'node:crypto'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {here as has, testWith} from '../../support/needs.ts'
import {askPlainly, type Said} from './asked.ts'
import {startStandin, type Standin} from './standin.ts'

describe('the stand-in for Azure, asked as other clients ask', () => {
  const box: Partial<Record<'vault' | 'hsm', Standin>> = {}
  beforeAll(async () => {
    if (!has('openssl')) return
    for (const kind of ['vault', 'hsm'] as const) box[kind] = await startStandin(kind, 'purgeable')
  })
  afterAll(async () => {
    await Promise.all([box.vault?.stop(), box.hsm?.stop()])
  })

  const ask = (
    method: Parameters<typeof askPlainly>[1],
    path: string,
    body: Said = {},
    kind: 'vault' | 'hsm' = 'vault',
  ) => askPlainly(box[kind] ?? missing(), method, path, body)
  const keyOf = ({said}: {readonly said: Said}) => said['key'] as Record<string, string>
  const text = (bytes: Buffer): string => bytes.toString('base64url')
  const digest = createHash('sha256').update('x').digest()

  testWith('openssl', 'what is done with a key needs no version in its path, slash and all', async () => {
    await ask('POST', '/keys/newest/create', {kty: 'EC'})
    for (const path of ['/keys/newest/sign', '/keys/newest//sign'])
      expect((await ask('POST', path, {alg: 'ES256', value: text(digest)})).status).toBe(200)
  })

  testWith('openssl', 'a key of P-256K signs as ES256K, and its signature holds by OpenSSL', async () => {
    const made = keyOf(await ask('POST', '/keys/k256/create', {kty: 'EC', crv: 'P-256K'}))
    expect(made['crv']).toBe('P-256K')
    const {said} = await ask('POST', '/keys/k256/sign', {alg: 'ES256K', value: text(digest)})
    const jwk = {kty: 'EC', crv: 'secp256k1', x: made['x'], y: made['y']} as JsonWebKey
    const key = createPublicKey({key: jwk, format: 'jwk'})
    const signature = Buffer.from(String(said['value']), 'base64url')
    expect(verify('sha256', Buffer.from('x'), {key, dsaEncoding: 'ieee-p1363'}, signature)).toBe(true)
    const asked = (alg: string, value: Buffer) =>
      ask('POST', '/keys/k256/verify', {alg, digest: text(digest), value: text(value)})
    expect((await asked('ES256K', signature)).said).toEqual({value: true})
    signature[5] = (signature[5] ?? 0) ^ 1
    expect((await asked('ES256K', signature)).said).toEqual({value: false})
    expect((await asked('ES256', signature)).status).toBe(400)
  })

  testWith('openssl', 'PSS is verified by the service, and a changed one is not', async () => {
    // 0: nobody chose one.
    await ask('POST', '/keys/pss/create', {kty: 'RSA', public_exponent: 0})
    const {said} = await ask('POST', '/keys/pss/sign', {alg: 'PS256', value: text(digest)})
    const asked = (of: Buffer, value: unknown) =>
      ask('POST', '/keys/pss/verify', {alg: 'PS256', digest: text(of), value})
    expect((await asked(digest, said['value'])).said).toEqual({value: true})
    expect((await asked(Buffer.alloc(32), said['value'])).said).toEqual({value: false})
    expect((await asked(digest, text(Buffer.alloc(256, 7)))).said).toEqual({value: false})
  })

  testWith('openssl', 'what RSA1_5 does not open is refused, and no text is made up', async () => {
    await ask('POST', '/keys/old/create', {kty: 'RSA'})
    for (const value of ['bm8', text(Buffer.alloc(256, 7))])
      expect((await ask('POST', '/keys/old/decrypt', {alg: 'RSA1_5', value})).status).toBe(400)
  })

  testWith('openssl', 'what is imported for an HSM is called so, in a vault, too', async () => {
    const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'})
    const key = privateKey.export({format: 'jwk'}) as Said
    expect(keyOf(await ask('PUT', '/keys/soft', {key}))['kty']).toBe('EC')
    expect(keyOf(await ask('PUT', '/keys/hard', {key, Hsm: true}))['kty']).toBe('EC-HSM')
  })

  testWith('openssl', 'a Managed HSM takes oct for oct-HSM, of each size, and tells no bytes', async () => {
    for (const size of [128, 192, 256]) {
      const made = keyOf(await ask('POST', `/keys/oct-${size}/create`, {kty: 'oct', key_size: size}, 'hsm'))
      expect(made).toMatchObject({kty: 'oct-HSM', key_ops: expect.arrayContaining(['deriveKey'])})
      expect(Object.keys(made)).toEqual(['kid', 'kty', 'key_ops'])
    }
  })

  testWith(
    'openssl',
    'what is being deleted is told as deleted late, and neither purged nor made anew',
    async () => {
      await box.vault?.ask({lag: {routes: ['getDeleted'], reads: 4}})
      await ask('POST', '/keys/going/create', {kty: 'EC'})
      await ask('DELETE', '/keys/going')
      const states = []
      for (const [method, path] of [
        ['GET', '/keys/going'],
        ['GET', '/deletedkeys/going'],
        ['DELETE', '/deletedkeys/going'],
        ['POST', '/keys/going/create'],
        ['GET', '/deletedkeys/going'],
        ['GET', '/deletedkeys/going'],
        ['DELETE', '/deletedkeys/going'],
      ] as const) {
        const {status, said} = await ask(method, path, {kty: 'EC'})
        const {innererror} = (said['error'] ?? {}) as {innererror?: {code: string}}
        states.push(innererror === undefined ? status : `${status} ${innererror.code}`)
      }
      const going = '409 ObjectIsBeingDeleted'
      expect(states).toEqual([404, 404, going, going, 404, 200, 204])
      await box.vault?.ask({lag: {routes: [], reads: 0}})
    },
  )
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
