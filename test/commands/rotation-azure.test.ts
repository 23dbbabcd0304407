/** Keys of Azure Managed HSM rotated by commands over days, on the stand-in; it is asked by plain HTTPS each time. */
import {readFileSync} from 'node:fs'
import {request} from 'node:https'
import {text} from 'node:stream/consumers'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyDestroy from '../../src/commands/key/destroy.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import RotationPolicy from '../../src/commands/rotation/policy.ts'
import {problemsOf} from '../ceremony/room.ts'
import {startStandin, type Standin} from '../providers/azure/standin.ts'
import {here as has, testWith} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {makeClocked, pair, planOf, rotatesWhole, secret, setsSchedule, type Clocked} from './rotated.ts'

describe('on Azure Managed HSM, as the stand-in has it, rotation run', () => {
  const box: {clocked?: Clocked; standin?: Standin; vault?: Standin} = {}
  const clocked = (): Clocked => box.clocked ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.clocked = await makeClocked()
    box.standin = await startStandin('hsm')
    box.vault = await startStandin('vault')
    const {house, signs} = clocked()
    for (const [name, {vault, tokenFile, ca}, ...more] of [
      ['vault', box.standin, '--managed-hsm'],
      ['keys-only', box.vault],
    ] as const) {
      const place = ['--kind', 'azure', '--environment', 'test', '--vault-url', vault, ...more]
      const rest = ['--token-file', tokenFile, '--ca-file', ca, '--as', 'alice']
      expect(
        await runJson(
          ProfileAdd,
          'profile add',
          [name, ...place, ...rest, ...signs('alice', 'bob', 'carol')],
          house.world,
        ),
      ).toMatchObject({exit: 0})
    }
  }, 60_000)
  afterAll(async () => {
    box.clocked?.house.remove()
    await box.standin?.stop()
    await box.vault?.stop()
  })

  async function get<T>(path: string, standin = box.standin): Promise<T> {
    const {vault, tokenFile, ca} = standin ?? missing()
    const token = readFileSync(tokenFile, 'utf8').trim()
    const {promise, resolve, reject} = Promise.withResolvers<T>()
    request(
      `${vault}${path}?api-version=7.6`,
      {ca: readFileSync(ca), headers: {authorization: `Bearer ${token}`}},
      (answer) => {
        text(answer).then((body) => {
          resolve(JSON.parse(body) as T)
        }, reject)
      },
    )
      .on('error', reject)
      .end()
    return promise
  }

  /** How many versions of the key there are, and which one is current. */
  async function told(name: string): Promise<{count: number; current: string}> {
    const versions = await get<{value: readonly {kid: string}[]}>(`/keys/${name}/versions`)
    const {key} = await get<{key: {kid: string}}>(`/keys/${name}`)
    return {count: versions.value.length, current: key.kid.split('/').at(-1) ?? ''}
  }

  const policied = async (name: string, profile: string, standin: Standin): Promise<void> => {
    const {house, signs} = clocked()
    const make = [name, '--profile', profile, ...pair, '--owner', 'Payments', '--activate', '--as', 'alice']
    expect(
      await runJson(KeyCreate, 'key create', [...make, ...signs('alice', 'bob', 'carol')], house.world),
    ).toMatchObject({exit: 0})
    await setsSchedule(clocked(), {
      name,
      fault: (kind) =>
        standin.ask({
          faults: kind === null ? [] : [{route: 'setPolicy', fault: kind, times: 20}],
        }),
      async there() {
        const {lifetimeActions: acts} = await get<{
          lifetimeActions: readonly {action: {type: string}; trigger: {timeAfterCreate?: string}}[]
        }>(`/keys/${name}/rotationpolicy`, standin)
        const rotates = acts.find(({action}) => action.type.toLowerCase() === 'rotate')?.trigger
          .timeAfterCreate
        return rotates === undefined ? null : Number(/^P(\d+)D$/.exec(rotates)?.[1])
      },
      wrong: [
        ['lie', 'KEY_NOT_AS_PLANNED'],
        ['unavailable', 'PROVIDER_UNREACHABLE'],
      ],
    })
  }
  testWith(
    'openssl',
    'rotation policy sets the schedule of the service itself, says so where it did not, and takes it away',
    () => policied('scheduled', 'vault', box.standin ?? missing()),
  )
  testWith('openssl', 'rotation policy does so in a vault, which adds a notice that nobody asked for', () =>
    policied('noticed', 'keys-only', box.vault ?? missing()),
  )

  testWith(
    'openssl',
    'rotation policy sets when what is made expires, a version before that and a notice, as people approve it within the policy’s time',
    async () => {
      const {house, signs} = clocked()
      const make = [
        'expiring',
        '--profile',
        'keys-only',
        ...pair,
        '--owner',
        'Payments',
        '--activate',
        '--as',
        'alice',
      ]
      const made = await runJson(
        KeyCreate,
        'key create',
        [...make, ...signs('alice', 'bob', 'carol')],
        house.world,
      )
      expect(made).toMatchObject({exit: 0})
      const policy = (...args: readonly string[]) =>
        runJson(RotationPolicy, 'rotation policy', ['expiring', '--as', 'alice', ...args], house.world)
      const wish = ['--set', '--expire-after', 'P100D', '--before-expiry', 'P20D', '--notify-before', 'P30D']
      const late = await policy('--set', '--expire-after', 'P120D', '--before-expiry', 'P20D')
      expect(late).toMatchObject({
        ...{exit: 2, code: 'USAGE'},
        message: expect.stringContaining(
          'a further version made every 100 days, and the policy asks for one every 90 days',
        ),
      })
      expect(await policy('--set', '--before-expiry', 'P20D')).toMatchObject({exit: 2, code: 'USAGE'})
      expect(await policy('--expire-after', 'P100D')).toMatchObject({exit: 2, code: 'USAGE'})
      const terms = {everyDays: null, beforeExpiryDays: 20, expireAfterDays: 100, notifyBeforeExpiryDays: 30}
      expect(await policy(...wish, ...signs('alice', 'bob'))).toMatchObject({
        ...{exit: 0, wanted: terms, found: terms, differences: [], approved: expect.any(Number)},
      })
      expect(await get('/keys/expiring/rotationpolicy', box.vault)).toMatchObject({
        attributes: {expiryTime: 'P100D'},
        lifetimeActions: expect.arrayContaining([
          {action: {type: 'Rotate'}, trigger: {timeBeforeExpiry: 'P20D'}},
          {action: {type: 'Notify'}, trigger: {timeBeforeExpiry: 'P30D'}},
        ]),
      })
      expect(await policy()).toMatchObject({exit: 0, wanted: terms, differences: []})
      // Without them it is the policy's again.
      expect(await policy('--set', ...signs('alice', 'bob'))).toMatchObject({
        exit: 0,
        approved: null,
        wanted: {everyDays: 90, expireAfterDays: null},
      })
      expect(problemsOf(house)).toEqual([])
    },
  )

  const all = [
    ['tokens', pair],
    ['orders', secret],
  ] as const
  for (const [name, how] of process.env['SLOW'] === '1' ? all : all.slice(0, 1))
    testWith(
      'openssl',
      `rotates ${name} to a new version, which is current there at once, as the plan says`,
      async () => {
        await rotatesWhole(clocked(), {
          profile: 'vault',
          name,
          how,
          there: async (phase, ids) => {
            expect(await told(name)).toEqual({
              count: phase === 'made' ? 1 : 2,
              current: ids.at(-1)?.split('/').at(-1),
            })
          },
        })
        const plan = await planOf(clocked(), name)
        expect(plan).toContain('AT ONCE: from when it is made, this provider uses the newest version')
        // And said before people sign what it costs: neither the one that is retired nor the new one has an end by keyrite.
        expect(plan).toMatch(
          /FOR GOOD: from when it has two versions none of them can be destroyed by keyrite/,
        )
        const {house, signs} = clocked()
        for (const version of ['1', '2'])
          expect(
            await runJson(
              KeyDestroy,
              'key destroy',
              [
                ...[name, '--version', version, '--reason', 'r', '--confirm', `${name}@vault`],
                ...['--as', 'alice', ...signs('alice', 'bob', 'carol')],
              ],
              house.world,
            ),
          ).toMatchObject({
            ...{code: 'UNSUPPORTED', changed: false},
            message: expect.stringMatching(
              /Azure deletes a key whole, and another version would go with it$/,
            ),
          })
        expect((await told(name)).count).toBe(2)
      },
    )
})

function missing(): never {
  throw new Error('it is not there')
}
