/** Local roles of an Azure Managed HSM on one key, given and taken away by commands, on the stand-in. Never seen on Azure. */
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyGrant from '../../src/commands/key/grant.ts'
import KeyGrants from '../../src/commands/key/grants.ts'
import KeySet from '../../src/commands/key/set.ts'
import KeySync from '../../src/commands/key/sync.ts'
import KeyUngrant from '../../src/commands/key/ungrant.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import Revoke from '../../src/commands/revoke.ts'
import {incidents} from '../../src/incidents/state.ts'
import {stripVersion} from '../../src/incidents/strip.ts'
import {openVault} from '../../src/providers/azure/index.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {placeOf} from '../providers/azure/place.ts'
import {startStandin, type Standin} from '../providers/azure/standin.ts'
import {intent, outcome} from '../providers/support.ts'
import {here as has, testWith} from '../support/needs.ts'
import {runCommand, runJson} from '../support/run.ts'
import {typesOf} from './held.ts'

const SLOW = process.env['SLOW'] === '1'
const user = 'Managed HSM Crypto User'
const ci = '6f0c2c5e-1b7a-4a8e-9a51-0d6b2f7c3e11'
interface Synced {
  readonly profiles: readonly {readonly findings: readonly object[]}[]
}
interface Found {
  readonly exit: number
  readonly grants: readonly {readonly id: string; readonly grantee: string}[]
}

describe('local roles on a key of an Azure Managed HSM, on the stand-in', () => {
  const box: {house?: House; hsm?: Standin; vault?: Standin} = {}
  const house = (): House => box.house ?? missing('there is no house')
  const standin = (): Standin => box.hsm ?? missing('there is no stand-in')
  const signs = (...handles: readonly string[]): string[] =>
    handles.flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
  const all = (): string[] => ['--as', 'alice', ...signs('alice', 'bob', 'carol')]
  beforeAll(async () => {
    if (!has('openssl')) return
    box.house = await makeHouse()
    for (const kind of ['hsm', 'vault'] as const) {
      const {vault, tokenFile, ca} = (box[kind] = await startStandin(kind))
      const flags = [
        ...['--kind', 'azure', '--environment', 'test', '--vault-url', vault, '--token-file', tokenFile],
        ...['--ca-file', ca, ...(kind === 'hsm' ? ['--managed-hsm'] : []), ...all()],
      ]
      await made(runJson(ProfileAdd, 'profile add', [kind, ...flags], house().world))
      const spec = [
        '--algorithm',
        'ec-p256',
        '--purpose',
        'sign',
        '--class',
        'jwt-signing',
        '--owner',
        'alice',
      ]
      const wish = [`jwt-${kind}`, '--profile', kind, ...spec, '--activate', ...all()]
      await made(runJson(KeyCreate, 'key create', wish, house().world))
    }
  })
  afterAll(async () => {
    box.house?.remove()
    await box.hsm?.stop()
    await box.vault?.stop()
  })
  const grant = (key: string, to: string, roles: readonly string[], people = all()) =>
    runJson<Found>(
      KeyGrant,
      'key grant',
      [key, '--to', to, ...roles.flatMap((one) => ['--operation', one]), ...people],
      house().world,
    )
  const ungrant = (id: string, key = 'jwt-hsm') =>
    runJson<Found>(KeyUngrant, 'key ungrant', [key, id, ...all()], house().world)
  const listed = () => runJson<Found>(KeyGrants, 'key grants', ['jwt-hsm'], house().world)

  testWith(
    'openssl',
    'are given with approval, once in spite of a crash and of who has one already, told, and taken away',
    async () => {
      await standin().ask({faults: [{route: 'setAssignment', fault: 'cut', times: 99}]})
      expect(await grant('jwt-hsm', ci, [user])).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
      await standin().ask({faults: []})
      const given = await grant('jwt-hsm', ci, [user])
      expect(given).toMatchObject({exit: 0, grants: [{grantee: ci, operations: [user], region: 'localhost'}]})
      const id = given.grants[0]?.id ?? ''
      // Found again by its name, which is made of the intent: it was not asked for a second time.
      expect((await standin().ask({})).some(({operation}) => operation === 'setAssignment')).toBe(false)
      expect(await grant('jwt-hsm', ci, [user])).toMatchObject({exit: 0, grants: [{id}]})
      const {stdout} = await runCommand(KeyGrants, 'key grants', ['jwt-hsm'], house().world)
      expect(stdout).toMatch(
        new RegExp(`Grant: ${id.slice(0, 12)}\\n.*Role: ${user}\\n.*Who: ${ci}\\n.*On: keys/jwt-hsm`),
      )

      await standin().ask({faults: [{route: 'deleteAssignment', fault: 'unavailable', times: 99}]})
      expect(await ungrant(id.slice(0, 12))).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
      await standin().ask({faults: [{route: 'deleteAssignment', fault: 'throttle', times: 2}]})
      expect(await ungrant(id.slice(0, 12))).toMatchObject({exit: 0, grants: []})
      expect(await runJson(LedgerVerify, 'ledger verify', [], house().world)).toMatchObject({ok: true})
      expect((await typesOf(house())).filter((one) => /^key\.(un)?grant/.test(one))).toEqual([
        ...['key.grant.intended', 'key.granted', 'key.grant.intended', 'key.granted'],
        ...['key.ungrant.intended', 'key.ungranted'],
      ])
    },
  )

  testWith(
    'openssl',
    'are found on whatever page of their list they stand, which leads nowhere but to the place itself',
    async () => {
      const others = ['1', '2', '3'].map((one) => ci.replace(/^6/, one))
      for (const one of others)
        expect(await grant('jwt-hsm', one, ['Managed HSM Crypto Auditor'])).toMatchObject({exit: 0})
      await standin().ask({rolesOnPage: 1})
      const all = await listed()
      expect(all.grants.map(({grantee}) => grantee).toSorted()).toEqual(others)
      await standin().ask({pagesLead: 'https://elsewhere.invalid'})
      expect(await listed()).toMatchObject({
        code: 'PROVIDER_FAILED',
        message: expect.stringMatching(/the list goes on at https:\/\/elsewhere\.invalid\/.*, which is not/),
      })
      // Pages with nothing on them, each of which leads to itself.
      await standin().ask({pagesLead: null, rolesOnPage: 0})
      expect(await listed()).toMatchObject({
        code: 'PROVIDER_FAILED',
        message: expect.stringMatching(/its pages have no end$/),
      })
      await standin().ask({rolesOnPage: 1})
      for (const {id} of all.grants) expect(await ungrant(id)).toMatchObject({exit: 0})
      await standin().ask({rolesOnPage: 1000})
      expect(await listed()).toMatchObject({grants: []})
    },
  )

  testWith(
    'openssl',
    'and dates that others change at the service are found, each with what to type',
    async () => {
      const sync = async (...more: readonly string[]) => {
        const flags = ['--profile', 'hsm', '--as', 'alice', ...more]
        const {profiles} = await runJson<Synced>(KeySync, 'key sync', flags, house().world)
        return profiles[0]?.findings ?? []
      }
      expect(await sync()).toEqual([])
      const later = `${new Date(Date.now() + 3e10).toISOString().slice(0, 19)}.000Z`
      const open = await openVault(placeOf(standin(), 'hsm'), 'somebody/1')
      for await (const {ref} of open.store.list()) {
        await open.life.setDates?.(ref, {from: null, until: new Date(later)})
        const wish = {grantee: ci, region: 'localhost', operations: [user]}
        await open.grants?.give(ref, wish, intent())
      }
      await open.close()
      expect(await sync()).toEqual([
        expect.objectContaining({
          ...{kind: 'schedule', key: 'jwt-hsm', version: 1},
          fact: `to be used without any dates here, and until ${later} there`,
          next: expect.stringMatching(/^keyrite key set jwt-hsm --not-before DATE --expires DATE/),
        }),
        expect.objectContaining({
          kind: 'policy',
          fact: 'who may use it there was changed since it was last agreed to',
        }),
      ])
      const until = new Date(Date.now() + 3e9).toISOString()
      const set = await runJson(KeySet, 'key set', ['jwt-hsm', '--expires', until, ...all()], house().world)
      expect(set).toMatchObject({exit: 0})
      for (const {id} of (await listed()).grants) await ungrant(id)
      expect(await sync()).toEqual([])
    },
  )

  testWith(
    'openssl',
    'are never those that administer, two at once, or for who is no object id',
    async () => {
      for (const [to, ...roles] of [
        [ci, 'Managed HSM Administrator'],
        [ci, 'Managed HSM Policy Administrator'],
        [ci, 'keyrite-key-user-sign'],
        [ci, user, 'Managed HSM Crypto Auditor'],
        ['ci@example.com', user],
        [ci.toUpperCase(), user],
      ] as const)
        expect(await grant('jwt-hsm', to, roles)).toMatchObject({code: 'USAGE', changed: false})
      expect(await listed()).toMatchObject({grants: []})
    },
  )

  testWith('openssl', 'wait for the people whom the policy names, and are not given before', async () => {
    const few = ['--as', 'alice', ...signs('alice')]
    expect(await grant('jwt-hsm', ci, ['Managed HSM Crypto Auditor'], few)).toMatchObject({exit: 8})
    expect(await listed()).toMatchObject({grants: []})
    const plan = await runCommand(
      KeyGrant,
      'key grant',
      ['jwt-hsm', '--to', ci, '--operation', user, '--dry-run', '--as', 'alice'],
      house().world,
    )
    expect(plan.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /it may manage the key as well: change, rotate and delete it/,
    )
  })

  if (SLOW)
    testWith('openssl', 'are not called given, or gone, where the service only says yes', async () => {
      const auditor = 'Managed HSM Crypto Auditor'
      await standin().ask({faults: [{route: 'setAssignment', fault: 'lie', times: 1}]})
      expect(await grant('jwt-hsm', ci, [auditor])).toMatchObject({code: 'PROVIDER_FAILED', changed: true})
      expect(await listed()).toMatchObject({grants: []})
      const id = (await grant('jwt-hsm', ci, [auditor])).grants[0]?.id ?? ''
      await standin().ask({faults: [{route: 'deleteAssignment', fault: 'lie', times: 1}]})
      expect(await ungrant(id)).toMatchObject({code: 'PROVIDER_FAILED', changed: true})
      expect(await listed()).toMatchObject({grants: [{id}]})
      // Done, and its answer lost: what is asked again is gone already.
      await standin().ask({faults: [{route: 'deleteAssignment', fault: 'cut', times: 1}]})
      expect(await ungrant(id)).toMatchObject({exit: 0, grants: []})
    })

  testWith(
    'openssl',
    'are left alone by a revocation whose disabling fails, which says so, and says what lists them',
    async () => {
      const id = (await grant('jwt-hsm', ci, [user])).grants[0]?.id ?? ''
      await standin().ask({faults: [{route: 'update', fault: 'unavailable', times: 1000}]})
      const argv = ['jwt-hsm', '--reason', 'key-compromise', '--confirm', 'jwt-hsm@hsm']
      const {exit, stderr} = await runCommand(
        Revoke,
        'revoke',
        [...argv, '--prove-within', 'PT1S', ...signs('dan'), '--as', 'dan'],
        house().world,
      )
      expect([exit, stderr]).toEqual([6, expect.stringMatching(/Version 1 NOT CONTAINED: /)])
      expect(stderr).toMatch(
        /Version 1 could not be disabled: at a place of kind azure keyrite takes no rights/,
      )
      expect(stderr).toMatch(/keyrite key grants jwt-hsm/)
      await standin().ask({faults: []})
      // Nor by a plan that asks for it all the same.
      await house().using(async (app) => {
        const {ledger, world} = app
        const [incident] = ledger.of(incidents).all.values()
        const context = {
          ...{ledger, clock: world.clock, random: world.random, ceremony: null, approved: 0},
          ...{
            actor: {person: null, evidence: 'stated' as const},
            provider: (one: string) => app.provider(one),
          },
        }
        expect(await outcome(stripVersion(context, incident?.seq ?? -1, 1))).toBe('UNSUPPORTED')
      })
      expect(await listed()).toMatchObject({grants: [{id, grantee: ci}]})
      // Somebody still can, by name, while it is contained or not.
      expect(await ungrant(id)).toMatchObject({exit: 0, grants: []})
    },
    60_000,
  )

  testWith(
    'openssl',
    'are told with what is not told there, and with the policy by which a key may be released, which is no policy of use',
    async () => {
      const told = async (key: string) =>
        (await runCommand(KeyGrants, 'key grants', [key], house().world)).stdout.replaceAll(/\s+/g, ' ')
      expect(await told('jwt-hsm')).toMatch(
        /These are local roles\. .*Azure Resource Manager keeps, which keyrite does not ask\. It has no release policy\./,
      )
      const vault = await told('jwt-vault')
      expect(vault).toMatch(/Who may use it is not told here: a vault has that in Azure Resource Manager/)
      expect(vault).toMatch(/az role assignment list .*--scope .*\/keys\/jwt-vault lists the roles/)
      expect(vault).not.toMatch(/nobody uses it|[Ii]ts policy/)
      const id = (await grant('jwt-hsm', ci, [user])).grants[0]?.id ?? ''
      expect(await told('jwt-hsm')).toContain(
        `To take one away: keyrite key ungrant jwt-hsm ${id.slice(0, 12)}`,
      )
      expect(await ungrant(id)).toMatchObject({exit: 0, grants: []})
    },
  )

  testWith('openssl', 'are refused of a key in a vault, naming what gives them there', async () => {
    const refused = await grant('jwt-vault', ci, [user])
    expect(refused).toMatchObject({code: 'UNSUPPORTED', changed: false})
    expect(JSON.stringify(refused)).toMatch(/az role assignment create .*\/keys\/jwt-vault/)
    expect(await ungrant('0c237476b39f', 'jwt-vault')).toMatchObject({code: 'UNSUPPORTED', changed: false})
  })
})

async function made(done: Promise<{readonly exit: number}>): Promise<void> {
  const document = await done
  if (document.exit !== 0) throw new Error(JSON.stringify(document))
}

function missing(what: string): never {
  throw new Error(what)
}
