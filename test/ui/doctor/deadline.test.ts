/** All that a place is asked while it is looked at has one end: what was found until then is said, and what found no answer. */
import {createServer, type AddressInfo, type Server, type Socket} from 'node:net'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {App} from '../../../src/app.ts'
import Doctor from '../../../src/commands/doctor.ts'
import KeyList from '../../../src/commands/key/list.ts'
import ProfileCheck from '../../../src/commands/profile/check.ts'
import {Secret} from '../../../src/base/secret.ts'
import {profilesFold, writeConfig, type Profile} from '../../../src/profiles/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {checkProfile, patienceAfter} from '../../../src/ui/check-profile.ts'
import {makeKey, makeLedger, type TestLedger} from '../../support/ledger.ts'
import {addLocal, pin} from '../../support/profile.ts'
import {runCommand, type CommandClass} from '../../support/run.ts'

const never = async (): Promise<never> => new Promise(() => undefined)

describe('a place that is looked at', () => {
  const sockets: Socket[] = []
  const box: {made?: TestLedger; silent?: Server} = {}
  const made = (): TestLedger => box.made ?? missing()
  beforeAll(async () => {
    box.made = await makeLedger({people: 3})
    await made().using(async (app) => {
      await addLocal(app, 'main')
      for (const name of ['payments', 'orders', 'mail'])
        await makeKey(app, made().founders, {name, profile: 'main'})
    })
    box.silent = createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => box.silent?.listen(0, '127.0.0.1', resolve))
  }, 60_000)
  afterAll(() => {
    for (const socket of sockets) socket.destroy()
    box.silent?.close()
    box.made?.remove()
  })

  const asked: string[] = []
  /** The ledger open, and whoever is asked for a PIN types it after that many ms. */
  const using = async <T>(work: (app: App, profile: Profile) => Promise<T>, thinks = 0): Promise<T> =>
    made().using(async (first) => {
      const app = Object.assign(first, {
        world: {
          ...first.world,
          ask: {
            ...first.world.ask,
            secret: async () => {
              asked.push('a PIN')
              await new Promise((resolve) => setTimeout(resolve, thinks))
              return new Secret(Buffer.from(pin))
            },
          },
        },
      })
      return work(app, app.ledger.of(profilesFold).profiles.get('main') ?? missing())
    })
  /** Opened, and with other answers than its own. */
  const lent = async (
    others: (provider: Provider) => Partial<Provider>,
    all = 400,
  ): Promise<Awaited<ReturnType<typeof checkProfile>>> =>
    using(async (app, profile) => {
      const provider = await app.provider('main')
      app.lend('main', {...provider, ...others(provider)})
      return checkProfile(app, profile, {answer: 60_000, all})
    })

  test('and does not open is given up with all of its answers, however long each may take', async () => {
    const {port} = box.silent?.address() as AddressInfo
    const token = join(made().world.home, 'a.token')
    writeFileSync(token, 'root\n', {mode: 0o600})
    const settings = {address: `http://127.0.0.1:${port}`, mount: 'transit', 'token-file': token}
    await using(async (app, profile) => {
      writeConfig(made().world.home, 'far', {settings, pinFile: undefined})
      const far: Profile = {...profile, name: 'far', kind: 'transit'}
      expect(await checkProfile(app, far, {answer: 2000, all: 300})).toMatchObject({
        identity: null,
        exit: 7,
        checks: [
          {
            name: 'opens',
            ok: false,
            detail: 'cannot open profile "far": it is not open after 0.3 seconds',
            fix: expect.stringMatching(/the way to it slow/),
          },
        ],
      })
      // Closing does not wait for it either.
      await app.close()
      writeConfig(made().world.home, 'far', null)
    })
  }, 30_000)

  test('and is on this machine is not said to want a server of names, whatever else is looked up', async () => {
    const {port} = box.silent?.address() as AddressInfo
    const token = join(made().world.home, 'a.token')
    writeFileSync(token, 'root\n', {mode: 0o600})
    const own = process.getActiveResourcesInfo.bind(process)
    process.getActiveResourcesInfo = () => ['GetAddrInfoReqWrap']
    try {
      await using(async (app, profile) => {
        const detailAt = async (address: string): Promise<string | undefined> => {
          const settings = {address, mount: 'transit', 'token-file': token}
          writeConfig(made().world.home, 'far', {settings, pinFile: undefined})
          const far: Profile = {...profile, name: 'far', kind: 'transit'}
          return (await checkProfile(app, far, {answer: 2000, all: 1234})).checks[0]?.detail
        }
        const slow = 'cannot open profile "far": it is not open after 1.2 seconds'
        expect(await detailAt(`http://localhost:${port}`)).toBe(slow)
        expect(await detailAt(`http://127.0.0.1:${port}`)).toBe(slow)
        expect(await detailAt('https://vault.invalid:8200')).toMatch(
          /; no name is looked up here in time \(DNS\)$/,
        )
        await app.close()
        writeConfig(made().world.home, 'far', null)
      })
    } finally {
      process.getActiveResourcesInfo = own
    }
  }, 30_000)

  test('and hangs when it has opened: what was found before is said, and who it is', async () => {
    const {identity, exit, checks} = await lent(({evidence}) => ({evidence: {...evidence, check: never}}))
    expect(identity).toMatchObject({kind: 'local'})
    expect(exit).toBe(7)
    expect(checks).toMatchObject([
      {name: 'opens', ok: true},
      {
        name: 'answers in time',
        ok: false,
        detail: 'it opened, and then gave no answer in time when asked whether it is well',
      },
    ])
  })

  test('and says of itself what mends it, is named there as it is called here', async () => {
    const fix = 'look whether it is the right one: keyrite profile check PROFILE'
    const line = {name: 'list keys', ok: false, detail: 'the answer has no Keys', fix}
    const {checks} = await lent(({evidence}) => ({evidence: {...evidence, check: async () => [line]}}), 5000)
    expect(checks[1]).toEqual({...line, fix: 'look whether it is the right one: keyrite profile check main'})
  })

  test('and answers for some keys in time is not said to hang; for none, it is', async () => {
    const slow = (many: number) => (provider: Provider) => {
      let left = many
      const describe: Provider['store']['describe'] = async (ref) =>
        left-- > 0 ? provider.store.describe(ref) : never()
      return {store: {...provider.store, describe}}
    }
    const one = await lent(slow(1))
    expect(one.checks.at(-1)).toMatchObject({
      name: 'keys',
      ok: true,
      detail: '3 keys that the ledger knows: there (there was no time for 2 of them)',
    })
    expect(one.exit).toBe(0)
    const none = await lent(slow(0))
    expect(none.checks.at(-1)).toMatchObject({
      name: 'answers in time',
      ok: false,
      detail: expect.stringMatching(/no answer in time when asked for key "/),
    })
    expect(none.exit).toBe(7)
  })

  test('has less time where the program took long to start, so that both are through within five seconds', () => {
    expect([0, 300, 700, 1500, 2700, 100_000].map(patienceAfter)).toEqual([
      {answer: 3000, all: 3500},
      {answer: 3000, all: 3500},
      {answer: 3000, all: 3500},
      {answer: 2200, all: 2700},
      {answer: 1000, all: 1500},
      {answer: 1000, all: 1500},
    ])
  })

  test('is looked at by what the program has spent before, where that is known', async () => {
    const hangs = async (spent: number): Promise<number> =>
      using(async (app, profile) => {
        const slow = Object.assign(app, {world: {...app.world, spent: () => spent}})
        const provider = await slow.provider('main')
        slow.lend('main', {...provider, evidence: {...provider.evidence, check: never}})
        const began = performance.now()
        await checkProfile(slow, profile)
        return performance.now() - began
      })
    const [late, early] = await Promise.all([hangs(60_000), hangs(0)])
    expect(late).toBeGreaterThanOrEqual(1490)
    expect(early - late).toBeGreaterThan(1000)
  }, 30_000)

  test('has as long as ever when a person has thought about its PIN', async () => {
    asked.length = 0
    const {exit} = await using(
      async (app, profile) => checkProfile(app, profile, {answer: 60_000, all: 3000}),
      3500,
    )
    expect([asked, exit]).toEqual([['a PIN'], 0])
  }, 30_000)

  test('by doctor or profile check: the process does not wait for what hangs at its end; others do', async () => {
    const ends = async (command: CommandClass, ...argv: readonly string[]): Promise<number> => {
      let told = 0
      await runCommand(command, argv.slice(0, 2).join(' '), argv.slice(2), {
        ...made().world,
        endSoon: () => {
          told++
        },
      })
      return told
    }
    expect(await ends(Doctor, 'doctor')).toBe(1)
    expect(await ends(ProfileCheck, 'profile', 'check', 'main')).toBe(1)
    expect(await ends(KeyList, 'key', 'list')).toBe(0)
  })
})

function missing(): never {
  throw new Error('it is made before the tests')
}
