/** The stand-in is ours, so Microsoft's own client for Go leads keys through their whole lives on it, and checks what it answers. */
import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {describe, expect} from '@jest/globals'
import {bringGo} from '../../backends/clients.ts'
import {testWhen} from '../../support/needs.ts'
import {startStandin} from './standin.ts'

const client = await bringGo(join(import.meta.dirname, 'go'))
const [bad, notFound] = [
  [400, 'BadParameter', ''],
  [404, 'KeyNotFound', ''],
]

const both = {
  signed: [true, true, true],
  'wrong algorithm': bad,
  'short digest': bad,
  unknown: notFound,
  'no type': bad,
  opened: ['text', 'there', 32],
  'no ciphertext': bad,
  'brought again': true,
  disabled: [403, 'Forbidden', 'KeyDisabled'],
  'told while disabled': false,
  kept: 'go',
  'not its operation': [403, 'Forbidden', 'KeyOperationForbidden'],
  dated: true,
  'too early': [403, 'Forbidden', ''],
  'in time': true,
  policy: [['rotate', 'notify'], 'P90D', true],
  'rotated by itself': true,
  'restored over it': [409, 'Conflict', ''],
  deleted: [90, true],
  'deleted and asked': notFound,
  'name taken': [409, 'Conflict', 'ObjectIsDeletedButRecoverable'],
  recovered: true,
  restored: true,
  'no backup': [400, 'Malformed backup blob', ''],
  'purged in time': notFound,
  // A page has 25 of them.
  versions: [27, 2],
  'deleted names': ['go-end'],
}
const answers = {
  vault: {
    ...both,
    made: ['EC', true, 90, 'Recoverable+Purgeable', '0', 'go', 6],
    'oct in software': bad,
    brought: ['RSA', 0, true],
    rotated: [true, true, 'RSA'],
    names: ['go-brought', 'go-ec', 'go-many', 'go-rsa'],
  },
  hsm: {
    ...both,
    made: ['EC-HSM', true, 90, 'Recoverable+Purgeable', '2', 'go', 6],
    // T: it takes the names of software keys, and makes keys of its own.
    'oct in software': '<nil>',
    brought: ['RSA-HSM', 0, true],
    rotated: [true, true, 'RSA-HSM'],
    names: ['go-brought', 'go-ec', 'go-many', 'go-oct', 'go-rsa'],
    random: 32,
    aes: 'text',
    'other context': bad,
    attested: [true, true, true],
  },
} as const

describe('the stand-in for Azure', () => {
  for (const kind of ['vault', 'hsm'] as const)
    testWhen(
      client,
      `as ${kind}, leads keys through their whole lives for Microsoft’s client for Go, as the published facts say`,
      async () => {
        if (!client.present) return
        const standin = await startStandin(kind, 'purgeable')
        try {
          const {vault, tokenFile, control, ca} = standin
          const {stdout} = await promisify(execFile)(client.folder, [vault, tokenFile, control, kind], {
            env: {...process.env, SSL_CERT_FILE: ca},
          })
          expect(JSON.parse(stdout)).toEqual(answers[kind])
        } finally {
          await standin.stop()
        }
      },
      120_000,
    )
})
