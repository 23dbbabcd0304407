/** What is done with a whole Managed HSM of Azure by commands, on the stand-in: its security domain taken in by another one, its settings. Never seen on Azure. */
import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import BackupDomain from '../../src/commands/backup/domain.ts'
import BackupDomainLoad from '../../src/commands/backup/domain-load.ts'
import BackupDomainShare from '../../src/commands/backup/domain-share.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileSet from '../../src/commands/profile/set.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {startStandin, type Standin} from '../providers/azure/standin.ts'
import {makeHolder} from '../support/holder.ts'
import {here as has, testWith} from '../support/needs.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'
import {typesOf} from './held.ts'

describe('a Managed HSM of Azure, on the stand-in', () => {
  const box: {house?: House; old?: Standin; fresh?: Standin} = {}
  const house = (): House => box.house ?? missing('there is no house')
  const standin = (): Standin => box.old ?? missing('there is no stand-in')
  const at = (name: string): string => join(house().dir, name)
  const signed = (): string[] => [
    ...['--as', 'alice'],
    ...['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`]),
  ]
  const run = (command: CommandClass, id: string, args: readonly string[]) =>
    runJson(command, id, [...args, ...signed()], house().world)
  const words = async (command: CommandClass, id: string, args: readonly string[]): Promise<string> => {
    const {stdout} = await runCommand(command, id, [...args, '--dry-run', '--as', 'alice'], house().world)
    return stdout.replaceAll(/\s+/g, ' ')
  }
  const begun = async (what: string): Promise<readonly string[]> =>
    (await typesOf(house())).filter((one) => one.startsWith(what))

  beforeAll(async () => {
    if (!has('openssl')) return
    box.house = await makeHouse()
    for (const [name, kind] of [
      ['azure', 'old'],
      ['fresh', 'fresh'],
    ] as const) {
      const {vault, tokenFile, ca} = (box[kind] = await startStandin('hsm'))
      const flags = ['--kind', 'azure', '--environment', 'test', '--vault-url', vault, '--managed-hsm']
      const added = await run(ProfileAdd, 'profile add', [
        ...[name, ...flags, '--token-file', tokenFile, '--ca-file', ca],
      ])
      if (added.exit !== 0) throw new Error(JSON.stringify(added))
    }
    for (const name of ['one', 'two', 'three']) makeHolder(house().dir, name)
  })
  afterAll(async () => {
    if (!has('openssl')) return
    expect(problemsOf(house())).toEqual([])
    box.house?.remove()
    await box.old?.stop()
    await box.fresh?.stop()
  })

  testWith(
    'openssl',
    'that is new takes in the security domain of another, which each of two holders opens at their own place, once; where the answer is lost, what was taken in is not told as ours',
    async () => {
      const fresh = box.fresh ?? missing('there is no other')
      const holders = ['one', 'two', 'three'].flatMap((one) => ['--holder', at(`${one}.pem`)])
      const out = ['--needed', '2', '--out', at('domain.json')]
      expect(await run(BackupDomain, 'backup domain', ['azure', ...holders, ...out])).toMatchObject({exit: 0})
      for (const one of ['one', 'three']) {
        const share = await runJson(
          BackupDomainShare,
          'backup domain-share',
          [at('domain.json'), '--holder', at(`${one}.pem`), '--out', at(`${one}.sealed`)],
          house().world,
        )
        expect(share).toMatchObject({exit: 0, needed: 2, holders: 3})
        const open = String(share['open']).replace('HOLDER.key', at(`${one}.key`))
        execFileSync('sh', ['-c', open.replace('HOLDER.opened', at(`${one}.opened`))])
      }
      const flags = (...files: readonly string[]): string[] => [
        ...['fresh', '--domain', at('domain.json')],
        ...files.flatMap((one) => ['--opened', at(`${one}.opened`)]),
      ]
      const load = (...files: readonly string[]) =>
        run(BackupDomainLoad, 'backup domain-load', flags(...files))
      expect(await words(BackupDomainLoad, 'backup domain-load', flags('one'))).toMatch(
        /WHAT THEY OPEN TOGETHER IS IN THE MEMORY OF THIS PROCESS for the moment/,
      )
      // Too few is known before anybody signs, whose signatures that would use up.
      const size = await house().using((app) => app.ledger.size)
      expect(await load('one')).toMatchObject({code: 'USAGE', changed: false})
      expect(await house().using((app) => app.ledger.size)).toBe(size)
      expect(await fresh.domain()).toBeNull()
      // Lost before: nothing came, and the same command does it.
      await fresh.ask({faults: [{route: 'upload', fault: 'unavailable', times: 1}]})
      expect(await load('one', 'three')).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
      // A yes that is none: the service is asked afterwards what it took in.
      await fresh.ask({faults: [{route: 'upload', fault: 'lie', times: 1}]})
      expect(await load('one', 'three')).toMatchObject({code: 'PROVIDER_FAILED', changed: true})
      expect(await fresh.domain()).toBeNull()
      expect(await load('one', 'three')).toMatchObject({exit: 0, needed: 2})
      expect(await fresh.domain()).toBe(await standin().domain())
      // Lost after: one was taken in, ours or another, which is not sent once more, and not called ours.
      await fresh.ask({faults: [{route: 'upload', fault: 'cut', times: 9}]})
      expect(await load('one', 'three')).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
      await fresh.ask({faults: []})
      const lost = await load('one', 'three')
      expect(lost).toMatchObject({code: 'INDETERMINATE', changed: true})
      expect(String(lost['message'])).toMatch(/whose security domain was taken in/)
      expect((await fresh.ask({})).map(({operation}) => operation)).not.toContain('upload')
      expect((await begun('backup.domain.load')).slice(-4)).toEqual([
        ...['backup.domain.load.intended', 'backup.domain.loaded'],
        ...['backup.domain.load.intended', 'backup.domain.load.failed'],
      ])
      const opened = readFileSync(at('one.opened'))
      expect(readFileSync(join(house().world.home, 'ledger.db')).includes(opened)).toBe(false)
    },
    60_000,
  )

  testWith(
    'openssl',
    'has its settings set with approval and looked at, and not called set where the service only says yes',
    async () => {
      const setting = 'AllowKeyManagementOperationsThroughARM'
      const set = (wish: string, profile = 'azure') =>
        run(ProfileSet, 'profile set', [profile, '--setting', wish])
      expect(await words(ProfileSet, 'profile set', ['azure', '--setting', `${setting}=true`])).toMatch(
        /PAST THE LOCAL ROLES/,
      )
      const few = ['azure', '--setting', `${setting}=true`, '--as', 'alice']
      expect(await runJson(ProfileSet, 'profile set', few, house().world)).toMatchObject({exit: 8})
      expect(await set(`${setting}=true`)).toMatchObject({exit: 0, value: true})
      await standin().ask({faults: [{route: 'setSetting', fault: 'lie', times: 9}]})
      expect(await set(`${setting}=false`)).toMatchObject({code: 'KEY_NOT_AS_PLANNED', changed: true})
      await standin().ask({faults: [{route: 'setSetting', fault: 'cut', times: 99}]})
      expect(await set(`${setting}=false`)).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
      await standin().ask({faults: [{route: 'setSetting', fault: 'throttle', times: 2}]})
      expect(await set(`${setting}=false`)).toMatchObject({exit: 0, value: false})
      for (const [wish, code] of [
        ['nothing', 'USAGE'],
        [`${setting}=perhaps`, 'USAGE'],
        ['NoSuchSetting=true', 'NOT_FOUND'],
      ] as const)
        expect(await set(wish)).toMatchObject({code})
      expect(await set(`${setting}=true`, 'main')).toMatchObject({code: 'UNSUPPORTED'})
      expect(await begun('profile.setting')).toEqual([
        ...['profile.setting.intended', 'profile.setting.set'],
        ...['profile.setting.intended', 'profile.setting.failed'],
        ...['profile.setting.intended', 'profile.setting.set'],
      ])
    },
    60_000,
  )
})

function missing(what: string): never {
  throw new Error(what)
}
