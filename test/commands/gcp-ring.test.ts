/** A key ring that is not there yet: said, approved, made once in spite of what is lost on the way, and added then. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileCheck from '../../src/commands/profile/check.ts'
import ProfileMake from '../../src/commands/profile/make.ts'
import ProfileShow from '../../src/commands/profile/show.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import {Service} from '../../src/providers/gcp/service.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {startStandin, type Standin} from '../providers/gcp/standin.ts'
import {here as has, testWith} from '../support/needs.ts'
import {runCommand, runJson} from '../support/run.ts'
import {typesOf} from './held.ts'

describe('a key ring of Google Cloud KMS that is not there', () => {
  const box: {house?: House; standin?: Standin} = {}
  const house = (): House => box.house ?? missing()
  const standin = (): Standin => box.standin ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.house = await makeHouse()
    box.standin = await startStandin()
  })
  afterAll(async () => {
    box.house?.remove()
    await box.standin?.stop()
  })

  const flags = (name: string, ...more: readonly string[]): string[] => {
    const {ring, endpoint, credentials, ca} = standin()
    const place = {'key-ring': `${ring}-${name}`, endpoint, 'credentials-file': credentials, 'ca-file': ca}
    return [
      ...[name, '--kind', 'gcp', '--environment', 'test', '--as', 'alice'],
      ...Object.entries(place).flatMap(([flag, value]) => [`--${flag}`, value]),
      ...more,
    ]
  }
  const people = (): string[] =>
    ['alice', 'bob'].flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
  const make = (name: string, ...more: readonly string[]) =>
    runJson(ProfileMake, 'profile make', flags(name, ...more), house().world)
  const types = async () => (await typesOf(house())).filter((type) => type.startsWith('place.'))
  const asked = async (operation: string) =>
    (await standin().ask({})).filter((one) => one.operation === operation).length

  testWith(
    'openssl',
    'is told, with what makes it; and what that is, before anything is touched',
    async () => {
      const nowhere = await runJson(ProfileAdd, 'profile add', flags('one'), house().world)
      expect(nowhere).toMatchObject({
        code: 'PROVIDER_FAILED',
        try: expect.arrayContaining([expect.stringMatching(/^keyrite profile make NAME --kind gcp/)]),
      })
      const {stdout} = await runCommand(ProfileMake, 'profile make', flags('one', '--dry-run'), house().world)
      expect(stdout).toMatch(
        /Make kind gcp, key_ring projects\/.*-one, not_google localhost:\d+, for a profile "one" \(gcp, test\)/,
      )
      expect(stdout).toMatch(/NOBODY CAN TAKE IT BACK: Google deletes no key ring\./)
      expect(await make('one', '--confirm', 'two')).toMatchObject({code: 'NOT_CONFIRMED', changed: false})
      for (const kind of ['local', 'aws', 'pkcs11'])
        expect(
          await runJson(
            ProfileMake,
            'profile make',
            ['one', '--kind', kind, '--environment', 'test', '--as', 'alice'],
            house().world,
          ),
        ).toMatchObject({code: 'UNSUPPORTED'})
      expect(await asked('createKeyRing')).toBe(0)
      expect(await types()).toEqual([])
    },
  )

  testWith(
    'openssl',
    'is made by those whom the policy names, found when the answer is lost, and added',
    async () => {
      await standin().ask({faults: [{method: 'createKeyRing', fault: 'cut', times: 1}]})
      const lost = await make('one', '--confirm', 'one', ...people())
      expect(lost).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
      expect(await types()).toEqual(['place.make.intended'])
      expect(await make('one', '--confirm', 'one', ...people())).toMatchObject({exit: 0, name: 'one'})
      expect(await types()).toEqual(['place.make.intended', 'place.made'])
      expect(await asked('createKeyRing')).toBe(1)
      expect(await make('one', '--confirm', 'one', ...people())).toMatchObject({code: 'EXISTS'})
      const added = await runJson(ProfileAdd, 'profile add', flags('one', ...people()), house().world)
      expect(added).toMatchObject({exit: 0, identity: {key_ring: `${standin().ring}-one`}})
      expect(await make('one', '--confirm', 'one', ...people())).toMatchObject({code: 'EXISTS'})
    },
  )

  testWith(
    'openssl',
    'that is none of Google’s hosts is part of who it is: the same elsewhere is another',
    async () => {
      const {endpoint} = standin()
      const there = await runJson(ProfileShow, 'profile show', ['one'], house().world)
      expect(there).toMatchObject({identity: {not_google: endpoint}})
      const file = join(house().world.home, 'config.yaml')
      const config = readFileSync(file, 'utf8')
      // The same server, its certificate good for that name too, shows the same ring of the same age.
      writeFileSync(file, config.replaceAll(endpoint, endpoint.replace('localhost', '127.0.0.1')), {
        mode: 0o600,
      })
      const moved = await runJson(ProfileCheck, 'profile check', ['one'], house().world)
      writeFileSync(file, config, {mode: 0o600})
      expect(JSON.stringify(moved)).toMatch(/not_google/)
      expect(moved).toMatchObject({ok: false})
      const back = await runJson(ProfileCheck, 'profile check', ['one'], house().world)
      expect(back).toMatchObject({exit: 0, ok: true})
    },
  )

  testWith(
    'openssl',
    'that Google says it made and did not is no key ring, and the same again makes it',
    async () => {
      await standin().ask({faults: [{method: 'createKeyRing', fault: 'lie', times: 1}]})
      expect(await make('two', '--confirm', 'two', ...people())).toMatchObject({code: 'PROVIDER_FAILED'})
      expect(await make('two', '--confirm', 'two', ...people())).toMatchObject({exit: 0})
      expect((await types()).slice(-2)).toEqual(['place.make.intended', 'place.made'])
    },
  )

  testWith('openssl', 'that somebody else made while people were asked is not called ours', async () => {
    const waiting = await make(
      'three',
      '--confirm',
      'three',
      '--sign-with',
      `alice=${house().keyOf('alice')}`,
    )
    expect(waiting).toMatchObject({exit: 8})
    const {ring, endpoint, credentials, ca} = standin()
    const service = await Service.open(
      {ring, endpoint, credentials, ca, protection: 'software', destroyDays: 30},
      'somebody/1',
    )
    const [parent = '', id = ''] = ring.split('/keyRings/')
    await service.askPlainly((kms) => kms.createKeyRing({parent, keyRingId: `${id}-three`}))
    await service.close()
    const id2 = String(waiting['id'])
    const args = [id2, '--as', 'bob', '--sign-with', `bob=${house().keyOf('bob')}`]
    expect(await runJson(RequestApply, 'request apply', args, house().world)).toMatchObject({code: 'EXISTS'})
    expect((await types()).at(-1)).toBe('place.make.failed')
    expect(await runJson(LedgerVerify, 'ledger verify', [], house().world)).toMatchObject({ok: true})
  })
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
