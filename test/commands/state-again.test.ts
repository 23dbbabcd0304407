/** A state that a service came to hold a key to later than was waited for: the same command asks again, and nobody signs again. On the stand-ins for Azure and Google, never seen on either. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyActivate from '../../src/commands/key/activate.ts'
import KeyCheck from '../../src/commands/key/check.ts'
import KeyCompromise from '../../src/commands/key/compromise.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyDeactivate from '../../src/commands/key/deactivate.ts'
import KeyProve from '../../src/commands/key/prove.ts'
import KeyShow from '../../src/commands/key/show.ts'
import KeySuspend from '../../src/commands/key/suspend.ts'
import KeySync from '../../src/commands/key/sync.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {startStandin as startAzure} from '../providers/azure/standin.ts'
import {startStandin as startGoogle} from '../providers/gcp/standin.ts'
import {testWith} from '../support/needs.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'

interface Place {
  readonly flags: readonly string[]
  /**
   * @param disableLag - uses that are let through once a version is disabled.
   * @param lateReads - looks at a version that tell what was before a change.
   */
  ask(wish: {readonly disableLag: number; readonly lateReads?: number}): Promise<unknown>
  stop(): Promise<void>
}
const places = ['azure', 'gcp'] as const
const starts: Readonly<Record<(typeof places)[number], () => Promise<Place>>> = {
  async azure() {
    const hsm = await startAzure('hsm', 'purgeable')
    const own = ['--managed-hsm', '--vault-url', hsm.vault, '--token-file', hsm.tokenFile]
    return {
      flags: [...own, '--ca-file', hsm.ca],
      ask: ({lateReads = 0, ...wish}) => hsm.ask({...wish, lag: {routes: ['get'], reads: lateReads}}),
      stop: () => hsm.stop(),
    }
  },
  async gcp() {
    const ring = await startGoogle()
    const own = ['--key-ring', ring.ring, '--endpoint', ring.endpoint, '--credentials-file', ring.credentials]
    return {
      flags: [...own, '--ca-file', ring.ca],
      ask: ({disableLag}) => ring.ask({disableLag}),
      stop: () => ring.stop(),
    }
  },
}

describe('a state that its service holds a key to later than was waited for', () => {
  const box: {house?: House} = {}
  const open = new Map<string, Place>()
  const house = (): House => box.house ?? missing('there is no house')
  const placeOf = (kind: string): Place => open.get(kind) ?? missing(`no stand-in for ${kind}`)
  const alone = (command: CommandClass, id: string, ...args: readonly string[]) =>
    runJson(command, id, [...args, '--as', 'alice'], house().world)
  const signed = (command: CommandClass, id: string, ...args: readonly string[]) => {
    const people = ['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
    return alone(command, id, ...args, ...people)
  }
  const typesFrom = (from: number): Promise<readonly string[]> =>
    house().using((app) => {
      const {size, view} = app.ledger
      return Array.from({length: size - from}, (_, seq) => view.entry(from + seq)?.type ?? '')
    })
  const size = () => house().using((app) => app.ledger.size)
  beforeAll(async () => {
    box.house = await makeHouse()
    for (const kind of places) {
      const place = await starts[kind]()
      open.set(kind, place)
      const flags = ['--kind', kind, '--environment', 'test', ...place.flags]
      expect(await signed(ProfileAdd, 'profile add', kind, ...flags)).toMatchObject({exit: 0})
    }
  }, 60_000)
  afterAll(async () => {
    expect(problemsOf(house())).toEqual([])
    box.house?.remove()
    for (const place of open.values()) await place.stop()
  })
  const make = async (name: string, kind: string) => {
    const how = ['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing', '--owner', 'alice']
    await signed(KeyCreate, 'key create', name, '--profile', kind, ...how)
    await alone(KeyProve, 'key prove', name)
    return signed(KeyActivate, 'key activate', name)
  }

  describe.each(places)('at %s', (kind) => {
    testWith(
      'openssl',
      'is asked for again by the same command, which the refusal names, until it holds, and nobody signs for it',
      async () => {
        const name = `late-${kind}`
        expect(await make(name, kind)).toMatchObject({exit: 0, state: 'active'})
        // More than five looks see, and less than ten: at Google each uses it twice.
        await placeOf(kind).ask({disableLag: kind === 'gcp' ? 16 : 8})
        const late = await signed(KeySuspend, 'key suspend', name, '--reason', 'r')
        const usable = {exit: 6, code: 'KEY_STILL_USABLE', changed: true}
        expect(late).toMatchObject(usable)
        expect((late['try'] as string[])[0]).toMatch(new RegExp(`^keyrite key suspend ${name}: `))
        const before = {state: 'suspended', versions: [{effect: {proof: 'still-usable'}}]}
        expect(await alone(KeyShow, 'key show', name)).toMatchObject(before)
        const checked = await runCommand(KeyCheck, 'key check', [name], house().world)
        expect(checked.stdout).toContain(`Next: keyrite key suspend ${name}\n`)

        const from = await size()
        expect(await alone(KeySuspend, 'key suspend', name, '--dry-run')).toMatchObject(before)
        expect(await size()).toBe(from)
        expect(await alone(KeySuspend, 'key suspend', name)).toMatchObject({
          ...{exit: 0, state: 'suspended'},
          versions: [{enforced: 'disabled', effect: {proof: 'proven'}, proved: {ok: true}}],
        })
        expect(await typesFrom(from)).toEqual(['key.try.intended', 'key.tried'])
        // What is proven is asked for no more.
        expect(await alone(KeySuspend, 'key suspend', name)).toMatchObject({
          code: 'KEY_STATE',
          changed: false,
        })
      },
      60_000,
    )

    testWith(
      'openssl',
      'is recorded anew as it is seen where it goes on being late, and called usable again',
      async () => {
        const name = `later-${kind}`
        expect(await make(name, kind)).toMatchObject({exit: 0, state: 'active'})
        await placeOf(kind).ask({disableLag: 1000})
        const sure = ['--reason', 'r', '--confirm', `${name}@${kind}`]
        const usable = {exit: 6, code: 'KEY_STILL_USABLE'}
        expect(await signed(KeyCompromise, 'key compromise', name, ...sure)).toMatchObject(usable)
        const again = await alone(KeyCompromise, 'key compromise', name, '--reason', 'r')
        expect(again).toMatchObject(usable)
        expect((again['try'] as string[])[0]).toMatch(
          new RegExp(`^keyrite key compromise ${name} --reason R: `),
        )
        expect(await alone(KeyShow, 'key show', name)).toMatchObject({
          ...{state: 'compromised', versions: [{effect: {proof: 'still-usable'}}]},
        })
        await placeOf(kind).ask({disableLag: 0})
      },
      60_000,
    )
  })

  testWith(
    'openssl',
    'is asked for again where it was recorded as not enforced since looks at it were late, and is enforced then',
    async () => {
      expect(await make('late-looks', 'azure')).toMatchObject({exit: 0, state: 'active'})
      // Five looks after it was set, and one before it is tried.
      await placeOf('azure').ask({disableLag: 0, lateReads: 6})
      const late = await signed(KeyDeactivate, 'key deactivate', 'late-looks', '--reason', 'r')
      expect(late).toMatchObject({exit: 6, changed: true})
      expect((late['try'] as string[])[0]).toMatch(/^keyrite key deactivate late-looks: /)
      const state = 'deactivated'
      expect(await alone(KeyShow, 'key show', 'late-looks')).toMatchObject({
        ...{state, versions: [{enforced: 'enabled', recorded: 'historic'}]},
      })
      await placeOf('azure').ask({disableLag: 0})
      const synced = await alone(KeySync, 'key sync', '--profile', 'azure')
      expect(JSON.stringify(synced)).toContain('"next":"keyrite key deactivate late-looks"')
      expect(await alone(KeyDeactivate, 'key deactivate', 'late-looks')).toMatchObject({
        ...{exit: 0, state, versions: [{enforced: 'historic', recorded: null, effect: {proof: 'proven'}}]},
      })
    },
    60_000,
  )
})

function missing(what: string): never {
  throw new Error(what)
}
