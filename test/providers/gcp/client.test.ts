/** The stand-in is ours, so Google's own client in another language asks it too, and compares it with what the facts say. */
import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {describe, expect} from '@jest/globals'
import {bring, pythonOf} from '../../backends/bring.ts'
import {testWhen} from '../../support/needs.ts'
import {startStandin} from './standin.ts'

const client = await bring('google-client')

describe('the stand-in for Google Cloud KMS', () => {
  testWhen(client, 'answers Google’s client for Python as the published facts say', async () => {
    if (!client.present) return
    const standin = await startStandin()
    try {
      const {stdout} = await promisify(execFile)(
        pythonOf(client.folder),
        [
          join(import.meta.dirname, 'client.py'),
          standin.endpoint,
          standin.ring,
          standin.ca,
          standin.credentials,
          JSON.stringify(await standin.roots()),
        ],
        {env: process.env},
      )
      const version = (name: string) => `${standin.ring}/cryptoKeys/${name}/cryptoKeyVersions/1`
      expect(JSON.parse(stdout)).toEqual({
        defaults: ['1', 'ENABLED', 'GOOGLE_SYMMETRIC_ENCRYPTION', 30],
        opened: ['text', true, true],
        'other context': ['InvalidArgument', 'Decryption failed.'],
        'no ciphertext': ['InvalidArgument', 'Decryption failed: the ciphertext is invalid.'],
        'bad checksum': ['InvalidArgument', expect.any(String)],
        'no primary': true,
        ecdsa: 'verified',
        pss: 'verified',
        attestation: 'CAVIUM_V2_COMPRESSED',
        'wrong digest': ['InvalidArgument', expect.any(String)],
        'wrong purpose': [
          'FailedPrecondition',
          expect.stringMatching(/incorrect key purpose: ASYMMETRIC_SIGN/),
        ],
        disabled: ['FailedPrecondition', `${version('py-ec')} is not enabled, current state is: DISABLED.`],
        'no such target': ['InvalidArgument', expect.any(String)],
        scheduled: ['DESTROY_SCHEDULED', 30],
        'destroyed twice': [
          'FailedPrecondition',
          `The request cannot be fulfilled. Resource ${version('py-ec')} has value DESTROY_SCHEDULED in field crypto_key_version.state.`,
        ],
        restored: 'DISABLED',
        'name twice': ['AlreadyExists', `CryptoKey ${standin.ring}/cryptoKeys/py-ec already exists.`],
        'bad id': ['InvalidArgument', expect.any(String)],
        'bad name': [
          'InvalidArgument',
          expect.stringMatching(/^Resource name 'payments' does not match pattern/),
        ],
        missing: ['NotFound', `CryptoKey ${standin.ring}/cryptoKeys/nothing not found.`],
        'no algorithm': ['InvalidArgument', expect.any(String)],
        'not modelled': ['MethodNotImplemented', expect.stringMatching(/not modelled/)],
        versions: ['1', '2', '3', '4', '5', '6'],
        'still primary': '1',
        'new primary': '3',
        'period alone': ['InvalidArgument', expect.any(String)],
        raw: ['text', 12, 16, true],
        'raw nonce': ['InvalidArgument', expect.any(String)],
        random: 64,
        'random of software': ['MethodNotImplemented', expect.any(String)],
        hsm: [true, true, true, true, true, true],
        bound: [['roles/cloudkms.cryptoKeyEncrypter', ['serviceAccount:ci@p.iam.gserviceaccount.com']]],
        stale: ['Aborted', expect.any(String)],
        retired: ['py-empty', true, true],
        alive: 6,
        'delete what is alive': [
          'FailedPrecondition',
          `The request cannot be fulfilled. Resource ${version('py-raw')} has value ENABLED in field crypto_key_version.state.`,
        ],
        may: ['cloudkms.cryptoKeys.get'],
        listed: ['py-aes', 'py-ec', 'py-rsa'],
      })
    } finally {
      await standin.stop()
    }
  })
})
