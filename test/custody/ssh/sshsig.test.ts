import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {generateEd25519} from '../../../src/custody/ssh/private-key.ts'
import {parsePublicKey, type PublicKey} from '../../../src/custody/ssh/public-key.ts'
import {signBlob} from '../../../src/custody/ssh/raw-signature.ts'
import {
  armor,
  buildSshsig,
  parseArmored,
  parseSshsig,
  signedData,
  verifySshsig,
  type Verdict,
} from '../../../src/custody/ssh/sshsig.ts'
import {string, uint32} from '../../../src/custody/ssh/wire.ts'
import {testWith} from '../../support/needs.ts'
import {rsaPair} from './software-keys.ts'

const vectors = join(import.meta.dirname, '../../../../shared/vectors/sshsig')
const vector = (name: string): string => readFileSync(join(vectors, name), 'utf8')
const namespace = 'keyrite-approval-v1@example.org'
const message = Buffer.from('the plan')
const maker = generateEd25519()
const key = maker.publicKey
const signature = Buffer.from(await maker.signer.sign(namespace, message))
const verdict = (bytes: Uint8Array, by: PublicKey = key): Verdict =>
  verifySshsig({signature: bytes, message, namespace, key: by})
/** An SSHSIG by this key around an inner signature. */
const around = (by: PublicKey, inner: Uint8Array): Buffer =>
  buildSshsig({publicKey: by.blob, namespace, hash: 'sha512', signature: inner})

describe('published signatures', () => {
  for (const name of ['rsa', 'ecdsa', 'ed25519', 'ecdsa_sk', 'ed25519_sk', 'ecdsa_sk_webauthn']) {
    testWith('vectors', `${name} verifies, and for nothing else`, () => {
      const blob = parseArmored(vector(`${name}.sig`))
      const given = {
        signature: blob,
        message: readFileSync(join(vectors, 'signed-data')),
        namespace: vector('namespace').trim(),
        key: parsePublicKey(vector(`${name}.pub`)),
      }
      const sk = name.includes('_sk')
      expect(verifySshsig(given)).toMatchObject({kind: 'good', flags: sk ? 1 : null})
      expect(armor(blob)).toBe(vector(`${name}.sig`))
      expect(verifySshsig({...given, message: Buffer.from('another')}).kind).toBe('bad')
      expect(verifySshsig({...given, namespace: 'unittest2'}).kind).toBe('bad')
      expect(verifySshsig({...given, key})).toEqual({kind: 'bad', reason: 'it is by another key'})
    })
  }

  testWith('vectors', 'mldsa44-ed25519 is unsupported, never bad', () => {
    const algorithm = 'ssh-mldsa44-ed25519@openssh.com'
    const blob = parseArmored(vector('mldsa44-ed25519.sig'))
    expect(verdict(blob)).toEqual({kind: 'unsupported', algorithm})
    expect(() => parsePublicKey(vector('mldsa44-ed25519.pub'))).toThrow(
      expect.objectContaining({code: 'UNSUPPORTED'}),
    )
  })
})

test('a signature by a known key with an unknown algorithm is unsupported', () => {
  const inner = Buffer.concat([string('ssh-ed25519-next@example.org'), string(Buffer.alloc(64))])
  expect(verdict(around(key, inner))).toEqual({
    kind: 'unsupported',
    algorithm: 'ssh-ed25519-next@example.org',
  })
})

test('the parts of a signature are those it was built from', () => {
  const parts = parseSshsig(signature)
  expect(parts).toMatchObject({version: 1, namespace, hash: 'sha512'})
  expect(parts.publicKey.equals(key.blob)).toBe(true)
  expect(parts.reserved.length).toBe(0)
  expect(verdict(signature)).toEqual({kind: 'good', flags: null, counter: null})
})

test('sha256 is accepted too', () => {
  const pair = rsaPair(2048)
  const inner = signBlob(pair.publicKey, pair.privateKey, signedData(namespace, 'sha256', message))
  const blob = buildSshsig({publicKey: pair.publicKey.blob, namespace, hash: 'sha256', signature: inner})
  expect(verdict(blob, pair.publicKey).kind).toBe('good')
})

describe('each field altered is bad, with its reason', () => {
  const parts = parseSshsig(signature)
  const build = (change: {
    magic?: string
    version?: number
    namespace?: string
    reserved?: string
    hash?: string
    signature?: Uint8Array
    tail?: string
  }): Buffer => {
    const with_ = {magic: 'SSHSIG', version: 1, namespace, reserved: '', hash: 'sha512', tail: '', ...change}
    return Buffer.concat([
      Buffer.from(with_.magic),
      uint32(with_.version),
      string(parts.publicKey),
      string(with_.namespace),
      string(with_.reserved),
      string(with_.hash),
      string(change.signature ?? parts.signature),
      Buffer.from(with_.tail),
    ])
  }
  const inner = (algorithm: string, bytes: Uint8Array): Buffer =>
    Buffer.concat([string(algorithm), string(bytes)])
  const ed = parts.signature.subarray(-64)

  test('as built here, unaltered, it is good', () => {
    expect(verdict(build({})).kind).toBe('good')
    expect(build({signature: inner('ssh-ed25519', ed)}).equals(signature)).toBe(true)
  })

  test.each<[string, Buffer, RegExp]>([
    ['the magic', build({magic: 'SSHSIH'}), /SSHSIG/],
    ['version 0', build({version: 0}), /version/],
    ['version 2', build({version: 2}), /version/],
    ['the namespace', build({namespace: namespace + 'x'}), /namespace/],
    ['an empty namespace', build({namespace: ''}), /namespace/],
    ['the namespace of another use', build({namespace: 'keyrite-receipt-v1@example.org'}), /namespace/],
    ['the reserved field', build({reserved: 'x'}), /reserved/],
    ['sha1', build({hash: 'sha1'}), /hash/],
    ['md5', build({hash: 'md5'}), /hash/],
    ['the other hash', build({hash: 'sha256'}), /does not match/],
    ['trailing bytes', build({tail: 'x'}), /trailing/],
    ['an algorithm of another key', build({signature: inner('rsa-sha2-512', ed)}), /not one of a key/],
    ['an algorithm that no key of ours makes', build({signature: inner('ssh-dss', ed)}), /SHA-1/],
    ['an algorithm that has no name', build({signature: inner('', ed)}), /name/],
    ['a signature too short', build({signature: inner('ssh-ed25519', ed.subarray(1))}), /does not match/],
    ['trailing bytes inside', build({signature: Buffer.concat([parts.signature, Buffer.of(0)])}), /trailing/],
    ['nothing', Buffer.alloc(0), /too early/],
    ['more than 16 KiB', build({tail: 'x'.repeat(16_384)}), /too long/],
  ])('%s', (_name, bytes, reason) => {
    const found = verdict(bytes)
    expect(found).toEqual({kind: 'bad', reason: expect.stringMatching(reason)})
  })

  test('another key of the same kind', () => {
    expect(verdict(signature, generateEd25519().publicKey)).toEqual({
      kind: 'bad',
      reason: 'it is by another key',
    })
  })

  test('an empty namespace asked for', () => {
    expect(verifySshsig({signature: build({namespace: ''}), message, namespace: '', key}).kind).toBe('bad')
    expect(() => signedData('', 'sha512', message)).toThrow(TypeError)
  })
})

describe('the armored form', () => {
  const text = armor(signature)

  test('is read back, and has lines of 70', () => {
    expect(parseArmored(text).equals(signature)).toBe(true)
    expect(
      text
        .split('\n')
        .slice(1, -3)
        .every((line) => line.length === 70),
    ).toBe(true)
  })

  test('a last line of just 70 is followed by no empty one', () => {
    const bytes = Buffer.alloc(105)
    expect(armor(bytes)).toBe(
      `-----BEGIN SSH SIGNATURE-----\n${'A'.repeat(70)}\n${'A'.repeat(70)}\n-----END SSH SIGNATURE-----\n`,
    )
    expect(parseArmored(armor(bytes)).equals(bytes)).toBe(true)
  })

  test.each<[string, string]>([
    ['nothing', ''],
    ['CRLF', text.replaceAll('\n', '\r\n')],
    ['no final newline', text.slice(0, -1)],
    ['another newline', `${text}\n`],
    ['a space in front', ` ${text}`],
    ['a space at the end of a line', text.replace('\n', ' \n')],
    ['one long line', text.replaceAll(/(?<=[^-])\n(?=[^-])/g, '')],
    ['no padding', armor(Buffer.alloc(104)).replaceAll('=', '')],
    ['two signatures', text + text],
    ['another label', text.replaceAll('SIGNATURE', 'SIGNATURES')],
    ['a megabyte', text.replace('\n', `\n${'A'.repeat(1_000_000)}`)],
  ])('%s is refused', (_name, other) => {
    expect(other).not.toBe(text)
    expect(() => parseArmored(other)).toThrow(TypeError)
  })
})
