/** A key with copies in other regions is revoked: each copy has a state of its own, and would go on by itself. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import IncidentResume from '../../../src/commands/incident/resume.ts'
import IncidentShow from '../../../src/commands/incident/show.ts'
import KeyCreate from '../../../src/commands/key/create.ts'
import KeyShow from '../../../src/commands/key/show.ts'
import ProfileAdd from '../../../src/commands/profile/add.ts'
import RequestShow from '../../../src/commands/request/show.ts'
import Revoke from '../../../src/commands/revoke.ts'
import Unrevoke from '../../../src/commands/unrevoke.ts'
import {credentials} from '../../backends/aws.ts'
import {bring, pythonOf} from '../../backends/bring.ts'
import {startAwsStandin, type AwsStandin} from '../../backends/standin.ts'
import {makeHouse, problemsOf, type House} from '../../ceremony/room.ts'
import {anAccount} from '../../providers/aws/bench.ts'
import {testWhen} from '../../support/needs.ts'
import {runCommand, runJson, type CommandClass} from '../../support/run.ts'
import {hammerOf, type Hammer} from './hammer.ts'
import {hammerProgram, made} from './places.ts'

const [ministack, client] = [await bring('ministack'), await bring('aws-client')]
const both = ministack.present ? client : ministack
const SLOW = process.env['SLOW'] === '1'
const [home, away] = ['eu-central-1', 'eu-west-1'] as const

describe('a key in AWS KMS with a copy in another region', () => {
  const box: {house?: House; standin?: AwsStandin; account?: string} = {}
  const house = (): House => box.house ?? missing()
  const standin = (): AwsStandin => box.standin ?? missing()
  const signing = (...handles: readonly string[]): string[] =>
    handles.flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
  const all = (): string[] => signing('alice', 'bob', 'carol', 'dan', 'erin')
  const run = (command: CommandClass, id: string, argv: readonly string[], as = 'alice') =>
    runJson(command, id, [...argv, '--as', as], house().world)
  const hammers = async (name: string): Promise<readonly Hammer[]> => {
    const {versions} = await runJson<{versions: {providerId: string}[]}>(
      KeyShow,
      'key show',
      [name],
      house().world,
    )
    const id = versions[0]?.providerId.split('/')[0] ?? ''
    const asking = {url: standin().url, account: box.account ?? ''}
    if (!client.present) return missing()
    const python = pythonOf(client.folder)
    const started = [home, away].map((region) =>
      hammerOf(python, [hammerProgram, 'aws', asking.url, region, id, 'sign'], credentials(asking)),
    )
    await Promise.all(started.map((one) => one.sees(true)))
    return started
  }
  const revoking = (name: string): readonly string[] => [
    ...[name, '--reason', 'key-compromise', '--confirm', `${name}@there`, ...signing('dan')],
  ]
  const making = async (name: string): Promise<string> => {
    const args = [name, '--profile', 'there', '--owner', 'alice', '--activate', ...made.sign]
    const done = await run(KeyCreate, 'key create', [...args, '--replica-region', away, ...all()])
    expect(done).toMatchObject({exit: 0, state: 'active'})
    return name
  }
  const givenBack = async (name: string): Promise<void> => {
    const back = [name, '--reason', 'a test', '--confirm', `${name}@there`]
    expect(await run(Unrevoke, 'unrevoke', [...back, ...all()])).toMatchObject({exit: 0, state: 'active'})
  }

  beforeAll(async () => {
    if (!both.present) return
    box.account = anAccount()
    box.house = await makeHouse()
    box.standin = await startAwsStandin(ministack)
    const place = ['--kind', 'aws', '--region', home, '--endpoint', standin().url, '--replica-regions', away]
    const args = ['there', '--environment', 'test', ...place, ...all()]
    expect(await run(ProfileAdd, 'profile add', args)).toMatchObject({exit: 0})
  }, 120_000)
  afterAll(async () => {
    await box.standin?.stop()
    if (box.house === undefined) return
    expect(problemsOf(house())).toEqual([])
    house().remove()
  })

  if (SLOW)
    testWhen(
      both,
      'is disabled in both, tried in both, and given back in both; the plan says so',
      async () => {
        const name = await making('twofold')
        const started = await hammers(name)
        try {
          const waits = await run(Revoke, 'revoke', revoking(name).slice(0, -2), 'dan')
          expect(waits).toMatchObject({exit: 8, contained: false})
          const shown = await runCommand(
            RequestShow,
            'request show',
            [String(waits['request'])],
            house().world,
          )
          expect(shown.stdout.replaceAll(/\s+/g, ' ')).toContain(`its copies in ${away} are disabled too`)
          const done = await run(Revoke, 'revoke', revoking(name), 'dan')
          expect(done).toMatchObject({exit: 0, contained: true, proof: 'proven'})
          const first = Date.parse(String(done['firstRefusal']))
          for (const one of started) {
            await one.sees(false)
            expect(one.tries.filter(({start, ok}) => ok && start >= first)).toEqual([])
          }
          await givenBack(name)
          for (const one of started) await one.sees(true)
        } finally {
          for (const one of started) await one.stop()
        }
      },
      180_000,
    )

  testWhen(
    both,
    'names who used it, by the log of its place, once it is contained',
    async () => {
      const name = await making('quiet')
      const done = await run(Revoke, 'revoke', revoking(name), 'dan')
      expect(done).toMatchObject({exit: 0, contained: true, proof: 'proven'})
      expect((done['impact'] as {observed: object[]}).observed).toContainEqual({
        kind: 'user',
        detail: `arn:aws:iam::${box.account ?? ''}:root`,
      })
      await givenBack(name)
    },
    120_000,
  )

  if (SLOW)
    testWhen(
      both,
      'of which one says yes and goes on can still be used, and is called so, until it is dead too',
      async () => {
        const name = await making('lying')
        const started = await hammers(name)
        try {
          await standin().fault('hollow', {operation: 'DisableKey', skip: 1, times: 1})
          const lied = await run(Revoke, 'revoke', [...revoking(name), '--prove-within', 'PT5S'], 'dan')
          expect(lied).toMatchObject({exit: 6, contained: false, proof: 'still-usable', status: 'open'})
          const text = await runCommand(IncidentShow, 'incident show', [name], house().world)
          expect(text.stdout.split('\n')[0]).toMatch(/^NOT YET DEAD: .*CAN STILL BE USED/)
          const done = await run(IncidentResume, 'incident resume', [name], 'dan')
          expect(done).toMatchObject({
            exit: 0,
            contained: true,
            proof: 'proven',
            startedAt: lied['startedAt'],
          })
          const first = Date.parse(String(done['firstRefusal']))
          for (const one of started) {
            await one.sees(false)
            expect(one.tries.filter(({start, ok}) => ok && start >= first)).toEqual([])
          }
          await givenBack(name)
        } finally {
          for (const one of started) await one.stop()
        }
      },
      180_000,
    )
})

function missing(): never {
  throw new Error('it is not there')
}
