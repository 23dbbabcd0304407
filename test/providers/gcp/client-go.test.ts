/** The stand-in is ours, so Google's own client for Go leads keys through their whole lives on it, and checks what it answers. */
import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {describe, expect} from '@jest/globals'
import {bringGo} from '../../backends/clients.ts'
import {testWhen} from '../../support/needs.ts'
import {startStandin} from './standin.ts'

const client = await bringGo(join(import.meta.dirname, 'go'))

describe('the stand-in for Google Cloud KMS', () => {
  testWhen(
    client,
    'leads keys through their whole lives for Google’s client for Go, as the published facts say',
    async () => {
      if (!client.present) return
      const standin = await startStandin()
      try {
        // R: a pair was there some 62 ms after it was asked for.
        await standin.ask({generation: 62})
        const {stdout} = await promisify(execFile)(
          client.folder,
          [standin.endpoint, standin.ring, standin.credentials, standin.control],
          {env: {...process.env, SSL_CERT_FILE: standin.ca}},
        )
        expect(JSON.parse(stdout)).toEqual(answers)
      } finally {
        await standin.stop()
      }
    },
    120_000,
  )
})

const lived = 'RING/cryptoKeys/go-life/cryptoKeyVersions/1'
const aes = (version: number) => `RING/cryptoKeys/go-aes/cryptoKeyVersions/${version}`
const wrongState = (state: string) => [
  'FailedPrecondition',
  `The request cannot be fulfilled. Resource ${lived} has value ${state} in field crypto_key_version.state.`,
]
const notEnabled = (state: string) => [
  'FailedPrecondition',
  `${lived} is not enabled, current state is: ${state}.`,
  ...[`KEY_${state}`, lived],
]
const wrongPurpose = (version: string) => [
  'FailedPrecondition',
  `Operation requested for Key ${version} has incorrect key purpose: ENCRYPT_DECRYPT`,
  ...['CRYPTO_SCHEME_MISMATCH', version],
]
const answers = {
  default: ['GOOGLE_SYMMETRIC_ENCRYPTION', 'ENABLED', 30, 'SOFTWARE'],
  opened: ['text', true, '/cryptoKeyVersions/1'],
  'other context': ['InvalidArgument', 'Decryption failed.'],
  'bad checksum': 'InvalidArgument',
  'too long': 'InvalidArgument',
  primary: true,
  'still opened': ['text', false],
  // It was due once, after a day; its next time is two days later.
  rotated: ['/cryptoKeyVersions/3', 48, 'go'],
  off: [true, true],
  'no mask': 'InvalidArgument',
  'purpose is fixed': 'InvalidArgument',
  'wrong purpose': wrongPurpose(aes(2)),
  signed: [true, true, true, true],
  attested: 'CAVIUM_V2_COMPRESSED',
  oaep: 'text',
  'no ciphertext': 'InvalidArgument',
  'nothing to sign': 'InvalidArgument',
  'no public half': wrongPurpose(aes(1)),
  mac: [true, false],
  'short mac': 'InvalidArgument',
  raw: ['message', 12, 16],
  random: 32,
  job: ['ACTIVE', 72],
  brought: ['ENABLED', true, true],
  'import only': 'FailedPrecondition',
  'brought and used': 'text',
  'not brought': ['IMPORT_FAILED', true],
  'brought plainly': 'ENABLED',
  'brought pair': true,
  disabled: notEnabled('DISABLED'),
  enabled: 'OK',
  'set destroyed': 'InvalidArgument',
  scheduled: ['DESTROY_SCHEDULED', true, true],
  'scheduled and used': notEnabled('DESTROY_SCHEDULED'),
  'enabled while scheduled': wrongState('DESTROY_SCHEDULED'),
  'deleted while scheduled': 'FailedPrecondition',
  restored: ['DISABLED', true],
  'restored twice': 'FailedPrecondition',
  destroyed: ['DESTROYED', true, true],
  'destroyed again': wrongState('DESTROYED'),
  deleted: ['NotFound', `CryptoKeyVersion ${lived} not found.`],
  retired: [true, true],
  pages: [8, 8],
  names: ['aes', 'brought', 'ec', 'ed', 'mac', 'oaep', 'pair', 'pkcs1', 'pss', 'raw'].map(
    (one) => `go-${one}`,
  ),
  labelled: '/cryptoKeys/go-aes',
  missing: ['NotFound', 'CryptoKey RING/cryptoKeys/nothing not found.'],
  'name twice': ['AlreadyExists', 'CryptoKey RING/cryptoKeys/go-aes already exists.'],
  'bad name': 'InvalidArgument',
  'bad token': 'InvalidArgument',
  ring: '/keyRings/go-ring',
  'ring twice': 'AlreadyExists',
  bound: ['serviceAccount:go@p.iam.gserviceaccount.com'],
  stale: 'Aborted',
  may: ['cloudkms.cryptoKeys.get'],
}
