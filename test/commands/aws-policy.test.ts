/** The policy that AWS KMS keeps with a key, set by command, on the stand-in. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyGrant from '../../src/commands/key/grant.ts'
import KeyShow from '../../src/commands/key/show.ts'
import KeySync from '../../src/commands/key/sync.ts'
import LedgerShow from '../../src/commands/ledger/show.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import {away, home, ministack, reachHouse} from './reach-house.ts'
import {testWhen} from '../support/needs.ts'
import {runJson} from '../support/run.ts'

describe('the policy of a key in AWS KMS', () => {
  const {house, standin, ask, make, kmsIn, idOf, lastRequest, start, stop} = reachHouse()
  beforeAll(start, 60_000)
  afterAll(stop)

  const stands = async (region: string = home): Promise<string> => {
    const KeyId = await idOf('orders')
    return (await kmsIn(region, async (kms) => kms.getKeyPolicy({KeyId}))).Policy ?? ''
  }
  const written = (what: unknown): string => {
    const path = join(house().world.home, '..', 'policy.json')
    writeFileSync(path, typeof what === 'string' ? what : JSON.stringify(what, null, 2))
    return path
  }
  const set = async (what: unknown, signed = 2) =>
    ask(KeyGrant, 'key grant', ['orders', '--policy', written(what)], signed)
  const findings = async (...more: string[]) =>
    (await runJson(KeySync, 'key sync', ['--profile', 'two', '--as', 'alice', ...more], house().world))[
      'findings'
    ]
  const account = (): string => process.env['AWS_ACCESS_KEY_ID'] ?? ''
  const root = () => ({Effect: 'Allow', Principal: {AWS: account()}, Action: 'kms:*', Resource: '*'})
  const only = (...more: object[]) => ({Version: '2012-10-17', Statement: [root(), ...more]})

  testWhen(
    ministack,
    'is set whole, as people read and approved it, found after a lost answer, and counts as agreed to',
    async () => {
      expect(await make('orders', 'two', '--replica-region', away)).toMatchObject({exit: 0})
      expect(await findings()).toBe(0)
      const before = await stands(away)
      const uses = {
        Sid: 'Orders',
        Effect: 'Allow',
        Principal: {AWS: `arn:aws:iam::${account()}:role/orders`},
        Action: ['kms:Sign', 'kms:GetPublicKey'],
        Resource: '*',
      }
      const asked = await set(only(uses), 0)
      expect(asked).toMatchObject({exit: 8, operation: 'key.grant'})
      const words = JSON.stringify(asked)
      expect(words).toContain('Statement 2 of 2, which comes: Allow: ')
      expect(words).toContain('role/orders')
      expect(words).toContain('Goes: Deny: ')
      const putBy = async () =>
        (await standin().seen()).filter(({operation}) => operation === 'PutKeyPolicy').length
      await putBy()
      await standin().fault('hollow', {operation: 'PutKeyPolicy'})
      expect(await set(only(uses))).toMatchObject({code: 'PROVIDER_FAILED', changed: true})
      await standin().fault('cut-after', {operation: 'PutKeyPolicy', times: 1000})
      expect(await set(only(uses))).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
      await standin().clearFaults()
      expect(JSON.parse(await stands())).toEqual(only(uses))
      await putBy()
      expect(await set(only(uses))).toMatchObject({exit: 0})
      // It was found as it was meant, and is not set twice.
      expect(await putBy()).toBe(0)
      expect(await stands(away)).toBe(before)
      const last = await runJson(LedgerShow, 'ledger show', ['--last', '1'], house().world)
      expect(JSON.stringify(last)).toMatch(/"type":"key\.granted".*"policy":"[0-9a-f]{64}"/)
      expect(await runJson(KeyShow, 'key show', ['orders'], house().world)).toMatchObject({
        policy: {version: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown as string},
      })
      expect(await findings()).toBe(0)
      // What others change afterwards is told.
      const KeyId = await idOf('orders')
      expect(await set(only(), 0)).toMatchObject({exit: 8})
      const elsewhere = only({...uses, Action: 'kms:Verify'})
      await kmsIn(home, async (kms) => kms.putKeyPolicy({KeyId, Policy: JSON.stringify(elsewhere)}))
      const late = await ask(RequestApply, 'request apply', [await lastRequest()])
      expect(late).toMatchObject({code: 'PLAN_MOVED'})
      expect(JSON.parse(await stands())).toEqual(elsewhere)
      expect(await findings()).toBe(1)
      expect(await runJson(LedgerVerify, 'ledger verify', [], house().world)).toMatchObject({ok: true})
    },
    120_000,
  )

  testWhen(
    ministack,
    'is refused before anybody is asked where it is none, too long, or would shut keyrite out',
    async () => {
      const other = {...root(), Principal: {AWS: 'arn:aws:iam::999999999999:root'}}
      const denies = {Effect: 'Deny', Principal: '*', Action: 'kms:Put*', Resource: '*'}
      const before = await stands()
      for (const [what, code, says] of [
        ['{"Statement": [', 'USAGE', 'not JSON'],
        ['[]', 'USAGE', 'not an object'],
        [only({...root(), Sid: 'x'.repeat(33_000)}), 'UNSUPPORTED', 'AWS KMS takes 32768'],
        [{Statement: [other]}, 'UNSUPPORTED', 'could no longer DescribeKey, GetKeyPolicy, PutKeyPolicy'],
        [only(denies), 'UNSUPPORTED', 'could no longer PutKeyPolicy'],
      ] as const) {
        const refused = await set(what)
        expect([says, refused['code'], refused['changed']]).toEqual([says, code, false])
        expect(refused['message']).toContain(says)
      }
      await make('soft', 'main', '--pin-file', house().pinFile)
      const soft = await ask(KeyGrant, 'key grant', ['soft', '--policy', written(only())])
      expect(soft).toMatchObject({code: 'UNSUPPORTED', changed: false})
      expect(await stands()).toBe(before)
    },
    60_000,
  )
})
