/** Attestation by an authenticator of this test, whose maker is a CA of this test: what vouches for a key, and what does not. */
import {createHash, generateKeyPairSync, sign, type KeyObject} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {attestationFault, type PublicKey} from '../../src/custody/index.ts'
import {string, uint32} from '../../src/custody/ssh/wire.ts'
import {skEcdsa, skEd25519, type Pair} from './ssh/software-keys.ts'

const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest()
const time = new Date('2026-11-02T03:00:00.000Z')
const aaguid = Buffer.alloc(16, 7)
const challenge = Buffer.alloc(32, 9)

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  const length =
    body.length < 128
      ? Buffer.of(body.length)
      : body.length < 256
        ? Buffer.of(0x81, body.length)
        : Buffer.of(0x82, body.length >> 8, body.length & 0xff)
  return Buffer.concat([Buffer.of(tag), length, body])
}
const hexed = (text: string): Buffer => Buffer.from(text, 'hex')
const named = (name: string): Buffer =>
  der(0x30, der(0x31, der(0x30, hexed('0603550403'), der(0x0c, Buffer.from(name)))))
const ecdsa = der(0x30, hexed('06082a8648ce3d040302'))

interface Ca {
  readonly name: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}
const pair = (name: string): Ca => ({name, ...generateKeyPairSync('ec', {namedCurve: 'P-256'})})

/** A certificate with the extensions that decide here. */
function certificate(of: Ca, by: Ca, {ca = false, device = aaguid, from = '250101000000Z'} = {}): Buffer {
  const constraints = der(
    0x30,
    hexed('0603551d13'),
    hexed('0101ff'),
    der(0x04, der(0x30, ca ? hexed('0101ff') : Buffer.alloc(0))),
  )
  const kind = der(0x30, hexed('060b2b0601040182e51c010104'), der(0x04, der(0x04, device)))
  const body = der(
    0x30,
    hexed('a003020102'),
    hexed('020105'),
    ecdsa,
    named(by.name),
    der(0x30, der(0x17, Buffer.from(from)), der(0x17, Buffer.from('450101000000Z'))),
    named(of.name),
    of.publicKey.export({type: 'spki', format: 'der'}),
    der(0xa3, der(0x30, constraints, ...(ca ? [] : [kind]))),
  )
  return der(0x30, body, ecdsa, der(0x03, Buffer.of(0), sign('sha256', body, by.privateKey)))
}

const maker = pair('Maker')
const root = certificate(maker, maker, {ca: true})
const device = pair('Device')
const leaf = certificate(device, maker)

function cose({publicKey: {blob, type}}: Pair): Buffer {
  if (type === 'sk-ssh-ed25519@openssh.com') {
    const at = 4 + type.length + 4
    return Buffer.concat([hexed('a4010103272006215820'), blob.subarray(at, at + 32)])
  }
  const at = 4 + type.length + 4 + 8 + 4 + 1
  return Buffer.concat([
    hexed('a5010203262001215820'),
    blob.subarray(at, at + 32),
    hexed('225820'),
    blob.subarray(at + 32, at + 64),
  ])
}

interface Made {
  readonly application?: string
  readonly flags?: number
  readonly certificate?: Buffer
  readonly by?: Ca
  readonly over?: Buffer
  readonly u2f?: boolean
  readonly trailing?: string
}

/** What `ssh-keygen -O write-attestation=` would have written. */
function attest(sk: Pair, made: Made = {}): Buffer {
  const {application = sk.publicKey.application ?? '', flags = 0x41, trailing = ''} = made
  const id = Buffer.alloc(20, 3)
  const authData = Buffer.concat([
    sha256(application),
    Buffer.of(flags),
    uint32(1),
    aaguid,
    Buffer.of(0, id.length),
    id,
    cose(sk),
    Buffer.from(trailing),
  ])
  const hash = sha256(made.over ?? challenge)
  const point = sk.publicKey.blob.subarray(-65 - 4 - (sk.publicKey.application?.length ?? 0)).subarray(0, 65)
  const data =
    made.u2f === true
      ? Buffer.concat([Buffer.of(0), sha256(application), hash, id, point])
      : Buffer.concat([authData, hash])
  const wrapped = Buffer.concat([Buffer.of(0x58, authData.length), authData])
  return Buffer.concat([
    string('ssh-sk-attest-v01'),
    string(made.certificate ?? leaf),
    string(sign('sha256', data, (made.by ?? device).privateKey)),
    string(wrapped),
    uint32(0),
    string(''),
  ])
}

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
