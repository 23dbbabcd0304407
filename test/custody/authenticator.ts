/** An authenticator in software, and its maker, a CA: what they say is signed, and can be made wrong in each part. */
import {createHash, generateKeyPairSync, sign, type KeyObject} from 'node:crypto'
import {string, uint32} from '../../src/custody/ssh/wire.ts'
import type {Pair} from './ssh/software-keys.ts'

const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest()
export const time = new Date('2026-11-02T03:00:00.000Z')
const aaguid = Buffer.alloc(16, 7)
export const challenge = Buffer.alloc(32, 9)

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

export interface Ca {
  readonly name: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}
export const pair = (name: string): Ca => ({name, ...generateKeyPairSync('ec', {namedCurve: 'P-256'})})

/** A certificate with the extensions that decide here. */
export function certificate(
  of: Ca,
  by: Ca,
  {ca = false, device = aaguid, from = '250101000000Z'} = {},
): Buffer {
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

export const maker = pair('Maker')
export const root = certificate(maker, maker, {ca: true})
export const device = pair('Device')
export const leaf = certificate(device, maker)

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

export interface Made {
  readonly application?: string
  readonly flags?: number
  readonly certificate?: Buffer
  readonly by?: Ca
  readonly over?: Buffer
  readonly u2f?: boolean
  readonly trailing?: string
}

/** What `ssh-keygen -O write-attestation=` would have written. */
export function attest(sk: Pair, made: Made = {}): Buffer {
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
