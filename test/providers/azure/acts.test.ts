/** What is done at Azure beside making and using keys, where the service is busy, slow, or cut off when the work is done; and what it tells of a key. On the stand-in, never seen on Azure. */
import {randomBytes} from 'node:crypto'
import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {Secret} from '../../../src/base/secret.ts'
import {openVault} from '../../../src/providers/azure/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import type {Holder} from '../../../src/providers/whole-backups.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {described, enabled, intent, outcome, secretOf, specOf} from '../support.ts'
import {askPlainly, type Said} from './asked.ts'
import {placeOf} from './place.ts'
import {startStandin, type Standin} from './standin.ts'

const SLOW = process.env['SLOW'] === '1'
const container = 'https://standin.invalid/backups'

interface Act {
  readonly name: string
  /** What the stand-in calls it. */
  readonly route: string
  /** Makes ready what it is done with. @returns the act. */
  readonly ready: (open: Provider) => Promise<(open: Provider) => Promise<unknown>>
  /** What the same again says where it was done, and nobody heard of it. */
  readonly again: string
}

const acts: readonly Act[] = [
  {
    name: 'setting dates',
    route: 'update',
    again: 'ok',
    async ready(open) {
      const ref = await enabled(open, specOf('ec-p256'))
      const until = new Date(Math.floor(Date.now() / 1000 + 9e6) * 1000)
      return async ({life}) => {
        expect(await life.setDates?.(ref, {from: null, until})).toEqual({from: null, until})
      }
    },
  },
  {
    name: 'purging',
    route: 'purge',
    again: 'ok',
    async ready(open) {
      const ref = await enabled(open, specOf('ec-p256'))
      await open.life.scheduleForPurge?.(ref)
      return async ({life, store}) => {
        await life.purge?.(ref)
        expect(await store.describe(ref)).toBeUndefined()
      }
    },
  },
  {
    name: 'taking a backup of a key',
    route: 'backup',
    again: 'ok',
    async ready(open) {
      const ref = await enabled(open, specOf('ec-p256'))
      return async ({keyBackups}) => keyBackups?.take(ref.key)
    },
  },
  {
    name: 'putting a key back',
    route: 'restore',
    again: 'KEY_EXISTS',
    async ready(open) {
      const ref = await enabled(open, specOf('ec-p256'))
      const bytes =
        (await open.keyBackups?.take(ref.key))?.use((lent) => Buffer.from(lent)) ?? missing('none')
      await open.life.scheduleForPurge?.(ref)
      await open.life.purge?.(ref)
      return async ({keyBackups, store}) => {
        await keyBackups?.putBack(ref.key, new Secret(Buffer.from(bytes)))
        expect((await described(store, ref)).availability).toBe('enabled')
      }
    },
  },
  {
    name: 'bringing a key from outside',
    route: 'import',
    again: 'KEY_EXISTS',
    ready() {
      const [spec, made] = [specOf('aes-256'), intent()]
      return Promise.resolve(({move}) => move.import(spec, secretOf(randomBytes(32)), made))
    },
  },
  {
    name: 'giving a local role',
    route: 'setAssignment',
    again: 'ok',
    async ready(open) {
      const [ref, made] = [await enabled(open, specOf('ec-p256')), intent()]
      return async ({grants}) => {
        expect((await grants?.give(ref, role, made))?.grantee).toBe(role.grantee)
        expect(await grants?.list(ref)).toHaveLength(1)
      }
    },
  },
  {
    name: 'starting a backup of everything',
    route: 'backUp',
    again: 'ok',
    ready: () =>
      Promise.resolve(({wholeBackups}) =>
        wholeBackups === undefined
          ? missing('no backups')
          : wholeBackups.start(container, secretOf('sv=1&sig=x')),
      ),
  },
  {
    name: 'giving out the security domain',
    route: 'download',
    again: 'ok',
    ready: () =>
      Promise.resolve(({wholeBackups}) =>
        wholeBackups === undefined ? missing('no backups') : wholeBackups.domain(holders(), 2),
      ),
  },
]

const role = {
  grantee: '33333333-3333-4333-8333-333333333333',
  operations: ['Managed HSM Crypto User'],
  region: 'localhost',
}

const made: Holder[] = []
/** Three certificates, made once. */
function holders(): readonly Holder[] {
  if (made.length > 0) return made
  const dir = mkdtempSync(join(tmpdir(), 'keyrite-holders-'))
  for (const n of [1, 2, 3]) {
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=holder ${n}`]
    const [key, out] = [join(dir, 'key'), join(dir, 'cert')]
    execFileSync('openssl', [...args, '-keyout', key, '-outform', 'DER', '-out', out], {stdio: 'ignore'})
    made.push({certificate: readFileSync(out)})
  }
  rmSync(dir, {recursive: true})
  return made
}

describe('acts at Managed HSM', () => {
  const box: {standin?: Standin; open?: Provider} = {}
  const standin = (): Standin => box.standin ?? missing('it did not start')
  const open = (): Provider => box.open ?? missing('it is not open')
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin('hsm', 'purgeable')
    box.open = await openVault(placeOf(box.standin, 'hsm'), 'keyrite/test')
    await box.standin.ask({jobSeconds: 0})
  })
  afterAll(async () => {
    await box.open?.close()
    await box.standin?.stop()
  })

  for (const {name, route, ready, again} of SLOW ? acts : acts.slice(0, 2)) {
    testWith('openssl', `${name} waits where too many ask, and is done`, async () => {
      const act = await ready(open())
      await standin().ask({faults: [{route, fault: 'throttle', times: 2}]})
      expect(await outcome(act(open()))).toBe('ok')
    })

    testWith(
      'openssl',
      `${name} that is cut off when it was done, or late, is not called done; the same again finds it`,
      async () => {
        for (const fault of ['cut', 'late'] as const) {
          const act = await ready(open())
          const hasty = await openVault(placeOf(standin(), 'hsm'), 'keyrite/test', 1500)
          try {
            // Known to it: the first request of a client only asks who gives out tokens.
            await hasty.evidence.check()
            await standin().ask({faults: [{route, fault, times: 99, milliseconds: 4000}]})
            expect(await outcome(act(hasty))).toBe('PROVIDER_UNREACHABLE')
          } finally {
            await standin().ask({faults: []})
            await hasty.close()
          }
          expect(await outcome(act(open()))).toBe(again)
        }
      },
      60_000,
    )
  }

  const put = async (path: string, body: Said): Promise<number> =>
    (await askPlainly(standin(), path.endsWith('/create') ? 'POST' : 'PUT', path, body)).status

  testWith(
    'openssl',
    'who may use a key is told by its local roles, and by which policy it may be released',
    async () => {
      const ref = await enabled(open(), specOf('ec-p256'))
      const roles = 'providers/Microsoft.Authorization'
      const [signer, reader] = [
        '11111111-1111-4111-8111-111111111111',
        '22222222-2222-4222-8222-222222222222',
      ]
      for (const [id, roleName, may] of [
        [signer, 'signers', 'sign'],
        [reader, 'readers', 'read'],
      ] as const) {
        const dataActions = [`Microsoft.KeyVault/managedHsm/keys/${may}/action`]
        const properties = {roleName, permissions: [{dataActions}]}
        expect(await put(`/${roles}/roleDefinitions/${id}`, {properties})).toBe(201)
        const given = {
          principalId: `${may}-principal`,
          roleDefinitionId: `Microsoft.KeyVault/${roles}/roleDefinitions/${id}`,
        }
        const on = may === 'sign' ? `/keys/${ref.key}` : ''
        expect(await put(`${on}/${roles}/roleAssignments/${id}`, {properties: given})).toBe(201)
      }
      expect(await open().told?.rights(ref.key)).toEqual(
        expect.arrayContaining([
          {on: `/keys/${ref.key}`, role: 'signers', member: 'sign-principal', condition: null, uses: true},
          {on: '/', role: 'readers', member: 'read-principal', condition: null, uses: false},
        ]),
      )
      expect(await open().told?.policy(ref.key)).toBeNull()
      const policy = '{"version":"1.0.0","anyOf":[]}'
      const released = {
        ...{kty: 'EC-HSM', crv: 'P-256', attributes: {exportable: true}},
        release_policy: {data: Buffer.from(policy).toString('base64url'), immutable: true},
      }
      expect(await put('/keys/released/create', released)).toBe(200)
      expect(await open().told?.policy('released')).toBe(policy)
      for await (const one of open().store.list())
        if (one.ref.key === 'released')
          expect((await open().evidence.protection(one.ref)).detail).toMatch(
            /IT MAY BE RELEASED to machines that its release policy trusts \(SHA-256 [0-9a-f]{64}, never changed\)/,
          )
    },
  )
})

function missing(what: string): never {
  throw new Error(what)
}
