/** OpenBao by commands alone: added with approvals, a whole ceremony on it, and `bao` itself asked what is there. */
import {createPublicKey} from 'node:crypto'
import {chmodSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import BackupList from '../../src/commands/backup/list.ts'
import Doctor from '../../src/commands/doctor.ts'
import KeyList from '../../src/commands/key/list.ts'
import KeyProve from '../../src/commands/key/prove.ts'
import KeyPublic from '../../src/commands/key/public.ts'
import KeyShow from '../../src/commands/key/show.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileCheck from '../../src/commands/profile/check.ts'
import ProfileList from '../../src/commands/profile/list.ts'
import ProfileRemove from '../../src/commands/profile/remove.ts'
import ProfileShow from '../../src/commands/profile/show.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import type {OpenBao} from '../backends/openbao.ts'
import {parameters, type House} from '../ceremony/room.ts'
import {openbao} from '../providers/transit/bao.ts'
import {testWhen} from '../support/needs.ts'
import {runCommand, runJson, somebody} from '../support/run.ts'
import {run} from './held.ts'
import {makeBaoHouse, type BaoHouse} from './transit-house.ts'

const shipped = join(import.meta.dirname, '../../ceremony-templates/jwt-signing-rsa-4096.yaml')

interface Shown {
  readonly versions: readonly {readonly providerId: unknown}[]
}

describe('OpenBao', () => {
  const box: {house?: BaoHouse; id?: string} = {}
  const there = (): BaoHouse => box.house ?? missing()
  const house = (): House => there().house
  const bao = (): OpenBao => there().bao
  const tokenFile = (): string => there().tokenFile
  beforeAll(async () => {
    if (openbao.present) box.house = await makeBaoHouse()
  })
  afterAll(async () => box.house?.remove())

  const flags = (): string[] => there().flags()
  const signs = (...handles: readonly string[]): string[] => there().signs(...handles)
  const add = (args: readonly string[]) => runJson(ProfileAdd, 'profile add', args, house().world)

  testWhen(
    openbao,
    'is asked who it is before people are, and is there when enough of them agree',
    async () => {
      const asked = await add(['bao', ...flags(), ...signs('bob')])
      expect(asked).toMatchObject({exit: 8, schema: 'keyrite.request/1', operation: 'profile.add'})
      expect(asked['plan']).toMatchObject({
        profile: {
          name: 'bao',
          kind: 'transit',
          identity: {address: bao().url, mount: 'transit', namespace: 'root'},
        },
      })
      const args = [String(asked['id']), ...signs('alice', 'carol'), '--as', 'alice']
      expect(await runJson(RequestApply, 'request apply', args, house().world)).toMatchObject({
        status: 'applied',
      })
      const checked = await runJson(ProfileCheck, 'profile check', ['bao'], house().world)
      expect(checked).toMatchObject({exit: 0, ok: true, identity: {kind: 'transit', address: bao().url}})
      const shown = await runJson(ProfileShow, 'profile show', ['bao'], house().world)
      expect(shown).toMatchObject({
        hardware: 'never',
        settings: {address: bao().url, mount: 'transit', 'token-file': tokenFile(), 'ca-file': bao().caFile},
      })
      const listed = await runCommand(ProfileList, 'profile list', [], house().world)
      expect(listed.stdout).toMatch(/^Profile: bao\nKind: transit\nEnvironment: test\n/)
    },
  )

  testWhen(
    openbao,
    'holds the key of the whole ceremony for JWT keys, as it is shipped',
    async () => {
      const document = await run(
        house(),
        ['--answers', house().answers({parameters: {...parameters, profile: 'bao', 'key-name': 'bao-jwt'}})],
        shipped,
      )
      expect(document).toMatchObject({exit: 0, status: 'signed-off', keys: [{name: 'bao-jwt', version: 1}]})
      const shown = await runJson<Shown>(KeyShow, 'key show', ['bao-jwt'], house().world)
      expect(shown).toMatchObject({
        state: 'active',
        algorithm: 'rsa-4096',
        versions: [{protection: {level: 'software', evidence: 'asserted'}, enforced: 'enabled'}],
      })
      const [, id] =
        /(bao-jwt\.rs256\.sign\.[0-9a-f]{32})/.exec(JSON.stringify(shown.versions[0]?.providerId)) ?? []
      box.id = id ?? missing()
    },
    120_000,
  )

  testWhen(
    openbao,
    'says to `bao` that the key is there as described, and refuses to give it out',
    async () => {
      const read = JSON.parse(await bao().bao('read', '-format=json', `transit/keys/${box.id ?? ''}`)) as {
        data: {keys: Record<string, {public_key: string}>}
      }
      expect(read.data).toMatchObject({
        type: 'rsa-4096',
        exportable: false,
        allow_plaintext_backup: false,
        deletion_allowed: false,
        imported_key: false,
        latest_version: 1,
        soft_deleted: false,
      })
      const {stdout} = await runCommand(
        KeyPublic,
        'key public',
        ['bao-jwt', '--format', 'pem'],
        house().world,
      )
      const der = (pem: string) => createPublicKey(pem).export({format: 'der', type: 'spki'})
      expect(der(stdout)).toEqual(der(read.data.keys['1']?.public_key ?? ''))
      for (const kind of ['signing-key', 'encryption-key', 'hmac-key'])
        await expect(bao().bao('read', `transit/export/${kind}/${box.id ?? ''}`)).rejects.toThrow(
          'not exportable',
        )
      await expect(bao().bao('read', `transit/backup/${box.id ?? ''}`)).rejects.toThrow(/disallowed/)
    },
  )

  testWhen(openbao, 'has no backup of single keys, and says what is there instead', async () => {
    expect(await runJson(BackupList, 'backup list', ['bao'], house().world)).toMatchObject({
      code: 'UNSUPPORTED',
      try: expect.arrayContaining([
        expect.stringContaining('raft snapshot save'),
        expect.stringContaining('keyrite share split --key'),
      ]),
    })
  })

  testWhen(openbao, 'proves the key: it signs, and its export is refused', async () => {
    const proved = await runJson(KeyProve, 'key prove', ['bao-jwt', '--as', 'bob'], house().world)
    expect(proved).toMatchObject({exit: 0})
    expect(JSON.stringify(proved)).toMatch(/export-refused/)
    const listed = await runJson(KeyList, 'key list', [], house().world)
    expect(JSON.stringify(listed)).toContain('bao-jwt')
  })

  testWhen(openbao, 'asks for the token where no file holds it, and never shows it', async () => {
    const ask = somebody(bao().token)
    const without = ['typed', ...flags().slice(0, -2), '--dry-run']
    const ran = await runCommand(ProfileAdd, 'profile add', without, {...house().world, ask})
    expect(ask.asked).toEqual(['token of profile "typed" (transit, test)'])
    expect(ran.stderr).toBe('')
    const wrong = somebody('s.nobodys')
    const refused = await runCommand(ProfileAdd, 'profile add', [...without, '--json'], {
      ...house().world,
      ask: wrong,
    })
    expect(JSON.parse(refused.stdout)).toMatchObject({code: 'CREDENTIALS_REFUSED', exit: 11})
    expect(refused.stdout + refused.stderr).not.toContain('nobodys')
  })

  testWhen(openbao, 'is refused where flags are missing, of another kind, or lead nowhere', async () => {
    const other = (...args: readonly string[]) =>
      add(['other', '--environment', 'test', '--as', 'alice', ...args])
    expect(await other('--kind', 'transit')).toMatchObject({exit: 2, code: 'USAGE'})
    expect(await other('--kind', 'local', '--address', bao().url)).toMatchObject({exit: 2, code: 'USAGE'})
    const file = ['--token-file', tokenFile()]
    expect(await other('--kind', 'transit', '--address', 'http://bao.example.com', ...file)).toMatchObject({
      exit: 2,
      code: 'USAGE',
    })
    expect(await other('--kind', 'transit', '--address', bao().url, ...file)).toMatchObject({
      exit: 7,
      code: 'PROVIDER_UNREACHABLE',
    })
    expect(await add(['other', ...flags(), '--mount', 'nowhere'])).toMatchObject({
      exit: 7,
      code: 'PROVIDER_FAILED',
    })
    expect(await add(['twin', ...flags().map((one) => (one === 'test' ? 'staging' : one))])).toMatchObject({
      code: 'PROFILE_ENVIRONMENT',
    })
  })

  testWhen(
    openbao,
    'stops with exit 11 when the token is gone, and goes on with a new one in its file',
    async () => {
      const check = () => runJson(ProfileCheck, 'profile check', ['bao'], house().world)
      writeFileSync(tokenFile(), 's.gone\n', {mode: 0o600})
      const refused = await check()
      expect(refused).toMatchObject({exit: 11, ok: false, checks: [{name: 'opens', ok: false}]})
      const create = `bao token create -address=${bao().url} -ca-cert=${bao().caFile ?? ''} -field=token > ${tokenFile()}`
      expect(refused).toMatchObject({checks: [{fix: create}]})
      writeFileSync(tokenFile(), '\n')
      expect(await check()).toMatchObject({
        exit: 11,
        checks: [{detail: expect.stringContaining(`cannot use the token in "${tokenFile()}"`), fix: create}],
      })
      rmSync(tokenFile())
      expect(await check()).toMatchObject({exit: 4, checks: [{fix: `(umask 077; ${create})`}]})
      writeFileSync(tokenFile(), `${bao().token}\n`, {mode: 0o644})
      const doctor = await runJson<{checks: unknown[]}>(Doctor, 'doctor', ['--profile', 'bao'], house().world)
      expect(doctor.checks).toContainEqual(
        expect.objectContaining({
          ...{name: 'profile bao: token file', ok: false, level: 'fault'},
          detail: `others may read the token in "${tokenFile()}"`,
          fix: `chmod 600 ${tokenFile()}`,
        }),
      )
      chmodSync(tokenFile(), 0o600)
      expect(await check()).toMatchObject({exit: 0, ok: true})
    },
  )

  testWhen(openbao, 'cannot be removed while keys live there', async () => {
    const args = ['bao', '--confirm', 'bao', '--as', 'alice']
    expect(await runJson(ProfileRemove, 'profile remove', args, house().world)).toMatchObject({
      code: 'PROFILE_IN_USE',
    })
  })

  testWhen(openbao, 'is another place when the mount was made anew: nothing is done there', async () => {
    await bao().bao('secrets', 'disable', 'transit')
    await bao().bao('secrets', 'enable', 'transit')
    const moved = await runJson(KeyProve, 'key prove', ['bao-jwt', '--as', 'bob'], house().world)
    expect(moved).toMatchObject({code: 'PROFILE_MOVED', exit: 8})
    expect(readFileSync(tokenFile(), 'utf8')).toContain(bao().token)
  })
})

function missing(): never {
  throw new Error('it is not there')
}
