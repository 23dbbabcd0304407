/** Custom key stores, of a CloudHSM cluster and outside AWS, on the stand-in: nobody else has them, and none was seen on AWS. */
import {CloudHSMV2} from '@aws-sdk/client-cloudhsm-v2'
import {KMS} from '@aws-sdk/client-kms'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {demandAble} from '../../../src/profiles/index.ts'
import {openAws} from '../../../src/providers/aws/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {providerKind} from '../../../src/providers/registry.ts'
import {bring} from '../../backends/bring.ts'
import {startAwsStandin, type AwsStandin} from '../../backends/standin.ts'
import {testWhen} from '../../support/needs.ts'
import {all, bytesOf, enabled, intent, labelled, none, outcome, secretOf, specOf} from '../support.ts'
import {anAccount, settingsOf, soon} from './bench.ts'

const ministack = await bring('ministack')
const region = 'eu-central-1'

describe('a custom key store', () => {
  const box: {standin?: AwsStandin} = {}
  const standin = (): AwsStandin => box.standin ?? missing()
  const kms = (): KMS => new KMS({region, endpoint: standin().url})
  const opened = async (store: string): Promise<Provider> =>
    openAws({...settingsOf(standin().url), custom_key_store: store}, soon)
  const thrown = async (act: Promise<void>): Promise<unknown> => act.catch((error: unknown) => error)
  beforeAll(async () => {
    if (!ministack.present) return
    anAccount()
    box.standin = await startAwsStandin(ministack)
  })
  afterAll(async () => {
    await box.standin?.stop()
  })

  testWhen(
    ministack,
    'of a CloudHSM cluster holds AES keys alone, by its word, and none as long as it is not connected',
    async () => {
      const CustomKeyStoreName = 'payments'
      const {CustomKeyStoreId = ''} = await kms().createCustomKeyStore({
        ...{CustomKeyStoreName, CloudHsmClusterId: await newCluster(standin())},
        ...{KeyStorePassword: 'kmsPswd', TrustAnchorCertificate: 'certificate'},
      })
      const provider = await opened(CustomKeyStoreName)
      expect(await provider.evidence.identity()).toMatchObject({
        ...{custom_key_store: CustomKeyStoreId, key_store_type: 'AWS_CLOUDHSM'},
      })
      expect(await thrown(demandAble('hsm', provider))).toMatchObject({
        code: 'PROVIDER_FAILED',
        message: `cannot make keys in profile "hsm": custom key store: payments (${CustomKeyStoreId}), AWS_CLOUDHSM, disconnected`,
        hints: [
          `aws kms connect-custom-key-store --custom-key-store-id ${CustomKeyStoreId}`,
          'keyrite profile check hsm',
        ],
      })
      expect(await outcome(provider.store.create(specOf('aes-256'), intent()))).not.toBe('ok')
      expect(await all(provider.store)).toEqual([])
      await kms().connectCustomKeyStore({CustomKeyStoreId})
      await demandAble('hsm', provider)
      const ref = await enabled(provider, specOf('aes-256'))
      const {KeyMetadata} = await kms().describeKey({KeyId: ref.key})
      expect(KeyMetadata).toMatchObject({Origin: 'AWS_CLOUDHSM', CustomKeyStoreId, KeyState: 'Enabled'})
      expect((await provider.evidence.protection(ref)).detail).toMatch(
        new RegExp(
          `says Origin AWS_CLOUDHSM, CustomKeyStoreId ${CustomKeyStoreId}, CloudHsmClusterId cluster-`,
        ),
      )
      const sealed = await provider.use.encrypt(ref, labelled('in there'), none)
      expect(bytesOf(await provider.use.decrypt(ref, sealed, none))).toEqual(labelled('in there'))
      for (const act of [
        provider.store.create(specOf('rsa-2048'), intent()),
        provider.move.import(specOf('aes-256'), secretOf(Buffer.alloc(32, 1)), intent()),
      ])
        expect(await outcome(act)).toBe('UNSUPPORTED')
      expect(await all(provider.store)).toHaveLength(1)
      const next = await provider.life.rotate(ref.key, intent())
      expect(next.key).not.toBe(ref.key)
      expect((await kms().describeKey({KeyId: next.key})).KeyMetadata).toMatchObject({CustomKeyStoreId})
      await provider.close()
    },
    60_000,
  )

  testWhen(
    ministack,
    'outside AWS takes a key of its key manager by name, once, and makes none without; what others made there is told as what lies outside',
    async () => {
      const {CustomKeyStoreId = ''} = await kms().createCustomKeyStore({
        ...{CustomKeyStoreName: 'outside', CustomKeyStoreType: 'EXTERNAL_KEY_STORE'},
        ...{XksProxyUriEndpoint: 'https://xks.example.com', XksProxyUriPath: '/kms/xks/v1'},
        ...{XksProxyConnectivity: 'PUBLIC_ENDPOINT'},
        XksProxyAuthenticationCredential: {AccessKeyId: 'A'.repeat(20), RawSecretAccessKey: 'B'.repeat(43)},
      })
      await kms().connectCustomKeyStore({CustomKeyStoreId})
      const provider = await opened(CustomKeyStoreId)
      const identity = await provider.evidence.identity()
      expect(identity).toMatchObject({key_store_type: 'EXTERNAL_KEY_STORE'})
      const can = {keys: [expect.objectContaining({algorithm: 'aes-256'})], imports: false, outside: true}
      expect(await provider.evidence.capabilities()).toMatchObject({...can, rotates: []})
      const settings = {region, custom_key_store: CustomKeyStoreId}
      expect(await providerKind('aws').offers?.(settings, 1, identity)).toEqual(can)
      expect(await outcome(provider.store.create(specOf('aes-256'), intent()))).toBe('UNSUPPORTED')
      const there = (await all(provider.store)).length
      const named = {...specOf('aes-256'), outside: 'orders.2026'}
      const made = intent()
      const ref = await provider.store.create(named, made)
      expect(await provider.store.describe(ref)).toMatchObject({spec: named, intent: made})
      expect(await provider.store.find(made, [])).toEqual({kind: 'one', ref})
      expect((await kms().describeKey({KeyId: ref.key})).KeyMetadata).toMatchObject({
        ...{Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId, XksKeyConfiguration: {Id: 'orders.2026'}},
      })
      // KMS itself takes what lies outside under one name once.
      const again = {...named, label: 'another'}
      expect(await outcome(provider.store.create(again, intent()))).toBe('KEY_EXISTS')
      expect(await outcome(provider.life.rotate(ref.key, intent()))).toBe('UNSUPPORTED')
      expect(await all(provider.store)).toHaveLength(there + 1)
      const {KeyMetadata} = await kms().createKey({
        ...{Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId, XksKeyId: 'theirs'},
      })
      const key = KeyMetadata?.KeyId ?? missing()
      const theirs = (await all(provider.store)).find(({ref}) => ref.key === key) ?? missing()
      expect(await provider.evidence.protection(theirs.ref)).toMatchObject({
        ...{level: 'unknown', evidence: 'asserted', fips: null},
        detail: expect.stringContaining(`Origin EXTERNAL_KEY_STORE, CustomKeyStoreId ${CustomKeyStoreId}`),
      })
      await provider.close()
    },
    60_000,
  )
})

/** With two HSMs at work in two zones. @returns its id. */
async function newCluster(standin: AwsStandin): Promise<string> {
  const hsms = new CloudHSMV2({region, endpoint: standin.url})
  const SubnetIds = ['subnet-a', 'subnet-b']
  const {Cluster} = await hsms.createCluster({HsmType: 'hsm2m.medium', SubnetIds})
  const ClusterId = Cluster?.ClusterId ?? missing()
  for (const zone of ['a', 'b']) await hsms.createHsm({ClusterId, AvailabilityZone: `${region}${zone}`})
  await standin.activateCluster(ClusterId)
  return ClusterId
}

function missing(): never {
  throw new Error('it is made before the tests')
}
