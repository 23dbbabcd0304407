/** Rights to use a key that its service keeps beside it: taken away where disabling it fails or is not enough, and given back by the full quorum. */
import {KMSClient, CreateGrantCommand, ListGrantsCommand} from '@aws-sdk/client-kms'
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import IncidentClose from '../../../src/commands/incident/close.ts'
import IncidentRatify from '../../../src/commands/incident/ratify.ts'
import IncidentResume from '../../../src/commands/incident/resume.ts'
import KeyCreate from '../../../src/commands/key/create.ts'
import KeyShow from '../../../src/commands/key/show.ts'
import ProfileAdd from '../../../src/commands/profile/add.ts'
import RequestShow from '../../../src/commands/request/show.ts'
import Revoke from '../../../src/commands/revoke.ts'
import Unrevoke from '../../../src/commands/unrevoke.ts'
import {credentials} from '../../backends/aws.ts'
import {bring, pythonOf} from '../../backends/bring.ts'
import {startAwsStandin} from '../../backends/standin.ts'
import {makeHouse, problemsOf, type House} from '../../ceremony/room.ts'
import {anAccount} from '../../providers/aws/bench.ts'
import {startStandin as startGoogle} from '../../providers/gcp/standin.ts'
import {here, testWhen} from '../../support/needs.ts'
import {runCommand, runJson, type CommandClass} from '../../support/run.ts'

const SLOW = process.env['SLOW'] === '1'

interface There {
  readonly flags: readonly string[]
  /** Somebody may use it by a right of its own. */
  binds(id: string): Promise<void>
  /** Who may, as the service itself says it: nobody of ours is asked. */
  bound(id: string): Promise<readonly string[]>
  /** Whether disabling is refused from now on. */
  refuses(is: boolean): Promise<void>
  stop(): Promise<void>
}
interface Place {
  readonly name: string
  readonly present: boolean
  readonly before: readonly string[]
  start(): Promise<There>
}

const [ministack, awsClient, googleClient] = [
  await bring('ministack'),
  await bring('aws-client'),
  await bring('google-client'),
]
const [ci, eve] = ['serviceAccount:ci@p.iam.gserviceaccount.com', 'user:eve@example.com']
const role = 'roles/cloudkms.signerVerifier'
const google: Place = {
  name: 'our stand-in for Google Cloud KMS',
  present: here('openssl') && googleClient.present,
  before: [`${role} ${ci}`, `${role} ${eve}`],
  async start() {
    const standin = await startGoogle()
    const {endpoint, ring, ca, credentials: file} = standin
    const on = (id: string): string => `${ring}/cryptoKeys/${id.slice(0, id.lastIndexOf('/'))}`
    return {
      flags: [
        ...['--kind', 'gcp', '--key-ring', ring, '--endpoint', endpoint],
        ...['--credentials-file', file, '--ca-file', ca],
      ],
      binds: async (id) => {
        await standin.ask({policies: {[on(id)]: [{role, members: [ci, eve]}]}})
      },
      bound: (id) =>
        Promise.resolve(
          execFileSync(
            pythonOf(googleClient.present ? googleClient.folder : ''),
            [
              join(import.meta.dirname, 'bound.py'),
              endpoint,
              ring,
              ca,
              file,
              id.slice(0, id.lastIndexOf('/')),
            ],
            {encoding: 'utf8', env: process.env},
          )
            .split('\n')
            .filter((line) => line !== '')
            .sort(),
        ),
      refuses: async (is) => {
        await standin.ask({
          faults: is ? [{method: 'updateCryptoKeyVersion', fault: 'unavailable', times: 1000}] : [],
        })
      },
      stop: () => standin.stop(),
    }
  },
}

const aws: Place = {
  name: 'our stand-in for AWS KMS',
  present: ministack.present && awsClient.present,
  before: ['arn:aws:iam::000000000000:role/app Sign'],
  async start() {
    const standin = await startAwsStandin(ministack)
    const account = anAccount()
    const env = credentials({url: standin.url, account})
    const kms = new KMSClient({
      region: 'eu-central-1',
      endpoint: standin.url,
      credentials: {
        accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
      },
    })
    const keyOf = (id: string): string => id.slice(0, id.lastIndexOf('/'))
    return {
      flags: ['--kind', 'aws', '--region', 'eu-central-1', '--endpoint', standin.url],
      binds: async (id) => {
        await kms.send(
          new CreateGrantCommand({
            KeyId: keyOf(id),
            GranteePrincipal: 'arn:aws:iam::000000000000:role/app',
            Operations: ['Sign'],
          }),
        )
      },
      bound: async (id) =>
        ((await kms.send(new ListGrantsCommand({KeyId: keyOf(id)}))).Grants ?? []).map(
          (one) => `${one.GranteePrincipal ?? ''} ${(one.Operations ?? []).join()}`,
        ),
      refuses: async (is) => {
        await standin.clearFaults()
        if (is) await standin.fault('cut-before', {operation: 'DisableKey', times: 1000})
      },
      stop: async () => {
        kms.destroy()
        await standin.stop()
      },
    }
  },
}

for (const place of SLOW ? [google, aws] : [google])
  describe(`a key at ${place.name} that cannot be disabled`, () => {
    const box: {house?: House; there?: There} = {}
    const house = (): House => box.house ?? missing()
    const there = (): There => box.there ?? missing()
    const signing = (...handles: readonly string[]): string[] =>
      handles.flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
    const all = (): string[] => signing('alice', 'bob', 'carol', 'dan', 'erin')
    const run = (command: CommandClass, id: string, argv: readonly string[], as = 'dan') =>
      runJson(command, id, [...argv, '--as', as], house().world)

    beforeAll(async () => {
      if (!place.present) return
      box.house = await makeHouse()
      box.there = await place.start()
      const args = ['there', '--environment', 'test', ...there().flags, ...all()]
      expect(await run(ProfileAdd, 'profile add', args)).toMatchObject({exit: 0})
    }, 120_000)
    afterAll(async () => {
      await box.there?.stop()
      if (box.house === undefined) return
      expect(problemsOf(house())).toEqual([])
      house().remove()
    })

    testWhen(
      {present: place.present, what: place.name, how: 'see CONTRIBUTING.md'},
      'has the rights of others taken away at once, which the screen says; it is not called dead; and they are given back with it',
      async () => {
        const how = ['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing', '--activate']
        const making = ['tokens', '--profile', 'there', '--owner', 'alice', ...how, ...all()]
        expect(await run(KeyCreate, 'key create', making)).toMatchObject({exit: 0})
        const shown = await run(KeyShow, 'key show', ['tokens'])
        const id = (shown['versions'] as {providerId: string}[])[0]?.providerId ?? ''
        await there().binds(id)
        expect(await there().bound(id)).toEqual(place.before)
        await there().refuses(true)
        const argv = [
          'tokens',
          '--reason',
          'key-compromise',
          '--confirm',
          'tokens@there',
          '--prove-within',
          'PT4S',
        ]
        const {exit, stdout, stderr} = await runCommand(
          Revoke,
          'revoke',
          [...argv, ...signing('dan'), '--as', 'dan'],
          house().world,
        )
        expect([exit, stdout.split('\n')[0]]).toEqual([6, expect.stringMatching(/^NOT YET DEAD: /)])
        expect(stderr).toMatch(/Version 1 NOT CONTAINED: /)
        expect(stderr).toMatch(
          /Version 1 could not be disabled: rights of others to use it are taken away, which is the next thing/,
        )
        expect(stderr).toMatch(/Version 1: \d rights were saved and taken away, 0 are left\./)
        expect(stdout).toMatch(/Rights taken: version 1: \d, and 0 are left/)
        expect(await there().bound(id)).toEqual([])
        // Others look at that, too.
        expect(await run(IncidentClose, 'incident close', ['tokens'])).toMatchObject({code: 'KEY_STATE'})
        await there().refuses(false)
        expect(
          await run(IncidentResume, 'incident resume', [
            'tokens',
            '--confirm',
            'tokens@there',
            ...signing('dan'),
          ]),
        ).toMatchObject({
          ...{exit: 0, contained: true, proof: 'proven', stripped: [{version: 1, left: 0}]},
        })
        expect(
          await run(IncidentRatify, 'incident ratify', ['tokens', ...signing('alice', 'bob')], 'alice'),
        ).toMatchObject({exit: 0})
        const back = ['tokens', '--reason', 'a test', '--confirm', 'tokens@there']
        const asked = await run(Unrevoke, 'unrevoke', [...back, ...signing('alice')])
        expect(asked).toMatchObject({exit: 8})
        const request = await run(RequestShow, 'request show', [String(asked['id'])])
        expect(JSON.stringify(request['inWords'])).toContain(
          'rights of others to use it that were taken away are given back',
        )
        expect(await there().bound(id)).toEqual([])
        expect(await run(Unrevoke, 'unrevoke', [...back, ...signing('alice', 'bob', 'carol')])).toMatchObject(
          {
            exit: 0,
            state: 'active',
          },
        )
        expect(await there().bound(id)).toEqual(place.before)
      },
      180_000,
    )
  })

function missing(): never {
  throw new Error('it is not there')
}
