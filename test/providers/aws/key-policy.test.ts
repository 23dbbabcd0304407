import {describe, expect, test} from '@jest/globals'
import {shutOutOf} from '../../../src/providers/aws/lockout.ts'
import {openAws} from '../../../src/providers/aws/index.ts'
import type {JsonObject} from '../../../src/base/jcs.ts'
import {startLocalstack, startMinistack} from '../../backends/aws.ts'
import {bring} from '../../backends/bring.ts'
import {testWhen} from '../../support/needs.ts'
import {intent, specOf} from '../support.ts'
import {anAccount, settingsOf, soon} from './bench.ts'

const role = 'arn:aws:iam::111122223333:role/ops/keyrite'
const who = {
  account: '111122223333',
  caller: 'arn:aws:sts::111122223333:assumed-role/keyrite/session',
  key: 'arn:aws:kms:eu-central-1:111122223333:key/0e6b',
}
const allow = (AWS: string | readonly string[], more: object = {}) => ({
  ...{Effect: 'Allow', Principal: {AWS}, Action: 'kms:*', Resource: '*'},
  ...more,
})
const deny = (AWS: string, more: object = {}) => ({...allow(AWS, more), Effect: 'Deny'})
const put = 'kms:PutKeyPolicy'

describe('a policy of AWS KMS, by its text alone', () => {
  test.each<readonly [string, readonly object[], readonly string[]]>([
    ['the root of the account', [allow('arn:aws:iam::111122223333:root')], []],
    ['the number of the account', [allow('111122223333')], []],
    ['its role, though a session calls', [allow(['arn:aws:iam::111122223333:user/a', role])], []],
    ['that very session', [allow(who.caller)], []],
    ['a pattern of actions', [allow('*', {Action: ['kms:describe*', 'kms:Put?eyPolicy']})], []],
    ['a pattern that must go back', [allow('*', {Action: 'k*s:*t*Key*y'})], []],
    ['a pattern that asks for more', [allow('*', {Action: 'kms:PutKeyPolicy?'})], [put]],
    ['a pattern of many stars, at once', [allow('*', {Action: `${'*k'.repeat(8000)}x`})], [put]],
    ['all actions but others', [allow('*', {Action: undefined, NotAction: 'kms:Sign'})], []],
    ['a condition, which is not judged', [allow('*', {Condition: {Bool: {x: 'true'}}})], []],
    ['what is denied under a condition', [allow('*'), deny('*', {Condition: {Bool: {x: 'true'}}})], []],
    ['this key by its ARN', [allow('*', {Resource: [who.key]})], []],
    ['another key', [allow('*', {Resource: `${who.key}f`})], [put]],
    ['this key in another case', [allow('*', {Resource: who.key.toUpperCase()})], [put]],
    ['no key at all', [allow('*', {Resource: undefined})], [put]],
    ['what is denied to somebody else', [allow('*'), deny('arn:aws:iam::111122223333:role/x')], []],
    ['another role of its name elsewhere', [allow('arn:aws:iam::999999999999:role/keyrite')], [put]],
    ['nothing', [], [put]],
    ['other actions', [allow('*', {Action: 'kms:Sign'})], [put]],
    ['what is denied to everybody', [allow('*'), deny('*')], [put]],
    ['what is denied to its account', [allow('*'), deny('arn:aws:iam::111122223333:root')], [put]],
    ['what is denied to its role', [allow('*'), deny(role)], [put]],
    ['a service', [{...allow('*'), Principal: {Service: 'x.amazonaws.com'}}], [put]],
    ['nobody but others', [{...allow('*'), Principal: undefined, NotPrincipal: {AWS: role}}], [put]],
  ])('lets keyrite look after a key, or not: %s', (_, statements, lost) => {
    const policy = JSON.parse(JSON.stringify({Statement: statements})) as JsonObject
    expect(shutOutOf(policy, [put], who)).toEqual(lost)
  })
})

for (const [name, emulator, start] of [
  ['ministack', await bring('ministack'), startMinistack],
  ['LocalStack', await bring('localstack'), startLocalstack],
] as const)
  testWhen(
    emulator,
    `the policy of a key is put and given back, on ${name}`,
    async () => {
      const running = await start(emulator)
      const account = anAccount()
      const provider = await openAws(settingsOf(running.url), soon)
      try {
        const {policies} = provider
        if (policies === undefined) throw new Error('it has no policies')
        const ref = await provider.store.create(specOf('ec-p256'), intent())
        const policy = {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: {AWS: `arn:aws:iam::${account}:root`},
              Action: 'kms:*',
              Resource: '*',
            },
          ],
        }
        expect(policies.isSame(policy, await policies.read(ref))).toBe(false)
        await policies.set(ref, policy)
        expect(policies.isSame(policy, await policies.read(ref))).toBe(true)
        await expect(policies.set(ref, {Statement: []})).rejects.toMatchObject({code: 'UNSUPPORTED'})
        expect(policies.isSame(policy, await policies.read(ref))).toBe(true)
        // As AWS may write the same.
        const [only] = policy.Statement
        expect(policies.isSame(policy, JSON.stringify({...policy, Statement: only}))).toBe(true)
      } finally {
        await provider.close()
        await running.stop()
      }
    },
    180_000,
  )
