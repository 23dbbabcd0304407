/** What Azure would refuse of a key's end, or of a place that is added, is said before people are asked; on the stand-in. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyDestroy from '../../src/commands/key/destroy.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {openVault} from '../../src/providers/azure/index.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {placeOf} from '../providers/azure/place.ts'
import {startStandin, type Standin} from '../providers/azure/standin.ts'
import {intent} from '../providers/support.ts'
import {here as has, testWith} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {typesOf} from './held.ts'

describe('keys in a Managed HSM of Azure, on the stand-in', () => {
  const box: {house?: House; standin?: Standin} = {}
  const house = (): House => box.house ?? missing('there is no house')
  const standin = (): Standin => box.standin ?? missing('there is no stand-in')
  const all = (): string[] => [
    ...['--as', 'alice'],
    ...['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`]),
  ]
  const add = (name: string, token: string, ...more: readonly string[]) => {
    const {vault, ca} = standin()
    const place = ['--kind', 'azure', '--environment', 'test', '--vault-url', vault, '--ca-file', ca]
    const flags = [name, ...place, '--token-file', token, ...more, ...all()]
    return runJson(ProfileAdd, 'profile add', flags, house().world)
  }
  beforeAll(async () => {
    if (!has('openssl')) return
    box.house = await makeHouse()
    box.standin = await startStandin('hsm', 'purgeable')
    expect(await add('azure', standin().tokenFile, '--managed-hsm')).toMatchObject({exit: 0})
    const how = ['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing', '--owner', 'alice']
    const wish = ['beside', '--profile', 'azure', ...how, '--activate', ...all()]
    expect(await runJson(KeyCreate, 'key create', wish, house().world)).toMatchObject({exit: 0})
  }, 60_000)
  afterAll(async () => {
    box.house?.remove()
    await box.standin?.stop()
  })

  testWith(
    'openssl',
    'whose end their service would refuse are refused it before anybody signs, with what to type',
    async () => {
      const before = await typesOf(house())
      const end = (...more: readonly string[]) =>
        runJson(
          KeyDestroy,
          'key destroy',
          ['beside', '--grace', 'P0D', '--reason', 'r', ...more, '--confirm', 'beside@azure', ...all()],
          house().world,
        )
      expect(await end('--wait', 'P14D')).toMatchObject({
        ...{code: 'UNSUPPORTED', changed: false},
        message:
          'cannot destroy key "beside" with --wait P14D: its place waits 90 days for it, which nobody can change',
      })
      const open = await openVault(placeOf(standin(), 'hsm'), 'somebody/1')
      await open.life.rotate('beside', intent())
      await open.close()
      for (const more of [[], ['--purge', '--wait', 'P0D']])
        expect(await end(...more)).toMatchObject({
          ...{code: 'UNSUPPORTED', changed: false},
          message: expect.stringMatching(/Azure deletes a key whole, and another version would go with it$/),
          try: expect.arrayContaining([expect.stringMatching(/^keyrite key suspend beside --version N/)]),
        })
      expect(await typesOf(house())).toEqual(before)
    },
  )

  testWith(
    'openssl',
    'are not added with a place that is of the other kind, by its own word, or by a token that is not there',
    async () => {
      const {tokenFile} = standin()
      expect(await add('other', tokenFile)).toMatchObject({
        ...{code: 'USAGE', changed: false},
        message: expect.stringMatching(/^cannot take https:.* as a vault: its tokens are for .*managedhsm/),
        try: expect.arrayContaining(['the same with --managed-hsm']),
      })
      expect(await add('other', `${tokenFile}-of-nobody`, '--managed-hsm')).toMatchObject({
        ...{code: 'FILE_NOT_FOUND', changed: false},
      })
    },
  )
})

function missing(what: string): never {
  throw new Error(what)
}
