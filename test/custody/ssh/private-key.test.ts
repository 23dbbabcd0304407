import {execFileSync} from 'node:child_process'
import {generateKeyPairSync} from 'node:crypto'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {rsaPkcs1} from '../../../src/custody/ssh/der.ts'
import {writeOpenSshKey} from '../../../src/custody/ssh/openssh-key.ts'
import {fromPem, pemLabel, toPem} from '../../../src/custody/ssh/pem.ts'
import {generateEd25519, inspectPrivateKey, readPrivateKey} from '../../../src/custody/ssh/private-key.ts'
import {parsePublicKey} from '../../../src/custody/ssh/public-key.ts'
import {armor, verifySshsig} from '../../../src/custody/ssh/sshsig.ts'
import {string} from '../../../src/custody/ssh/wire.ts'
import {testWith} from '../../support/needs.ts'
import {inFolder, skEd25519} from './software-keys.ts'

const namespace = 'keyrite-approval-v1@example.org'
const message = Buffer.from('the plan')
const refusal = (code: string, sentence: RegExp): unknown =>
  expect.objectContaining({code, message: expect.stringMatching(sentence)})
const keygen = (...args: string[]): void => {
  execFileSync('ssh-keygen', ['-q', ...args])
}

describe('PEM', () => {
  test('bytes of any length are the same again, and spelled as Node spells them', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 300}), (bytes) => {
        const text = toPem(bytes, 'TEST KEY')
        const lines = text.toString().split('\n')
        expect(lines.slice(1, -2).join('')).toBe(Buffer.from(bytes).toString('base64'))
        expect(lines.every((line) => line.length <= 70)).toBe(true)
        expect(fromPem(text, 'TEST KEY').equals(bytes)).toBe(true)
        expect(pemLabel(text)).toBe('TEST KEY')
      }),
    )
  })

  test.each([
    ['another label', '-----BEGIN B-----\nAAAA\n-----END B-----\n'],
    ['no end', '-----BEGIN A-----\nAAAA\n'],
    ['text before', 'x\n-----BEGIN A-----\nAAAA\n-----END A-----\n'],
    ['text after', '-----BEGIN A-----\nAAAA\n-----END A-----\nx'],
    ['three digits', '-----BEGIN A-----\nAAA\n-----END A-----\n'],
    ['padding inside', '-----BEGIN A-----\nAA=A\n-----END A-----\n'],
    ['padding alone', '-----BEGIN A-----\n====\n-----END A-----\n'],
    ['a header', '-----BEGIN A-----\nA: b\n-----END A-----\n'],
  ])('%s is refused', (_name, text) => {
    expect(() => fromPem(Buffer.from(text), 'A')).toThrow(TypeError)
  })
})

test('an RSA key from its five numbers is byte for byte the one of OpenSSL', () => {
  const {privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
  const jwk = privateKey.export({format: 'jwk'})
  const bytes = (member: string | undefined): Buffer => Buffer.from(member ?? '', 'base64url')
  const [n, e, d, p, q, inverse] = [jwk.n, jwk.e, jwk.d, jwk.p, jwk.q, jwk.qi].map(bytes) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ]
  const made = rsaPkcs1({n, e, d, p, q, inverse})
  expect(made.equals(privateKey.export({format: 'der', type: 'pkcs1'}))).toBe(true)
})

describe('keys of the stock ssh-keygen', () => {
  for (const [type, bits] of [
    ['ed25519', '256'],
    ['ecdsa', '256'],
    ['ecdsa', '384'],
    ['ecdsa', '521'],
    ['rsa', '3072'],
  ] as const) {
    testWith('ssh-keygen', `${type} ${bits} signs in process, in both formats`, async () => {
      await inFolder(async (folder) => {
        const file = join(folder, 'key')
        keygen('-t', type, '-b', bits, '-N', '', '-C', 'a comment', '-f', file)
        const publicKey = parsePublicKey(readFileSync(`${file}.pub`, 'utf8'))
        const forms = [readFileSync(file)]
        if (type !== 'ed25519') {
          keygen('-p', '-P', '', '-N', '', '-m', 'PKCS8', '-f', file)
          forms.push(readFileSync(file))
        }
        for (const form of forms) {
          const key = readPrivateKey(form)
          expect(key.publicKey.text).toBe(publicKey.text)
          const signature = await key.signer.sign(namespace, message)
          expect(verifySshsig({signature, message, namespace, key: publicKey}).kind).toBe('good')
        }
      })
    })
  }

  testWith(
    'ssh-keygen',
    'an encrypted one is refused in each format, and still says its public half',
    async () => {
      await inFolder((folder) => {
        const file = join(folder, 'key')
        keygen('-t', 'ecdsa', '-N', 'pass phrase', '-f', file)
        const publicKey = parsePublicKey(readFileSync(`${file}.pub`, 'utf8'))
        expect(inspectPrivateKey(readFileSync(file))).toMatchObject({
          encrypted: true,
          publicKey: {text: publicKey.text},
        })
        for (const format of ['RFC4716', 'PKCS8', 'PEM']) {
          keygen('-p', '-P', 'pass phrase', '-N', 'pass phrase', '-m', format, '-f', file)
          expect(() => readPrivateKey(readFileSync(file))).toThrow(
            refusal('UNSUPPORTED', /encrypted with a passphrase/),
          )
        }
      })
    },
  )

  testWith('ssh-keygen', 'an old PEM key is refused with the command that writes it anew', async () => {
    await inFolder((folder) => {
      const file = join(folder, 'key')
      keygen('-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', '', '-f', file)
      const read = (): unknown => readPrivateKey(readFileSync(file))
      expect(read).toThrow(refusal('UNSUPPORTED', /RSA PRIVATE KEY/))
      keygen('-p', '-P', '', '-N', '', '-f', file)
      expect(read).not.toThrow()
    })
  })
})

describe('a new key', () => {
  testWith('ssh-keygen', 'is a file that ssh-keygen reads, whatever the length of its comment', async () => {
    await inFolder((folder) => {
      for (let length = 0; length < 9; length++) {
        const made = generateEd25519()
        const file = join(folder, `key${length}`)
        writeFileSync(file, made.openSsh('c'.repeat(length)), {mode: 0o600})
        // Without a comment ssh-keygen prints none.
        const printed = execFileSync('ssh-keygen', ['-y', '-P', '', '-f', file], {encoding: 'utf8'}).trim()
        expect(printed).toBe(`${made.publicKey.text} ${'c'.repeat(length)}`.trim())
        expect(readPrivateKey(readFileSync(file)).publicKey.text).toBe(made.publicKey.text)
      }
    })
  })

  testWith('ssh-keygen', 'signs what ssh-keygen verifies for the person and namespace only', async () => {
    await inFolder(async (folder) => {
      const made = generateEd25519()
      writeFileSync(join(folder, 'signers'), `p-1 namespaces="${namespace}" ${made.publicKey.text}\n`)
      writeFileSync(join(folder, 'sig'), armor(await made.signer.sign(namespace, message)))
      const verifies = (as: string): string =>
        execFileSync('ssh-keygen', ['-Y', 'verify', '-f', 'signers', '-I', 'p-1', '-n', as, '-s', 'sig'], {
          cwd: folder,
          input: message,
          encoding: 'utf8',
          stdio: ['pipe', 'pipe', 'ignore'],
        })
      expect(verifies(namespace)).toContain(made.publicKey.fingerprint)
      expect(() => verifies('keyrite-receipt-v1@example.org')).toThrow()
    })
  })
})

describe('a damaged private key', () => {
  const made = generateEd25519()
  const other = generateEd25519()
  const file = made.openSsh('comment')
  const label = 'OPENSSH PRIVATE KEY'
  const bytes = fromPem(file, label)
  const altered = (change: (copy: Buffer) => void): Buffer => {
    const copy = Buffer.from(bytes)
    change(copy)
    return toPem(copy, label)
  }
  const pair = fromPem(other.openSsh(''), label)
  const swapped = altered((copy) => {
    const at = copy.indexOf(made.publicKey.blob)
    other.publicKey.blob.copy(copy, at)
  })

  test.each<[string, Buffer, string, RegExp]>([
    ['the public half of another key', swapped, 'USAGE', /two halves/],
    [
      'check numbers that differ',
      altered((copy) => copy.writeUInt8(copy.readUInt8(98) ^ 1, 98)),
      'USAGE',
      /check numbers/,
    ],
    ['other padding', altered((copy) => copy.writeUInt8(9, copy.length - 1)), 'USAGE', /padding/],
    ['two keys', altered((copy) => copy.writeUInt32BE(2, 35)), 'USAGE', /exactly one key/],
    ['another magic', altered((copy) => copy.write('x', 0)), 'USAGE', /openssh-key-v1/],
    ['a cut end', toPem(pair.subarray(0, 100), label), 'USAGE', /too early/],
    ['PKCS#8 of nothing', toPem(Buffer.alloc(20), 'PRIVATE KEY'), 'USAGE', /damaged/],
    ['text', Buffer.from('hello'), 'USAGE', /this is not one/],
    ['a public key', Buffer.from(made.publicKey.text), 'USAGE', /this is not one/],
  ])('%s is refused', (_name, text, code, sentence) => {
    expect(() => readPrivateKey(text)).toThrow(refusal(code, sentence))
  })

  test('as it was, it is read', () => {
    expect(readPrivateKey(file).publicKey.text).toBe(made.publicKey.text)
  })

  test('kinds that SSH or this process cannot use are unsupported', () => {
    const sk = skEd25519()
    const handle = writeOpenSshKey(
      sk.publicKey.blob,
      Buffer.concat([string(sk.publicKey.type), Buffer.alloc(40)]),
      '',
    )
    expect(() => readPrivateKey(handle)).toThrow(refusal('UNSUPPORTED', /security key/))
    const ed448 = generateKeyPairSync('ed448').privateKey.export({format: 'pem', type: 'pkcs8'})
    expect(() => readPrivateKey(Buffer.from(ed448))).toThrow(refusal('USAGE', /not one of SSH/))
    const k256 = generateKeyPairSync('ec', {namedCurve: 'secp256k1'}).privateKey.export({
      format: 'pem',
      type: 'pkcs8',
    })
    expect(() => readPrivateKey(Buffer.from(k256))).toThrow(refusal('USAGE', /curve is not one of SSH/))
  })

  test('no message holds a part of the key', () => {
    const secret = fromPem(file, label).subarray(-80)
    for (const text of [swapped, altered((copy) => copy.writeUInt8(9, copy.length - 1))]) {
      try {
        readPrivateKey(text)
        throw new Error('accepted')
      } catch (error) {
        const shown = `${(error as Error).stack ?? ''}${String((error as Error).cause)}`
        expect(shown).toContain('cannot read the private key')
        for (const form of ['hex', 'base64'] as const)
          expect(shown).not.toContain(secret.toString(form).slice(8, 24))
      }
    }
  })
})
