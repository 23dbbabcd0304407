/** The stand-in for AWS, asked by AWS's own client in another language: so that not both ends are ours. */
import {execFile} from 'node:child_process'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {credentials} from '../../backends/aws.ts'
import {bring, pythonOf} from '../../backends/bring.ts'
import {startAwsStandin, type AwsStandin} from '../../backends/standin.ts'
import {testWhen} from '../../support/needs.ts'

const run = promisify(execFile)
const [ministack, client] = [await bring('ministack'), await bring('aws-client')]
const both = ministack.present ? client : ministack

let standin: AwsStandin | undefined
let seen: Readonly<Record<string, unknown>> = {}
beforeAll(async () => {
  if (!ministack.present || !client.present) return
  standin = await startAwsStandin(ministack)
  const {stdout} = await run(pythonOf(client.folder), [join(import.meta.dirname, 'programs.py')], {
    env: {...credentials(standin), ENDPOINT: standin.url},
  })
  seen = JSON.parse(stdout) as typeof seen
}, 180_000)
afterAll(async () => {
  await standin?.stop()
})

const behaviours: readonly (readonly [name: string, program: string, expected: unknown])[] = [
  [
    'signs with ML-DSA, and another library finds the signature good',
    'ml_dsa',
    {
      spec: 'ML_DSA_65',
      algorithms: ['ML_DSA_SHAKE_256'],
      'verified by': 'MLDSA65PublicKey',
      verified: true,
      'other message': 'KMSInvalidSignatureException',
      'other algorithm': 'InvalidKeyUsageException',
      'external mu': 'StandInNotModelled',
      import: 'StandInNotModelled',
      disabled: 'DisabledException',
      'disabled public': 'DisabledException',
    },
  ],
  [
    'rotates on demand 25 times and by the calendar, and opens what was sealed before',
    'rotation',
    {
      'twice at once': 'ConflictException',
      pending: 0,
      'another material': true,
      old: 'old',
      new: 'new',
      'other context': 'InvalidCiphertextException',
      'other key': 'IncorrectKeyException',
      're-encrypted': 'new',
      types: [null, 'ON_DEMAND', 'AUTOMATIC'],
      states: ['NON_CURRENT', 'NON_CURRENT', 'CURRENT'],
      '26th': 'LimitExceededException',
      'a pair': 'UnsupportedOperationException',
    },
  ],
  [
    'completes a deletion when its clock says so, and not before',
    'deletion',
    {
      'not scheduled': 'KMSInvalidStateException',
      use: 'KMSInvalidStateException',
      enable: 'KMSInvalidStateException',
      again: 'KMSInvalidStateException',
      cancelled: 'Disabled',
      days: 7,
      gone: 'NotFoundException',
      listed: false,
      alias: 'NotFoundException',
    },
  ],
  [
    'moves the primary of a multi-Region key, which outlives its replicas',
    'regions',
    {
      'no replica': 'NotFoundException',
      'the same key': true,
      roles: ['REPLICA', 'PRIMARY'],
      'by the replica': 'UnsupportedOperationException',
      'primary first': 'PendingReplicaDeletion',
      replica: 'NotFoundException',
      primary: 'PendingDeletion',
      'primary later': 'NotFoundException',
    },
  ],
  [
    'takes imported material away when it expires',
    'imports',
    {
      'too far': 'ValidationException',
      past: 'ValidationException',
      after: 'PendingImport',
      use: 'KMSInvalidStateException',
    },
  ],
  [
    'keeps to a key’s policy and grants, for simple statements',
    'policy',
    {
      'by default': ['allowed', 'allowed', 'AccessDeniedException'],
      allowed: ['allowed', 'allowed', 'AccessDeniedException'],
      denied: ['AccessDeniedException', 'AccessDeniedException'],
      granted: ['allowed', 'AccessDeniedException'],
      lockout: 'MalformedPolicyDocumentException',
      condition: 'StandInNotModelled',
      create: 'AccessDeniedException',
      who: 'arn:aws:iam::000000000077:user/signer',
    },
  ],
  [
    'remembers the last use that succeeded',
    'usage',
    {
      before: {},
      'tracked since creation': true,
      refusal: 'DisabledException',
      operation: 'GenerateMac',
      'after creation': true,
    },
  ],
  ['lists in pages', 'lists', {first: [3, true], pages: [3, 3, 1], 'bad marker': 'InvalidMarkerException'}],
  [
    'fails in every way that it is told to',
    'faults',
    {
      throttle: 'ThrottlingException',
      'throttle-429': 'TooManyRequestsException',
      error: 'KMSInternalException',
      unavailable: '503',
      'cut-before': 'ConnectionClosedError',
      'cut-after': 'ConnectionClosedError',
      // boto3 takes an answer that it cannot read for an empty one.
      garbage: 'allowed',
      refuse: 'UnrecognizedClientException',
      expired: 'ExpiredTokenException',
      denied: 'AccessDeniedException',
      unknown: 'UnknownOperationException',
      'after them': 'allowed',
      hollow: 'Enabled',
      lag: ['Enabled', 'Disabled'],
      cut: ['ConnectionClosedError', 1],
      second: ['allowed', 'ThrottlingException', 'allowed'],
      retried: 'allowed',
    },
  ],
  [
    'has clusters, HSMs, backups and key stores of CloudHSM v2, in CBOR as newer clients speak',
    'cloudhsm',
    {
      states: ['CREATE_IN_PROGRESS', 'UNINITIALIZED'],
      hsms: ['ACTIVE', 'ACTIVE'],
      'not connected': 'CustomKeyStoreInvalidStateException',
      'a pair': 'UnsupportedOperationException',
      key: ['AWS_CLOUDHSM', true, true],
      disconnected: ['Unavailable', 'KMSInvalidStateException', 'CustomKeyStoreHasCMKsException'],
      copy: true,
      copied: ['READY', 'eu-central-1', true, [{Key: 'a', Value: 'b'}]],
      deleted: ['PENDING_DELETION', true, 'CloudHsmInvalidRequestException'],
      restored: ['READY', 'CloudHsmInvalidRequestException'],
      'from backup': [true, 'INITIALIZED'],
      gone: ['CloudHsmResourceNotFoundException', 0],
      shared: 'StandInNotModelled',
      policy: 'StandInNotModelled',
    },
  ],
]

describe('the stand-in for AWS, seen by boto3,', () => {
  for (const [name, program, expected] of behaviours)
    testWhen(both, name, () => {
      expect(seen[program]).toEqual(expected)
    })
})
