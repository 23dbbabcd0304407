/** Attestation by an authenticator of these tests, whose maker is a CA of theirs: what vouches for a key, and what does not. */
import {describe, expect, test} from '@jest/globals'
import {attestationFault, type PublicKey} from '../../src/custody/index.ts'
import {
  attest,
  certificate,
  challenge,
  device,
  leaf,
  maker,
  pair,
  root,
  time,
  type Made,
} from './authenticator.ts'
import {skEcdsa, skEd25519} from './ssh/software-keys.ts'

const fault = (file: Uint8Array, key: PublicKey, roots: readonly Buffer[] = [root]): string | undefined =>
  attestationFault({file, challenge}, key, {roots: roots.map((one) => one.toString('base64')), time})

describe('an attestation', () => {
  const sk = skEd25519()
  const p256 = skEcdsa('ssh:')

  test('vouches for the key that it was made for, of either kind, as FIDO2 or as U2F', () => {
    expect(fault(attest(sk), sk.publicKey)).toBeUndefined()
    expect(fault(attest(p256), p256.publicKey)).toBeUndefined()
    expect(fault(attest(p256, {u2f: true}), p256.publicKey)).toBeUndefined()
    expect(fault(attest(sk), sk.publicKey, [leaf])).toBeUndefined()
  })

  const other = pair('Device')
  test.each<[string, Made, RegExp]>([
    ['of another application', {application: 'ssh:x'}, /another application/],
    ['without a touch', {flags: 0x40}, /nobody touched/],
    ['of no new credential', {flags: 0x01}, /no new credential/],
    ['over another challenge', {over: Buffer.alloc(32)}, /not one over this challenge/],
    ['signed by another device', {by: other}, /not one over this challenge/],
    [
      'of a maker who is not named',
      {certificate: certificate(device, pair('Other'))},
      /nobody whom the policy trusts/,
    ],
    [
      'by somebody who only says to be the maker',
      {certificate: certificate(device, pair('Maker'))},
      /nobody whom the policy trusts/,
    ],
    [
      'of another kind of device',
      {certificate: certificate(device, maker, {device: Buffer.alloc(16, 1)})},
      /another kind of device/,
    ],
    [
      'whose certificate is not valid yet',
      {certificate: certificate(device, maker, {from: '400101000000Z'})},
      /not valid at this time/,
    ],
    ['by an authority itself', {certificate: certificate(device, maker, {ca: true})}, /of an authority/],
    ['without a certificate', {certificate: Buffer.alloc(0)}, /has no certificate/],
    ['with a certificate that is none', {certificate: Buffer.from('x')}, /cannot be read/],
    ['with bytes after it', {trailing: 'x'}, /flags and the extensions/],
  ])('%s does not', (_name, made, reason) => {
    expect(fault(attest(sk, made), sk.publicKey)).toMatch(reason)
  })

  test('of another key, or without anybody whom the policy names, does not', () => {
    expect(fault(attest(skEd25519()), sk.publicKey)).toBe('it is of another key')
    expect(fault(attest(sk), sk.publicKey, [])).toMatch(/nobody whom the policy trusts/)
  })

  test('with any byte changed never vouches, and never throws', () => {
    const good = attest(sk)
    const wrong = Array.from(good.keys()).filter((at) => {
      const changed = Buffer.from(good)
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
      return fault(changed, sk.publicKey) === undefined
    })
    expect(wrong).toEqual([])
  })
})
