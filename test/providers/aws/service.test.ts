/** What AWS KMS has beside the five ports, on the stand-in in front of ministack: copies, grants, aliases, schedules, last use. */
import {KMS} from '@aws-sdk/client-kms'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openAws} from '../../../src/providers/aws/index.ts'
import type {KeyService, Provider} from '../../../src/providers/ports.ts'
import {noTerms, type KeySchedule} from '../../../src/providers/schedule.ts'
import {bring} from '../../backends/bring.ts'
import {startAwsStandin, type AwsStandin} from '../../backends/standin.ts'
import {testWhen} from '../../support/needs.ts'
import {all, enabled, labelled, none, outcome, specOf} from '../support.ts'
import {anAccount, settingsOf, soon} from './bench.ts'

const ministack = await bring('ministack')
const [home, away] = ['eu-central-1', 'eu-west-1'] as const

describe('what AWS KMS has beside the ports', () => {
  const box: {standin?: AwsStandin; provider?: Provider; single?: Provider; account?: string} = {}
  const provider = (): Provider => box.provider ?? missing('nothing is open')
  const service = (): KeyService => provider().service ?? missing('it has none')
  const schedule = (): KeySchedule => provider().schedule ?? missing('it has none')
  const every = (days: number) => ({...noTerms, everyDays: days})
  const stranger = (region: string): KMS => new KMS({region, endpoint: box.standin?.url ?? ''})
  beforeAll(async () => {
    if (!ministack.present) return
    box.account = anAccount()
    box.standin = await startAwsStandin(ministack)
    box.provider = await openAws({...settingsOf(box.standin.url), replica_regions: away}, soon)
    box.single = await openAws(settingsOf(box.standin.url), soon)
  })
  afterAll(async () => {
    await box.provider?.close()
    await box.single?.close()
    await box.standin?.stop()
  })

  testWhen(ministack, 'describes and uses keys that others made, called by their alias', async () => {
    const kms = stranger(home)
    const made = async (
      KeySpec: 'ECC_NIST_P256' | 'RSA_2048' | 'SYMMETRIC_DEFAULT',
      KeyUsage: 'SIGN_VERIFY' | 'ENCRYPT_DECRYPT',
    ) => (await kms.createKey({KeySpec, KeyUsage})).KeyMetadata?.KeyId ?? ''
    const [signs, opens, seals] = [
      await made('ECC_NIST_P256', 'SIGN_VERIFY'),
      await made('RSA_2048', 'ENCRYPT_DECRYPT'),
      await made('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT'),
    ]
    await kms.createAlias({AliasName: 'alias/Their/signer', TargetKeyId: signs})
    const found = new Map((await all(provider().store)).map((one) => [one.ref.key, one]))
    expect(found.get(signs)).toMatchObject({
      spec: {label: 'Their/signer', algorithm: 'ec-p256', scheme: 'es256', purpose: 'sign'},
      intent: null,
      availability: 'enabled',
    })
    expect(found.get(opens)?.spec).toMatchObject({label: opens, scheme: 'oaep-sha256', purpose: 'decrypt'})
    expect(found.get(seals)?.spec).toMatchObject({scheme: 'a256gcm', purpose: 'encrypt'})
    const ref = found.get(signs)?.ref ?? missing('it is not listed')
    const message = Buffer.from('theirs')
    expect(await provider().use.verify(ref, message, await provider().use.sign(ref, message))).toBe(true)
    expect(await provider().life.setAvailability(ref, 'disabled')).toBe('disabled')
    expect((await kms.describeKey({KeyId: signs})).KeyMetadata?.KeyState).toBe('Disabled')
    kms.destroy()
  })

  testWhen(ministack, 'says where keys may be copied in who it is, so that it is approved', async () => {
    expect(await provider().evidence.identity()).toMatchObject({region: home, replicas: away})
  })

  testWhen(ministack, 'copies a key to a region that the profile names, once, and to no other', async () => {
    const ref = await enabled(provider(), specOf('ec-p256'))
    expect(await service().replicas(ref)).toEqual([])
    const copy = {region: away, availability: 'enabled'}
    expect(await service().replicate(ref, away)).toEqual(copy)
    expect(await service().replicate(ref, away)).toEqual(copy)
    expect(await service().replicas(ref)).toEqual([copy])
    expect(await outcome(service().replicate(ref, home))).toBe('UNSUPPORTED')
    expect(await outcome(service().replicate(ref, 'us-east-1'))).toBe('UNSUPPORTED')
    const there = stranger(away)
    const {Tags: tags} = await there.listResourceTags({KeyId: ref.key})
    expect(tags).toContainEqual({TagKey: 'keyrite:purpose', TagValue: 'sign'})
    there.destroy()
  })

  testWhen(
    ministack,
    'switches a key off in every region, and calls it off only when it is off everywhere',
    async () => {
      const ref = await enabled(provider(), specOf('ec-p256'))
      await service().replicate(ref, away)
      const there = stranger(away)
      const signs = async () =>
        there.sign({KeyId: ref.key, SigningAlgorithm: 'ECDSA_SHA_256', Message: Buffer.from('x')}).then(
          () => 'signed',
          (error: unknown) => (error as Error).name,
        )
      expect(await signs()).toBe('signed')
      expect(await provider().life.setAvailability(ref, 'disabled')).toBe('disabled')
      expect(await signs()).toBe('DisabledException')
      await there.enableKey({KeyId: ref.key})
      expect((await provider().store.describe(ref))?.availability).toBe('enabled')
      expect(await provider().life.setAvailability(ref, 'disabled')).toBe('disabled')
      expect((await provider().store.describe(ref))?.availability).toBe('disabled')
      there.destroy()
    },
  )

  testWhen(
    ministack,
    'destroys no key that has copies, and names the command that destroys them',
    async () => {
      const ref = await enabled(provider(), specOf('ec-p256'))
      await service().replicate(ref, away)
      const refused: unknown = await provider()
        .life.scheduleDestruction(ref, 7)
        .catch((error: unknown) => error)
      expect(refused).toMatchObject({
        code: 'KEY_STATE',
        hints: [expect.stringContaining(`--region ${away} --key-id ${ref.key}`)],
      })
      expect((await provider().store.describe(ref))?.availability).toBe('enabled')
      const there = stranger(away)
      await there.scheduleKeyDeletion({KeyId: ref.key, PendingWindowInDays: 7})
      await box.standin?.clock(8 * 86_400)
      expect(await service().replicas(ref)).toEqual([])
      expect(await outcome(provider().life.scheduleDestruction(ref, 7))).toBe('ok')
      await box.standin?.clock(6 * 86_400)
      expect((await provider().store.describe(ref))?.availability).toBe('destruction-pending')
      await box.standin?.clock(2 * 86_400)
      expect(await provider().store.describe(ref)).toBeUndefined()
      expect(await outcome(provider().life.cancelDestruction(ref))).toBe('KEY_NOT_FOUND')
      there.destroy()
    },
  )

  testWhen(
    ministack,
    'makes a copy the primary, from where it is copied, rotated and scheduled, and back again',
    async () => {
      const [pair, plain] = [
        await enabled(provider(), specOf('aes-256')),
        await enabled(box.single ?? missing('nothing is open'), specOf('aes-256')),
      ]
      expect(await service().primaryRegion(pair)).toBe(home)
      expect(await outcome(service().setPrimaryRegion(pair, away))).toBe('UNSUPPORTED')
      await service().replicate(pair, away)
      await service().setPrimaryRegion(pair, away)
      await service().setPrimaryRegion(pair, away)
      expect(await service().primaryRegion(pair)).toBe(away)
      expect(await service().replicas(pair)).toEqual([{region: away, availability: 'enabled'}])
      expect(await outcome(provider().life.scheduleDestruction(pair, 7))).toBe('KEY_STATE')
      expect(await schedule().set(pair.key, every(90))).toMatchObject({everyDays: 90})
      const rotated = await provider().life.rotate(pair.key, '0b'.repeat(16))
      expect(rotated).toMatchObject({key: pair.key})
      expect(await provider().life.setAvailability(rotated, 'disabled')).toBe('disabled')
      expect(await provider().life.setAvailability(rotated, 'enabled')).toBe('enabled')
      await service().setPrimaryRegion(pair, home)
      expect(await service().primaryRegion(pair)).toBe(home)
      expect(await box.single?.service?.primaryRegion(plain)).toBeNull()
      expect(
        await outcome(box.single?.service?.setPrimaryRegion(plain, away) ?? missing('it has none')),
      ).toBe('UNSUPPORTED')
    },
  )

  testWhen(
    ministack,
    'gives an alias to a key wherever it has copies, moves it to its like, and to nothing else',
    async () => {
      const alias = `alias/moves-${Date.now()}`
      const [old, fresh] = [
        await enabled(provider(), specOf('ec-p256')),
        await enabled(provider(), specOf('ec-p256')),
      ]
      const other = await enabled(provider(), specOf('aes-256'))
      expect(await service().aliased(alias)).toBeUndefined()
      for (const ref of [old, fresh]) await service().replicate(ref, away)
      await service().setAlias(alias, old)
      await service().setAlias(alias.slice('alias/'.length), old)
      expect(await service().aliases(old)).toEqual([alias])
      const there = stranger(away)
      const standsFor = async () => (await there.describeKey({KeyId: alias})).KeyMetadata?.KeyId
      expect(await standsFor()).toBe(old.key)
      await service().setAlias(alias, fresh)
      expect(await service().aliased(alias)).toBe(fresh.key)
      expect(await service().aliases(old)).toEqual([])
      expect(await standsFor()).toBe(fresh.key)
      expect(await outcome(service().setAlias(alias, other))).toBe('UNSUPPORTED')
      expect(await standsFor()).toBe(fresh.key)
      for (const wrong of ['', 'alias/', 'aws/kms', 'a b', 'ä', 'a'.repeat(251)])
        expect(await outcome(service().setAlias(wrong, fresh))).toBe('USAGE')
      expect(await outcome(service().setAlias(alias, {key: 'nowhere', version: '1'}))).toBe('KEY_NOT_FOUND')
      there.destroy()
    },
  )

  testWhen(ministack, 'tells who has grants and aliases, and the policy', async () => {
    const ref = await enabled(provider(), specOf('aes-256'))
    const here = stranger(home)
    await here.createAlias({AliasName: 'alias/orders', TargetKeyId: ref.key})
    const grantee = `arn:aws:iam::${box.account ?? ''}:role/orders`
    await here.createGrant({
      KeyId: ref.key,
      GranteePrincipal: grantee,
      Operations: ['Decrypt'],
      Name: 'orders',
      Constraints: {EncryptionContextSubset: {of: 'orders'}},
    })
    const access = await service().access(ref)
    expect(access).toMatchObject({
      aliases: ['alias/orders'],
      grants: [{name: 'orders', grantee, operations: ['Decrypt'], onlyInContext: true}],
    })
    expect(JSON.parse(access.policy ?? '')).toMatchObject({Statement: [{Sid: 'EnableIAMPermissions'}]})
    here.destroy()
  })

  testWhen(
    ministack,
    'gives a grant once for one intent, in the region that is named, and takes it away for good',
    async () => {
      const grants = provider().grants ?? missing('it has none')
      const ref = await enabled(provider(), specOf('ec-p256'))
      await service().replicate(ref, away)
      const grantee = `arn:aws:iam::${box.account ?? ''}:role/orders`
      const wish = {grantee, operations: ['Sign', 'GetPublicKey'], region: away}
      const [intent, other] = ['0c'.repeat(16), '0d'.repeat(16)]
      expect(await grants.find(ref, intent, away)).toBeUndefined()
      const given = await grants.give(ref, wish, intent)
      expect(given).toMatchObject({...wish, name: `keyrite-${intent}`, onlyInContext: false})
      expect(await grants.give(ref, wish, intent)).toEqual(given)
      expect(await grants.find(ref, intent, away)).toEqual(given)
      expect(await grants.find(ref, intent, home)).toBeUndefined()
      const here = await grants.give(ref, {...wish, region: home}, other)
      const both = await grants.list(ref)
      expect(both.map(({id, region}) => [region, id]).toSorted()).toEqual(
        [
          [home, here.id],
          [away, given.id],
        ].toSorted(),
      )
      // What was disabled before is stripped all the same.
      await provider().life.setAvailability(ref, 'disabled')
      expect(await outcome(grants.give(ref, wish, '0e'.repeat(16)))).toBe('KEY_STATE')
      for (const one of [...both, ...both]) await grants.remove(ref, one)
      expect(await grants.list(ref)).toEqual([])
      const there = stranger(away)
      expect((await there.listGrants({KeyId: ref.key})).Grants ?? []).toEqual([])
      there.destroy()
    },
  )

  testWhen(ministack, 'gives no grant that goes beyond the key, and touches nothing', async () => {
    const grants = provider().grants ?? missing('it has none')
    const ref = await enabled(provider(), specOf('ec-p256'))
    const wish = {grantee: `arn:aws:iam::${box.account ?? ''}:role/r`, operations: ['Sign'], region: home}
    const wrong = [
      {operations: []},
      {operations: ['Sign', 'CreateGrant']},
      {operations: ['Decrypt']},
      {region: away},
      {grantee: 'orders'},
      {grantee: 'kms.amazonaws.com'},
      {grantee: `arn:aws:iam::1:role/r`},
    ]
    for (const change of wrong)
      expect([change, await outcome(grants.give(ref, {...wish, ...change}, '0f'.repeat(16)))]).toEqual([
        change,
        'UNSUPPORTED',
      ])
    expect(await grants.list(ref)).toEqual([])
    const nowhere = {key: 'nowhere', version: '1'}
    expect(await outcome(grants.remove(nowhere, {id: 'x', region: home}))).toBe('KEY_NOT_FOUND')
  })

  testWhen(ministack, 'rotates by a schedule that is set, read, kept and taken away', async () => {
    const ref = await enabled(provider(), specOf('aes-256'))
    const {key} = ref
    const pair = await enabled(provider(), specOf('ec-p256'))
    expect(await schedule().read(key)).toEqual({...noTerms, next: null, notes: []})
    expect(await schedule().set(key, every(90))).toMatchObject({everyDays: 90, next: expect.any(Date)})
    for (const days of [89, 2561, 100.5])
      expect(await outcome(schedule().set(key, every(days)))).toBe('UNSUPPORTED')
    expect(await outcome(schedule().permit(key, {...noTerms, expireAfterDays: 90}))).toBe('UNSUPPORTED')
    expect(await outcome(schedule().set(pair.key, every(90)))).toBe('UNSUPPORTED')
    expect(await outcome(schedule().read(pair.key))).toBe('UNSUPPORTED')
    await box.standin?.clock(91 * 86_400)
    const found = await provider().store.find('00'.repeat(16), [ref])
    expect(found).toMatchObject({kind: 'one', ref: {key}})
    const sealed = await provider().use.encrypt(
      found.kind === 'one' ? found.ref : ref,
      Buffer.from('after'),
      none,
    )
    expect(await outcome(provider().use.encrypt(ref, Buffer.from('old'), none))).toBe('KEY_STATE')
    expect(await outcome(provider().use.decrypt(ref, sealed, none))).toBe('PROVIDER_FAILED')
    expect(await schedule().set(key, noTerms)).toEqual({...noTerms, next: null, notes: []})
  })

  testWhen(ministack, 'says when a key was used last, and for what', async () => {
    const ref = await enabled(provider(), specOf('ec-p256'))
    expect(await service().lastUse(ref)).toMatchObject({at: null, since: expect.any(Date)})
    await provider().use.sign(ref, labelled('x'))
    expect(await service().lastUse(ref)).toMatchObject({at: expect.any(Date), operation: 'Sign'})
  })
})

function missing(what: string): never {
  throw new Error(what)
}
