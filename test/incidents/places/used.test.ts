/** Who used a key, by the log of its place, in a revocation that nobody told where that log is: it was remembered before. */
import {writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyCreate from '../../../src/commands/key/create.ts'
import KeyUsage from '../../../src/commands/key/usage.ts'
import ProfileAdd from '../../../src/commands/profile/add.ts'
import Revoke from '../../../src/commands/revoke.ts'
import {makeHouse, problemsOf, type House} from '../../ceremony/room.ts'
import {startStandin as startAzure} from '../../providers/azure/standin.ts'
import {startStandin as startGoogle} from '../../providers/gcp/standin.ts'
import {openbao, startTransit} from '../../providers/transit/bao.ts'
import {startLog} from '../../standins/logs/start.ts'
import type {Log} from '../../standins/logs/main.ts'
import {here, testWhen} from '../../support/needs.ts'
import {runCommand, runJson, type CommandClass} from '../../support/run.ts'

const SLOW = process.env['SLOW'] === '1'
const workspace = '00000000-1111-2222-3333-444444444444'

interface There {
  /** For `profile add`. */
  readonly flags: readonly string[]
  /** For `key usage`: where its log is. */
  readonly log: readonly string[]
  /** Somebody uses the key; or the log says so. */
  uses(key: string, late?: number): Promise<void>
  /** Whom the log names then. */
  readonly caller: string
  stop(): Promise<void>
}

interface Place {
  readonly name: string
  readonly present: boolean
  readonly slow?: boolean
  start(house: House): Promise<There>
}

const places: readonly Place[] = [
  {
    name: 'OpenBao, whose audit device writes a file',
    present: openbao.present,
    async start(house) {
      const bao = await startTransit({audit: true})
      const tokenFile = join(house.dir, 'bao.token')
      writeFileSync(tokenFile, `${bao.token}\n`, {mode: 0o600})
      return {
        flags: ['--kind', 'transit', '--address', bao.url, '--token-file', tokenFile],
        log: ['--audit-file', bao.auditFile ?? ''],
        uses: async (key) => {
          await bao.bao('write', `transit/encrypt/${key}`, 'plaintext=bWVzc2FnZQ==')
        },
        caller: 'token (policies root)',
        stop: () => bao.stop(),
      }
    },
  },
  {
    name: 'our stand-ins for Cloud KMS and Cloud Logging',
    present: here('openssl'),
    slow: true,
    async start() {
      const standin = await startGoogle()
      const {endpoint, ring, ca, credentials} = standin
      const log = await startLog(dirname(ca))
      return {
        flags: [
          ...['--kind', 'gcp', '--key-ring', ring, '--endpoint', endpoint],
          ...['--credentials-file', credentials, '--ca-file', ca],
        ],
        log: ['--log-endpoint', log.endpoint],
        uses: (key, lateMs = 0) => {
          const entries = [1, 2].map((minutes) => ({
            logName: 'projects/keyrite-standin/logs/cloudaudit.googleapis.com%2Fdata_access',
            timestamp: new Date(Date.now() - minutes * 60_000).toISOString(),
            protoPayload: {
              serviceName: 'cloudkms.googleapis.com',
              methodName: 'Encrypt',
              resourceName: `${ring}/cryptoKeys/${key}`,
              authenticationInfo: {principalEmail: `app-${minutes}@example.com`},
            },
          }))
          const held: Log = {page: 1, lateMs, entries}
          writeFileSync(join(dirname(ca), 'log.json'), JSON.stringify(held))
          return Promise.resolve()
        },
        caller: 'app-1@example.com',
        stop: async () => {
          await log.stop()
          await standin.stop()
        },
      }
    },
  },
  {
    name: 'our stand-ins for Key Vault and Log Analytics',
    present: here('openssl'),
    slow: true,
    async start() {
      const standin = await startAzure('hsm')
      const {vault, tokenFile, ca} = standin
      const log = await startLog(dirname(ca))
      return {
        flags: [
          ...['--kind', 'azure', '--vault-url', vault, '--managed-hsm'],
          ...['--token-file', tokenFile, '--ca-file', ca],
        ],
        log: ['--workspace', workspace, '--log-endpoint', log.endpoint],
        uses: (key, lateMs = 0) => {
          const entries = [
            {
              ...{TimeGenerated: new Date(Date.now() - 60_000).toISOString(), OperationName: 'KeyWrap'},
              ...{
                HttpStatusCode: 200,
                CallerIpAddress: '10.0.0.7',
                ClientInfo: 'app',
                Id: `${vault}/keys/${key}/01`,
              },
              Identity: {claim: {appid: 'app-1'}},
            },
          ]
          writeFileSync(join(dirname(ca), 'log.json'), JSON.stringify({lateMs, entries}))
          return Promise.resolve()
        },
        caller: 'app-1',
        stop: async () => {
          await log.stop()
          await standin.stop()
        },
      }
    },
  },
]

for (const place of places.filter(({slow}) => SLOW || slow !== true))
  describe(`a key of ${place.name}`, () => {
    const box: {house?: House; there?: There} = {}
    const house = (): House => box.house ?? missing()
    const there = (): There => box.there ?? missing()
    const all = (): string[] =>
      ['alice', 'bob', 'carol', 'dan', 'erin'].flatMap((one) => [
        '--sign-with',
        `${one}=${house().keyOf(one)}`,
      ])
    const run = (command: CommandClass, id: string, argv: readonly string[]) =>
      runJson(command, id, [...argv, '--as', 'dan'], house().world)
    const making = async (name: string): Promise<string> => {
      const how = ['--algorithm', 'aes-256', '--purpose', 'encrypt', '--class', 'dek']
      const argv = [name, '--profile', 'there', '--owner', 'alice', '--activate', ...how, ...all()]
      const made = await run(KeyCreate, 'key create', argv)
      expect(made).toMatchObject({exit: 0})
      const [version] = made['versions'] as {providerId: string}[]
      return (version?.providerId ?? '').split('/')[0] ?? ''
    }
    /** By somebody else each time: nobody alone contains two before the first is ratified. */
    const revoking = (name: string, who: string): string[] => [
      ...[name, '--reason', 'key-compromise', '--confirm', `${name}@there`],
      ...['--sign-with', `${who}=${house().keyOf(who)}`, '--as', who],
    ]

    beforeAll(async () => {
      if (!place.present) return
      box.house = await makeHouse()
      box.there = await place.start(house())
      const args = ['there', '--environment', 'test', ...there().flags, ...all()]
      expect(await run(ProfileAdd, 'profile add', args)).toMatchObject({exit: 0})
    }, 120_000)
    afterAll(async () => {
      await box.there?.stop()
      if (box.house === undefined) return
      expect(problemsOf(house())).toEqual([])
      house().remove()
    })
    const need = {present: place.present, what: place.name, how: 'see CONTRIBUTING.md'}

    testWhen(
      need,
      'is asked for where its log was remembered; without that the screen says what to type, and it is revoked all the same',
      async () => {
        const id = await making('orders')
        await there().uses(id)
        if (place.slow !== true) {
          const first = await runCommand(Revoke, 'revoke', revoking('orders', 'dan'), house().world)
          expect([first.exit, first.stderr]).toEqual([
            0,
            expect.stringMatching(/Who used it in 30 days is not known yet: .*Later: keyrite key usage/),
          ])
        }
        await run(KeyUsage, 'key usage', ['orders', ...there().log, '--remember', '--no-record'])
        const again = await making('again')
        await there().uses(again)
        const {exit, stderr, stdout} = await runCommand(
          Revoke,
          'revoke',
          revoking('again', 'carol'),
          house().world,
        )
        expect([exit, stderr]).toEqual([
          0,
          expect.stringMatching(/Used in 30 days, by the log of its place: \d+ times/),
        ])
        expect(stdout).toContain(`user ${there().caller}`)
        // R4 rests on it.
        expect(stdout.replaceAll(/\s+/g, ' ')).toContain('again (confidential, 2 h')
      },
      180_000,
    )

    if (place.slow === true)
      testWhen(
        need,
        'whose log is slow is contained no later for it; what was not read is said',
        async () => {
          const id = await making('late')
          await there().uses(id, 45_000)
          const {exit, stderr} = await runCommand(Revoke, 'revoke', revoking('late', 'dan'), house().world)
          expect(exit).toBe(0)
          const at = (line: RegExp): number => {
            const [, minutes, seconds] =
              new RegExp(`T\\+(\\d\\d):(\\d\\d).*${line.source}`).exec(stderr) ?? []
            return Number(minutes) * 60 + Number(seconds)
          }
          expect(at(/suspended, and the place says so/)).toBeLessThan(15)
          expect(at(/refused 10 times in a row/)).toBeLessThan(25)
          expect(stderr).toMatch(
            /at least \d+ times|is not known yet: the log of its place gave no answer in 20 s/,
          )
        },
        120_000,
      )
  })

function missing(): never {
  throw new Error('it is not there')
}
