/** Signatures that a security key of this test makes in software: flags, counter, application, client data. */
import {describe, expect, test} from '@jest/globals'
import {generateEd25519} from '../../../src/custody/ssh/private-key.ts'
import {publicKeyOf, type PublicKey} from '../../../src/custody/ssh/public-key.ts'
import {signBlob} from '../../../src/custody/ssh/raw-signature.ts'
import {buildSshsig, signedData, verifySshsig, type Verdict} from '../../../src/custody/ssh/sshsig.ts'
import {string} from '../../../src/custody/ssh/wire.ts'
import {skEcdsa, skEd25519, skSignature, webauthnSignature} from './software-keys.ts'

const namespace = 'keyrite-approval-v1@example.org'
const message = Buffer.from('the plan')
const data = signedData(namespace, 'sha512', message)
const verdict = (signature: Uint8Array, key: PublicKey): Verdict =>
  verifySshsig({signature, message, namespace, key})
/** An SSHSIG by this key around an inner signature. */
const around = (by: PublicKey, inner: Uint8Array): Buffer =>
  buildSshsig({publicKey: by.blob, namespace, hash: 'sha512', signature: inner})

describe('a security key', () => {
  const sk = skEd25519()

  test.each<[number, Verdict]>([
    [0x00, {kind: 'bad', reason: 'no user presence'}],
    [0x04, {kind: 'bad', reason: 'no user presence'}],
    [0x01, {kind: 'good', flags: 0x01, counter: 7}],
    [0x05, {kind: 'good', flags: 0x05, counter: 7}],
    // The plain format has no room for what these bits announce: they say nothing there, as for ssh-keygen.
    [0x41, {kind: 'good', flags: 0x41, counter: 7}],
    [0x81, {kind: 'good', flags: 0x81, counter: 7}],
  ])('with flags %p', (flags, expected) => {
    expect(verdict(around(sk.publicKey, skSignature(sk, namespace, message, {flags})), sk.publicKey)).toEqual(
      expected,
    )
  })

  test('flags and counter that were changed afterwards are bad, and not as lacking presence', () => {
    const inner = skSignature(sk, namespace, message, {flags: 0, counter: 0xffffffff})
    const changed = Buffer.from(inner)
    changed.writeUInt8(1, inner.length - 5)
    const later = skSignature(sk, namespace, message, {flags: 1})
    later.writeUInt32BE(8, later.length - 4)
    for (const bytes of [changed, later]) {
      const found = verdict(around(sk.publicKey, bytes), sk.publicKey)
      expect(found).toEqual({kind: 'bad', reason: expect.stringMatching(/does not match/)})
    }
  })

  test('the highest counter is read as it is', () => {
    const inner = skSignature(sk, namespace, message, {flags: 1, counter: 0xffffffff})
    expect(verdict(around(sk.publicKey, inner), sk.publicKey)).toMatchObject({counter: 0xffffffff})
  })

  test('the same numbers under another application are another key', () => {
    const raw = sk.publicKey.blob.subarray(0, -8)
    const other = publicKeyOf(Buffer.concat([raw, string('ssi:')]))
    const inner = skSignature(sk, namespace, message, {flags: 1})
    expect(verdict(around(sk.publicKey, inner), other).kind).toBe('bad')
    expect(verdict(around(other, inner), other).kind).toBe('bad')
  })

  test('a signature without flags, by the same numbers, is bad', () => {
    const inner = signBlob(generateEd25519().publicKey, sk.privateKey, data)
    expect(verdict(around(sk.publicKey, inner), sk.publicKey).kind).toBe('bad')
  })
})

describe('a security key through a browser', () => {
  const sk = skEcdsa('example.org')
  const origin = 'https://example.org'
  const challenge = data.toString('base64url')
  const clientData = (
    type = 'webauthn.get',
    of = challenge,
    from = origin,
    end = ',"crossOrigin":false}',
  ): string => `{"type":"${type}","challenge":"${of}","origin":"${from}"${end}`
  const good = {flags: 5, origin, clientData: clientData()}
  const found = (assertion: Parameters<typeof webauthnSignature>[1]): Verdict =>
    verdict(around(sk.publicKey, webauthnSignature(sk, assertion)), sk.publicKey)

  test('an assertion for this message is good', () => {
    expect(found(good)).toEqual({kind: 'good', flags: 5, counter: 9})
    expect(found({...good, clientData: clientData(undefined, undefined, undefined, '}')}).kind).toBe('good')
    expect(found({...good, flags: 0x81, extensions: Buffer.of(0xa0)}).kind).toBe('good')
  })

  test.each<[string, Parameters<typeof webauthnSignature>[1]]>([
    ['no user presence', {...good, flags: 4}],
    ['a new credential', {...good, flags: 0x45}],
    ['extensions without their flag', {...good, extensions: Buffer.of(0xa0)}],
    ['their flag without extensions', {...good, flags: 0x85}],
    ['another challenge', {...good, clientData: clientData(undefined, 'AAAA')}],
    ['a challenge in the padded alphabet', {...good, clientData: clientData(undefined, `${challenge}=`)}],
    ['an enrolment', {...good, clientData: clientData('webauthn.create')}],
    [
      'another origin than it says',
      {...good, clientData: clientData(undefined, undefined, 'https://evil.example')},
    ],
    [
      'an origin with a quotation mark',
      {...good, origin: `${origin}","x":"`, clientData: clientData(undefined, undefined, `${origin}","x":"`)},
    ],
    [
      'an origin that only starts so',
      {...good, clientData: clientData(undefined, undefined, undefined, 'x"}')},
    ],
    [
      'client data that does not end',
      {...good, clientData: clientData(undefined, undefined, undefined, ',')},
    ],
    ['no client data', {...good, clientData: ''}],
  ])('%s is bad', (_name, assertion) => {
    expect(found(assertion).kind).toBe('bad')
  })

  test('an Ed25519 security key has no such form', () => {
    const ed = skEd25519('example.org')
    const blob = around(ed.publicKey, webauthnSignature(sk, good))
    expect(verdict(blob, ed.publicKey)).toEqual({
      kind: 'bad',
      reason: expect.stringMatching(/not one of a key/),
    })
  })
})
