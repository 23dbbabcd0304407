/** The places where keys are revoked in tests: how each is added, and somebody else's client of it. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {credentials, startMinistack, type Emulator} from '../../backends/aws.ts'
import {bring, pythonOf, type Brought} from '../../backends/bring.ts'
import {baoOf} from '../../backends/openbao.ts'
import {startAwsStandin, type AwsStandin} from '../../backends/standin.ts'
import type {House} from '../../ceremony/room.ts'
import {anAccount} from '../../providers/aws/bench.ts'
import {startStandin as startAzure, type Standin as Azure} from '../../providers/azure/standin.ts'
import {startStandin as startGoogle, type Standin as Google} from '../../providers/gcp/standin.ts'
import {softHsm} from '../../providers/pkcs11/softhsm.ts'
import {openbao, startTransit} from '../../providers/transit/bao.ts'
import {here, onPath} from '../../support/needs.ts'
import {hammerEach, hammerOf, type Hammer} from './hammer.ts'
import {isUsed, toldByBao, toldByClient, toldByPkcs11Tool} from './told.ts'

export type Used = 'sign' | 'encrypt' | 'mac' | 'wrap'

/** What a key of each purpose is made with. */
export const made: Readonly<Record<Used, readonly string[]>> = {
  sign: ['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing'],
  encrypt: ['--algorithm', 'aes-256', '--purpose', 'encrypt', '--class', 'dek'],
  mac: ['--algorithm', 'hmac-sha256', '--purpose', 'mac', '--class', 'mac'],
  wrap: ['--algorithm', 'aes-256', '--purpose', 'wrap', '--class', 'dek'],
}

/** What goes wrong when a key is to be disabled. */
export const troubles = {
  lies: 'says yes and goes on',
  lags: 'does it later',
  refuses: 'does not know who asks any more',
  throttles: 'asks to slow down (429)',
  down: 'cannot answer',
  slow: 'takes 30 seconds for an answer',
} as const
export type Trouble = keyof typeof troubles

export interface Standing {
  /** For `profile add`; null: the house has it already, as "main". */
  readonly flags: readonly string[] | null
  /** @param id - the provider's id of the version, as `key show` has it. */
  hammer(id: string, used: Used): Hammer
  /** What somebody else's program says of it, in the words of the place. Where none can ask, whether a client can use it. */
  told(id: string): Promise<string>
  /** Moves the clock of the place on, by days. Absent where it has none of its own. */
  forward?(days: number): Promise<void>
  /** Makes it go wrong; null: all is well again. Absent where it cannot be told to. */
  trouble?(what: Trouble | null): Promise<void>
  stop(): Promise<void>
}

export interface Place {
  readonly name: string
  readonly need: {
    readonly present: boolean
    readonly what: string
    readonly how: string
    readonly optional?: boolean
  }
  readonly purposes: readonly Used[]
  start(house: House): Promise<Standing>
}

const [ministack, awsClient, googleClient, azureClient] = await Promise.all(
  (['ministack', 'aws-client', 'google-client', 'azure-client'] as const).map((one) => bring(one)),
)
const region = 'eu-central-1'
export const hammerProgram = join(import.meta.dirname, 'hammer.py')

/** The first that is missing, or the last. */
function needed(...all: readonly (Brought | undefined)[]): Place['need'] {
  const [last] = all.slice(-1)
  const need = all.find((one) => one?.present === false) ?? last
  if (need === undefined) throw new Error('brought above')
  return need
}

function python(brought: Brought | undefined): string {
  if (brought?.present !== true) throw new Error('it was looked for before')
  return pythonOf(brought.folder)
}

const [keyOf, versionOf] = [
  (id: string): string => id.slice(0, id.lastIndexOf('/')),
  (id: string): string => id.slice(id.lastIndexOf('/') + 1),
]

const dayMs = 86_400_000
const often = 1_000
const slowMs = 30_000

async function awsTrouble(standin: AwsStandin, what: Trouble | null): Promise<void> {
  await standin.clearFaults()
  const operation = 'DisableKey'
  if (what === 'lies') await standin.fault('hollow', {operation, times: often})
  if (what === 'lags') await standin.fault('lag', {operation, seconds: 3})
  if (what === 'refuses') await standin.fault('refuse', {operation, times: often})
  if (what === 'throttles') await standin.fault('throttle-429', {operation, times: often})
  if (what === 'down') await standin.fault('cut-before', {operation, times: often})
  if (what === 'slow') await standin.fault('slow', {operation, ms: slowMs})
}

/** What the stand-ins of two clouds call them. */
const cloudFaults = {
  lies: 'lie',
  refuses: 'unauthenticated',
  throttles: 'throttle',
  down: 'unavailable',
  slow: 'late',
} as const

async function azureTrouble(standin: Azure, what: Trouble | null): Promise<void> {
  const fault = what === null || what === 'lags' ? null : cloudFaults[what]
  const times = fault === 'late' ? 1 : often
  await standin.ask({
    disableLag: what === 'lags' ? 5 : 0,
    faults: fault === null ? [] : [{route: 'update', fault, times, milliseconds: slowMs}],
  })
}

async function googleTrouble(standin: Google, what: Trouble | null): Promise<void> {
  const fault = what === null || what === 'lags' ? null : cloudFaults[what]
  const times = fault === 'late' ? 1 : often
  await standin.ask({
    disableLag: what === 'lags' ? 5 : 0,
    faults: fault === null ? [] : [{method: 'updateCryptoKeyVersion', fault, times, milliseconds: slowMs}],
  })
}

function aws(name: string, start: () => Promise<Emulator | AwsStandin>): Place {
  return {
    name,
    need: needed(ministack, awsClient),
    purposes: ['sign', 'encrypt', 'mac', 'wrap'],
    async start() {
      const account = anAccount()
      const emulator = await start()
      const {url} = emulator
      return {
        flags: ['--kind', 'aws', '--region', region, '--endpoint', url],
        hammer: (id, used) =>
          hammerOf(python(awsClient), [hammerProgram, 'aws', url, region, keyOf(id), used], {
            ...credentials({url, account}),
          }),
        told: (id) =>
          toldByClient(python(awsClient), ['aws', url, region, keyOf(id)], {...credentials({url, account})}),
        ...('fault' in emulator
          ? {
              trouble: (what) => awsTrouble(emulator, what),
              async forward(days) {
                await emulator.clock(days * 86_400)
              },
            }
          : {}),
        stop: () => emulator.stop(),
      }
    },
  }
}

export const local: Place = {
  name: 'local token',
  need: {present: true, what: '', how: ''},
  purposes: ['sign', 'encrypt', 'mac', 'wrap'],
  start(house) {
    const hammer = (id: string, used: Used): Hammer =>
      hammerOf(process.execPath, [
        '--disable-warning=ExperimentalWarning',
        ...[join(import.meta.dirname, 'hammer-local.ts'), house.token, house.pinFile],
        ...[keyOf(id), versionOf(id), used],
      ])
    return Promise.resolve({
      flags: null,
      hammer,
      told: async (id) => ((await isUsed(hammer(id, 'sign'))) ? 'works' : 'refused'),
      stop: () => Promise.resolve(),
    })
  },
}

export const google: Place = {
  name: 'our stand-in for Google Cloud KMS',
  need: needed(googleClient),
  purposes: ['sign', 'encrypt', 'mac', 'wrap'],
  async start() {
    const standin = await startGoogle()
    const {endpoint, ring, ca, credentials: file} = standin
    return {
      flags: [
        ...['--kind', 'gcp', '--key-ring', ring, '--endpoint', endpoint],
        ...['--credentials-file', file, '--ca-file', ca],
      ],
      hammer: (id, used) =>
        hammerOf(python(googleClient), [
          ...[hammerProgram, 'google', endpoint, ring, ca, file],
          ...[`${keyOf(id)}/cryptoKeyVersions/${versionOf(id)}`, used],
        ]),
      told: (id) =>
        toldByClient(python(googleClient), [
          ...['google', endpoint, ca, file],
          `${ring}/cryptoKeys/${keyOf(id)}/cryptoKeyVersions/${versionOf(id)}`,
        ]),
      async forward(days) {
        await standin.ask({forward: days * dayMs})
      },
      trouble: (what) => googleTrouble(standin, what),
      stop: () => standin.stop(),
    }
  },
}

export const awsStandin = aws('our stand-in for AWS KMS', () => {
  if (ministack === undefined) throw new Error('brought above')
  return startAwsStandin(ministack)
})

export const azure: Place = {
  name: 'our stand-in for Azure Managed HSM',
  need: needed(azureClient),
  // The service makes no MACs.
  purposes: ['sign', 'encrypt', 'wrap'],
  async start() {
    const standin = await startAzure('hsm')
    const {vault, tokenFile, ca} = standin
    return {
      flags: [
        ...['--kind', 'azure', '--vault-url', vault, '--managed-hsm'],
        ...['--token-file', tokenFile, '--ca-file', ca],
      ],
      hammer: (id, used) =>
        hammerOf(python(azureClient), [hammerProgram, 'azure', vault, tokenFile, ca, id, used]),
      told: (id) => toldByClient(python(azureClient), ['azure', vault, tokenFile, ca, id]),
      async forward(days) {
        await standin.ask({forward: days * dayMs})
      },
      trouble: (what) => azureTrouble(standin, what),
      stop: () => standin.stop(),
    }
  },
}

/** Those that can be told to go wrong. */
export const standins: readonly Place[] = [google, awsStandin, azure]

export const openBao: Place = {
  name: 'OpenBao',
  need: openbao,
  purposes: ['sign', 'encrypt', 'mac', 'wrap'],
  async start(house) {
    const bao = await startTransit()
    const tokenFile = join(house.dir, 'bao.token')
    writeFileSync(tokenFile, `${bao.token}\n`, {mode: 0o600})
    const environment = {BAO_ADDR: bao.url, BAO_TOKEN: bao.token, HOME: house.dir}
    const verbs = {sign: 'sign', encrypt: 'encrypt', mac: 'hmac', wrap: 'encrypt'}
    return {
      flags: ['--kind', 'transit', '--address', bao.url, '--token-file', tokenFile],
      hammer: (id, used) =>
        hammerEach(
          baoOf(openbao),
          [
            ...['write', '-format=json', `transit/${verbs[used]}/${keyOf(id)}`],
            ...[`${verbs[used] === 'encrypt' ? 'plaintext' : 'input'}=bWVzc2FnZQ==`],
          ],
          environment,
        ),
      told: (id) => toldByBao(baoOf(openbao), keyOf(id), Number(versionOf(id)), environment),
      stop: () => bao.stop(),
    }
  },
}

export const softHsm2: Place = {
  name: 'SoftHSM2',
  need: {
    present: here('softhsm2') && here('pkcs11-tool'),
    what: 'softhsm2 or pkcs11-tool',
    how: 'install them: apt-get install softhsm2 opensc',
  },
  purposes: ['sign', 'mac'],
  start(house) {
    const hsm = softHsm()
    const pinFile = join(house.dir, 'hsm.pin')
    writeFileSync(pinFile, `${hsm.pin}\n`, {mode: 0o600})
    const folder = mkdtempSync(join(tmpdir(), 'keyrite-hammer-'))
    const input = join(folder, 'digest')
    writeFileSync(input, Buffer.alloc(32, 7))
    return Promise.resolve({
      flags: [
        ...['--kind', 'pkcs11', '--module', hsm.module],
        ...['--token-serial', hsm.serial, '--pin-file', pinFile],
      ],
      hammer: (id: string, used: Used) =>
        hammerEach(onPath('pkcs11-tool') ?? '', [
          ...['--module', hsm.module, '--token-label', 'lab', '--login', '--pin', hsm.pin],
          ...['--sign', '--mechanism', used === 'mac' ? 'SHA256-HMAC' : 'ECDSA', '--id', idOf(id)],
          ...['--input-file', input, '--output-file', join(folder, 'out')],
        ]),
      told: (id: string) => toldByPkcs11Tool(onPath('pkcs11-tool') ?? '', hsm, idOf(id)),
      stop: () => {
        rmSync(folder, {recursive: true})
        hsm.remove()
        return Promise.resolve()
      },
    })
  },
}

export const others: readonly Place[] = [
  aws('ministack', () => {
    if (ministack === undefined) throw new Error('brought above')
    return startMinistack(ministack)
  }),
  awsStandin,
  azure,
  openBao,
  softHsm2,
]

/** The CKA_ID of an object, which `key show` gives behind that of the key. */
function idOf(id: string): string {
  return versionOf(id)
}
