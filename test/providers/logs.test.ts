/** What Google’s and Azure’s logs say was done with a key, read from a stand-in of ours: never seen on either cloud. */
import {writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openVault} from '../../src/providers/azure/index.ts'
import {placeFrom as vaultFrom} from '../../src/providers/azure/place.ts'
import {openKeyRing} from '../../src/providers/gcp/index.ts'
import {placeFrom as ringFrom} from '../../src/providers/gcp/place.ts'
import type {Provider} from '../../src/providers/ports.ts'
import type {UsageEvent, UsageQuery} from '../../src/providers/usage.ts'
import type {Log} from '../standins/logs/main.ts'
import {startLog} from '../standins/logs/start.ts'
import {here, testWith} from '../support/needs.ts'
import {startStandin as startVault} from './azure/standin.ts'
import {startStandin as startRing} from './gcp/standin.ts'
import {outcome} from './support.ts'

const [since, until] = [new Date('2026-11-01T00:00:00Z'), new Date('2026-11-04T12:00:00Z')]

interface Place {
  readonly provider: Provider
  readonly ca: string
  stop(): Promise<void>
}
type Opened = Place & {readonly endpoint: string}

/** With its log beside it. */
async function withLog(place: Place): Promise<Opened> {
  const log = await startLog(dirname(place.ca))
  return {
    ...place,
    endpoint: log.endpoint,
    async stop() {
      await log.stop()
      await place.provider.close()
      await place.stop()
    },
  }
}

function reading(opened: () => Opened): {
  readonly holds: (log: Log) => void
  readonly read: (
    more?: Partial<UsageQuery>,
  ) => Promise<{events: UsageEvent[]; gaps: readonly string[]; source: string}>
} {
  return {
    holds: (log) => {
      writeFileSync(join(dirname(opened().ca), 'log.json'), JSON.stringify(log))
    },
    async read(more = {}) {
      const {provider, endpoint} = opened()
      const query = {
        refs: [{key: 'tokens', version: '1'}],
        since,
        until,
        files: [],
        workspace: null,
        endpoint,
        ...more,
      }
      const log = await provider.usage?.(query)
      if (log === undefined) throw new Error('it has a log')
      const events: UsageEvent[] = []
      for await (const one of log.events) events.push(one)
      return {events, gaps: log.gaps, source: log.source}
    },
  }
}

describe('Cloud Logging', () => {
  const box: {opened?: Opened; ring?: string} = {}
  const {holds, read} = reading(() => box.opened ?? missing())
  beforeAll(async () => {
    if (!here('openssl')) return
    const standin = await startRing()
    const settings = {
      'key-ring': standin.ring,
      endpoint: standin.endpoint,
      'credentials-file': standin.credentials,
      'ca-file': standin.ca,
    }
    const provider = await openKeyRing(ringFrom(settings), 'keyrite/test')
    box.opened = await withLog({provider, ca: standin.ca, stop: () => standin.stop()})
    box.ring = standin.ring
  })
  afterAll(async () => box.opened?.stop())

  const entry = (at: string, method: string, more: object = {}, key = 'tokens'): Record<string, unknown> => ({
    logName: 'projects/keyrite-standin/logs/cloudaudit.googleapis.com%2Fdata_access',
    timestamp: at,
    protoPayload: {
      serviceName: 'cloudkms.googleapis.com',
      methodName: method,
      resourceName: `${box.ring ?? ''}/cryptoKeys/${key}/cryptoKeyVersions/1`,
      authenticationInfo: {principalEmail: 'app@example.iam.gserviceaccount.com'},
      requestMetadata: {
        callerIp: '10.0.0.7',
        callerSuppliedUserAgent: 'grpc-node keyrite/0.1.0 probe 00112233445566778899aabbccddeeff',
      },
      ...more,
    },
  })

  testWith('openssl', 'names who used a key, page by page, and who was refused', async () => {
    holds({
      page: 2,
      entries: [
        entry('2026-11-02T09:00:00.5Z', 'AsymmetricSign'),
        entry('2026-11-02T10:00:00Z', 'google.cloud.kms.v1.KeyManagementService.AsymmetricSign', {
          status: {code: 7},
          requestMetadata: {},
        }),
        entry('2026-11-03T10:00:00Z', 'UpdateCryptoKeyVersion', {
          authenticationInfo: {principalSubject: 'serviceAccount:x'},
        }),
        entry('2026-11-03T10:00:00Z', 'AsymmetricSign', {}, 'other'),
        entry('2026-10-03T10:00:00Z', 'AsymmetricSign'),
        entry('2026-11-04T12:00:00Z', 'AsymmetricSign'),
      ],
    })
    const {events, source} = await read()
    expect(source).toBe('Cloud Logging of projects/keyrite-standin')
    const app = 'app@example.iam.gserviceaccount.com'
    expect(events.toReversed()).toEqual([
      {
        at: new Date('2026-11-02T09:00:00.5Z'),
        caller: app,
        operation: 'sign',
        refused: false,
        from: '10.0.0.7',
        probe: true,
      },
      {
        at: new Date('2026-11-02T10:00:00Z'),
        caller: app,
        operation: 'sign',
        refused: true,
        from: null,
        probe: false,
      },
      {
        at: new Date('2026-11-03T10:00:00Z'),
        caller: 'serviceAccount:x',
        operation: 'administer',
        refused: false,
        from: '10.0.0.7',
        probe: true,
      },
    ])
  })

  testWith(
    'openssl',
    'that may not be read, fails or is not there is a refusal, and no empty list',
    async () => {
      for (const [status, code] of [
        [403, 'CREDENTIALS_REFUSED'],
        [500, 'PROVIDER_FAILED'],
      ] as const) {
        holds({status, entries: []})
        expect(await outcome(read())).toBe(code)
      }
      expect(await outcome(read({endpoint: 'localhost:1'}))).toBe('PROVIDER_UNREACHABLE')
    },
  )
})

describe('Log Analytics', () => {
  const workspace = '00000000-1111-2222-3333-444444444444'
  const box: {opened?: Opened; vault?: string} = {}
  const {holds, read} = reading(() => box.opened ?? missing())
  beforeAll(async () => {
    if (!here('openssl')) return
    const standin = await startVault('vault')
    const settings = {'vault-url': standin.vault, 'token-file': standin.tokenFile, 'ca-file': standin.ca}
    const provider = await openVault(vaultFrom(settings), 'keyrite/test')
    box.opened = await withLog({provider, ca: standin.ca, stop: () => standin.stop()})
    box.vault = standin.vault
  })
  afterAll(async () => box.opened?.stop())

  const row = (
    at: string,
    operation: string,
    more: object = {},
    key = 'tokens',
  ): Record<string, unknown> => ({
    TimeGenerated: at,
    OperationName: operation,
    HttpStatusCode: 200,
    CallerIpAddress: '10.0.0.7',
    ClientInfo: 'azsdk-js-keyvault-keys/4 keyrite/0.1.0',
    Identity: {claim: {appid: 'app-1'}},
    Id: `${box.vault ?? ''}/keys/${key}/0123`,
    ...more,
  })

  testWith('openssl', 'names who used a key, day by day, and who was refused', async () => {
    const upn = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn'
    holds({
      entries: [
        row('2026-11-01T09:00:00Z', 'KeySign'),
        row('2026-11-02T09:00:00Z', 'KeySign', {
          HttpStatusCode: 403,
          Identity: JSON.stringify({claim: {[upn]: 'eve@example.com'}}),
        }),
        row('2026-11-04T09:00:00Z', 'KeyUpdate', {CallerIpAddress: '', Identity: null}),
        row('2026-11-02T09:00:00Z', 'KeySign', {}, 'tokens-other'),
        row('2026-11-04T12:00:00Z', 'KeySign'),
      ],
    })
    const {events, source} = await read({workspace})
    expect(source).toBe(`Log Analytics workspace ${workspace}`)
    expect(events.toReversed()).toEqual([
      {
        at: new Date('2026-11-01T09:00:00Z'),
        caller: 'app-1',
        operation: 'sign',
        refused: false,
        from: '10.0.0.7',
        probe: false,
      },
      {
        at: new Date('2026-11-02T09:00:00Z'),
        caller: 'eve@example.com',
        operation: 'sign',
        refused: true,
        from: '10.0.0.7',
        probe: false,
      },
      {
        at: new Date('2026-11-04T09:00:00Z'),
        caller: 'nobody that the log names',
        operation: 'administer',
        refused: false,
        from: null,
        probe: false,
      },
    ])
  })

  testWith('openssl', 'that gives a part of a day only says so', async () => {
    holds({
      page: 1,
      entries: [row('2026-11-02T09:00:00Z', 'KeySign'), row('2026-11-02T10:00:00Z', 'KeySign')],
    })
    const {events, gaps} = await read({workspace})
    expect(events).toHaveLength(1)
    expect(gaps).toContain(
      'from 2026-11-01T12:00:00.000Z to 2026-11-02T12:00:00.000Z the service gave a part only',
    )
  })

  testWith('openssl', 'is asked for where it is not named, and a refusal is no empty list', async () => {
    expect(await outcome(read())).toBe('UNSUPPORTED')
    expect(await outcome(read({workspace: 'x" | union *'}))).toBe('UNSUPPORTED')
    holds({status: 403, entries: []})
    expect(await outcome(read({workspace}))).toBe('CREDENTIALS_REFUSED')
  })
})

function missing(): never {
  throw new Error('it is made before the tests')
}
