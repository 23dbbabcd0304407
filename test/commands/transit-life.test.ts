/** A key at OpenBao by single commands: made, permitted, and moved through its states. */
import {chmodSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyActivate from '../../src/commands/key/activate.ts'
import KeyCompromise from '../../src/commands/key/compromise.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyDeactivate from '../../src/commands/key/deactivate.ts'
import KeyPermissions from '../../src/commands/key/permissions.ts'
import KeyProve from '../../src/commands/key/prove.ts'
import KeyResume from '../../src/commands/key/resume.ts'
import KeySuspend from '../../src/commands/key/suspend.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import type {OpenBao} from '../backends/openbao.ts'
import type {House} from '../ceremony/room.ts'
import {openbao} from '../providers/transit/bao.ts'
import {testWhen} from '../support/needs.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'
import {makeBaoHouse, type BaoHouse} from './transit-house.ts'

describe('a key at OpenBao', () => {
  const box: {house?: BaoHouse; id?: string} = {}
  const there = (): BaoHouse => box.house ?? missing()
  const house = (): House => there().house
  const bao = (): OpenBao => there().bao
  const signs = (...handles: readonly string[]): string[] => there().signs(...handles)
  beforeAll(async () => {
    if (!openbao.present) return
    box.house = await makeBaoHouse()
    const args = ['bao', ...there().flags(), ...signs('alice', 'bob', 'carol')]
    expect(await runJson(ProfileAdd, 'profile add', args, house().world)).toMatchObject({exit: 0})
  })
  afterAll(async () => box.house?.remove())

  testWhen(openbao, 'makes a key by one command with the approvals that its class asks for', async () => {
    const args = [
      'bao-hook',
      '--profile',
      'bao',
      '--algorithm',
      'ed25519',
      '--purpose',
      'sign',
      '--class',
      'webhook',
    ]
    const made = await runJson(
      KeyCreate,
      'key create',
      [...args, '--owner', 'alice', '--as', 'alice', ...signs('alice', 'bob', 'carol', 'dan', 'erin')],
      house().world,
    )
    expect(made).toMatchObject({exit: 0, name: 'bao-hook', algorithm: 'ed25519'})
    const [, id] = /(bao-hook\.eddsa\.sign\.[0-9a-f]{32})/.exec(JSON.stringify(made)) ?? []
    box.id = id ?? missing()
  })

  testWhen(
    openbao,
    'writes what lets a role at the key, and says whether the server allows just that',
    async () => {
      const permissions = (...args: readonly string[]) =>
        runJson<{policy: {name: string; documents: readonly {text: string}[]}; standing: unknown}>(
          KeyPermissions,
          'key permissions',
          args,
          house().world,
        )
      const role = ['bao-hook', '--role', 'key-user-sign']
      const document = await permissions(...role)
      expect(document).toMatchObject({
        exit: 0,
        schema: 'keyrite.permissions/1',
        role: 'key-user-sign',
        standing: null,
      })
      const text = document.policy.documents[0]?.text ?? ''
      expect(text).toContain(`path "transit/sign/${box.id ?? ''}" {\n  capabilities = ["update"]\n}`)
      expect(text).not.toMatch(/decrypt|export|delete/)
      const shown = await runCommand(KeyPermissions, 'key permissions', role, house().world)
      expect(shown.stdout).toContain(text)
      expect(await permissions(...role, '--compare')).toMatchObject({exit: 10, standing: {same: false}})
      const file = join(house().dir, 'sign.hcl')
      // As it is shown, with what stands beside it in comments.
      writeFileSync(file, shown.stdout)
      await bao().bao('policy', 'write', document.policy.name, file)
      expect(await permissions(...role, '--compare')).toMatchObject({
        exit: 0,
        standing: {same: true, missing: [], beyond: []},
      })
      writeFileSync(file, `${text}path "transit/decrypt/*" {\n  capabilities = ["update"]\n}\n`)
      await bao().bao('policy', 'write', document.policy.name, file)
      const wider = await runCommand(KeyPermissions, 'key permissions', [...role, '--compare'], house().world)
      expect(wider).toMatchObject({exit: 10})
      expect(wider.stdout).toContain(`beyond transit/decrypt/${box.id ?? ''}: update`)
      expect(await permissions('bao-hook', '--role', 'key-user-decrypt')).toMatchObject({
        exit: 5,
        code: 'UNSUPPORTED',
      })
      expect(await permissions('nothing', '--role', 'key-admin')).toMatchObject({
        exit: 4,
        code: 'KEY_NOT_FOUND',
      })
      expect(await permissions('bao-hook', '--role', 'owner')).toMatchObject({exit: 2, code: 'USAGE'})
      expect(await permissions(...role, '--principal', 'a; rm -rf /')).toMatchObject({exit: 2, code: 'USAGE'})
      expect(await permissions(...role, '--principal', 'nobody', '--compare')).toMatchObject({
        exit: 4,
        code: 'NOT_FOUND',
      })
    },
  )

  testWhen(openbao, 'is tried all the same where others can read the token, and that is said', async () => {
    const proved = async () => runCommand(KeyProve, 'key prove', ['bao-hook', '--as', 'bob'], house().world)
    const warning = `Warning: others can read or change the token in "${there().tokenFile}": chmod 600 ${there().tokenFile}`
    expect((await proved()).stderr).not.toContain('others can read')
    chmodSync(there().tokenFile, 0o640)
    const done = await proved()
    expect([done.exit, done.stderr.split('\n')]).toEqual([0, expect.arrayContaining([warning])])
    chmodSync(there().tokenFile, 0o600)
  })

  testWhen(
    openbao,
    'is suspended at the server, resumed, and where only words hold it that is what stands',
    async () => {
      const move = async (command: CommandClass, id: string, ...args: readonly string[]) =>
        runJson(
          command,
          id,
          ['bao-hook', '--as', 'alice', ...args, ...signs('alice', 'bob', 'carol')],
          house().world,
        )
      await runJson(KeyProve, 'key prove', ['bao-hook', '--as', 'bob'], house().world)
      const activated = await move(KeyActivate, 'key activate')
      expect(activated).toMatchObject({state: 'active', versions: [{enforced: 'enabled'}]})
      expect(await move(KeySuspend, 'key suspend')).toMatchObject({
        exit: 0,
        state: 'suspended',
        versions: [{enforced: 'disabled', recorded: null, effect: {proof: 'proven'}}],
      })
      expect(await move(KeyResume, 'key resume')).toMatchObject({
        exit: 0,
        state: 'active',
        versions: [{enforced: 'enabled', effect: {proof: 'proven'}}],
      })
      // Transit cannot keep the newest version of a key from signing.
      expect(await move(KeyDeactivate, 'key deactivate', '--reason', 'over')).toMatchObject({
        exit: 0,
        state: 'deactivated',
        versions: [{enforced: 'enabled', recorded: 'historic', effect: {proof: 'recorded'}}],
      })
      const ended = await move(
        KeyCompromise,
        'key compromise',
        '--reason',
        'seen',
        '--confirm',
        'bao-hook@bao',
      )
      expect(ended).toMatchObject({
        exit: 0,
        state: 'compromised',
        versions: [{enforced: 'disabled', effect: {proof: 'proven'}}],
      })
    },
  )
})

function missing(): never {
  throw new Error('it is not there')
}
