/** Keys of an HSM rotated by commands over days; a stranger's tool is asked each time. */
import {execFileSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, describe, expect} from '@jest/globals'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {softHsm, type SoftHsm} from '../providers/pkcs11/softhsm.ts'
import {testWith} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {makeClocked, pair, planOf, rotatesWhole, secret, type Clocked} from './rotated.ts'

describe('on an HSM by PKCS#11, rotation run', () => {
  const box: {clocked?: Clocked; hsm?: SoftHsm} = {}
  afterAll(() => {
    box.clocked?.house.remove()
    box.hsm?.remove()
  })

  testWith(
    ['softhsm2', 'pkcs11-tool'],
    'makes a new object beside the old one, in its days, and a stranger’s tool says the same',
    async () => {
      const clocked = (box.clocked = await makeClocked())
      const hsm = (box.hsm = softHsm())
      const {house, signs} = clocked
      const pinFile = join(house.dir, 'hsm.pin')
      writeFileSync(pinFile, `${hsm.pin}\n`, {mode: 0o600})
      const place = ['--kind', 'pkcs11', '--environment', 'test', '--module', hsm.module]
      const rest = ['--token-serial', hsm.serial, '--pin-file', pinFile, '--as', 'alice']
      expect(
        await runJson(
          ProfileAdd,
          'profile add',
          ['hsm', ...place, ...rest, ...signs('alice', 'bob', 'carol')],
          house.world,
        ),
      ).toMatchObject({exit: 0})
      const tool = (type: string): string =>
        execFileSync(
          'pkcs11-tool',
          [
            ...['--module', hsm.module, '--token-label', 'lab', '--login', '--pin', hsm.pin],
            ...['--list-objects', '--type', type],
          ],
          {encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: process.env},
        )
      const objects = (name: string, type: string): readonly string[] =>
        tool(type)
          .split(/\n(?=\S)/)
          .filter((one) => one.includes(` ${name} v`))
      const of = (name: string, type: string, uses: RegExp) => (phase: string) => {
        const all = objects(name, type)
        expect(all).toHaveLength(phase === 'made' ? 1 : 2)
        const usable = all.filter((one) => uses.test(one))
        expect(usable).toHaveLength(phase === 'accepted' || phase === 'primary' ? 2 : 1)
        return Promise.resolve()
      }
      await rotatesWhole(clocked, {
        profile: 'hsm',
        name: 'tokens',
        how: pair,
        there: of('tokens', 'privkey', /Usage:\s+sign/),
      })
      expect(await planOf(clocked, 'tokens')).not.toContain('AT ONCE')
      if (process.env['SLOW'] !== '1') return
      await rotatesWhole(clocked, {
        profile: 'hsm',
        name: 'orders',
        how: secret,
        there: of('orders', 'secrkey', /Usage:.*encrypt/),
      })
    },
    120_000,
  )
})
