/** Keys of an external key store (XKS) of AWS KMS by commands, on the stand-in: nobody else has such stores, and none was seen on AWS. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyShow from '../../src/commands/key/show.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import RequestList from '../../src/commands/request/list.ts'
import RotationPlan from '../../src/commands/rotation/plan.ts'
import {home, ministack, reachHouse} from './reach-house.ts'
import {testWhen} from '../support/needs.ts'
import {runCommand, runJson} from '../support/run.ts'

describe('a key that lies in a key manager outside AWS', () => {
  const {house, standin, ask, kmsIn, shown, lastRequest, start, stop} = reachHouse()
  const aes = ['--algorithm', 'aes-256', '--purpose', 'encrypt', '--class', 'dek', '--owner', 'Orders']
  const create = async (name: string, args: readonly string[], kind: readonly string[] = aes) =>
    ask(KeyCreate, 'key create', [name, ...kind, ...args], 5)
  const outside = ['--profile', 'xks', '--external-key', 'orders.2026']
  const requests = async () =>
    (await runJson<{requests: unknown[]}>(RequestList, 'request list', ['--all'], house().world)).requests
  beforeAll(async () => {
    await start()
    if (!ministack.present) return
    const store = await kmsIn(home, async (kms) => {
      const {CustomKeyStoreId = ''} = await kms.createCustomKeyStore({
        ...{CustomKeyStoreName: 'outside', CustomKeyStoreType: 'EXTERNAL_KEY_STORE'},
        ...{XksProxyUriEndpoint: 'https://xks.example.com', XksProxyUriPath: '/kms/xks/v1'},
        ...{XksProxyConnectivity: 'PUBLIC_ENDPOINT'},
        XksProxyAuthenticationCredential: {AccessKeyId: 'A'.repeat(20), RawSecretAccessKey: 'B'.repeat(43)},
      })
      await kms.connectCustomKeyStore({CustomKeyStoreId})
      return CustomKeyStoreId
    })
    const place = ['--kind', 'aws', '--environment', 'test', '--region', home, '--endpoint', standin().url]
    await ask(ProfileAdd, 'profile add', ['xks', ...place, '--custom-key-store', store], 5)
  }, 60_000)
  afterAll(stop)

  testWhen(
    ministack,
    'without its name, of another algorithm, or in another place it is refused before anybody signs',
    async () => {
      const before = await requests()
      for (const [args, code, says] of [
        [['--profile', 'xks'], 'UNSUPPORTED', '--external-key ID'],
        [['--profile', 'one', '--external-key', 'orders.2026'], 'UNSUPPORTED', 'no external key store'],
        [['--profile', 'xks', '--external-key', 'a b'], 'USAGE', '1 to 128'],
      ] as const)
        expect(await create('orders', args)).toMatchObject({
          ...{code, exit: code === 'USAGE' ? 2 : 5},
          message: expect.stringContaining(says),
        })
      const pair = [
        '--algorithm',
        'ec-p256',
        '--purpose',
        'sign',
        '--class',
        'jwt-signing',
        '--owner',
        'Orders',
      ]
      expect(await create('orders', outside, pair)).toMatchObject({
        ...{code: 'UNSUPPORTED', exit: 5},
        message: expect.stringContaining('it can make aes-256'),
      })
      expect(await requests()).toEqual(before)
    },
    60_000,
  )

  testWhen(
    ministack,
    'people sign its name; the answer is lost, and the same command finds the key, made once and proved',
    async () => {
      const plan = await runCommand(
        KeyCreate,
        'key create',
        ['orders', ...aes, ...outside, '--dry-run', '--as', 'alice'],
        house().world,
      )
      expect(plan.stdout).toContain('its key manager calls it "orders.2026"')
      await standin().fault('cut-after', {operation: 'CreateKey', times: 1})
      await create('orders', [...outside, '--activate'])
      expect(await ask(RequestApply, 'request apply', [await lastRequest()])).toMatchObject({exit: 0})
      const {providerId} = await shown('orders')
      const made = await kmsIn(home, async (kms) => kms.describeKey({KeyId: providerId.split('/')[0] ?? ''}))
      expect(made.KeyMetadata).toMatchObject({
        ...{Origin: 'EXTERNAL_KEY_STORE', XksKeyConfiguration: {Id: 'orders.2026'}, KeyState: 'Enabled'},
      })
      expect(await runJson(KeyShow, 'key show', ['orders'], house().world)).toMatchObject({
        ...{state: 'active', externalKey: 'orders.2026'},
        versions: [{protection: {level: 'unknown', evidence: 'asserted'}}],
      })
      // KMS takes one name once; nothing is made by the second.
      expect(await create('others', outside)).toMatchObject({code: 'KEY_EXISTS'})
      expect(await runJson(LedgerVerify, 'ledger verify', [], house().world)).toMatchObject({ok: true})
    },
    60_000,
  )

  testWhen(
    ministack,
    'its rotation is refused before anybody signs: another version is another key there, which people name',
    async () => {
      const before = await requests()
      expect(await ask(RotationPlan, 'rotation plan', ['orders'], 5)).toMatchObject({
        ...{code: 'UNSUPPORTED', exit: 5},
        message: expect.stringContaining('--external-key ID'),
      })
      expect(await requests()).toEqual(before)
    },
    60_000,
  )
})
