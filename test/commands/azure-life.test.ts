/** The life of keys in Azure by commands, on the stand-in: dates, which its service keeps; purging. Never seen on Azure. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyActivate from '../../src/commands/key/activate.ts'
import KeyCheck from '../../src/commands/key/check.ts'
import KeyCancelDestroy from '../../src/commands/key/cancel-destroy.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyDestroy from '../../src/commands/key/destroy.ts'
import KeySet from '../../src/commands/key/set.ts'
import KeyShow from '../../src/commands/key/show.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import RequestList from '../../src/commands/request/list.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {openVault} from '../../src/providers/azure/index.ts'
import {placeOf} from '../providers/azure/place.ts'
import {startStandin, type Standin} from '../providers/azure/standin.ts'
import {described, enabled, outcome, specOf} from '../providers/support.ts'
import {here as has, testWith} from '../support/needs.ts'
import {runCommand, runJson} from '../support/run.ts'
import {typesOf} from './held.ts'

const SLOW = process.env['SLOW'] === '1'
const day = 86_400_000
const inDays = (days: number): string =>
  `${new Date(Date.now() + days * day).toISOString().slice(0, 19)}.000Z`

describe('keys in a Managed HSM of Azure, on the stand-in', () => {
  const box: {house?: House; standin?: Standin} = {}
  const house = (): House => box.house ?? missing('there is no house')
  const standin = (): Standin => box.standin ?? missing('there is no stand-in')
  beforeAll(async () => {
    if (!has('openssl')) return
    box.house = await makeHouse()
    box.standin = await startStandin('hsm', 'purgeable')
    const {vault, tokenFile, ca} = box.standin
    const flags = {
      ...{kind: 'azure', environment: 'test', 'vault-url': vault, 'token-file': tokenFile},
      ...{'ca-file': ca, as: 'alice'},
    }
    const rest = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])
    const added = await runJson(
      ProfileAdd,
      'profile add',
      ['azure', '--managed-hsm', ...rest, ...signs('alice', 'bob', 'carol')],
      house().world,
    )
    if (added.exit !== 0) throw new Error(JSON.stringify(added))
  })
  afterAll(async () => {
    box.house?.remove()
    await box.standin?.stop()
  })
  const signs = (...handles: readonly string[]): string[] =>
    handles.flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
  const all = (): string[] => ['--as', 'alice', ...signs('alice', 'bob', 'carol')]
  const make = (name: string, ...more: readonly string[]) =>
    runJson(
      KeyCreate,
      'key create',
      [
        ...[
          name,
          '--profile',
          'azure',
          '--algorithm',
          'ec-p256',
          '--purpose',
          'sign',
          '--class',
          'jwt-signing',
        ],
        ...['--owner', 'alice', ...more, ...all()],
      ],
      house().world,
    )
  const set = (...args: readonly string[]) => runJson(KeySet, 'key set', [...args, ...all()], house().world)
  const show = (name: string) => runJson(KeyShow, 'key show', [name], house().world)

  if (SLOW)
    testWith('openssl', 'are made with dates, which their service keeps, and told of', async () => {
      const [from, until] = [inDays(-1), inDays(30)]
      const made = await make('dated', '--not-before', from, '--expires', until, '--activate')
      expect(made).toMatchObject({
        exit: 0,
        state: 'active',
        notBefore: from,
        expires: until,
        versions: [{dates: {from, until}}],
      })
      const {stdout} = await runCommand(KeyShow, 'key show', ['dated'], house().world)
      expect(stdout).toMatch(/Kept to: +from .* until .*, by its service/)
      const checked = await runJson(KeyCheck, 'key check', ['dated'], house().world)
      expect(JSON.stringify(checked)).toMatch(/its service says that it refuses it outside of that/)
    })

  testWith(
    'openssl',
    'are refused by their service from a date on that was set, and that is tried, recorded and found',
    async () => {
      expect(await make('ending', '--activate')).toMatchObject({exit: 0, versions: [{dates: null}]})
      const until = inDays(-1)
      const plan = await runCommand(
        KeySet,
        'key set',
        ['ending', '--expires', until, '--dry-run', '--as', 'alice'],
        house().world,
      )
      expect(plan.stdout).toMatch(/is told first to sign, encrypt and wrap with its versions only until/)
      expect(await set('ending', '--expires', until)).toMatchObject({
        exit: 0,
        expires: until,
        versions: [{dates: {from: null, until}}],
      })
      const types = await typesOf(house())
      expect(types.slice(-3)).toEqual(['key.dates.intended', 'key.dates.set', 'key.set'])
      expect(problemsOf(house())).toEqual([])
      const checked = await runJson(KeyCheck, 'key check', ['ending'], house().world)
      expect(checked).toMatchObject({exit: 10})
      expect(JSON.stringify(checked)).toMatch(/which is over; its service says/)
      expect(await set('ending', '--expires', inDays(9))).toMatchObject({exit: 0})
    },
  )

  if (SLOW)
    testWith('openssl', 'are not called kept to dates where the service only says yes', async () => {
      expect(await make('lied', '--activate')).toMatchObject({exit: 0})
      await standin().ask({faults: [{route: 'update', fault: 'lie', times: 1}]})
      const until = inDays(20)
      expect(await set('lied', '--expires', until)).toMatchObject({code: 'KEY_NOT_AS_PLANNED'})
      expect(await show('lied')).toMatchObject({expires: null, versions: [{dates: null}]})
      expect((await typesOf(house())).filter((one) => one.startsWith('key.dates')).slice(-2)).toEqual([
        'key.dates.intended',
        'key.dates.failed',
      ])
    })

  if (SLOW)
    testWith('openssl', 'whose dates were set before the answer was lost have them set once', async () => {
      expect(await make('cut', '--activate')).toMatchObject({exit: 0})
      await standin().ask({faults: [{route: 'update', fault: 'cut', times: 9}]})
      const until = inDays(20)
      const lost = await set('cut', '--expires', until)
      expect(lost).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
      await standin().ask({faults: []})
      expect(await show('cut')).toMatchObject({
        expires: null,
        indeterminate: [expect.stringMatching(/^dates/)],
      })
      const {requests} = await runJson<{requests: readonly {id: string; operation: string}[]}>(
        RequestList,
        'request list',
        [],
        house().world,
      )
      const id = requests.find(({operation}) => operation === 'key.set')?.id ?? ''
      const applied = await runJson(RequestApply, 'request apply', [id, '--as', 'alice'], house().world)
      expect(applied).toMatchObject({exit: 0})
      expect(await show('cut')).toMatchObject({
        expires: until,
        indeterminate: [],
        versions: [{dates: {until}}],
      })
    })

  testWith('openssl', 'are refused dates that nobody would keep, before anything is touched', async () => {
    expect(await make('bound', '--expires', inDays(30))).toMatchObject({
      exit: 0,
      versions: [{dates: {from: null}}],
    })
    const before = await typesOf(house())
    expect(await set('bound', '--no-expires')).toMatchObject({code: 'UNSUPPORTED'})
    expect(await set('bound', '--not-before', inDays(60))).toMatchObject({code: 'USAGE'})
    expect(await make('never', '--not-before', inDays(9), '--expires', inDays(8))).toMatchObject({
      code: 'USAGE',
    })
    const local = await runJson(
      KeyCreate,
      'key create',
      [
        ...['local-one', '--profile', 'main', '--algorithm', 'ec-p256', '--purpose', 'sign', '--class'],
        ...['jwt-signing', '--owner', 'alice', '--not-before', inDays(9), ...all()],
      ],
      house().world,
    )
    expect(local).toMatchObject({code: 'UNSUPPORTED'})
    expect(await typesOf(house())).toEqual(before)
  })

  if (SLOW)
    testWith('openssl', 'are not activated before their first day: their service refuses that', async () => {
      expect(await make('later', '--not-before', inDays(9), '--activate')).toMatchObject({
        code: 'UNSUPPORTED',
      })
      expect(await make('later', '--not-before', inDays(9))).toMatchObject({exit: 0, state: 'pre-active'})
      const early = await runJson(KeyActivate, 'key activate', ['later', ...all()], house().world)
      expect(early).toMatchObject({code: 'KEY_STATE'})
      expect(await show('later')).toMatchObject({state: 'pre-active'})
    })

  const destroy = (name: string, ...more: readonly string[]) =>
    runJson(
      KeyDestroy,
      'key destroy',
      [
        ...[name, '--wait', 'P0D', '--grace', 'P0D', '--reason', 'not needed', ...more],
        ...['--confirm', `${name}@azure`, ...all()],
      ],
      house().world,
    )

  testWith(
    'openssl',
    'are purged by an approval of its own, when the wait that people said is over',
    async () => {
      expect(await make('purged', '--activate')).toMatchObject({exit: 0})
      const plan = await runCommand(
        KeyDestroy,
        'key destroy',
        ['purged', '--wait', 'P14D', '--purge', '--reason', 'r', '--dry-run', '--as', 'alice'],
        house().world,
      )
      expect(plan.stdout).toMatch(/after 14 days the same command again PURGES it there/)
      await standin().ask({})
      const done = await destroy('purged', '--purge')
      expect(done).toMatchObject({
        state: 'destroyed',
        versions: [{state: 'destroyed', effect: {proof: 'proven'}}],
      })
      const asked = (await standin().ask({})).map(({operation}) => operation)
      expect(asked.filter((one) => one === 'purge').length).toBeGreaterThan(0)
      expect(asked.filter((one) => one === 'delete').length).toBeGreaterThan(0)
      // Its name is free again there: nothing of it is left, not even among the deleted.
      expect(await make('purged-2', '--activate')).toMatchObject({exit: 0})
      expect(problemsOf(house())).toEqual([])
    },
  )

  if (SLOW)
    testWith(
      'openssl',
      'are not called destroyed where the service only says that they are purged',
      async () => {
        expect(await make('kept', '--activate')).toMatchObject({exit: 0})
        await standin().ask({faults: [{route: 'purge', fault: 'lie', times: 9}]})
        const lied = await destroy('kept', '--purge')
        expect(lied).toMatchObject({
          code: 'PROVIDER_FAILED',
          message: expect.stringMatching(/still among the deleted/),
        })
        expect(await show('kept')).toMatchObject({state: 'destruction-scheduled'})
        await standin().ask({faults: [{route: 'purge', fault: 'cut', times: 2}]})
        // Purged, and nobody heard of it: the same command again finds it gone.
        expect(await destroy('kept', '--purge')).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
        expect(await destroy('kept', '--purge')).toMatchObject({state: 'destroyed'})
      },
    )

  if (SLOW)
    testWith('openssl', 'that wait to be purged can be recovered, and are then disabled', async () => {
      expect(await make('recovered', '--activate')).toMatchObject({exit: 0})
      const waiting = await runJson(
        KeyDestroy,
        'key destroy',
        [
          ...['recovered', '--wait', 'P20D', '--grace', 'P0D', '--purge', '--reason', 'r'],
          ...['--confirm', 'recovered@azure', ...all()],
        ],
        house().world,
      )
      expect(waiting).toMatchObject({state: 'destruction-scheduled'})
      const early = await destroy('recovered', '--purge')
      expect(early).toMatchObject({code: 'KEY_STATE'})
      const back = await runJson(
        KeyCancelDestroy,
        'key cancel-destroy',
        ['recovered', ...all()],
        house().world,
      )
      expect(back).toMatchObject({state: 'deactivated'})
    })

  testWith(
    'openssl',
    'are not purged where purge protection is on: said with the day, before anything',
    async () => {
      const protectedOne = await startStandin('vault')
      try {
        const open = await openVault(placeOf(protectedOne, 'vault'), 'keyrite/test')
        const ref = await enabled(open, specOf('ec-p256'))
        expect(await outcome(open.life.scheduleForPurge?.(ref) ?? missing('no purge'))).toBe('UNSUPPORTED')
        expect(await outcome(open.life.fixedWait?.(ref, true) ?? missing('no wait'))).toBe('UNSUPPORTED')
        expect(await open.life.fixedWait?.(ref, false)).toBe(90)
        expect((await described(open.store, ref)).availability).toBe('enabled')
        const at = await open.life.scheduleDestruction(ref, 90)
        await protectedOne.ask({})
        const refused = await open.life.purge?.(ref).catch((error: unknown) => error)
        expect(refused).toMatchObject({
          code: 'UNSUPPORTED',
          message: expect.stringContaining(`purges it, at ${at.toISOString()}`),
        })
        expect((await protectedOne.ask({})).map(({operation}) => operation)).not.toContain('purge')
        expect((await described(open.store, ref)).availability).toBe('destruction-pending')
        await open.close()
      } finally {
        await protectedOne.stop()
      }
    },
  )
})

function missing(what: string): never {
  throw new Error(what)
}
