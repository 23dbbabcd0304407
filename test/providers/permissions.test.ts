/** Roles as AWS has them, and that places without permissions say so. */
import {expect, test} from '@jest/globals'
import {permissionRoles, rolesFor, type PermissionRole} from '../../src/providers/permissions.ts'
import {permissionsOf} from '../../src/providers/registry.ts'
import {purposes, type Purpose} from '../../src/providers/algorithms.ts'
import {outcome, specOf} from './support.ts'

const id = '1234abcd-12ab-34cd-56ef-1234567890ab'
const identity = {kind: 'aws', account: '111122223333', partition: 'aws-us-gov', region: 'us-gov-west-1'}

async function awsStatement(role: PermissionRole, spec = specOf('rsa-2048')) {
  const policyFor = await permissionsOf('aws')
  const {documents} = policyFor({
    role,
    spec,
    ids: [id],
    identity,
    principal: 'arn:aws-us-gov:iam::111122223333:role/ci',
  })
  const [own, ofKey] = documents.map(({text}) => JSON.parse(text) as Record<string, unknown>)
  const [statement] = own?.['Statement'] as Record<string, unknown>[]
  return {statement, ofKey}
}

test('every purpose has an administrator, an auditor, a prover and its own users, and no other', () => {
  const users = (purpose: Purpose) => rolesFor(purpose).filter((role) => role.startsWith('key-user-'))
  expect(Object.fromEntries(purposes.map((purpose) => [purpose, users(purpose)]))).toEqual({
    sign: ['key-user-sign', 'key-user-verify'],
    encrypt: ['key-user-encrypt', 'key-user-decrypt'],
    wrap: ['key-user-wrap'],
    mac: ['key-user-mac', 'key-user-verify'],
    decrypt: ['key-user-encrypt', 'key-user-decrypt'],
  })
  for (const purpose of purposes)
    for (const role of ['key-admin', 'key-auditor', 'key-prover'] as const)
      expect(rolesFor(purpose)).toContain(role)
})

test('at AWS a signer signs with the scheme of the key alone, on this key alone', async () => {
  const {statement, ofKey} = await awsStatement('key-user-sign', specOf('rsa-4096', {scheme: 'ps384'}))
  const same = {
    Effect: 'Allow',
    Action: ['kms:DescribeKey', 'kms:ListResourceTags', 'kms:GetPublicKey', 'kms:Sign'],
    Condition: {StringEqualsIfExists: {'kms:SigningAlgorithm': 'RSASSA_PSS_SHA_384'}},
  }
  expect(statement).toMatchObject({
    ...same,
    Resource: [`arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/${id}`],
  })
  expect(ofKey).toMatchObject({
    ...same,
    Resource: '*',
    Principal: {AWS: 'arn:aws-us-gov:iam::111122223333:role/ci'},
  })
})

const uses =
  /^kms:(Sign|Verify|Encrypt|Decrypt|ReEncrypt|GenerateDataKey|GenerateMac|VerifyMac|DeriveSharedSecret)/
const changes =
  /^kms:(Create|Put|Enable|Disable|Schedule|Cancel|Delete|Update|Import|Replicate|Tag|Untag|Rotate|Revoke|Retire)/

test.each(permissionRoles)(
  'at AWS %s does one thing: who changes does not use, and who uses does not change',
  async (role) => {
    const spec = role === 'key-user-mac' ? specOf('hmac-sha256') : specOf('aes-256')
    const {statement} = await awsStatement(role, spec)
    const actions = statement?.['Action'] as string[]
    expect(actions).toContain('kms:DescribeKey')
    for (const action of actions) {
      expect(action).toMatch(/^kms:[A-Za-z]+$/)
      expect(action).not.toMatch(/PutKeyPolicy|CreateGrant|Import|Replicate/)
      if (role === 'key-admin' || role === 'key-auditor') expect(action).not.toMatch(uses)
      if (role !== 'key-admin') expect(action).not.toMatch(changes)
    }
  },
)

test.each(['local', 'pkcs11'])('a place of kind %s knows no permissions, and says so', async (kind) => {
  expect(await outcome(permissionsOf(kind))).toBe('UNSUPPORTED')
})
