/** The stand-in is ours, so Microsoft's own clients in another language ask it too, and compare it with what the facts say. */
import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {describe, expect} from '@jest/globals'
import {bring, pythonOf} from '../../backends/bring.ts'
import {testWhen} from '../../support/needs.ts'
import {startStandin} from './standin.ts'

const client = await bring('azure-client')
const ops = ['sign', 'verify']

const both = {
  ecdsa: 'verified',
  opened: 'text',
  'no ciphertext': [400, 'BadParameter', null],
  'second version': true,
  versions: 2,
  disabled: [403, 'Forbidden', 'KeyDisabled'],
  'not its operation': [403, 'Forbidden', 'KeyOperationForbidden'],
  dates: [true, null],
  expired: [403, 'Forbidden', null],
  unknown: [404, 'KeyNotFound', null],
  policy: [['Rotate', 'P30D'], ['Notify', 'P30D'], 'P90D'],
  rotated: true,
  'exportable alone': [400, 'BadParameter', null],
  'release policy': [true, {version: '1.0.0', anyOf: []}],
  'restored over it': [409, 'Conflict', null],
  'no backup': [400, 'Malformed backup blob', null],
  deleted: 90,
  'name taken': [409, 'Conflict', 'ObjectIsDeletedButRecoverable'],
  purge: [403, 'Forbidden', null],
  recovered: true,
}
const answers = {
  vault: {...both, made: ['EC', ops, true, 'Recoverable', 90, '0']},
  hsm: {
    ...both,
    made: ['EC-HSM', ops, true, 'Recoverable', 90, '2'],
    random: 32,
    attestation: true,
    aes: 'text',
    settings: [['AllowKeyManagementOperationsThroughARM', false]],
    assigned: ['/keys/py-rsa'],
    elsewhere: [],
    'backed up': true,
    'bad token': [400, 'BadRequest', null],
    'security domain': 2,
    'too few holders': [400, 'BadParameter', null],
  },
} as const

describe('the stand-in for Azure', () => {
  for (const kind of ['vault', 'hsm'] as const)
    testWhen(
      client,
      `as ${kind}, it answers Microsoft’s clients for Python as the published facts say`,
      async () => {
        if (!client.present) return
        const standin = await startStandin(kind)
        try {
          // A backup of the whole is done when it is looked at.
          await standin.ask({jobSeconds: 0})
          const {vault, tokenFile, ca} = standin
          const {stdout} = await promisify(execFile)(
            pythonOf(client.folder),
            [join(import.meta.dirname, 'client.py'), vault, tokenFile, ca, kind],
            {env: process.env},
          )
          expect(JSON.parse(stdout)).toEqual(answers[kind])
        } finally {
          await standin.stop()
        }
      },
    )
})
