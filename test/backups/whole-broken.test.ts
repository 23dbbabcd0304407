/**
 * What is done with a whole Managed HSM, broken off: keyrite is killed at each call of the provider, or the answers to one call are lost. Nothing is
 * done twice unasked, nothing is lost sight of, and the same command again says what it found. On the stand-in, never seen on Azure.
 */
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {constants, createPrivateKey, privateDecrypt, X509Certificate} from 'node:crypto'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {planWhole} from '../../src/backups/index.ts'
import {wholeFold} from '../../src/backups/whole-state.ts'
import {sha256Hex} from '../../src/base/bytes.ts'
import {Secret} from '../../src/base/secret.ts'
import BackupDomain from '../../src/commands/backup/domain.ts'
import BackupDomainLoad from '../../src/commands/backup/domain-load.ts'
import BackupLoad from '../../src/commands/backup/load.ts'
import BackupStart from '../../src/commands/backup/start.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileSet from '../../src/commands/profile/set.ts'
import {domains} from '../../src/providers/azure/domain/index.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {dies} from '../keys/killed-child.ts'
import {approved} from '../keys/moving.ts'
import {startStandin, type Standin} from '../providers/azure/standin.ts'
import {makeHolder} from '../support/holder.ts'
import {here as has, testWith} from '../support/needs.ts'
import {runJson, type CommandClass} from '../support/run.ts'

const SLOW = process.env['SLOW'] === '1'
const container = 'https://standin.invalid/backups'
const arm = 'AllowKeyManagementOperationsThroughARM'
type Act = Parameters<typeof planWhole>[1]
type Said = Readonly<Record<string, unknown>> & {readonly exit: number}

/** One piece of work: what people agree to, and how it is typed. */
interface Work {
  readonly act: Act
  readonly profile: 'azure' | 'fresh'
  readonly change: Readonly<Record<string, string | number | boolean | null | readonly string[]>>
  /** What the process that is killed takes and gives. */
  readonly brought: string
  readonly again: () => Promise<Said>
}
interface Row {
  readonly ready: () => Promise<Work>
  /** What the stand-in calls what may not be done twice, and all that it is asked. */
  readonly deed: string
  readonly routes: readonly string[]
  /** Whether it is done again by itself where its answer was lost, or people are asked anew. */
  readonly once: boolean
  /** To set what is set changes nothing: it is sent again by itself, as what is only read is, and read back. */
  readonly idempotent?: true
}

describe('what is done with a whole Managed HSM, broken off', () => {
  const box: {house?: House; azure?: Standin; fresh?: Standin; folder?: string} = {}
  const house = (): House => box.house ?? missing()
  const standin = (name: 'azure' | 'fresh'): Standin => box[name] ?? missing()
  const at = (name: string): string => join(house().dir, name)
  const run = (command: CommandClass, id: string, args: readonly string[]): Promise<Said> => {
    const signs = ['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
    return runJson(command, id, [...args, '--as', 'alice', ...signs], house().world)
  }
  let count = 0

  beforeAll(async () => {
    if (!has('openssl')) return
    box.house = await makeHouse()
    for (const name of ['azure', 'fresh'] as const) {
      const {vault, tokenFile, ca} = (box[name] = await startStandin('hsm', 'purgeable'))
      const flags = ['--kind', 'azure', '--environment', 'test', '--vault-url', vault, '--managed-hsm']
      const added = await run(ProfileAdd, 'profile add', [
        ...[name, ...flags, '--token-file', tokenFile, '--ca-file', ca],
      ])
      expect(added).toMatchObject({exit: 0})
      await standin(name).ask({jobSeconds: 0})
    }
    writeFileSync(at('sas'), 'sv=1&sig=the-token-itself\n', {mode: 0o600})
    mkdirSync(at('holders'))
    for (const name of ['one', 'two', 'three']) makeHolder(at('holders'), name)
    const how = ['--algorithm', 'aes-256', '--purpose', 'encrypt', '--class', 'dek', '--owner', 'alice']
    const made = await run(KeyCreate, 'key create', ['orders', '--profile', 'azure', ...how, '--activate'])
    expect(made).toMatchObject({exit: 0})
    const started = await run(BackupStart, 'backup start', [
      ...['azure', '--to', container, '--sas-file', at('sas')],
    ])
    box.folder = String(started['folder'])
    expect(await run(BackupDomain, 'backup domain', [...domainFlags(), at('domain.json')])).toMatchObject({
      exit: 0,
    })
  }, 60_000)
  afterAll(async () => {
    if (!has('openssl')) return
    expect(problemsOf(house())).toEqual([])
    house().remove()
    await box.azure?.stop()
    await box.fresh?.stop()
  })

  const holders = (): string[] => ['one', 'three', 'two'].map((one) => at(`holders/${one}.pem`))
  const digests = (): string[] =>
    holders().map((file) => sha256Hex(new X509Certificate(readFileSync(file)).raw))
  const domainFlags = (): string[] => [
    ...['azure', ...holders().flatMap((file) => ['--holder', file])],
    ...['--needed', '2', '--out'],
  ]
  /** Deleted and purged there, behind keyrite’s back. */
  const lose = (name: string): Promise<void> =>
    house().using(async (app) => {
      const {store, life} = await app.provider('azure')
      for await (const {ref} of store.list())
        if (ref.key === name) {
          await life.scheduleForPurge?.(ref)
          await life.purge?.(ref)
        }
    })
  const load = (key: string | null): Work => {
    const from = box.folder ?? missing()
    const flags = ['azure', '--from', from, '--sas-file', at('sas'), ...(key === null ? [] : ['--key', key])]
    const again = () =>
      run(BackupLoad, 'backup load', [...flags, '--confirm', `${key ?? 'everything'}@azure`])
    const change = {from, key, opens: 'token'}
    return {act: 'load', profile: 'azure', change, brought: at('sas'), again}
  }

  const rows: Readonly<Record<string, Row>> = {
    'a restore of everything': {
      ...{deed: 'restoreAll', once: true, routes: ['restoreAll', 'pending', 'get']},
      ready: async () => load(null),
    },
    'a security domain that is given out': {
      ...{deed: 'download', once: false, routes: ['download', 'domain']},
      async ready() {
        rmSync(at('holders/given.json'), {force: true})
        const out = at(`domain-${(count += 1)}.json`)
        const again = async (): Promise<Said> => {
          const said = await run(BackupDomain, 'backup domain', [...domainFlags(), out])
          // What the ledger names is what lies there.
          if (said.exit === 0) expect(said['sha256']).toBe(sha256Hex(readFileSync(out)))
          return said
        }
        const change = {holders: digests(), needed: 2}
        return {act: 'domain', profile: 'azure', change, brought: at('holders'), again}
      },
    },
    'a restore of one key': {
      ...{deed: 'restoreOne', once: true, routes: ['restoreOne', 'pending', 'get']},
      ready: async () => load('orders'),
    },
    'a backup of everything': {
      ...{deed: 'backUp', once: false, routes: ['backUp', 'pending']},
      async ready() {
        const again = () =>
          run(BackupStart, 'backup start', ['azure', '--to', container, '--sas-file', at('sas')])
        const change = {to: container, opens: 'token'}
        return {act: 'start', profile: 'azure', change, brought: at('sas'), again}
      },
    },
    'a security domain that is taken in': {
      ...{deed: 'upload', once: true, routes: ['transferKey', 'upload', 'uploaded']},
      async ready() {
        await standin('fresh').ask({forgetDomain: true})
        const bytes = readFileSync(at('domain.json'))
        const opened = ['one', 'two'].map((one) => {
          const key = createPrivateKey(readFileSync(at(`holders/${one}.key`)))
          const {raw} = new X509Certificate(readFileSync(at(`holders/${one}.pem`)))
          const {sealed} = domains.shareOf(bytes, raw)
          const padding = constants.RSA_PKCS1_OAEP_PADDING
          writeFileSync(at(`${one}.opened`), privateDecrypt({key, padding, oaepHash: 'sha256'}, sealed), {
            mode: 0o600,
          })
          return new Secret(readFileSync(at(`${one}.opened`)))
        })
        const under = await house().using(
          async (app) => (await app.provider('fresh')).wholeBackups?.transferKey() ?? missing(),
        )
        writeFileSync(at('sealed'), domains.sealFor(bytes, opened, under))
        const again = () =>
          run(BackupDomainLoad, 'backup domain-load', [
            ...['fresh', '--domain', at('domain.json')],
            ...['--opened', at('one.opened'), '--opened', at('two.opened')],
          ])
        const change = {domain: sha256Hex(bytes), needed: 2, under: sha256Hex(under)}
        return {act: 'domain-load', profile: 'fresh', change, brought: at('sealed'), again}
      },
    },
    'a setting that is set': {
      ...{deed: 'setSetting', idempotent: true, once: false, routes: ['listSettings', 'setSetting']},
      async ready() {
        const value = (count += 1) % 2 === 1
        const again = async (): Promise<Said> => {
          const said = await run(ProfileSet, 'profile set', ['azure', '--setting', `${arm}=${String(value)}`])
          if (said.exit === 0) {
            const settings = await house().using(async (app) =>
              (await app.provider('azure')).settings?.list(),
            )
            expect(settings).toEqual([{name: arm, value}])
          }
          return said
        }
        return {act: 'setting', profile: 'azure', change: {setting: arm, value}, brought: '', again}
      },
    },
  }

  const asked = async ({profile}: Work, deed: string): Promise<number> =>
    (await standin(profile).ask({})).filter(({operation, isKnown}) => isKnown && operation === deed).length

  /** The same command again: it ends it, or says that it cannot tell, sends nothing, and asks people anew the next time. */
  async function goneOn(work: Work, {deed, once}: Row, sent: number): Promise<void> {
    const said = await work.again()
    const then = await asked(work, deed)
    if (said.exit === 0) expect([then, sent + then <= (once ? 1 : 2)]).toEqual([1, true])
    else {
      expect([once, said['code'], said['changed'], then]).toEqual([true, 'INDETERMINATE', true, 0])
      expect(await work.again()).toMatchObject({exit: 0})
      expect(await asked(work, deed)).toBe(1)
    }
    expect(await house().using(({ledger}) => [...ledger.of(wholeFold).open.values()])).toEqual([])
  }

  for (const [name, row] of SLOW ? Object.entries(rows) : Object.entries(rows).slice(0, 2)) {
    testWith(
      'openssl',
      `${name}: keyrite is killed at each call of the provider, and the same command again says what it found`,
      async () => {
        let killed = 0
        for (const when of SLOW ? (['before', 'after'] as const) : (['after'] as const))
          for (let nth = SLOW ? 1 : 2; SLOW || nth < 3; nth++) {
            const work = await row.ready()
            const request = await house().using((app) =>
              approved({made: house(), app}, planWhole(app.ledger.view, work.act, work.profile, work.change)),
            )
            await asked(work, row.deed)
            const called = dies(house().world, {work: request.id, nth, when, brought: work.brought})
            const sent = await asked(work, row.deed)
            if (called !== null) {
              expect(sent).toBe(1)
              break
            }
            killed++
            await goneOn(work, row, sent)
          }
        expect(killed).toBeGreaterThan(SLOW ? 3 : 0)
      },
      600_000,
    )

    for (const route of SLOW ? row.routes : row.routes.slice(0, 1))
      testWith(
        'openssl',
        `${name}: where answers to ${route} are lost it is not called done, and the same command again says what it found`,
        async () => {
          for (const times of [1, 99]) {
            const work = await row.ready()
            await standin(work.profile).ask({faults: [{route, fault: 'cut', times}]})
            const said = await work.again()
            await standin(work.profile).ask({faults: []})
            // What is only read is asked again by itself.
            const isDeed = route === row.deed && row.idempotent !== true
            if (said.exit === 0) expect([isDeed, times]).toEqual([false, 1])
            else expect(said).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
            if (said.exit !== 0) await goneOn(work, row, route === row.deed ? 1 : 0)
          }
        },
        120_000,
      )
  }

  testWith(
    'openssl',
    'after a restore a key that late reads do not tell is not called missing',
    async () => {
      await lose('orders')
      await standin('azure').ask({lag: {routes: ['get', 'getDeleted'], reads: 5}})
      const said = await load(null).again()
      await standin('azure').ask({lag: {routes: [], reads: 0}})
      expect(said).toMatchObject({exit: 0, there: 1, missing: []})
    },
    60_000,
  )
})

function missing(): never {
  throw new Error('it is not there')
}
