/** A house with two profiles of AWS KMS on the stand-in, one of which lets keys have copies; and what its tests of aliases, copies and grants ask. */
import {KMS} from '@aws-sdk/client-kms'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyShow from '../../src/commands/key/show.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import RequestList from '../../src/commands/request/list.ts'
import {bring} from '../backends/bring.ts'
import {startAwsStandin, type AwsStandin} from '../backends/standin.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {anAccount} from '../providers/aws/bench.ts'
import {runJson, type CommandClass} from '../support/run.ts'

export const ministack = await bring('ministack')
export const [home, away] = ['eu-central-1', 'eu-west-1'] as const

interface Shown extends Record<string, unknown> {
  readonly versions: readonly {
    readonly providerId: string
    readonly aliases: readonly string[]
    readonly copies: readonly string[]
    readonly primaryRegion: string | null
  }[]
}

export function reachHouse() {
  const box: {house?: House; standin?: AwsStandin} = {}
  let aheadMs = 0
  const house = (): House => box.house ?? missing('there is no house')
  const standin = (): AwsStandin => box.standin ?? missing('nothing is started')
  const ask = async (command: CommandClass, id: string, args: readonly string[], signed = 2) =>
    runJson(
      command,
      id,
      [
        ...args,
        '--as',
        'alice',
        ...['alice', 'bob', 'carol', 'dan', 'erin']
          .slice(0, signed)
          .flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`]),
      ],
      {...house().world, now: () => new Date(Date.now() + aheadMs)},
    )
  const make = async (name: string, profile: string, ...more: string[]) =>
    ask(
      KeyCreate,
      'key create',
      [name, '--profile', profile, '--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing']
        .concat(['--owner', 'Orders', '--activate'])
        .concat(more),
      5,
    )
  const shown = async (name: string) => {
    const {versions} = await runJson<Shown>(KeyShow, 'key show', [name], house().world)
    return versions[0] ?? missing('it has no version')
  }
  const kmsIn = async <T>(region: string, act: (kms: KMS) => Promise<T>): Promise<T> => {
    const kms = new KMS({region, endpoint: standin().url})
    return act(kms).finally(() => {
      kms.destroy()
    })
  }
  const standsFor = async (alias: string, region: string = home): Promise<string> =>
    (await kmsIn(region, async (kms) => kms.describeKey({KeyId: `alias/${alias}`}))).KeyMetadata?.KeyId ?? ''
  const lastRequest = async (): Promise<string> => {
    const list = await runJson<{requests: {id: string}[]}>(RequestList, 'request list', [], house().world)
    return list.requests.at(-1)?.id ?? ''
  }
  const idOf = async (name: string): Promise<string> => (await shown(name)).providerId.split('/')[0] ?? ''

  const start = async (): Promise<void> => {
    if (!ministack.present) return
    anAccount()
    box.house = await makeHouse()
    box.standin = await startAwsStandin(ministack)
    const place = ['--kind', 'aws', '--environment', 'test', '--region', home, '--endpoint', standin().url]
    await ask(ProfileAdd, 'profile add', ['one', ...place], 5)
    await ask(ProfileAdd, 'profile add', ['two', ...place, '--replica-regions', away], 5)
  }
  const stop = async (): Promise<void> => {
    await box.standin?.stop()
    box.house?.remove()
  }
  const ahead = (ms: number): void => {
    aheadMs = ms
  }
  return {house, standin, ask, make, shown, kmsIn, standsFor, lastRequest, idOf, ahead, start, stop}
}

function missing(what: string): never {
  throw new Error(what)
}
