/** What `doctor --profile` says of a place at Azure or Google that is not well: what it is, and what mends it. On the stand-ins, never seen on either. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import Doctor from '../../src/commands/doctor.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {makeHouse, parameters, type House} from '../ceremony/room.ts'
import {startStandin as startAzure} from '../providers/azure/standin.ts'
import {startStandin as startGoogle} from '../providers/gcp/standin.ts'
import {needing, testWith} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {run, typesOf} from './held.ts'

interface Place {
  readonly flags: readonly string[]
  /** What is denied, and whether whoever asks is refused. */
  ask(wish: {
    readonly denied?: readonly string[]
    readonly isRefused?: boolean
    readonly isSilent?: boolean
  }): Promise<unknown>
  /** What of its settings is another place, and which. */
  readonly elsewhere: readonly [string, string]
  stop(): Promise<void>
}
interface Check {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  readonly fix: string | null
}

interface Trouble {
  readonly fault: 'unauthenticated' | 'late'
  readonly times: number
  readonly milliseconds: number
}
const faultsOf = (wish: {readonly isRefused?: boolean; readonly isSilent?: boolean}): Trouble[] => [
  ...(wish.isRefused === true ? [{fault: 'unauthenticated' as const, times: 99, milliseconds: 0}] : []),
  ...(wish.isSilent === true ? [{fault: 'late' as const, times: 99, milliseconds: 30_000}] : []),
]

const ringPath = 'projects/keyrite-standin/locations/europe-west3/keyRings/keyrite'
/** What goes on being there when the stand-in ends. */
function kept(from: string, to: string): string {
  writeFileSync(to, readFileSync(from), {mode: 0o600})
  return to
}

/** What is told of each, and what mends it. */
const wrong = {
  azure: {
    refused: (dir: string) => ({
      name: 'profile cloud: permission to read keys',
      detail: 'cannot read keys: Azure refused the credentials, HTTP 401',
      fix: `a token that is not over, in ${join(dir, 'secret')}`,
    }),
    denied: {
      name: 'profile cloud: permission to read keys',
      detail: 'cannot read keys: Caller is not authorized to perform action on resource.',
      fix: 'az role assignment create --role "Key Vault Crypto Officer" --assignee WHO --scope VAULT-ID',
    },
    absent: /look whether|the same command again/,
  },
  gcp: {
    refused: (dir: string) => ({
      name: 'profile cloud: opens',
      detail: expect.stringMatching(/Google refused the credentials/) as unknown,
      fix: expect.stringContaining(join(dir, 'secret')) as unknown,
    }),
    denied: {
      name: 'profile cloud: permissions',
      detail: 'not granted on the key ring: cloudkms.cryptoKeys.create',
      fix: `gcloud kms keyrings add-iam-policy-binding ${ringPath} --member=MEMBER --role=ROLE`,
    },
    absent: /look whether|the same command again/,
  },
} as const

const starts: Readonly<Record<'azure' | 'gcp', (secret: string) => Promise<Place>>> = {
  async azure(secret) {
    const hsm = await startAzure('hsm')
    kept(hsm.tokenFile, secret)
    const own = ['--managed-hsm', '--vault-url', hsm.vault, '--token-file', secret]
    return {
      flags: [...own, '--ca-file', kept(hsm.ca, `${secret}.pem`)],
      ask: ({denied = [], ...wish}) =>
        hsm.ask({denied, faults: faultsOf(wish).map((one) => ({...one, route: '*'}))}),
      elsewhere: [hsm.vault, hsm.vault.replace('localhost', '127.0.0.1')],
      stop: () => hsm.stop(),
    }
  },
  async gcp(secret) {
    const ring = await startGoogle()
    kept(ring.credentials, secret)
    const own = ['--key-ring', ring.ring, '--endpoint', ring.endpoint, '--credentials-file', secret]
    return {
      flags: [...own, '--ca-file', kept(ring.ca, `${secret}.pem`)],
      ask: ({denied = [], ...wish}) =>
        ring.ask({denied, faults: faultsOf(wish).map((one) => ({...one, method: '*'}))}),
      elsewhere: [ring.ring, ring.ring.replace(/locations\/[^/]+/, 'locations/nowhere1')],
      stop: () => ring.stop(),
    }
  },
}

const {afterAll, beforeAll} = needing('openssl')

describe.each(['azure', 'gcp'] as const)('doctor --profile, of a place at %s', (kind) => {
  const box: {house?: House; place?: Place} = {}
  const house = (): House => box.house ?? missing('there is no house')
  const place = (): Place => box.place ?? missing('there is no place')
  beforeAll(async () => {
    box.house = await makeHouse()
    box.place = await starts[kind](join(house().dir, 'secret'))
    const people = ['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
    const flags = ['--kind', kind, '--environment', 'test', ...place().flags, '--as', 'alice', ...people]
    expect(await runJson(ProfileAdd, 'profile add', ['cloud', ...flags], house().world)).toMatchObject({
      exit: 0,
    })
  }, 60_000)
  afterAll(async () => {
    box.house?.remove()
    await box.place?.stop()
  })
  const said = async () => {
    const args = ['--profile', 'cloud']
    const {checks} = await runJson<{checks: readonly Check[]}>(Doctor, 'doctor', args, house().world)
    return checks.filter(({name, ok}) => name.startsWith('profile cloud') && !ok)
  }

  const inConfig = (from: string, to: string): (() => void) => {
    const config = join(house().world.home, 'config.yaml')
    const text = readFileSync(config, 'utf8')
    expect(text).toContain(from)
    writeFileSync(config, text.replace(from, to))
    return () => {
      writeFileSync(config, text)
    }
  }
  const home = (): string => join(house().world.home, 'config.yaml')

  testWith('openssl', 'tells nothing where nothing is wrong', async () => {
    expect(await said()).toEqual([])
  })

  testWith('openssl', 'tells refused credentials, and which are to be mended', async () => {
    await place().ask({isRefused: true})
    expect(await said()).toEqual([expect.objectContaining(wrong[kind].refused(house().dir))])
    await place().ask({})
  })

  testWith(
    'openssl',
    'tells what is not permitted, and what grants it; a ceremony that makes a key begins with nobody then',
    async () => {
      await place().ask({denied: ['keys/read', 'cloudkms.cryptoKeys.create']})
      expect(await said()).toEqual([expect.objectContaining(wrong[kind].denied)])
      const values = {...parameters, profile: 'cloud', scheme: 'rs256', 'key-name': 'none-yet'}
      const held = await run(
        house(),
        ['--answers', house().answers({parameters: values})],
        'jwt-signing-rsa-4096',
      )
      expect(held).toMatchObject({
        code: 'CREDENTIALS_REFUSED',
        message: `cannot make keys in profile "cloud": ${wrong[kind].denied.name.slice('profile cloud: '.length)}: ${wrong[kind].denied.detail}`,
      })
      expect(await typesOf(house())).not.toContain('ceremony.opened')
      await place().ask({})
    },
  )

  testWith('openssl', 'tells that it is another place than was approved, and where that stands', async () => {
    const back = inConfig(...place().elsewhere)
    expect(await said()).toEqual([
      expect.objectContaining({
        name: 'profile cloud: opens',
        fix: expect.stringContaining(`in ${home()}, for cloud: `),
      }),
    ])
    expect((await said())[0]?.fix).toContain(place().elsewhere[0])
    back()
  })

  testWith(
    'openssl',
    'gives up a place that does not answer, and one that is not there, within five seconds',
    async () => {
      await place().ask({isSilent: true})
      for (const state of ['silent', 'gone']) {
        if (state === 'gone') await place().stop()
        const began = performance.now()
        const [line, ...more] = await said()
        expect([state, more]).toEqual([state, []])
        expect(line).toMatchObject({fix: expect.stringMatching(wrong[kind].absent)})
        expect(performance.now() - began).toBeLessThan(5000)
      }
    },
  )
})

function missing(what: string): never {
  throw new Error(what)
}
