/** A key's whole life by commands at each kind of place, which is asked past keyrite at each step, and whose clock is moved where it has one. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyActivate from '../../src/commands/key/activate.ts'
import KeyCancelDestroy from '../../src/commands/key/cancel-destroy.ts'
import KeyCompromise from '../../src/commands/key/compromise.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyDeactivate from '../../src/commands/key/deactivate.ts'
import KeyDestroy from '../../src/commands/key/destroy.ts'
import KeyProve from '../../src/commands/key/prove.ts'
import KeyResume from '../../src/commands/key/resume.ts'
import KeyShow from '../../src/commands/key/show.ts'
import KeySuspend from '../../src/commands/key/suspend.ts'
import DutyList from '../../src/commands/duty/list.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import RotationRun from '../../src/commands/rotation/run.ts'
import {datedFlags, type Dated} from '../commands/dated.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {
  awsStandin,
  azure,
  google,
  local,
  made,
  openBao,
  softHsm2,
  type Place,
  type Standing,
} from '../incidents/places/places.ts'
import {isUsed} from '../incidents/places/told.ts'
import {testWhen} from '../support/needs.ts'
import {runJson, type CommandClass} from '../support/run.ts'

const SLOW = process.env['SLOW'] === '1'
const dayMs = 86_400_000

/** In the words of the place, and whether a client that only signs can use it: `works` or `refused`. */
type Said = readonly [told: string, use: 'works' | 'refused']

interface Row {
  readonly place: Place
  /** How many days a destruction waits there: kept by the place itself, or by keyrite. */
  readonly waitDays: number
  readonly keptBy: 'place' | 'keyrite'
  readonly active: Said
  readonly suspended: Said
  /** What it made is still verified. */
  readonly deactivated: Said
  readonly scheduled: Said
  readonly destroyed: Said
}

const off: Said = ['refused', 'refused']
const rows: readonly Row[] = [
  {
    ...{place: local, waitDays: 7, keptBy: 'keyrite', active: ['works', 'works']},
    ...{suspended: off, deactivated: off, scheduled: off, destroyed: off},
  },
  {
    ...{place: softHsm2, waitDays: 7, keptBy: 'keyrite', active: ['sign', 'works']},
    ...{suspended: ['none', 'refused'], deactivated: ['none', 'refused'], scheduled: ['none', 'refused']},
    destroyed: ['gone', 'refused'],
  },
  {
    // The newest version of a key cannot be kept from signing there alone: that is recorded, and not enforced.
    ...{place: openBao, waitDays: 7, keptBy: 'keyrite', active: ['there', 'works']},
    ...{suspended: ['soft-deleted', 'refused'], deactivated: ['there', 'works']},
    ...{scheduled: ['soft-deleted', 'refused'], destroyed: ['gone', 'refused']},
  },
  {
    // Nor at AWS and Google, where who may only verify is a matter of policies.
    ...{place: awsStandin, waitDays: 7, keptBy: 'place', active: ['Enabled', 'works']},
    ...{suspended: ['Disabled', 'refused'], deactivated: ['Enabled', 'works']},
    ...{scheduled: ['PendingDeletion', 'refused'], destroyed: ['gone', 'refused']},
  },
  {
    ...{place: azure, waitDays: 90, keptBy: 'place', active: ['enabled sign,verify', 'works']},
    ...{suspended: ['disabled sign,verify', 'refused'], deactivated: ['enabled verify', 'refused']},
    ...{scheduled: ['deleted', 'refused'], destroyed: ['gone', 'refused']},
  },
  {
    ...{place: google, waitDays: 30, keptBy: 'place', active: ['ENABLED', 'works']},
    ...{suspended: ['DISABLED', 'refused'], deactivated: ['ENABLED', 'works']},
    ...{scheduled: ['DESTROY_SCHEDULED', 'refused'], destroyed: ['DESTROYED', 'refused']},
  },
]

interface Shown {
  readonly state: string
  readonly exit: number
  readonly versions: readonly {
    readonly state: string
    readonly providerId: string
    readonly destroyAt: string | null
  }[]
}

// A client of the local token stretches its PIN anew each time.
for (const row of SLOW ? rows : rows.slice(1, 2))
  describe(`at ${row.place.name}, where ${row.waitDays} days are kept by ${row.keptBy === 'place' ? 'the place itself' : 'keyrite'},`, () => {
    const {place} = row
    const box: {house?: House; there?: Standing; way?: Dated | undefined} = {}
    const house = (): House => box.house ?? missing()
    const there = (): Standing => box.there ?? missing()
    let shift = 0
    const now = (): Date => new Date(Date.now() + shift)
    const profile = place === local ? 'main' : 'there'
    beforeAll(async () => {
      if (!place.need.present) return
      box.house = await makeHouse({now})
      box.there = await place.start(house())
      const {flags} = there()
      if (flags === null) return
      const dated = await datedFlags(flags, now)
      box.way = dated.way
      const args = ['there', '--environment', 'test', ...dated.flags]
      expect(await run(ProfileAdd, 'profile add', [...args, ...people()])).toMatchObject({exit: 0})
    }, 120_000)
    afterAll(async () => {
      await box.way?.close()
      await box.there?.stop()
      if (box.house === undefined) return
      expect(problemsOf(house())).toEqual([])
      house().remove()
    })

    const run = (command: CommandClass, id: string, argv: readonly string[]) =>
      runJson(command, id, [...argv, '--as', 'alice'], house().world)
    const people = (): string[] =>
      ['alice', 'bob', 'carol', 'dan', 'erin'].flatMap((one) => [
        '--sign-with',
        `${one}=${house().keyOf(one)}`,
      ])
    const change = async (
      command: CommandClass,
      id: string,
      name: string,
      ...more: string[]
    ): Promise<void> => {
      const ran = await run(command, id, [name, ...more, ...people()])
      expect([id, ran.exit, ran['code'] ?? null, ran['message'] ?? '']).toEqual([id, 0, null, ''])
    }
    const make = (name: string, ...more: string[]): Promise<void> =>
      change(KeyCreate, 'key create', name, '--profile', profile, '--owner', 'alice', ...made.sign, ...more)
    const shown = (name: string): Promise<Shown> => runJson<Shown>(KeyShow, 'key show', [name], house().world)
    async function forward(days: number): Promise<void> {
      shift += days * dayMs
      await there().forward?.(days)
    }
    /** What keyrite says of a version, what its place says, and what a client sees. */
    async function is(name: string, state: string, [told, use]: Said, number = 1): Promise<void> {
      const version = (await shown(name)).versions[number - 1]
      const id = version?.providerId ?? ''
      const used = (await isUsed(there().hammer(id, 'sign'))) ? 'works' : 'refused'
      expect([name, number, version?.state, await there().told(id), used]).toEqual([
        name,
        number,
        state,
        told,
        use,
      ])
    }
    const destroy = (name: string) =>
      run(KeyDestroy, 'key destroy', [
        ...[name, '--reason', 'replaced', '--wait', `P${row.waitDays}D`, '--grace', 'P0D'],
        ...['--confirm', `${name}@${profile}`, ...people()],
      ])

    testWhen(
      place.need,
      'a key is made, activated, suspended, resumed, rotated, deactivated by that, and the next one is compromised: at each step the place and a client of it say the same',
      async () => {
        await make('tokens')
        expect((await shown('tokens')).state).toBe('pre-active')
        expect(await run(KeyProve, 'key prove', ['tokens'])).toMatchObject({exit: 0})
        await change(KeyActivate, 'key activate', 'tokens')
        await is('tokens', 'active', row.active)
        await change(KeySuspend, 'key suspend', 'tokens')
        await is('tokens', 'suspended', row.suspended)
        await change(KeyResume, 'key resume', 'tokens')
        await is('tokens', 'active', row.active)
        const turn = async (days: number, ...did: readonly string[]): Promise<void> => {
          await forward(days)
          const ran = await run(RotationRun, 'rotation run', ['tokens'])
          expect(ran).toMatchObject({exit: 0, keys: [{did, error: null}]})
        }
        await turn(91, 'open', 'version', 'accept')
        await is('tokens', 'active', row.active, 2)
        await turn(7, 'primary')
        await turn(31, 'retire')
        await is('tokens', 'active', row.active, 2)
        expect((await shown('tokens')).versions[0]?.state).toBe('deactivated')
        const seen = ['--reason', 'seen', '--confirm', `tokens@${profile}`]
        // OpenBao forbids everything below one version: the older one goes first, as it says.
        if (place === openBao) {
          const refused = await run(KeyCompromise, 'key compromise', ['tokens', ...seen, ...people()])
          expect(refused).toMatchObject({code: 'UNSUPPORTED'})
          expect(refused['message']).toContain('the older versions first')
          await change(KeyCompromise, 'key compromise', 'tokens', '--version', '1', ...seen)
        }
        await change(KeyCompromise, 'key compromise', 'tokens', ...seen)
        await is('tokens', 'compromised', row.suspended, 2)
      },
      300_000,
    )

    testWhen(
      place.need,
      'a key is deactivated, scheduled, taken back, scheduled again, and destroyed when its wait is over: at each step the place and a client of it say the same, and nothing comes sooner',
      async () => {
        await make('ends', '--activate')
        await change(KeyDeactivate, 'key deactivate', 'ends', '--reason', 'replaced')
        await is('ends', 'deactivated', row.deactivated)
        expect(await destroy('ends')).toMatchObject({exit: 0, state: 'destruction-scheduled'})
        await is('ends', 'destruction-scheduled', row.scheduled)
        const {destroyAt} = (await shown('ends')).versions[0] ?? missing()
        const days = (Date.parse(destroyAt ?? '') - now().getTime()) / dayMs
        expect(Math.abs(days - row.waitDays)).toBeLessThan(0.01)
        await change(KeyCancelDestroy, 'key cancel-destroy', 'ends')
        await is('ends', 'deactivated', row.deactivated)

        expect(await destroy('ends')).toMatchObject({exit: 0, state: 'destruction-scheduled'})
        await forward(row.waitDays - 1)
        expect(await destroy('ends')).toMatchObject({exit: 5, code: 'KEY_STATE'})
        await is('ends', 'destruction-scheduled', row.scheduled)
        await forward(1.1)
        const owed = await run(DutyList, 'duty list', [])
        expect(owed).toMatchObject({exit: 10, ends: [{key: 'ends', step: 'destroy'}]})
        expect(await destroy('ends')).toMatchObject({exit: 0, state: 'destroyed'})
        await is('ends', 'destroyed', row.destroyed)
        expect(await run(KeyCancelDestroy, 'key cancel-destroy', ['ends'])).toMatchObject({code: 'KEY_STATE'})
      },
      300_000,
    )
  })

function missing(): never {
  throw new Error('it is not there')
}
