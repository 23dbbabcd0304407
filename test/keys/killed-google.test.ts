/** What a local token cannot do, killed at each call of a key ring of Google's, as the stand-in has it: a role that is bound on a key, and one that is taken away; and a key that is brought. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {Secret} from '../../src/base/secret.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import {
  keysFold,
  materialSha256,
  planGrant,
  planImport,
  planUngrant,
  profileOf,
  type ImportContext,
  type KeyWish,
  type Planned,
} from '../../src/keys/index.ts'
import {grantableOf} from '../../src/providers/granting.ts'
import type {Provider, VersionRef} from '../../src/providers/ports.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {startStandin, type Standin} from '../providers/gcp/standin.ts'
import {outcome} from '../providers/support.ts'
import {makeKey} from '../support/ledger.ts'
import {here as has, testWith} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {dies} from './killed-child.ts'
import {workOn} from './killed-work.ts'
import {act, approved} from './moving.ts'

const SLOW = process.env['SLOW'] === '1'
const grantee = 'serviceAccount:ci@p.iam.gserviceaccount.com'
const bytes = Buffer.alloc(32, 7)
const secret: KeyWish = {
  ...{name: '', profile: 'ring', algorithm: 'aes-256', scheme: null, purpose: 'encrypt', class: 'dek'},
  ...{classification: 'confidential', owner: 'x', consumers: [], parent: null, expires: null, activate: true},
}

interface Row {
  readonly first: (app: App, name: string) => Promise<void>
  readonly plan: (app: App, name: string) => Promise<Planned>
  /** What must be so at the service. */
  readonly there: (provider: Provider, ref: VersionRef) => Promise<void>
}

describe('killed at a call of Google’s like, the next run finds what happened, and nothing is done twice', () => {
  const box: {house?: House; standin?: Standin; brought?: string} = {}
  const house = (): House => box.house ?? missing()
  const brought = (): string => box.brought ?? missing()
  let count = 0
  beforeAll(async () => {
    if (!has('openssl')) return
    box.house = await makeHouse()
    box.standin = await startStandin()
    box.brought = join(box.house.world.home, '..', 'brought.bin')
    writeFileSync(box.brought, bytes, {mode: 0o600})
    const {ring, endpoint, credentials, ca} = box.standin
    const signs = ['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
    const place = ['--kind', 'gcp', '--environment', 'test', '--key-ring', ring, '--endpoint', endpoint]
    const rest = ['--credentials-file', credentials, '--ca-file', ca, '--protection', 'software']
    const args = ['ring', ...place, ...rest, '--as', 'alice', ...signs]
    expect(await runJson(ProfileAdd, 'profile add', args, house().world)).toMatchObject({exit: 0})
  }, 120_000)
  afterAll(async () => {
    await box.standin?.stop()
    if (box.house === undefined) return
    expect(problemsOf(house())).toEqual([])
    house().remove()
  })

  const make = (app: App, name: string): Promise<void> =>
    makeKey(app, house().founders, {name, profile: 'ring', algorithm: 'ec-p256'})
  const bound = async ({rights}: Provider, {key}: VersionRef) =>
    (await rights?.read(key))?.filter(({member}) => member === grantee).length
  const wish = {grantee, operations: ['roles/cloudkms.signer'], region: null}

  const rows: Readonly<Record<string, Row>> = {
    grant: {
      first: make,
      plan: async ({ledger}, name) =>
        planGrant(ledger.view, name, wish, null, await grantableOf(profileOf(ledger.view, 'ring'), name)),
      async there(provider, ref) {
        expect(await bound(provider, ref)).toBe(1)
      },
    },
    ungrant: {
      async first(app, name) {
        await make(app, name)
        const {rights} = await app.provider('ring')
        await rights?.give(name, [{role: 'roles/cloudkms.signer', member: grantee, condition: null}])
      },
      async plan(app, name) {
        const {grants} = await app.provider('ring')
        const [one] = (await grants?.list({key: name, version: '1'})) ?? []
        return planUngrant(app.ledger.view, name, one ?? missing(), null)
      },
      async there(provider, ref) {
        expect(await bound(provider, ref)).toBe(0)
      },
    },
    import: {
      first: () => Promise.resolve(),
      plan: ({ledger}, name) =>
        Promise.resolve(
          planImport(
            ledger.view,
            {...secret, name},
            materialSha256('aes-256', new Secret(Buffer.from(bytes))),
            ledger.time,
          ),
        ),
      async there({store, use}, ref) {
        expect(await store.describe({...ref, version: '2'})).toBeUndefined()
        expect(await outcome(use.encrypt(ref, Buffer.from('text'), new Uint8Array(0)))).toBe('ok')
      },
    },
  }

  testWith(
    'openssl',
    'a right that the first look tells as it was before is given, and taken away, and neither is called failed',
    async () => {
      await house().using(async (app) => {
        for (const [name, row] of [
          ['key-given', rows['grant']],
          ['key-taken', rows['ungrant']],
        ] as const) {
          await row?.first(app, name)
          const provider = await app.provider('ring')
          const {grants} = provider
          const before = await grants?.list({key: name, version: '1'})
          let looks = 0
          const list = async (ref: VersionRef) => (looks++ === 0 ? before : grants?.list(ref))
          const late = Object.create(provider, {grants: {value: {...grants, list}}}) as Provider
          const request = await approved({made: house(), app}, (await row?.plan(app, name)) ?? missing())
          expect(await act({made: house(), app}, request, late)).toMatchObject({failed: false})
          expect(looks).toBe(2)
          await row?.there(provider, {key: name, version: '1'})
        }
      })
    },
    60_000,
  )

  for (const [what, row] of Object.entries(rows)) {
    if (!SLOW && what !== 'grant') continue
    testWith(
      'openssl',
      `key ${what}, killed, is ended by the same command, and done once`,
      async () => {
        let killed = 0
        for (const when of SLOW ? (['before', 'after'] as const) : (['after'] as const))
          for (let nth = SLOW ? 1 : 2; SLOW || nth < 3; nth++) {
            const name = `key-${(count += 1)}`
            const work = await house().using(async (app) => {
              await row.first(app, name)
              return (await approved({made: house(), app}, await row.plan(app, name))).id
            })
            const called = dies(house().world, {work, nth, when, brought: brought()})
            if (called === null) killed++
            await house().using(async (app) => {
              await workOn(app, bringing(app), work)
              const {keys, open} = app.ledger.of(keysFold)
              const [version, ...more] = keys.get(name)?.versions ?? []
              expect({nth, when, more: more.length, open: open.size}).toEqual({nth, when, more: 0, open: 0})
              await row.there(await app.provider('ring'), version?.ref ?? missing())
            })
            if (called !== null) break
          }
        expect(killed).toBeGreaterThan(SLOW ? 3 : 0)
      },
      1_200_000,
    )
  }

  testWith(
    'openssl',
    'a key that was brought before its version was primary is given it by the same command',
    async () => {
      const name = 'half-brought'
      const row = rows['import'] ?? missing()
      await house().using(async (app) => {
        const {id} = await approved({made: house(), app}, await row.plan(app, name))
        const faults = [{method: 'updateCryptoKeyPrimaryVersion', fault: 'unavailable', times: 1}] as const
        await box.standin?.ask({faults})
        const work = async () => workOn(app, bringing(app), id)
        expect(await outcome(work)).toBe('PROVIDER_UNREACHABLE')
        await box.standin?.ask({})
        await work()
        const asked = ((await box.standin?.ask({})) ?? []).map(({operation}) => operation)
        expect(asked.filter((one) => /^(update|import)/.test(one))).toEqual([
          'updateCryptoKeyPrimaryVersion',
          // It is active then.
          'updateCryptoKeyVersion',
        ])
        await row.there(await app.provider('ring'), {key: name, version: '1'})
      })
    },
    120_000,
  )
})

function missing(): never {
  throw new Error('it is not there')
}

/** What an act works with where the key is brought from outside. */
function bringing(app: App): Omit<ImportContext, 'approved'> {
  return {...contextFor(app, null), material: () => Promise.resolve(new Secret(Buffer.from(bytes)))}
}
