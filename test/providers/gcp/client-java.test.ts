/** The stand-in is ours, so Google's own client for Java leads keys through their whole lives on it, and checks what it answers. */
import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {describe, expect} from '@jest/globals'
import {bringJava} from '../../backends/clients.ts'
import {testWhen} from '../../support/needs.ts'
import {startStandin} from './standin.ts'

const source = join(import.meta.dirname, 'java')
const client = await bringJava(source)

describe('the stand-in for Google Cloud KMS', () => {
  testWhen(
    client,
    'leads keys through their lives for Google’s client for Java, as the published facts say',
    async () => {
      if (!client.present) return
      const standin = await startStandin()
      try {
        // R: a pair was there some 62 ms after it was asked for.
        await standin.ask({generation: 62})
        const {endpoint, ring, credentials, control, ca} = standin
        const {stdout} = await promisify(execFile)(
          'java',
          [
            ...['-cp', join(client.folder, '*'), join(source, 'Client.java')],
            ...[endpoint, ring, credentials, control, ca],
          ],
          {env: process.env},
        )
        expect(JSON.parse(stdout)).toEqual(answers)
      } finally {
        await standin.stop()
      }
    },
    180_000,
  )
})

const [invalid, precondition] = [['INVALID_ARGUMENT'], ['FAILED_PRECONDITION']]
const answers = {
  opened: ['text', true],
  'other context': invalid,
  'bad checksum': invalid,
  primary: true,
  'still opened': ['text', false],
  // It was due once, after a day; its next time is two days later.
  rotated: [true, 3 * 86_400, 'java'],
  off: false,
  'wrong purpose': [...precondition, 'CRYPTO_SCHEME_MISMATCH'],
  bound: ['user:java@example.com'],
  stale: ['ABORTED'],
  signed: [true, true, true],
  attested: 'CAVIUM_V2_COMPRESSED',
  oaep: 'message',
  mac: [true, false],
  random: 32,
  brought: ['ENABLED', true, true],
  'import only': precondition,
  disabled: [...precondition, 'KEY_DISABLED'],
  enabled: 'OK',
  'set destroyed': invalid,
  scheduled: 'DESTROY_SCHEDULED',
  'scheduled and used': [...precondition, 'KEY_DESTROY_SCHEDULED'],
  restored: 'DISABLED',
  'restored twice': precondition,
  destroyed: ['DESTROYED', false, true],
  'destroyed again': precondition,
  pages: [3, 3, 2],
  names: ['aes', 'brought', 'ec', 'life', 'mac', 'oaep', 'pkcs1', 'pss'].map((one) => `java-${one}`),
  missing: ['NOT_FOUND'],
  'name twice': ['ALREADY_EXISTS'],
  'ring twice': ['ALREADY_EXISTS'],
}
