/** What people sign with, and their signatures. */
import {createPrivateKey, createPublicKey, generateKeyPairSync} from 'node:crypto'
import {describe} from '@jest/globals'
import {generateEd25519, readPrivateKey} from '../../src/custody/ssh/private-key.ts'
import {parsePublicKey, type PublicKey} from '../../src/custody/ssh/public-key.ts'
import {armor, buildSshsig, parseArmored, parseSshsig, verifySshsig} from '../../src/custody/ssh/sshsig.ts'
import {sha256} from '../../src/base/bytes.ts'
import {skEd25519, skSignature} from '../custody/ssh/software-keys.ts'
import {byteMutations, insideArmor, insidePem} from './bytes.ts'
import {fuzz, isCode, isTypeError} from './fuzz.ts'
import {textMutation} from './text.ts'

const namespace = 'keyrite-approval-v1@example.org'
const message = Buffer.from('the plan')

const files = [
  generateKeyPairSync('ec', {namedCurve: 'P-256'}),
  generateKeyPairSync('rsa', {modulusLength: 2048}),
  generateKeyPairSync('ed25519'),
].map(({privateKey}) => Buffer.from(privateKey.export({format: 'pem', type: 'pkcs8'})))
const plain = files.map((file) => readPrivateKey(file))
const security = [skEd25519(), skEd25519('ssh:other')]
const signed: readonly {readonly by: PublicKey; readonly blob: Buffer}[] = [
  ...(await Promise.all(
    plain.map(async ({publicKey: by, signer}) => ({
      by,
      blob: Buffer.from(await signer.sign(namespace, message)),
    })),
  )),
  ...security.map((key) => ({
    by: key.publicKey,
    blob: buildSshsig({
      publicKey: key.publicKey.blob,
      namespace,
      hash: 'sha512',
      signature: skSignature(key, namespace, message, {flags: 1}),
    }),
  })),
]
const blobs = signed.map(({blob}) => blob)

/** That a verdict is not "good". */
class NotGood extends Error {}

/** Good only for what somebody signed: whatever else is taken for it is a forgery. @throws NotGood. */
function judged(blob: Buffer): string | undefined {
  const good = signed.filter(
    ({by}) => verifySshsig({signature: blob, message, namespace, key: by}).kind === 'good',
  )
  if (good.length === 0) throw new NotGood()
  return good.length === 1 && good[0]?.blob.equals(blob) === true
    ? undefined
    : 'a good signature that nobody made'
}

const size = (bytes: Uint8Array | string): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(Buffer.byteLength(bytes))
  return Buffer.concat([head, Buffer.from(bytes as string)])
}

describe('signatures', () => {
  fuzz({
    name: 'SSHSIG, its parts',
    seeds: blobs,
    mutations: byteMutations,
    refuses: isTypeError,
    take(bytes) {
      const {publicKey, namespace: space, reserved, hash, signature} = parseSshsig(bytes)
      const parts = [publicKey, space, reserved, hash, signature].map((one) => size(one))
      const whole = Buffer.concat([Buffer.from('SSHSIG\0\0\0\x01', 'latin1'), ...parts])
      return whole.equals(bytes) ? undefined : 'it is made of other parts than it says'
    },
  })
  fuzz({
    name: 'SSHSIG, its verdict',
    seeds: blobs,
    mutations: byteMutations,
    refuses: (error) => error instanceof NotGood,
    take: judged,
  })
  fuzz({
    name: 'SSHSIG, armored',
    seeds: blobs.map((blob) => Buffer.from(armor(blob))),
    mutations: [...byteMutations, insideArmor, insideArmor, insideArmor, textMutation, textMutation],
    refuses: (error) => isTypeError(error) || error instanceof NotGood,
    take(bytes) {
      const blob = parseArmored(bytes.toString('utf8'))
      const lines = blob.toString('base64').replace(/.{1,70}/g, '$&\n')
      return `-----BEGIN SSH SIGNATURE-----\n${lines}-----END SSH SIGNATURE-----\n` === bytes.toString('utf8')
        ? judged(blob)
        : 'it is not in its one spelling'
    },
  })
})

describe('keys', () => {
  const lines = [...plain, ...security].flatMap(({publicKey: {text}}) => [
    text,
    `${text} alice@example.com`,
    `${text}\n`,
  ])
  fuzz({
    name: 'public key line',
    seeds: lines.map((line) => Buffer.from(line)),
    mutations: [...byteMutations, textMutation, textMutation],
    refuses: isCode('USAGE', 'UNSUPPORTED'),
    take(bytes) {
      const line = bytes.toString('utf8')
      const key = parsePublicKey(line)
      const [type = '', encoded = ''] = line.split(/[ \t\r\n]+/)
      const blob = Buffer.from(encoded, 'base64')
      if (key.text !== `${type} ${encoded}` || blob.toString('base64') !== encoded || !key.blob.equals(blob))
        return 'the line says another key'
      if (blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1') !== type)
        return 'it is of another kind'
      if (key.fingerprint !== `SHA256:${sha256(blob).toString('base64').replaceAll('=', '')}`)
        return 'its fingerprint is another'
      return /[\p{Cc}]/u.test(line.replace(/\r?\n$/, '').replaceAll('\t', ''))
        ? 'it holds control characters'
        : undefined
    },
  })
  const made = Array.from({length: 2}, generateEd25519)
  const known = [...made, ...plain].map(({publicKey}) => publicKey.text)
  const openssh = made.map((one) => one.openSsh('alice@example.com'))
  const theirs = (bytes: Buffer): string | undefined => {
    const {publicKey} = readPrivateKey(bytes)
    return known.includes(publicKey.text) ? undefined : 'a key that nobody made'
  }
  fuzz({
    name: 'private key file of OpenSSH',
    seeds: openssh,
    mutations: [...byteMutations, ...Array.from({length: 6}, () => insidePem('OPENSSH PRIVATE KEY'))],
    refuses: isCode('USAGE', 'UNSUPPORTED'),
    take: theirs,
  })
  fuzz({
    name: 'private key file of PKCS#8',
    seeds: files,
    mutations: [...byteMutations, insidePem('PRIVATE KEY')],
    refuses: isCode('USAGE', 'UNSUPPORTED'),
    // The format has nothing that holds its two halves together: any 32 bytes are a key. What it signs must verify.
    take(bytes) {
      const {publicKey} = readPrivateKey(bytes)
      const half = createPublicKey(createPrivateKey(bytes)).export({format: 'der', type: 'spki'})
      return half.equals(publicKey.key.export({format: 'der', type: 'spki'}))
        ? undefined
        : 'another public half'
    },
    cases: 100_000,
  })
})
