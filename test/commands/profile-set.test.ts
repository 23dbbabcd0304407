/** Who tries the keys of a profile that is there: changed by people, and in the bundle of a ceremony afterwards. */
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import CeremonyBundle from '../../src/commands/ceremony/bundle.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileSet from '../../src/commands/profile/set.ts'
import ProfileShow from '../../src/commands/profile/show.ts'
import {makeHouse, parameters, type House} from '../ceremony/room.ts'
import {openbao} from '../providers/transit/bao.ts'
import {testWhen, testWith} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {held} from './held.ts'
import {makeBaoHouse} from './transit-house.ts'

describe('profile set', () => {
  const box: {house?: House} = {}
  const house = (): House => box.house ?? missing()
  const add = (name: string, ...more: readonly string[]) =>
    runJson(
      ProfileAdd,
      'profile add',
      [
        ...[name, '--kind', 'local', '--environment', 'test', '--token', house().token],
        ...['--pin-file', house().pinFile, '--as', 'alice', ...more],
      ],
      house().world,
    )
  const set = (...argv: readonly string[]) =>
    runJson(ProfileSet, 'profile set', [...argv, '--as', 'alice'], house().world)
  beforeAll(async () => {
    box.house = await makeHouse()
    expect(await add('use')).toMatchObject({exit: 0})
  })
  afterAll(() => box.house?.remove())

  test('has its keys tried by another profile of the same place, and by itself again', async () => {
    const {addedAt} = await runJson(ProfileShow, 'profile show', ['main'], house().world)
    expect(await set('main', '--no-prover')).toMatchObject({code: 'USAGE', changed: false})
    expect(await set('main', '--prover', 'use')).toMatchObject({exit: 0, prover: 'use', addedAt})
    expect(await set('main', '--no-prover')).toMatchObject({exit: 0, prover: null})
    expect(await set('main', '--prover', 'use')).toMatchObject({exit: 0, prover: 'use'})
    expect(await runJson(LedgerVerify, 'ledger verify', [], house().world)).toMatchObject({ok: true})
  })

  test.each([
    ['itself', ['use', '--prover', 'use'], 'USAGE'],
    ['one that is not there', ['use', '--prover', 'nowhere'], 'USAGE'],
    ['one whose keys are tried by another', ['use', '--prover', 'main'], 'USAGE'],
    ['the same again', ['main', '--prover', 'use'], 'USAGE'],
    ['nothing', ['main'], 'USAGE'],
    ['both', ['main', '--prover', 'use', '--no-prover'], 'USAGE'],
    ['a profile that is not there', ['nowhere', '--no-prover'], 'PROFILE_NOT_FOUND'],
  ])('is refused before anything is asked: %s', async (_what, argv, code) => {
    const before = await house().using((app) => app.ledger.size)
    expect(await set(...argv)).toMatchObject({code, changed: false})
    expect(await house().using((app) => app.ledger.size)).toBe(before)
  })

  test('a profile is not added again, nor another place under its name', async () => {
    expect(await add('main', '--prover', 'use')).toMatchObject({code: 'EXISTS'})
  })

  testWith('python3', 'a bundle of a ceremony afterwards holds it, and verify.py agrees', async () => {
    const {id} = await held(house(), {parameters: {...parameters, 'key-name': 'tried-jwt'}})
    const folder = join(house().dir, 'bundle')
    const made = await runJson(CeremonyBundle, 'ceremony bundle', [id, '--out', folder], house().world)
    expect(made).toMatchObject({exit: 0})
    const {status, stdout, stderr} = spawnSync('python3', ['-I', 'verify.py', '.'], {
      cwd: folder,
      env: process.env,
      encoding: 'utf8',
    })
    expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, ''])
  })

  testWhen(openbao, 'of a place that needs people, they agree first, and the place answers', async () => {
    const bao = await makeBaoHouse()
    try {
      const more = (command: typeof ProfileSet, id: string, argv: readonly string[]) =>
        runJson(command, id, argv, bao.house.world)
      for (const name of ['bao', 'bao-use'])
        expect(
          await runJson(
            ProfileAdd,
            'profile add',
            [name, ...bao.flags(), ...bao.signs('alice', 'bob')],
            bao.house.world,
          ),
        ).toMatchObject({exit: 0})
      const argv = ['bao', '--prover', 'bao-use', '--as', 'alice']
      expect(await more(ProfileSet, 'profile set', [...argv, ...bao.signs('bob')])).toMatchObject({
        exit: 8,
        operation: 'profile.add',
        inWords: [expect.stringContaining('be tried by profile "bao-use" of the same place from now on')],
      })
      expect(await runJson(ProfileShow, 'profile show', ['bao'], bao.house.world)).toMatchObject({
        prover: null,
      })
      expect(await more(ProfileSet, 'profile set', [...argv, ...bao.signs('alice')])).toMatchObject({
        exit: 0,
        prover: 'bao-use',
      })
    } finally {
      await bao.remove()
    }
  })
})

function missing(): never {
  throw new Error('it is made before the tests')
}
