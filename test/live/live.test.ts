/** What a person with an account runs, tried on what can be had without one. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {Secret} from '../../src/base/secret.ts'
import {openToken} from '../../src/providers/local/index.ts'
import {startMinistack, type Emulator} from '../backends/aws.ts'
import {bring} from '../backends/bring.ts'
import {startAwsStandin} from '../backends/standin.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {makeBaoHouse, type BaoHouse} from '../commands/transit-house.ts'
import {anAccount} from '../providers/aws/bench.ts'
import {softHsm, type SoftHsm} from '../providers/pkcs11/softhsm.ts'
import {all, random} from '../providers/support.ts'
import {startStandin as startAzure} from '../providers/azure/standin.ts'
import {startStandin as startGoogle} from '../providers/gcp/standin.ts'
import {openAs, openbao, placeOf} from '../providers/transit/bao.ts'
import {testWhen, testWith} from '../support/needs.ts'
import {runCommand, runJson, somebody} from '../support/run.ts'
import {TestLive} from './command.ts'
import type {Left, Line} from './run.ts'

const ministack = await bring('ministack')
const slow = process.env['SLOW'] === '1'
/** A few key types in a short run, all of them in a long one. */
const some = (...algorithms: readonly string[]): string[] =>
  slow ? [] : algorithms.flatMap((one) => ['--algorithm', one])

interface Ran extends Record<string, unknown> {
  readonly prefix: string
  readonly lines: readonly Line[]
  readonly left: readonly Left[]
}
const tried = (where: Pick<House, 'world'>, name: string, more: readonly string[] = []) =>
  runJson<Ran>(TestLive, 'test live', ['--profile', name, '--confirm', name, ...more], where.world)

describe('a live run', () => {
  const box: {house?: House} = {}
  const house = (): House => box.house ?? missing()
  const size = () => house().using((app) => app.ledger.size)
  const labels = async (): Promise<string[]> => {
    const pin = new Secret(Buffer.from('twelve bytes'))
    const clock = {now: () => new Date()}
    const token = await openToken({path: house().token, pin, leastGeneration: null, random, clock})
    try {
      return (await all(token.store)).map(({spec, availability}) => `${spec.label} ${availability}`)
    } finally {
      await token.close()
      pin.wipe()
    }
  }
  beforeAll(async () => {
    box.house = await makeHouse()
  })
  afterAll(() => box.house?.remove())

  test('asks first, and makes nothing without the name: another one, no terminal, a dry run', async () => {
    const {world} = house()
    const run = (argv: readonly string[], ...answers: string[]) =>
      runCommand(TestLive, 'test live', ['--profile', 'main', ...argv], {
        ...world,
        ...(answers.length === 0 ? {} : {ask: somebody(...answers)}),
      })
    const refused = await run([])
    expect(refused).toMatchObject({exit: 3, stderr: expect.stringContaining('NO_TERMINAL')})
    expect(await run([], 'yes')).toMatchObject({exit: 3, stderr: expect.stringContaining('NOT_CONFIRMED')})
    const dry = await run(['--dry-run'])
    expect(dry).toMatchObject({exit: 0, stdout: expect.stringContaining('Nothing was made.')})
    expect(dry.stderr).toMatch(/This is kind local.*\nIt makes keys called live-[0-9a-f]{8}-…/)
    expect(await labels()).toEqual([])
  })

  test('tries each key type, leaves what waits for its end, and says so; the ledger has none of it', async () => {
    const before = await size()
    const {exit, prefix, lines, left, ...rest} = await tried(
      house(),
      'main',
      some('ec-p256', 'aes-256', 'hmac-sha256'),
    )
    expect({exit, failed: rest['failed']}).toEqual({exit: 0, failed: 0})
    expect(new Set(lines.map(({outcome}) => outcome))).toEqual(new Set(['yes']))
    expect(lines.map(({what}) => what)).toEqual(
      expect.arrayContaining([
        'make',
        'enable and use',
        'keep it from leaving',
        'disable',
        'add a version',
        'destroy',
        'bring one from outside',
      ]),
    )
    const there = await labels()
    const waiting = there.filter((one) => one.endsWith('destruction-pending'))
    expect(there.every((one) => one.startsWith(prefix))).toBe(true)
    expect(left).toHaveLength(waiting.length)
    expect(there.filter((one) => !/destroyed|destruction-pending/.test(one))).toEqual([])
    expect(await size()).toBe(before)
  })

  test('of production is refused before it is opened', async () => {
    const real = await makeHouse({environment: 'production'})
    try {
      expect(await tried(real, 'main')).toMatchObject({code: 'PRODUCTION_GUARD', changed: false})
    } finally {
      real.remove()
    }
  })

  testWith('softhsm2', 'on SoftHSM2 leaves nothing', async () => {
    const hsm: SoftHsm = softHsm()
    try {
      const pinFile = join(house().dir, 'hsm.pin')
      writeFileSync(pinFile, `${hsm.pin}\n`, {mode: 0o600})
      await add(house(), [
        'hsm',
        '--kind',
        'pkcs11',
        '--module',
        hsm.module,
        '--token-serial',
        hsm.serial,
        '--pin-file',
        pinFile,
      ])
      const ran = await tried(house(), 'hsm', some('ec-p256', 'aes-256'))
      expect({exit: ran.exit, left: ran.left, bad: bad(ran)}).toEqual({exit: 0, left: [], bad: []})
    } finally {
      hsm.remove()
    }
  })

  testWhen(openbao, 'on OpenBao leaves nothing', async () => {
    const bao: BaoHouse = await makeBaoHouse()
    try {
      await add(bao.house, ['bao', ...bao.flags().slice(0, 2), ...bao.flags().slice(4)])
      const ran = await tried(bao.house, 'bao', some('ed25519', 'aes-256'))
      expect({exit: ran.exit, left: ran.left, bad: bad(ran)}).toEqual({exit: 0, left: [], bad: []})
      const open = await openAs(placeOf(bao.bao), bao.bao.token)
      expect(await all(open.store)).toEqual([])
      await open.close()
    } finally {
      await bao.remove()
    }
  })

  testWhen(
    ministack,
    'on AWS’s likes leaves keys that wait for their end, each named with its day',
    async () => {
      anAccount()
      const emulator: Emulator = slow ? await startAwsStandin(ministack) : await startMinistack(ministack)
      try {
        await add(house(), ['cloud', '--kind', 'aws', '--region', 'eu-central-1', '--endpoint', emulator.url])
        const ran = await tried(house(), 'cloud', some('ec-p256'))
        expect({exit: ran.exit, bad: bad(ran)}).toEqual({exit: 0, bad: []})
        expect(ran.left.length).toBeGreaterThan(1)
        for (const one of ran.left)
          expect(one).toMatchObject({
            label: expect.stringMatching(ran.prefix),
            goesAt: expect.any(String),
            why: 'destruction-pending',
          })
      } finally {
        await emulator.stop()
      }
    },
    slow ? 600_000 : 60_000,
  )

  testWith('openssl', 'on the stand-in for Google leaves keys that wait for their end', async () => {
    const google = await startGoogle()
    const {ring, endpoint, credentials, ca} = google
    try {
      const place = ['--kind', 'gcp', '--key-ring', ring, '--endpoint', endpoint]
      await add(house(), ['google', ...place, '--credentials-file', credentials, '--ca-file', ca])
      const ran = await tried(house(), 'google', some('ec-p256', 'aes-256'))
      expect({exit: ran.exit, bad: bad(ran)}).toEqual({exit: 0, bad: []})
      expect(ran.left.length).toBeGreaterThan(1)
      for (const one of ran.left) expect(one).toMatchObject({goesAt: expect.any(String)})
    } finally {
      await google.stop()
    }
  })

  testWith(
    'openssl',
    'on the stand-in for Azure leaves keys that wait for their end, and names those that it keeps',
    async () => {
      const azure = await startAzure('hsm')
      try {
        const place = ['--kind', 'azure', '--vault-url', azure.vault, '--managed-hsm']
        await add(house(), ['azure', ...place, '--token-file', azure.tokenFile, '--ca-file', azure.ca])
        const ran = await tried(house(), 'azure', some('ec-p256'))
        // It deletes keys whole: of those with two versions the newer goes with the older, or neither does.
        expect({exit: ran.exit, bad: bad(ran)}).toEqual({exit: 7, bad: []})
        for (const one of ran.left) expect(one.why).toMatch(/destruction-pending|Azure deletes a key whole/)
      } finally {
        await azure.stop()
      }
    },
  )

  async function add(where: House, args: readonly string[]): Promise<void> {
    const signs = ['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${where.keyOf(one)}`])
    const argv = [
      ...args.filter((one, at) => one !== '--as' && args[at - 1] !== '--as'),
      '--environment',
      'test',
    ]
    expect(
      await runJson(ProfileAdd, 'profile add', [...argv, '--as', 'alice', ...signs], where.world),
    ).toMatchObject({exit: 0})
  }
})

const bad = ({lines}: Ran): readonly Line[] => lines.filter(({outcome}) => outcome === 'FAILED')

function missing(): never {
  throw new Error('it is made before the tests')
}
