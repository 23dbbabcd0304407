import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {calculateJwkThumbprint, createLocalJWKSet, jwtVerify, type JSONWebKeySet} from 'jose'
import type {App} from '../../src/app.ts'
import KeyJwks from '../../src/commands/key/jwks.ts'
import KeyPublic from '../../src/commands/key/public.ts'
import {keysFold} from '../../src/keys/index.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal, pin} from '../support/profile.ts'
import {runCommand, runJson} from '../support/run.ts'

let made: TestLedger
beforeAll(async () => {
  made = await makeLedger()
  await made.using(async (app) => {
    await addLocal(app, 'main')
    const key = (name: string, more: object = {}) =>
      makeKey(app, made.founders, {name, profile: 'main', ...more})
    await key('es')
    await key('ps', {algorithm: 'rsa-3072', scheme: 'ps256'})
    await key('ed', {algorithm: 'ed25519', class: 'artifact-signing'})
    await key('seal', {algorithm: 'rsa-3072', purpose: 'decrypt', class: 'dek'})
    await key('mac', {algorithm: 'hmac-sha256', purpose: 'mac', class: 'mac'})
    await key('early', {activate: false})
  })
})
afterAll(() => {
  made.remove()
})

/** A token that the provider itself signs, with version 1 of a key. */
async function token(app: App, name: string, header: object): Promise<string> {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const input = `${part(header)}.${part({sub: 'alice', exp: Math.floor(Date.now() / 1000) + 600})}`
  const ref = app.ledger.of(keysFold).keys.get(name)?.versions[0]?.ref
  if (ref === undefined) throw new Error('the key is there')
  const {use} = await app.provider('main')
  return `${input}.${Buffer.from(await use.sign(ref, Buffer.from(input))).toString('base64url')}`
}

const setOf = (...names: string[]): Promise<JSONWebKeySet & {exit: number; schema: string}> =>
  runJson(KeyJwks, 'key jwks', names, made.world)

describe('key jwks', () => {
  test('prints nothing but a set, of every active key of class jwt-signing', async () => {
    const {stdout, stderr} = await runCommand(KeyJwks, 'key jwks', [], made.world)
    const {keys, ...rest} = JSON.parse(stdout) as JSONWebKeySet
    expect([stderr, rest]).toEqual(['', {}])
    expect(keys.map(({kty, alg, use}) => [kty, alg, use])).toEqual([
      ['EC', 'ES256', 'sig'],
      ['RSA', 'PS256', 'sig'],
    ])
    expect(keys.flatMap(Object.keys)).not.toEqual(expect.arrayContaining(['d']))
  })

  test('names each key by its thumbprint, as another library computes it, and as key public does', async () => {
    const {keys} = await setOf('es', 'ps', 'ed', 'seal')
    for (const jwk of keys) expect(jwk.kid).toBe(await calculateJwkThumbprint(jwk))
    for (const [at, name] of ['es', 'ps', 'ed', 'seal'].entries()) {
      const {stdout} = await runCommand(KeyPublic, 'key public', [name, '--format', 'jwk'], made.world)
      expect(JSON.parse(stdout)).toEqual(keys[at])
    }
    expect(keys.map(({use, alg}) => `${use} ${alg}`)).toEqual([
      'sig ES256',
      'sig PS256',
      'sig EdDSA',
      'enc RSA-OAEP-256',
    ])
  })

  test('is what a library nobody here wrote verifies tokens with', async () => {
    const app = made.open()
    app.world.ask.secret = async () => new (await import('../../src/base/secret.ts')).Secret(Buffer.from(pin))
    const keys = createLocalJWKSet(await setOf('es', 'ed'))
    for (const [name, alg] of [
      ['es', 'ES256'],
      ['ed', 'EdDSA'],
    ] as const) {
      const {payload} = await jwtVerify(await token(app, name, {alg}), keys)
      expect(payload.sub).toBe('alice')
    }
    await expect(jwtVerify(await token(app, 'ps', {alg: 'PS256'}), keys)).rejects.toMatchObject({
      code: 'ERR_JWKS_NO_MATCHING_KEY',
    })
    await app.close()
  })

  test.each([
    ['a key without a public half', 'mac', 'UNSUPPORTED', 5],
    ['a key of which no version is active', 'early', 'KEY_STATE', 5],
    ['a key that is not there', 'nothing', 'KEY_NOT_FOUND', 4],
  ])('refuses %s, beside one that could be printed', async (_name, name, code, exit) => {
    expect(await setOf('es', name)).toMatchObject({code, exit})
  })
})
