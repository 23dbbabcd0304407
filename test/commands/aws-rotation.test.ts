/** A key in AWS KMS rotated by commands, on the stand-in: no emulator has both the rotation and its list. */
import {describe, expect} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyShow from '../../src/commands/key/show.ts'
import KeySuspend from '../../src/commands/key/suspend.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import RotationPlan from '../../src/commands/rotation/plan.ts'
import {bring} from '../backends/bring.ts'
import {startAwsStandin} from '../backends/standin.ts'
import {makeHouse} from '../ceremony/room.ts'
import {anAccount} from '../providers/aws/bench.ts'
import {testWhen} from '../support/needs.ts'
import {runJson, type CommandClass} from '../support/run.ts'

const ministack = await bring('ministack')
const region = 'eu-central-1'

interface Shown {
  readonly versions: readonly {readonly providerId: string}[]
}

describe('AWS KMS, as the stand-in has it', () => {
  testWhen(
    ministack,
    'rotates under the same key id: the newest version encrypts, and the older one is left for what it made; and switches off',
    async () => {
      anAccount()
      const [house, standin] = await Promise.all([makeHouse(), startAwsStandin(ministack)])
      const signs = ['alice', 'bob', 'carol', 'dan', 'erin'].flatMap((one) => [
        '--sign-with',
        `${one}=${house.keyOf(one)}`,
      ])
      const ask = (command: CommandClass, id: string, args: readonly string[]) =>
        runJson(command, id, [...args, '--as', 'alice', ...signs.slice(0, 10)], house.world)
      try {
        const place = [
          '--kind',
          'aws',
          '--environment',
          'test',
          '--region',
          region,
          '--endpoint',
          standin.url,
        ]
        expect(await ask(ProfileAdd, 'profile add', ['cloud', ...place])).toMatchObject({exit: 0})
        const wish = [
          '--profile',
          'cloud',
          '--algorithm',
          'aes-256',
          '--purpose',
          'encrypt',
          '--class',
          'dek',
        ]
        expect(
          await ask(KeyCreate, 'key create', ['orders', ...wish, '--owner', 'Orders', '--activate']),
        ).toMatchObject({exit: 0})
        expect(await ask(RotationPlan, 'rotation plan', ['orders'])).toMatchObject({exit: 0})
        const shown = await runJson<Shown & Record<string, unknown>>(
          KeyShow,
          'key show',
          ['orders'],
          house.world,
        )
        const ids = shown.versions.map(({providerId}) => providerId.split('/'))
        expect(ids).toHaveLength(2)
        expect(ids[0]?.[0]).toBe(ids[1]?.[0])
        expect(ids[0]?.[1]).not.toBe(ids[1]?.[1])
        const off = await ask(KeySuspend, 'key suspend', ['orders', '--reason', 'test'])
        expect(off).toMatchObject({exit: 0})
      } finally {
        await standin.stop()
        house.remove()
      }
    },
    120_000,
  )
})
