/** Backups of Azure by commands, on the stand-in, whose blobs are numbers of what it keeps: of one key, of a whole Managed HSM, and its security domain. Never seen on Azure. */
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {generateIdentity, identityToRecipient} from 'age-encryption'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import BackupDomain from '../../src/commands/backup/domain.ts'
import BackupLoad from '../../src/commands/backup/load.ts'
import BackupPutBack from '../../src/commands/backup/put-back.ts'
import BackupStart from '../../src/commands/backup/start.ts'
import BackupTake from '../../src/commands/backup/take.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import RequestList from '../../src/commands/request/list.ts'
import {openVault} from '../../src/providers/azure/index.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {placeOf} from '../providers/azure/place.ts'
import {startStandin, type Standin} from '../providers/azure/standin.ts'
import {makeHolder} from '../support/holder.ts'
import {here as has, testWith} from '../support/needs.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'
import {typesOf} from './held.ts'

const container = 'https://standin.invalid/backups'

describe('backups of a Managed HSM of Azure, on the stand-in', () => {
  const box: {house?: House; standin?: Standin} = {}
  const house = (): House => box.house ?? missing('there is no house')
  const standin = (): Standin => box.standin ?? missing('there is no stand-in')
  const at = (name: string): string => join(house().dir, name)
  const signed = (): string[] => [
    ...['--as', 'alice'],
    ...['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`]),
  ]
  const run = (command: CommandClass, id: string, args: readonly string[]) =>
    runJson(command, id, [...args, ...signed()], house().world)
  const make = async (name: string): Promise<void> => {
    const how = ['--algorithm', 'aes-256', '--purpose', 'encrypt', '--class', 'dek', '--owner', 'alice']
    expect(
      await run(KeyCreate, 'key create', [name, '--profile', 'azure', ...how, '--activate']),
    ).toMatchObject({exit: 0})
  }
  const start = (...more: readonly string[]) =>
    run(BackupStart, 'backup start', ['azure', '--to', container, '--sas-file', at('sas'), ...more])
  const load = (from: string, ...more: readonly string[]) =>
    run(BackupLoad, 'backup load', ['azure', '--from', from, '--sas-file', at('sas'), ...more])
  /** Gone for good there, behind keyrite’s back. */
  const lose = async (name: string): Promise<void> => {
    const open = await openVault(placeOf(standin(), 'hsm'), 'keyrite/test')
    for await (const {ref} of open.store.list())
      if (ref.key === name) {
        await open.life.scheduleForPurge?.(ref)
        await open.life.purge?.(ref)
      }
    await open.close()
  }

  beforeAll(async () => {
    if (!has('openssl')) return
    box.house = await makeHouse()
    box.standin = await startStandin('hsm', 'purgeable')
    const {vault, tokenFile, ca} = standin()
    const flags = ['--kind', 'azure', '--environment', 'test', '--vault-url', vault, '--managed-hsm']
    const added = await run(ProfileAdd, 'profile add', [
      ...['azure', ...flags, '--token-file', tokenFile, '--ca-file', ca],
    ])
    if (added.exit !== 0) throw new Error(JSON.stringify(added))
    await standin().ask({jobSeconds: 0})
    writeFileSync(at('sas'), 'sv=1&sig=the-token-itself\n', {mode: 0o600})
    for (const name of ['one', 'two', 'three']) makeHolder(house().dir, name)
  })
  afterAll(async () => {
    box.house?.remove()
    await box.standin?.stop()
  })

  testWith(
    'openssl',
    'of one key are opaque and sealed once more, and put it back as it was, tried, where it was lost',
    async () => {
      await make('single')
      const identity = await generateIdentity()
      writeFileSync(at('good.agekey'), `${identity}\n`, {mode: 0o600})
      const to = ['--recipient', await identityToRecipient(identity)]
      const plan = await runCommand(
        BackupTake,
        'backup take',
        ['single', ...to, '--out', at('single.age'), '--dry-run', '--as', 'alice'],
        house().world,
      )
      expect(plan.stdout).toMatch(/opaque, and encrypted by it: Azure alone opens it/)
      const taken = await run(BackupTake, 'backup take', ['single', ...to, '--out', at('single.age')])
      expect(taken).toMatchObject({exit: 0, key: 'single'})
      const back = ['--profile', 'azure', '--identity-file', at('good.agekey')]
      const over = await run(BackupPutBack, 'backup put-back', [at('single.age'), ...back])
      expect(over).toMatchObject({code: 'KEY_EXISTS'})
      await lose('single')
      const put = await run(BackupPutBack, 'backup put-back', [at('single.age'), ...back])
      expect(put).toMatchObject({exit: 0, key: 'single', versions: [1]})
      expect(problemsOf(house())).toEqual([])
    },
  )

  testWith(
    'openssl',
    'of all keys are started and waited for, and taken in again, whole or one key',
    async () => {
      await make('whole')
      const started = await start()
      expect(started).toMatchObject({
        exit: 0,
        folder: expect.stringMatching(/^https:\/\/standin.invalid\/backups\/mhsm-/),
      })
      const folder = String(started['folder'])
      await lose('whole')
      const one = await load(folder, '--key', 'whole', '--confirm', 'whole@azure')
      expect(one).toMatchObject({exit: 0, key: 'whole', missing: []})
      await make('since')
      const unconfirmed = await load(folder)
      expect(unconfirmed.exit).not.toBe(0)
      const all = await load(folder, '--confirm', 'everything@azure')
      expect(all).toMatchObject({exit: 0, key: null, missing: ['since']})
      const ledger = readFileSync(join(house().world.home, 'ledger.db')).toString('latin1')
      expect(ledger).not.toContain('the-token-itself')
      expect(problemsOf(house())).toEqual([])
    },
  )

  testWith(
    'openssl',
    'that the service refuses or ends badly are not called made, and the same command goes on',
    async () => {
      writeFileSync(at('bad'), 'nothing\n', {mode: 0o600})
      const bad = await run(BackupStart, 'backup start', [
        'azure',
        '--to',
        container,
        '--sas-file',
        at('bad'),
      ])
      expect(bad).toMatchObject({
        code: 'PROVIDER_FAILED',
        message: expect.stringMatching(/SAS token is malformed/),
      })
      expect((await typesOf(house())).filter((one) => one.startsWith('backup.start')).at(-1)).toBe(
        'backup.start.failed',
      )
      // Begun, and nobody heard of it.
      await standin().ask({faults: [{route: 'backUp', fault: 'cut', times: 99}]})
      expect(await start()).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
      await standin().ask({faults: []})
      const waiting = await load(`${container}/other`, '--confirm', 'everything@azure')
      expect(waiting).toMatchObject({
        code: 'INDETERMINATE',
        message: expect.stringMatching(
          /^cannot take the backup in: entry \d+ began to back up the place, and has no outcome yet$/,
        ),
      })
      const {requests} = await runJson<{requests: readonly {id: string; operation: string}[]}>(
        RequestList,
        'request list',
        [],
        house().world,
      )
      const {id = ''} = requests.find(({operation}) => operation === 'backup.start') ?? {}
      const elsewhere = await runJson(RequestApply, 'request apply', [id, '--as', 'alice'], house().world)
      expect(elsewhere).toMatchObject({
        code: 'USAGE',
        message: 'cannot back up the place here: what opens the storage is not named',
      })
      expect(await start()).toMatchObject({exit: 0})
    },
  )

  testWith(
    'openssl',
    'that the service only says it made or took in are found out where something tells, and said where nothing does',
    async () => {
      const lie = (route: string) => standin().ask({faults: [{route, fault: 'lie', times: 1}]})
      await make('lied')
      const folder = String((await start())['folder'])
      // Nobody but the service reads its storage: that it wrote there is its word until it is taken in.
      await lie('backUp')
      const false_ = await start()
      expect(false_).toMatchObject({exit: 0})
      const none = await load(String(false_['folder']), '--key', 'lied', '--confirm', 'lied@azure')
      // What Azure says of a folder that is not there no source tells; it is no restore.
      expect(none).toMatchObject({code: 'UNSUPPORTED'})
      const words = await runCommand(
        ...([
          BackupStart,
          'backup start',
          ['azure', '--to', container, '--sas-file', at('sas'), ...signed()],
        ] as const),
        house().world,
      )
      expect(words.stdout.replaceAll(/\s+/g, ' ')).toContain('That it lies there is the service’s word')
      await lose('lied')
      await lie('restoreOne')
      const one = await load(folder, '--key', 'lied', '--confirm', 'lied@azure')
      expect(one).toMatchObject({code: 'PROVIDER_FAILED', changed: true})
      await lie('restoreAll')
      const all = await load(folder, '--confirm', 'everything@azure')
      expect(all['missing']).toContain('lied')
      await load(folder, '--key', 'lied', '--confirm', 'lied@azure')
      // Sealed to nobody: it is kept, and not called given out.
      await lie('download')
      const holders = ['one', 'two', 'three'].flatMap((name) => ['--holder', at(`${name}.pem`)])
      const domain = await run(BackupDomain, 'backup domain', [
        ...['azure', ...holders, '--needed', '2', '--out', at('nobody.json')],
      ])
      expect(domain).toMatchObject({
        ...{code: 'KEY_NOT_AS_PLANNED', changed: true},
        message: expect.stringMatching(/^cannot rely on the security domain that Azure gave out/),
      })
      expect(existsSync(at('nobody.json'))).toBe(true)
      expect((await typesOf(house())).slice(-2)).toEqual(['backup.domain.failed', 'attempt.refused'])
      expect(problemsOf(house())).toEqual([])
    },
    60_000,
  )

  testWith(
    'openssl',
    'are opened elsewhere by the security domain, which so many of its holders open',
    async () => {
      const holders = ['one', 'two', 'three'].flatMap((one) => ['--holder', at(`${one}.pem`)])
      const domain = (out: string, needed: string, who: readonly string[] = holders) =>
        run(BackupDomain, 'backup domain', ['azure', ...who, '--needed', needed, '--out', at(out)])
      expect(await domain('d0', '4')).toMatchObject({code: 'USAGE'})
      const asked = ['azure', ...holders, '--needed', '2', '--out', at('d0'), '--dry-run', '--as', 'alice']
      const {stderr, stdout} = await runCommand(BackupDomain, 'backup domain', asked, house().world)
      // Whose certificate it is that people approve by its digest.
      const [, digest = ''] = /one\.pem: \{CN=holder one\}, SHA-256 ([0-9a-f]{64})/.exec(stderr) ?? []
      expect(stdout.replaceAll(/\s+/g, '')).toContain(digest === '' ? 'no line' : digest)
      expect(await domain('d0', '2', holders.slice(0, 4))).toMatchObject({code: 'USAGE'})
      const twice = [...holders.slice(0, 4), ...holders.slice(0, 2)]
      expect(await domain('d0', '2', twice)).toMatchObject({code: 'USAGE'})
      // Where people are still to sign: what is typed next is this command, which alone has where it goes.
      const waiting = await runCommand(
        BackupDomain,
        'backup domain',
        [
          'azure',
          ...holders,
          '--needed',
          '2',
          '--out',
          at('domain.json'),
          '--as',
          'alice',
          ...signed().slice(2, 4),
        ],
        house().world,
      )
      expect([waiting.exit, waiting.stdout.replaceAll(/\s+/g, ' ')]).toEqual([
        8,
        expect.stringContaining(
          'Next: keyrite backup domain azure … --sign-with PERSON=KEY, with the same flags as before',
        ),
      ])
      const {requests} = await runJson<{requests: readonly {operation: string; next: string}[]}>(
        RequestList,
        'request list',
        [],
        house().world,
      )
      expect(requests.find(({operation}) => operation === 'backup.domain')?.next).toBe(
        'keyrite backup domain azure …, with the same flags as before',
      )
      const given = await domain('domain.json', '2')
      expect(given).toMatchObject({
        exit: 0,
        needed: 2,
        holders: [expect.anything(), expect.anything(), expect.anything()],
      })
      const {SharedKeys} = JSON.parse(readFileSync(at('domain.json'), 'utf8')) as {
        SharedKeys: {required: number; enc_shares: readonly object[]}
      }
      expect([SharedKeys.required, SharedKeys.enc_shares.length]).toEqual([2, 3])
      expect(await domain('domain.json', '2')).toMatchObject({code: 'EXISTS'})
      expect(problemsOf(house())).toEqual([])
    },
  )
})

function missing(what: string): never {
  throw new Error(what)
}
