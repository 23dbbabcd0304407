/** Aliases in an incident, on the stand-in for AWS KMS: where they lead is asked by AWS's own client. No other place has such names. */
import {KMS} from '@aws-sdk/client-kms'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import IncidentReplace from '../../../src/commands/incident/replace.ts'
import IncidentResume from '../../../src/commands/incident/resume.ts'
import IncidentShow from '../../../src/commands/incident/show.ts'
import KeyCreate from '../../../src/commands/key/create.ts'
import KeyShow from '../../../src/commands/key/show.ts'
import ProfileAdd from '../../../src/commands/profile/add.ts'
import Revoke from '../../../src/commands/revoke.ts'
import {bring} from '../../backends/bring.ts'
import {startAwsStandin, type AwsStandin} from '../../backends/standin.ts'
import {makeHouse, problemsOf, type House} from '../../ceremony/room.ts'
import {anAccount} from '../../providers/aws/bench.ts'
import {testWhen} from '../../support/needs.ts'
import {runJson, type CommandClass} from '../../support/run.ts'

const ministack = await bring('ministack')
const region = 'eu-central-1'

describe('aliases of a key that is replaced in an incident', () => {
  const box: {house?: House; standin?: AwsStandin} = {}
  const house = (): House => box.house ?? missing()
  const standin = (): AwsStandin => box.standin ?? missing()
  const signing = (...handles: readonly string[]): string[] =>
    handles.flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
  const run = (command: CommandClass, id: string, argv: readonly string[]) =>
    runJson(command, id, [...argv, '--as', 'dan'], house().world)
  const asked = async <T>(act: (kms: KMS) => Promise<T>): Promise<T> => {
    const kms = new KMS({region, endpoint: standin().url})
    return act(kms).finally(() => {
      kms.destroy()
    })
  }
  const standsFor = async (alias: string): Promise<string> =>
    (await asked(async (kms) => kms.describeKey({KeyId: `alias/${alias}`}))).KeyMetadata?.KeyId ?? ''
  const idOf = async (version: number): Promise<string> => {
    const {versions} = await runJson<{versions: {providerId: string}[]}>(
      KeyShow,
      'key show',
      ['night'],
      house().world,
    )
    return (versions[version - 1]?.providerId ?? '').split('/')[0] ?? ''
  }

  beforeAll(async () => {
    if (!ministack.present) return
    anAccount()
    box.house = await makeHouse()
    box.standin = await startAwsStandin(ministack)
    const place = ['--kind', 'aws', '--environment', 'test', '--region', region, '--endpoint', standin().url]
    const all = signing('alice', 'bob', 'carol', 'dan', 'erin')
    expect(await run(ProfileAdd, 'profile add', ['one', ...place, ...all])).toMatchObject({exit: 0})
    const how = ['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing', '--activate']
    const making = ['night', '--profile', 'one', '--owner', 'alice', '--alias', 'night-jwt', ...how, ...all]
    expect(await run(KeyCreate, 'key create', making)).toMatchObject({exit: 0})
  }, 90_000)
  afterAll(async () => {
    await box.standin?.stop()
    if (box.house === undefined) return
    expect(problemsOf(house())).toEqual([])
    house().remove()
  })

  testWhen(
    ministack,
    'go to what takes its place, those that others gave it too; cut off at one, whoever goes on ends it',
    async () => {
      const old = await idOf(1)
      await asked(async (kms) => kms.createAlias({AliasName: 'alias/outside-name', TargetKeyId: old}))
      const revoking = ['night', '--reason', 'key-compromise', '--confirm', 'night@one', ...signing('dan')]
      expect(await run(Revoke, 'revoke', revoking)).toMatchObject({exit: 0, proof: 'proven'})
      for (const alias of ['night-jwt', 'outside-name']) expect(await standsFor(alias)).toBe(old)
      await standin().fault('cut-after', {operation: 'UpdateAlias', times: 1})
      await run(IncidentReplace, 'incident replace', ['night', ...signing('carol', 'dan')])
      await run(IncidentResume, 'incident resume', ['night'])
      const next = await idOf(2)
      expect([next === old, next]).toEqual([false, expect.stringMatching(/./)])
      for (const alias of ['night-jwt', 'outside-name']) expect(await standsFor(alias)).toBe(next)
      expect(await runJson(IncidentShow, 'incident show', ['night'], house().world)).toMatchObject({
        replacement: {version: 2, by: 'quorum', proof: 'proven', aliases: ['night-jwt', 'outside-name']},
      })
    },
    90_000,
  )
})

function missing(): never {
  throw new Error('it is not there')
}
