/** What Azure has that keyrite did not make, or that came from outside, as people read it: release policies, the key that brings others in, backups elsewhere, short retentions. On the stand-in, never seen on Azure. */
import {generateKeyPairSync} from 'node:crypto'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {generateIdentity, identityToRecipient} from 'age-encryption'
import BackupPutBack from '../../src/commands/backup/put-back.ts'
import BackupStart from '../../src/commands/backup/start.ts'
import BackupTake from '../../src/commands/backup/take.ts'
import KeyAdopt from '../../src/commands/key/adopt.ts'
import KeyDestroy from '../../src/commands/key/destroy.ts'
import KeyDestruction from '../../src/commands/key/destruction.ts'
import KeyGrants from '../../src/commands/key/grants.ts'
import KeyImport from '../../src/commands/key/import.ts'
import KeyResume from '../../src/commands/key/resume.ts'
import KeyShow from '../../src/commands/key/show.ts'
import KeySuspend from '../../src/commands/key/suspend.ts'
import KeySync from '../../src/commands/key/sync.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileCheck from '../../src/commands/profile/check.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {askPlainly} from '../providers/azure/asked.ts'
import {startStandin, type Standin} from '../providers/azure/standin.ts'
import {here as has, testWith} from '../support/needs.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'

describe('Azure, on the stand-in', () => {
  const box: {house?: House; hsm?: Standin; vault?: Standin; young?: Standin} = {}
  const house = (): House => box.house ?? missing('there is no house')
  const at = (name: string): string => join(house().dir, name)
  const people = (): string[] => [
    ...['--as', 'alice'],
    ...['alice', 'bob', 'carol'].flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`]),
  ]
  const run = (command: CommandClass, id: string, ...args: readonly string[]) =>
    runJson(command, id, [...args, ...people()], house().world)
  const shown = async (command: CommandClass, id: string, ...args: readonly string[]) => {
    const {stdout, stderr} = await runCommand(command, id, args, house().world)
    return `${stderr}\n${stdout}`.replaceAll(/\s+/g, ' ')
  }
  const place = (kind: 'hsm' | 'vault' | 'young'): string[] => {
    const {vault, ca, tokenFile} = box[kind] ?? missing('there is no stand-in')
    const own = kind === 'hsm' ? ['--managed-hsm'] : ['--protection', 'software']
    return ['--kind', 'azure', '--vault-url', vault, '--ca-file', ca, '--token-file', tokenFile, ...own]
  }
  beforeAll(async () => {
    if (!has('openssl')) return
    const {destruction} = defaultPolicy
    if (destruction === undefined) throw new Error('the usual policy has no wait')
    box.house = await makeHouse({policy: {...defaultPolicy, destruction: {...destruction, wait: 'P10D'}}})
    for (const kind of ['hsm', 'vault'] as const) {
      box[kind] = await startStandin(kind, 'purgeable')
      const added = await run(ProfileAdd, 'profile add', kind, ...place(kind), '--environment', 'test')
      expect(added).toMatchObject({exit: 0})
    }
    const {privateKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'})
    writeFileSync(at('ec.pem'), privateKey.export({format: 'pem', type: 'pkcs8'}), {mode: 0o600})
  }, 60_000)
  afterAll(async () => {
    box.house?.remove()
    await box.hsm?.stop()
    await box.vault?.stop()
    await box.young?.stop()
  })
  const jwt = ['--class', 'jwt-signing', '--owner', 'alice']
  const bring = (name: string) =>
    run(
      KeyImport,
      'key import',
      ...[name, '--from', at('ec.pem'), '--profile', 'hsm', ...jwt],
      ...['--algorithm', 'ec-p256', '--purpose', 'sign', '--activate'],
    )

  testWith(
    'openssl',
    'may release a key that was taken over: each screen says so, and by which policy',
    async () => {
      const policy = {version: '1.0.0', anyOf: [{authority: 'https://maa.example', allOf: []}]}
      const body = {
        ...{kty: 'EC-HSM', crv: 'P-256', attributes: {exportable: true}},
        release_policy: {data: Buffer.from(JSON.stringify(policy)).toString('base64url'), immutable: false},
      }
      const made = await askPlainly(box.hsm ?? missing('no stand-in'), 'POST', '/keys/shared/create', body)
      expect(made.status).toBe(200)
      const adopted = await run(KeyAdopt, 'key adopt', 'shared', '--profile', 'hsm', ...jwt)
      expect(adopted).toMatchObject({exit: 0})
      expect(await shown(KeyShow, 'key show', 'shared')).toMatch(
        /IT MAY BE RELEASED to machines that its release policy trusts \(SHA-256 [0-9a-f]{64}, which can be changed\)/,
      )
      const {stdout} = await runCommand(KeyGrants, 'key grants', ['shared'], house().world)
      // As it stands there, member by member, and no shorter.
      expect(stdout).toContain(
        ['It may be released, by this policy:', ...JSON.stringify(policy, null, 2).split('\n')].join('\n'),
      )
    },
  )

  testWith(
    'openssl',
    'keeps a key under which others are brought in: it is nobody’s to take over while it does nothing else',
    async () => {
      const sync = () => runJson(KeySync, 'key sync', ['--profile', 'hsm', '--as', 'alice'], house().world)
      expect(await bring('brought')).toMatchObject({exit: 0, state: 'active'})
      expect(await sync()).toMatchObject({exit: 0})
      const listed = await shown(KeyAdopt, 'key adopt', '--profile', 'hsm', '--list', '--as', 'alice')
      expect(listed).toMatch(/of its keys (?:is|are) in this ledger/)
      expect(listed).not.toContain('keyrite-key-exchange')
      // Of whoever lets it do more it is a key as any other, and unknown.
      const hsm = box.hsm ?? missing('no stand-in')
      const path = '/keys/keyrite-key-exchange'
      expect((await askPlainly(hsm, 'PATCH', path, {key_ops: ['import', 'decrypt']})).status).toBe(200)
      const found = await sync()
      expect(found).toMatchObject({exit: 10})
      expect(JSON.stringify(found)).toContain('keyrite-key-exchange')
      expect((await askPlainly(hsm, 'PATCH', path, {key_ops: ['import']})).status).toBe(200)
    },
  )

  testWith(
    'openssl',
    'destroys a key from outside, and what that does not reach is said before and after: copies of it from before',
    async () => {
      expect(await bring('copied')).toMatchObject({exit: 0})
      const end = ['copied', '--reason', 'r', '--purge', '--grace', 'P1D', '--wait', 'P0D']
      const plan = await shown(KeyDestroy, 'key destroy', ...end, '--dry-run', '--as', 'alice')
      expect(plan).toMatch(/IT CAME FROM OUTSIDE: copies of it from before are not reached by this/)
      const begun = await shown(KeyDestroy, 'key destroy', ...end, '--confirm', 'copied@hsm', ...people())
      // The day, and not only that there is one.
      expect(begun).toMatch(
        /Version 1 is deactivated, and what it made is still read until \d{4}-\d\d-\d\dT[0-9:.]+Z\. Then: keyrite key destroy copied --reason R/,
      )
      expect(await bring('gone')).toMatchObject({exit: 0})
      const now = ['gone', '--reason', 'r', '--purge', '--grace', 'P0D', '--wait', 'P0D']
      const done = await shown(KeyDestroy, 'key destroy', ...now, '--confirm', 'gone@hsm', ...people())
      expect(done).toMatch(/Version 1 is destroyed\. What that does not reach its certificate says/)
      expect(done).not.toMatch(/Version 1 is destroyed\. Nobody/)
      await shown(KeyDestruction, 'key destruction', 'gone', '--out', at('gone.txt'), '--as', 'alice')
      expect(readFileSync(at('gone.txt'), 'utf8').replaceAll(/\s+/g, ' ')).toMatch(
        /copies of it from before it was brought here from outside/,
      )
    },
  )

  testWith(
    'openssl',
    'says yes and disables nothing: that is no suspended key, it stays open, and the same again is one',
    async () => {
      expect(await bring('lied-about')).toMatchObject({exit: 0})
      const suspend = () => run(KeySuspend, 'key suspend', 'lied-about', '--reason', 'r')
      await box.hsm?.ask({faults: [{route: 'update', fault: 'lie', times: 40}]})
      expect(await suspend()).toMatchObject({
        ...{exit: 7, code: 'PROVIDER_FAILED'},
        message: expect.stringMatching(/^cannot make key "lied-about" disabled: Azure said yes/),
      })
      await box.hsm?.ask({faults: []})
      const show = () => runJson(KeyShow, 'key show', ['lied-about'], house().world)
      expect(await show()).toMatchObject({state: 'active', indeterminate: [{}], versions: [{recorded: null}]})
      expect(await suspend()).toMatchObject({exit: 0, state: 'suspended', versions: [{enforced: 'disabled'}]})
      expect(await show()).toMatchObject({state: 'suspended', indeterminate: []})
    },
  )

  testWith(
    'openssl',
    'disables a key, and does for some uses more what it must not: it is tried until that holds, and for no longer than some seconds',
    async () => {
      expect(await bring('lagging')).toMatchObject({exit: 0})
      const move = (to: CommandClass, what: string) =>
        run(to, `key ${what}`, 'lagging', ...(what === 'suspend' ? ['--reason', 'r'] : []))
      await box.hsm?.ask({disableLag: 2})
      expect(await move(KeySuspend, 'suspend')).toMatchObject({
        ...{exit: 0, state: 'suspended', versions: [{enforced: 'disabled', effect: {proof: 'proven'}}]},
      })
      await box.hsm?.ask({disableLag: 0})
      expect(await move(KeyResume, 'resume')).toMatchObject({exit: 0, state: 'active'})
      await box.hsm?.ask({disableLag: 1000})
      const late = await move(KeySuspend, 'suspend')
      expect(late).toMatchObject({exit: 6, code: 'KEY_STILL_USABLE'})
      expect(JSON.stringify(late)).toContain('keyrite key suspend lagging')
      await box.hsm?.ask({disableLag: 0})
    },
    30_000,
  )

  testWith(
    'openssl',
    'does not open a backup everywhere: that is said with where it does, and nothing is put back',
    async () => {
      expect(await bring('kept')).toMatchObject({exit: 0})
      const identity = await generateIdentity()
      writeFileSync(at('agekey'), `${identity}\n`, {mode: 0o600})
      const to = ['--recipient', await identityToRecipient(identity), '--out', at('kept.age')]
      expect(await run(BackupTake, 'backup take', 'kept', ...to)).toMatchObject({exit: 0})
      const back = [at('kept.age'), '--profile', 'vault', '--identity-file', at('agekey')]
      expect(await run(BackupPutBack, 'backup put-back', ...back)).toMatchObject({
        code: 'PROVIDER_FAILED',
        message:
          'cannot put key "kept" back: Backup blob is corrupt: this place does not open it, and nothing was put back',
        try: expect.arrayContaining([
          expect.stringMatching(/same geography and subscription; of a Managed HSM/),
        ]),
      })
      // A vault is not backed up whole, and its user is told what there is instead.
      const whole = ['vault', '--to', 'https://standin.invalid/backups']
      expect(await run(BackupStart, 'backup start', ...whole)).toMatchObject({
        code: 'UNSUPPORTED',
        try: expect.arrayContaining(['keyrite backup take KEY, of each key by itself']),
      })
    },
  )

  testWith(
    'openssl',
    'is added with a warning where it keeps what is deleted for a shorter time than the policy asks, and so it stays said',
    async () => {
      box.young = await startStandin('vault')
      const add = (name: string, days: string) =>
        shown(
          ProfileAdd,
          'profile add',
          ...[name, ...place('young'), '--environment', 'staging', '--retention-days', days, ...people()],
        )
      const short =
        /Warning: what is made there waits 7 days before it is destroyed, which nobody can change later, and the policy asks 10 days at least: none of it could be destroyed\./
      const added = await add('short', '7')
      expect(added).toMatch(short)
      expect(added).toMatch(/Profile "short" is added/)
      const check = (name: string) => runJson(ProfileCheck, 'profile check', [name], house().world)
      const checked = await check('short')
      expect(checked).toMatchObject({exit: 7, ok: false})
      expect(JSON.stringify(checked)).toMatch(/waits 7 days before it is destroyed/)
      expect(await add('long', '10')).not.toMatch(/Warning|waits/)
      expect(await check('long')).toMatchObject({exit: 0})
    },
  )
})

function missing(what: string): never {
  throw new Error(what)
}
