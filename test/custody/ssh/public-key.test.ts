import {execFileSync} from 'node:child_process'
import {generateKeyPairSync} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {KeyriteError} from '../../../src/base/errors.ts'
import {ed25519Key} from '../../../src/custody/ssh/key-object.ts'
import {parsePublicKey, publicKeyOf} from '../../../src/custody/ssh/public-key.ts'
import {blobOf} from '../../../src/custody/ssh/raw-signature.ts'
import {mpint, string} from '../../../src/custody/ssh/wire.ts'
import {testWith} from '../../support/needs.ts'
import {inFolder, rsaPair, skEd25519} from './software-keys.ts'

const ed25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIlizSIN3DQV78VPNjVvvwjgf+P5HqbPYCYu3BOMdjAE'
const codeOf = (act: () => unknown): [string, string] => {
  try {
    act()
  } catch (error) {
    if (error instanceof KeyriteError) return [error.code, error.message]
    throw error
  }
  return ['accepted', '']
}
const line = (blob: Buffer, type: string): string => `${type} ${blob.toString('base64')}`

test('a line with a comment and its newline is the same key as without', () => {
  const key = parsePublicKey(`${ed25519} Ann's key, née 2026\n`)
  expect(key).toMatchObject({type: 'ssh-ed25519', text: ed25519, application: null, sk: false})
  expect(key.fingerprint).toBe('SHA256:ZxTZQ/K7JZpz0mHqWqdmYCUcq3MAtnu9TYA66TCBkxM')
  expect(parsePublicKey(ed25519).blob.equals(key.blob)).toBe(true)
  expect(publicKeyOf(key.blob).text).toBe(ed25519)
})

test('a security key says its application', () => {
  expect(skEd25519('ssh:root').publicKey).toMatchObject({
    application: 'ssh:root',
    sk: true,
    type: 'sk-ssh-ed25519@openssh.com',
  })
})

testWith('ssh-keygen', 'fingerprints are those that ssh-keygen prints', async () => {
  await inFolder((folder) => {
    for (const [type, bits] of [
      ['ed25519', '256'],
      ['ecdsa', '256'],
      ['ecdsa', '384'],
      ['ecdsa', '521'],
      ['rsa', '2048'],
    ] as const) {
      const file = join(folder, `${type}${bits}`)
      execFileSync('ssh-keygen', ['-q', '-t', type, '-b', bits, '-N', '', '-f', file])
      const printed = execFileSync('ssh-keygen', ['-lf', file], {encoding: 'utf8'})
      expect(printed.split(' ')[1]).toBe(parsePublicKey(readFileSync(`${file}.pub`, 'utf8')).fingerprint)
    }
  })
})

describe('refused as usage', () => {
  const point = Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)])
  const curve = (name: string, at: Buffer): Buffer =>
    Buffer.concat([string('ecdsa-sha2-nistp256'), string(name), string(at)])
  const rsa = (e: Buffer, n: Buffer): Buffer => Buffer.concat([string('ssh-rsa'), mpint(e), mpint(n)])
  const blob = parsePublicKey(ed25519).blob
  const three = Buffer.of(3)
  test.each<[string, string, RegExp]>([
    ['nothing', '', /expected one line/],
    ['a word', 'ssh-ed25519', /expected one line/],
    ['two keys', `${ed25519}\n${ed25519}\n`, /expected one line/],
    ['options in front', `cert-authority ${ed25519}`, /expected one line|base64/],
    ['base64 with stray bits', ed25519.replace(/E$/, 'F') + '=', /base64/],
    ['a control character in the comment', `${ed25519} a\u001b[2J`, /expected one line/],
    ['another type in front', ed25519.replace('ssh-ed25519', 'ssh-rsa'), /says "ssh-rsa"/],
    ['a trailing byte', line(Buffer.concat([blob, Buffer.of(0)]), 'ssh-ed25519'), /trailing/],
    ['a byte too few', line(blob.subarray(0, -1), 'ssh-ed25519'), /too early/],
    [
      'an Ed25519 key of 31 bytes',
      line(Buffer.concat([string('ssh-ed25519'), string(Buffer.alloc(31, 9))]), 'ssh-ed25519'),
      /32 bytes/,
    ],
    ['another curve inside', line(curve('nistp384', point), 'ecdsa-sha2-nistp256'), /curve/],
    ['a point off the curve', line(curve('nistp256', point), 'ecdsa-sha2-nistp256'), /not those of a key/],
    [
      'a compressed point',
      line(curve('nistp256', Buffer.concat([Buffer.of(2), Buffer.alloc(32, 1)])), 'ecdsa-sha2-nistp256'),
      /uncompressed/,
    ],
    [
      'RSA with 2047 bits',
      line(rsa(three, Buffer.concat([Buffer.of(0x7f), Buffer.alloc(255, 1)])), 'ssh-rsa'),
      /2047 bits/,
    ],
    ['RSA with 16385 bits', line(rsa(three, Buffer.alloc(2049, 1)), 'ssh-rsa'), /too long|bits/],
    [
      'RSA with exponent 1',
      line(rsa(Buffer.of(1), Buffer.alloc(256, 0x81)), 'ssh-rsa'),
      /not those of a key/,
    ],
    ['RSA with an even modulus', line(rsa(three, Buffer.alloc(256, 0x80)), 'ssh-rsa'), /not those of a key/],
    [
      'RSA with an exponent of 9 bytes',
      line(rsa(Buffer.alloc(9, 3), Buffer.alloc(256, 0x81)), 'ssh-rsa'),
      /not those of a key/,
    ],
    [
      'a security key without application',
      line(
        Buffer.concat([string('sk-ssh-ed25519@openssh.com'), string(blob.subarray(-32)), string('')]),
        'sk-ssh-ed25519@openssh.com',
      ),
      /application/,
    ],
    ['a very long line', `${ed25519} ${'a'.repeat(20_000)}`, /too long/],
  ])('%s', (_name, text, sentence) => {
    const [code, message] = codeOf(() => parsePublicKey(text))
    expect(code).toBe('USAGE')
    expect(message).toMatch(sentence)
  })

  test('a private key by mistake, with a sentence that says so', () => {
    const {privateKey} = generateKeyPairSync('ed25519')
    const pem = privateKey.export({format: 'pem', type: 'pkcs8'}).toString()
    const [code, message] = codeOf(() => parsePublicKey(pem))
    expect([code, message]).toEqual(['USAGE', 'cannot read the public key: this is a private key'])
  })

  test('RSA of 1024 bits, whatever made it', () => {
    expect(() => rsaPair(1024)).toThrow(expect.objectContaining({code: 'USAGE'}))
  })

  test('every Ed25519 key for which anyone can sign', () => {
    const p = (1n << 255n) - 19n
    const le = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()
    const eight = Buffer.from('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', 'hex')
    const y8 = BigInt(`0x${Buffer.from(eight).reverse().toString('hex')}`)
    // The same points again as y + p, and each with the sign bit.
    const ys = [0n, 1n, p - 1n, y8, p - y8, p, p + 1n]
    for (const y of ys.flatMap((each) => [each, each | (1n << 255n)])) {
      expect(() => ed25519Key(le(y))).toThrow(/weak/)
    }
  })
})

describe('unsupported', () => {
  test.each([
    ['a certificate', 'ssh-ed25519-cert-v01@openssh.com', /certificate/],
    ['DSA', 'ssh-dss', /"ssh-dss"/],
    ['an algorithm of tomorrow', 'ssh-mldsa44-ed25519@openssh.com', /does not know/],
  ])('%s', (_name, type, sentence) => {
    const blob = Buffer.concat([string(type), string(Buffer.alloc(40))])
    const [code, message] = codeOf(() => parsePublicKey(line(blob, type)))
    expect(code).toBe('UNSUPPORTED')
    expect(message).toMatch(sentence)
  })
})

test('one pair of keys is known under each type, application and exponent that it is dressed in', () => {
  const plain = generateKeyPairSync('ed25519').publicKey
  const raw = blobOf(plain).subarray(-32)
  const dressed = ['ssh:', 'ssh:other'].map((application) =>
    publicKeyOf(Buffer.concat([string('sk-ssh-ed25519@openssh.com'), string(raw), string(application)])),
  )
  const all = [publicKeyOf(blobOf(plain)), ...dressed]
  expect(new Set(all.map(({fingerprint}) => fingerprint)).size).toBe(3)
  expect(new Set(all.map(({pair}) => pair)).size).toBe(1)

  const rsa = rsaPair(2048).publicKey.blob
  const modulus = rsa.subarray(4 + 7 + 4 + 3 + 4)
  const [one, other] = [Buffer.of(1, 0, 1), Buffer.of(3)].map((exponent) =>
    publicKeyOf(Buffer.concat([string('ssh-rsa'), string(exponent), string(modulus)])),
  )
  expect(one?.pair).toBe(other?.pair)
  expect(one?.pair).not.toBe(all[0]?.pair)
})
