/** RSA and ECDSA inside an SSHSIG: each has one spelling and no weak hash. */
import {constants, createSign, generateKeyPairSync, sign} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {publicKeyOf, type PublicKey} from '../../../src/custody/ssh/public-key.ts'
import {blobOf, signBlob} from '../../../src/custody/ssh/raw-signature.ts'
import {buildSshsig, signedData, verifySshsig, type Verdict} from '../../../src/custody/ssh/sshsig.ts'
import {string} from '../../../src/custody/ssh/wire.ts'
import {rsaPair} from './software-keys.ts'

const namespace = 'keyrite-approval-v1@example.org'
const message = Buffer.from('the plan')
const data = signedData(namespace, 'sha512', message)
const verdict = (signature: Uint8Array, key: PublicKey): Verdict =>
  verifySshsig({signature, message, namespace, key})
/** An SSHSIG by this key around an inner signature. */
const around = (by: PublicKey, inner: Uint8Array): Buffer =>
  buildSshsig({publicKey: by.blob, namespace, hash: 'sha512', signature: inner})

describe('RSA', () => {
  const pair = rsaPair(2048)
  const made = (algorithm: string, hash: string, padding: number): Buffer => {
    const bytes = sign(hash, data, {key: pair.privateKey, padding})
    return around(pair.publicKey, Buffer.concat([string(algorithm), string(bytes)]))
  }
  const v15 = constants.RSA_PKCS1_PADDING

  test('rsa-sha2-256 and rsa-sha2-512 are good', () => {
    expect(verdict(made('rsa-sha2-256', 'sha256', v15), pair.publicKey).kind).toBe('good')
    expect(verdict(made('rsa-sha2-512', 'sha512', v15), pair.publicKey).kind).toBe('good')
  })

  test('SHA-1 is bad under its own name and under another', () => {
    const sha1 = createSign('sha1').update(data).sign({key: pair.privateKey, padding: v15})
    for (const [algorithm, reason] of [
      ['ssh-rsa', /SHA-1/],
      ['rsa-sha2-256', /does not match/],
      ['rsa-sha2-512', /does not match/],
    ] as const) {
      const blob = around(pair.publicKey, Buffer.concat([string(algorithm), string(sha1)]))
      expect(verdict(blob, pair.publicKey)).toEqual({kind: 'bad', reason: expect.stringMatching(reason)})
    }
  })

  test('another padding, another hash and another length are bad', () => {
    expect(
      verdict(made('rsa-sha2-512', 'sha512', constants.RSA_PKCS1_PSS_PADDING), pair.publicKey).kind,
    ).toBe('bad')
    expect(verdict(made('rsa-sha2-512', 'sha256', v15), pair.publicKey).kind).toBe('bad')
    const bytes = sign('sha512', data, {key: pair.privateKey, padding: v15})
    const longer = Buffer.concat([string('rsa-sha2-512'), string(Buffer.concat([Buffer.of(0), bytes]))])
    expect(verdict(around(pair.publicKey, longer), pair.publicKey).kind).toBe('bad')
  })
})

describe('ECDSA', () => {
  const {publicKey, privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'})
  const ec = publicKeyOf(blobOf(publicKey))
  const pair = sign('sha256', data, {key: privateKey, dsaEncoding: 'ieee-p1363'})
  const number = (bytes: Uint8Array): Buffer => string(Buffer.concat([Buffer.of(0), bytes]))
  const padded = Buffer.concat([Buffer.of(0, 0), pair.subarray(0, 32)])
  const with_ = (r: Buffer, s: Buffer, tail = ''): Buffer =>
    around(ec, Buffer.concat([string(ec.type), string(Buffer.concat([r, s, Buffer.from(tail)]))]))
  const s = number(pair.subarray(32))

  test.each<[string, Buffer]>([
    ['a number with needless zeros', with_(string(padded), s)],
    ['a zero', with_(string(''), s)],
    ['a negative number', with_(string(Buffer.concat([Buffer.of(0x80), pair.subarray(1, 32)])), s)],
    ['a number longer than the curve', with_(string(Buffer.concat([Buffer.of(1), pair.subarray(0, 32)])), s)],
    ['trailing bytes after the numbers', with_(s, s, 'x')],
    ['two numbers that are not a signature', with_(s, s)],
  ])('%s is bad', (_name, blob) => {
    expect(verdict(blob, ec).kind).toBe('bad')
  })

  test('what this key really signed is good', () => {
    expect(verdict(around(ec, signBlob(ec, privateKey, data)), ec).kind).toBe('good')
  })
})
