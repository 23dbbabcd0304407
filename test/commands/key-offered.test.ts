/** What a place cannot have is refused with the plan: before anybody signs, and before anybody gives its PIN. */
import {once} from 'node:events'
import {rmSync, writeFileSync} from 'node:fs'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {buffer} from 'node:stream/consumers'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import IncidentReplace from '../../src/commands/incident/replace.ts'
import KeyImport from '../../src/commands/key/import.ts'
import KeyStandby from '../../src/commands/key/standby.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import Revoke from '../../src/commands/revoke.ts'
import RotationPlan from '../../src/commands/rotation/plan.ts'
import RotationRun from '../../src/commands/rotation/run.ts'
import {demandOffered} from '../../src/keys/index.ts'
import {providerKind} from '../../src/providers/registry.ts'
import type {OpenBao} from '../backends/openbao.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {openbao, startTransit} from '../providers/transit/bao.ts'
import {quirkyHsm, standinNeed, type QuirkyHsm} from '../providers/pkcs11/standin.ts'
import {testWhen} from '../support/needs.ts'
import {runJson, type CommandClass} from '../support/run.ts'

const wish = (profile: string, algorithm: string, purpose: string, keyClass: string): string[] => [
  ...['--profile', profile, '--algorithm', algorithm, '--purpose', purpose, '--class', keyClass],
  ...['--owner', 'Orders', '--as', 'alice'],
]
const said = (house: House, args: readonly string[], command: CommandClass = KeyCreate) =>
  runJson(command, command === KeyCreate ? 'key create' : 'key import', ['fresh', ...args], house.world)
const sizeOf = (house: House) => house.using((app) => app.ledger.size)

describe('an HSM', () => {
  const box: {house?: House; hsm?: QuirkyHsm} = {}
  const house = (): House => box.house ?? missing()
  const hsm = (): QuirkyHsm => box.hsm ?? missing()
  beforeAll(async () => {
    if (!standinNeed.present) return
    box.house = await makeHouse()
    box.hsm = quirkyHsm()
    const pin = join(house().dir, 'hsm.pin')
    writeFileSync(pin, `${hsm().pin}\n`, {mode: 0o600})
    const signs = ['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
    const place = ['--module', hsm().module, '--token-serial', hsm().serial, '--pin-file', pin]
    expect(
      await runJson(
        ProfileAdd,
        'profile add',
        ['hsm', '--kind', 'pkcs11', '--environment', 'test', ...place, '--as', 'alice', ...signs],
        house().world,
      ),
    ).toMatchObject({exit: 0})
    // Nobody gives a PIN in what follows.
    rmSync(pin)
  }, 60_000)
  afterAll(() => {
    box.house?.remove()
    box.hsm?.remove()
  })

  testWhen(
    standinNeed,
    'without the mechanism, or with one that only verifies, is known before the PIN and before anybody signs',
    async () => {
      const before = await sizeOf(house())
      const rsa = wish('hsm', 'rsa-2048', 'sign', 'jwt-signing')
      const rows: readonly (readonly [string, readonly string[], RegExp])[] = [
        [
          '',
          wish('hsm', 'ml-dsa-44', 'sign', 'jwt-signing'),
          /cannot make ml-dsa-44: it can make aes-256, .*ed25519$/,
        ],
        ['without 0x40', [...rsa, '--scheme', 'rs256'], /by rs256: it can by .*rs384/],
        ['verifies 0x40', [...rsa, '--scheme', 'rs256'], /by rs256: it can by .*rs384/],
        ['without 0x43\nwithout 0xd', [...rsa, '--scheme', 'ps256'], /by ps256: it can by rs256/],
        ['without 0x210a', wish('hsm', 'aes-256', 'wrap', 'kek'), /has no aes-256 to wrap/],
      ]
      for (const [quirk, args, words] of rows) {
        hsm().now(quirk)
        for (const more of [[], ['--dry-run']])
          expect([quirk, await said(house(), [...args, ...more])]).toMatchObject([
            quirk,
            {exit: 5, code: 'UNSUPPORTED', message: expect.stringMatching(words)},
          ])
      }
      const file = join(house().dir, 'brought.bin')
      writeFileSync(file, Buffer.alloc(32, 7), {mode: 0o600})
      hsm().now('without 0x210a')
      const mac = [...wish('hsm', 'hmac-sha256', 'mac', 'mac'), '--from', file]
      expect(await said(house(), mac, KeyImport)).toMatchObject({
        code: 'UNSUPPORTED',
        message: expect.stringContaining('takes no key from outside'),
      })
      expect(await sizeOf(house())).toBe(before)
    },
    60_000,
  )

  testWhen(
    standinNeed,
    'that can have it, or says nothing, stands in the way of nobody who asks',
    async () => {
      hsm().now()
      const rsa = wish('hsm', 'rsa-2048', 'sign', 'jwt-signing')
      expect(await said(house(), rsa)).toMatchObject({exit: 8, schema: 'keyrite.request/1'})
      hsm().now('without 0x40', 'fail C_GetTokenInfo 0x30')
      expect(await said(house(), [...rsa, '--scheme', 'rs256'])).toMatchObject({exit: 8})
      // A mechanism of which nothing is said is taken for what its name says.
      hsm().now('without 0x40', 'claims 0x40')
      expect(await said(house(), [...rsa, '--scheme', 'rs256'])).toMatchObject({exit: 8})
    },
    60_000,
  )
})

describe('another version of a key in an HSM that lost the mechanism since', () => {
  const box: {house?: House; hsm?: QuirkyHsm} = {}
  const house = (): House => box.house ?? missing()
  const hsm = (): QuirkyHsm => box.hsm ?? missing()
  const run = (command: CommandClass, id: string, args: readonly string[], days = 0) =>
    runJson(command, id, [...args, '--as', 'dan'], {
      ...house().world,
      now: () => new Date(Date.now() + days * 86_400_000),
    })
  const signs = (...handles: readonly string[]): string[] =>
    (handles.length > 0 ? handles : ['alice', 'bob', 'carol', 'dan', 'erin']).flatMap((one) => [
      '--sign-with',
      `${one}=${house().keyOf(one)}`,
    ])
  beforeAll(async () => {
    if (!standinNeed.present) return
    box.house = await makeHouse()
    box.hsm = quirkyHsm()
    const pin = join(house().dir, 'hsm.pin')
    writeFileSync(pin, `${hsm().pin}\n`, {mode: 0o600})
    const place = ['--module', hsm().module, '--token-serial', hsm().serial, '--pin-file', pin]
    const kind = ['--kind', 'pkcs11', '--environment', 'test']
    expect(await run(ProfileAdd, 'profile add', ['hsm', ...kind, ...place, ...signs()])).toMatchObject({
      exit: 0,
    })
    for (const name of ['tokens', 'taken']) {
      const made = wish('hsm', 'ec-p256', 'sign', 'jwt-signing').slice(0, -2)
      expect(await run(KeyCreate, 'key create', [name, ...made, '--activate', ...signs()])).toMatchObject({
        exit: 0,
      })
    }
    const why = ['--reason', 'key-compromise', '--confirm', 'taken@hsm']
    expect(await run(Revoke, 'revoke', ['taken', ...why, ...signs()])).toMatchObject({exit: 0})
  }, 120_000)
  afterAll(() => {
    box.house?.remove()
    box.hsm?.remove()
  })

  testWhen(
    standinNeed,
    'is refused with the plan of its rotation, of a standby and of a replacement in an incident, and by the run that is due, before anything is begun',
    async () => {
      hsm().now('without 0x1041')
      const before = await sizeOf(house())
      const rows: readonly (readonly [CommandClass, string, readonly string[], number])[] = [
        [RotationPlan, 'rotation plan', ['tokens', '--dry-run'], 0],
        [RotationPlan, 'rotation plan', ['tokens', ...signs()], 0],
        [KeyStandby, 'key standby', ['tokens', ...signs()], 0],
        [IncidentReplace, 'incident replace', ['taken', ...signs()], 0],
        [RotationRun, 'rotation run', ['tokens'], 91],
      ]
      for (const [command, id, args, days] of rows) {
        const ran = await run(command, id, args, days)
        const [one] = (ran['keys'] as {error: object}[] | undefined) ?? []
        expect([id, one?.error ?? ran]).toMatchObject([
          id,
          {code: 'UNSUPPORTED', message: expect.stringContaining('profile "hsm" cannot make ec-p256')},
        ])
        expect(ran.exit).toBe(5)
      }
      expect(await sizeOf(house())).toBe(before)
      // Where it has it again each goes on.
      hsm().now()
      expect(
        await run(IncidentReplace, 'incident replace', ['taken', ...signs('dan', 'carol')]),
      ).toMatchObject({exit: 0})
      expect(await run(RotationRun, 'rotation run', ['tokens'], 91)).toMatchObject({
        keys: [{did: ['open', 'version', 'accept'], error: null}],
      })
    },
    120_000,
  )
})

describe('transit', () => {
  const box: {house?: House; bao?: OpenBao; old?: Server} = {}
  const house = (): House => box.house ?? missing()
  const tokenFile = (): string => join(house().dir, 'bao.token')
  beforeAll(async () => {
    if (!openbao.present) return
    box.house = await makeHouse()
    box.bao = await startTransit()
    box.old = await older(box.bao.url)
    writeFileSync(tokenFile(), `${box.bao.token}\n`, {mode: 0o600})
    const signs = ['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
    const {port} = box.old.address() as AddressInfo
    const place = ['--address', `http://127.0.0.1:${port}`, '--token-file', tokenFile(), '--as', 'alice']
    expect(
      await runJson(
        ProfileAdd,
        'profile add',
        ['bao', '--kind', 'transit', '--environment', 'test', ...place, ...signs],
        house().world,
      ),
    ).toMatchObject({exit: 0})
  }, 60_000)
  afterAll(async () => {
    box.old?.close()
    await box.bao?.stop()
    box.house?.remove()
  })

  testWhen(
    openbao,
    'on a server that is too old for an algorithm is known before anybody signs, where its token is in a file',
    async () => {
      const before = await sizeOf(house())
      const newer = wish('bao', 'ml-dsa-44', 'sign', 'jwt-signing')
      expect(await said(house(), newer)).toMatchObject({
        exit: 5,
        code: 'UNSUPPORTED',
        message: expect.stringMatching(/"bao" cannot make ml-dsa-44: it can make aes-256, .*ed25519$/),
      })
      expect(await sizeOf(house())).toBe(before)
      rmSync(tokenFile())
      expect(await said(house(), newer)).toMatchObject({exit: 8, schema: 'keyrite.request/1'})
    },
    60_000,
  )
})

/** OpenBao as it answers, but for its help, which knows no ML-DSA: as that of servers that are older. */
async function older(url: string): Promise<Server> {
  const server = createServer((request, reply) => {
    void (async () => {
      const body = await buffer(request)
      const {method = 'GET', headers} = request
      const {'x-vault-token': token = '', 'x-vault-request': asked = 'true'} = headers
      const answer = await fetch(`${url}${request.url ?? ''}`, {
        method,
        headers: {'x-vault-token': String(token), 'x-vault-request': String(asked)},
        ...(body.length === 0 ? {} : {body}),
      })
      const text = await answer.text()
      reply.writeHead(answer.status, {'content-type': 'application/json'})
      reply.end(request.url?.includes('help=1') === true ? text.replaceAll('mldsa', 'other') : text)
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

test('what a kind never has is known of each place by its settings', async () => {
  const cannot = async (kind: string, settings: Record<string, string>, brought = false): Promise<string> => {
    const offered = await providerKind(kind).offers?.(settings, 1)
    const spec = {key: 'fresh', algorithm: 'ed25519', scheme: 'eddsa', purpose: 'sign'} as const
    try {
      demandOffered(spec, kind, offered ?? missing(), brought ? 'bring' : 'make')
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  expect([
    await cannot('local', {}),
    await cannot('aws', {region: 'eu-central-1'}),
    await cannot('aws', {region: 'eu-central-1', custom_key_store: 'cks-1'}),
    await cannot('aws', {region: 'eu-central-1', custom_key_store: 'cks-1'}, true),
    await cannot('azure', {'managed-hsm': 'true'}),
    await cannot('azure', {}),
    await cannot('gcp', {}),
  ]).toEqual([
    '',
    '',
    'cannot make key "fresh": profile "aws" cannot make ed25519: it can make aes-256',
    'cannot bring key "fresh": profile "aws" takes no key from outside: make one there, or bring it to another',
    expect.stringMatching(/"azure" cannot make ed25519: it can make aes-256, rsa-2048/),
    expect.stringMatching(/"azure" cannot make ed25519: it can make rsa-2048/),
    expect.any(String),
  ])
})

function missing(): never {
  throw new Error('it is made before the tests')
}
