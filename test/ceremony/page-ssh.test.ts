/** The page's own reader of SSH signatures agrees with the program's, on good ones and on every kind of bad one. */
import {generateKeyPairSync, sign} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {verifySshsig as verifyInPage, type Verdict} from '../../src/ceremony/minutes/page/ssh.ts'
import {publicKeyOf, type PublicKey} from '../../src/custody/ssh/public-key.ts'
import {blobOf, signBlob} from '../../src/custody/ssh/raw-signature.ts'
import {buildSshsig, signedData, verifySshsig} from '../../src/custody/ssh/sshsig.ts'
import {string} from '../../src/custody/ssh/wire.ts'
import {
  rsaPair,
  skEcdsa,
  skEd25519,
  skSignature,
  webauthnSignature,
  type Pair,
} from '../custody/ssh/software-keys.ts'

const namespace = 'keyrite-approval-v1@example.org'
const message = new Uint8Array(Buffer.from('{"what":"is signed"}'))

interface Case {
  readonly key: PublicKey
  readonly signature: Uint8Array
}

const sshsig = (key: PublicKey, signature: Uint8Array, hash: 'sha256' | 'sha512' = 'sha512'): Uint8Array =>
  buildSshsig({publicKey: key.blob, namespace, hash, signature})

function plain(pair: Pair): Case {
  const signature = signBlob(pair.publicKey, pair.privateKey, signedData(namespace, 'sha512', message))
  return {key: pair.publicKey, signature: sshsig(pair.publicKey, signature)}
}

function curve(namedCurve: string): Case {
  const {publicKey, privateKey} = generateKeyPairSync('ec', {namedCurve})
  return plain({publicKey: publicKeyOf(blobOf(publicKey)), privateKey})
}

function ed25519(): Case {
  const {publicKey, privateKey} = generateKeyPairSync('ed25519')
  return plain({publicKey: publicKeyOf(blobOf(publicKey)), privateKey})
}

function touched(flags: number): Case {
  const pair = skEd25519()
  return {
    key: pair.publicKey,
    signature: sshsig(pair.publicKey, skSignature(pair, namespace, message, {flags})),
  }
}

function inBrowser(flags: number, about: Uint8Array = message): Case {
  const pair = skEcdsa('https://example.org')
  const challenge = signedData(namespace, 'sha512', about).toString('base64url')
  const origin = 'https://example.org'
  const clientData = `{"type":"webauthn.get","challenge":"${challenge}","origin":"${origin}"}`
  return {
    key: pair.publicKey,
    signature: sshsig(pair.publicKey, webauthnSignature(pair, {flags, origin, clientData})),
  }
}

const good: readonly (readonly [string, () => Case])[] = [
  ['Ed25519', ed25519],
  ['ECDSA on P-256', () => curve('P-256')],
  ['ECDSA on P-384', () => curve('P-384')],
  ['ECDSA on P-521', () => curve('P-521')],
  ['RSA', () => plain(rsaPair(2048))],
  ['a security key that was touched', () => touched(1)],
  ['a security key in a browser', () => inBrowser(5)],
]

async function inPage(
  {key, signature}: Case,
  over = message,
  space = namespace,
): Promise<Verdict | 'thrown'> {
  try {
    return await verifyInPage(key.text, space, new Uint8Array(over), new Uint8Array(signature))
  } catch {
    return 'thrown'
  }
}

describe.each(good)('a signature by %s', (_name, make) => {
  const one = make()
  test('is good', async () => {
    expect(await inPage(one)).toBe('good')
  })

  test('is bad over other bytes, for another use, and under another key', async () => {
    expect(await inPage(one, new Uint8Array(Buffer.from('{"what":"is not"}')))).not.toBe('good')
    expect(await inPage(one, message, 'keyrite-presence-v1@example.org')).not.toBe('good')
    expect(await inPage({...one, key: make().key})).not.toBe('good')
  })

  test('is bad wherever a byte of it is changed, cut off or added, as for the program', async () => {
    const bytes = Buffer.from(one.signature)
    const changed = Array.from({length: bytes.length}, (_, at) => {
      const other = Buffer.from(bytes)
      other[at] = (other[at] ?? 0) ^ 1
      return other
    })
    // Each 7th of them, all with SLOW=1.
    const some = changed.filter((_, at) => process.env['SLOW'] === '1' || at % 7 === 0)
    for (const signature of [...some, bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.of(0)])]) {
      const ours = ((): string => {
        try {
          return verifySshsig({signature, message, namespace, key: one.key}).kind
        } catch {
          return 'bad'
        }
      })()
      const verdict = await inPage({...one, signature})
      expect([ours === 'good', verdict === 'good']).toEqual([false, false])
    }
  })
})

test('a security key that was not touched is bad, though its signature fits', async () => {
  expect(await inPage(touched(0))).toEqual({bad: 'the security key was not touched'})
  expect(await inPage(inBrowser(4))).toEqual({bad: 'the security key was not touched'})
})

test('a browser’s assertion about something else is bad', async () => {
  expect(await inPage(inBrowser(5, new Uint8Array(Buffer.from('other'))))).toBe('thrown')
})

test('an RSA signature with SHA-1 is bad', async () => {
  const {publicKey, privateKey} = rsaPair(2048)
  const raw = sign('sha1', signedData(namespace, 'sha512', message), privateKey)
  const inner = Buffer.concat([string('ssh-rsa'), string(raw)])
  expect(await inPage({key: publicKey, signature: sshsig(publicKey, inner)})).toEqual({
    bad: '“ssh-rsa” is not made by a key of type “ssh-rsa”',
  })
})
