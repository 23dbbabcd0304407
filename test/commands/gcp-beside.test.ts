/** One key ring of Google with two profiles, on the stand-in: what one holds is nothing unknown to the other, and what was set with approval is agreed to. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyAdopt from '../../src/commands/key/adopt.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeySync from '../../src/commands/key/sync.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import RotationPolicy from '../../src/commands/rotation/policy.ts'
import {problemsOf} from '../ceremony/room.ts'
import {openKeyRing} from '../../src/providers/gcp/index.ts'
import {noTerms} from '../../src/providers/schedule.ts'
import {startStandin, type Standin} from '../providers/gcp/standin.ts'
import {intent, specOf} from '../providers/support.ts'
import {here as has, testWith} from '../support/needs.ts'
import {runJson, type CommandClass} from '../support/run.ts'
import {makeClocked, secret, type Clocked} from './rotated.ts'

describe('a key ring with two profiles', () => {
  const box: {clocked?: Clocked; standin?: Standin} = {}
  const clocked = (): Clocked => box.clocked ?? missing()
  const standin = (): Standin => box.standin ?? missing()
  const json = (command: CommandClass, id: string, ...args: readonly string[]) =>
    runJson(command, id, [...args, '--as', 'alice'], clocked().house.world)
  const people = () => clocked().signs('alice', 'bob', 'carol')
  const findings = async () => {
    const {profiles} = await json(KeySync, 'key sync')
    return (profiles as {findings: {kind: string; key: string | null; id: string; fact: string}[]}[]).flatMap(
      (one) => one.findings.map(({kind, key, id, fact}) => [kind, key ?? id, fact]),
    )
  }
  const elsewhere = () => {
    const {ring, endpoint, credentials, ca} = standin()
    return openKeyRing(
      {ring, endpoint, credentials, ca, protection: 'software', destroyDays: 30},
      'somebody/1',
    )
  }

  beforeAll(async () => {
    if (!has('openssl')) return
    box.clocked = await makeClocked()
    box.standin = await startStandin()
    const {ring, endpoint, credentials, ca} = standin()
    const place = ['--kind', 'gcp', '--environment', 'test', '--key-ring', ring, '--endpoint', endpoint]
    const rest = ['--credentials-file', credentials, '--ca-file', ca, ...people()]
    for (const [name, ...more] of [['ring'], ['raw', '--raw-aes']] as const) {
      expect(await json(ProfileAdd, 'profile add', name, ...place, ...more, ...rest)).toMatchObject({exit: 0})
      const make = [`of-${name}`, '--profile', name, ...secret, '--owner', 'Payments', '--activate']
      expect(await json(KeyCreate, 'key create', ...make, ...people())).toMatchObject({exit: 0})
    }
  }, 60_000)
  afterAll(async () => {
    if (!has('openssl')) return
    expect(problemsOf(clocked().house)).toEqual([])
    box.clocked?.house.remove()
    await box.standin?.stop()
  })

  testWith('openssl', 'has no key that is unknown because the other profile holds it', async () => {
    expect(await findings()).toEqual([])
    const stranger = await elsewhere()
    const {key} = await stranger.store.create(specOf('hmac-sha256'), intent())
    await stranger.close()
    expect((await findings()).map(([kind, id]) => [kind, id])).toEqual([
      ['unknown', key],
      ['unknown', key],
    ])
  })

  testWith('openssl', 'gives no key to one profile that the other holds', async () => {
    const take = ['--class', 'dek', '--owner', 'Payments', ...people()]
    expect(await json(KeyAdopt, 'key adopt', 'of-raw', '--profile', 'ring', ...take)).toMatchObject({
      ...{code: 'UNSUPPORTED', changed: false},
      message: expect.stringMatching(
        /it is key "of-raw" of this ledger, in profile "raw", which is the same/,
      ),
    })
  })

  testWith(
    'openssl',
    'a schedule that was set with approval since is agreed to, and one that others set is not',
    async () => {
      const set = await json(RotationPolicy, 'rotation policy', 'of-ring', '--set', ...people())
      expect(set).toMatchObject({exit: 0})
      const schedules = async () => (await findings()).filter(([kind]) => kind === 'schedule')
      expect(await schedules()).toEqual([])
      const stranger = await elsewhere()
      await stranger.schedule?.set('of-ring', {...noTerms, everyDays: 7})
      await stranger.close()
      expect(await schedules()).toEqual([
        [
          'schedule',
          'of-ring',
          'the place rotates it by itself otherwise than was agreed to: every 90 days, now every 7 days',
        ],
      ])
    },
  )
})

function missing(): never {
  throw new Error('it is not there')
}
