/** Azure Managed HSM by commands alone, on the stand-in: added with approvals, a whole ceremony on it, the state of a key as the other side has it. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyProve from '../../src/commands/key/prove.ts'
import KeyShow from '../../src/commands/key/show.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileCheck from '../../src/commands/profile/check.ts'
import {makeHouse, parameters, type House} from '../ceremony/room.ts'
import {startStandin, type Standin} from '../providers/azure/standin.ts'
import {testWith} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {held} from './held.ts'

describe('a Managed HSM of Azure, on the stand-in', () => {
  const box: {house?: House; standin?: Standin} = {}
  const house = (): House => box.house ?? missing('there is no house')
  const standin = (): Standin => box.standin ?? missing('there is no stand-in')
  beforeAll(async () => {
    box.house = await makeHouse()
    box.standin = await startStandin('hsm')
  })
  afterAll(async () => {
    box.house?.remove()
    await box.standin?.stop()
  })

  const place = (name: string, changes: Readonly<Record<string, string>> = {}): string[] => {
    const {vault, tokenFile, ca} = standin()
    const flags = {
      ...{kind: 'azure', environment: 'test', 'vault-url': vault, 'token-file': tokenFile},
      ...{'ca-file': ca, as: 'alice', ...changes},
    }
    return [name, '--managed-hsm', ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])]
  }
  const signs = (...handles: readonly string[]): string[] =>
    handles.flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
  const add = (args: readonly string[]) => runJson(ProfileAdd, 'profile add', args, house().world)

  testWith('openssl', 'is asked who it is before people are, and what it may', async () => {
    const added = await add([...place('azure'), ...signs('alice', 'bob', 'carol')])
    expect(added).toMatchObject({exit: 0, name: 'azure'})
    const checked = await runJson(ProfileCheck, 'profile check', ['azure'], house().world)
    expect(checked).toMatchObject({exit: 0, ok: true, identity: {kind: 'azure', vault: standin().vault}})
    await standin().ask({denied: ['keys/read']})
    const less = await runJson(ProfileCheck, 'profile check', ['azure'], house().world)
    expect(less).toMatchObject({ok: false})
    expect(JSON.stringify(less)).toMatch(/az role assignment create/)
    await standin().ask({denied: []})
  })

  testWith('openssl', 'holds the key of a whole ceremony, which is told as Azure tells it', async () => {
    const document = await held(house(), {
      parameters: {...parameters, profile: 'azure', 'key-name': 'azure-jwt'},
    })
    expect(document).toMatchObject({exit: 0, status: 'signed-off', keys: [{name: 'azure-jwt', version: 1}]})
    const shown = await runJson(KeyShow, 'key show', ['azure-jwt'], house().world)
    expect(shown).toMatchObject({
      state: 'active',
      versions: [{protection: {level: 'hardware', evidence: 'asserted'}, enforced: 'enabled'}],
    })
    const proved = await runJson(KeyProve, 'key prove', ['azure-jwt', '--as', 'bob'], house().world)
    expect(proved).toMatchObject({exit: 0})
  })

  testWith('openssl', 'is refused where flags are missing or wrong, or nothing answers', async () => {
    expect(await add(['other', '--kind', 'azure', '--environment', 'test', '--as', 'alice'])).toMatchObject({
      exit: 2,
      code: 'USAGE',
    })
    const stranger = join(house().dir, 'token')
    writeFileSync(stranger, 'not-the-token\n', {mode: 0o600})
    for (const [flag, value, code] of [
      ['vault-url', 'http://localhost:1', 'USAGE'],
      ['vault-url', 'payments', 'USAGE'],
      ['retention-days', '5', 'USAGE'],
      ['protection', 'software', 'USAGE'],
      ['vault-url', 'https://localhost:1', 'PROVIDER_UNREACHABLE'],
      ['ca-file', join(house().dir, 'nothing.pem'), 'FILE_NOT_FOUND'],
    ] as const)
      expect(await add(place('other', {[flag]: value}))).toMatchObject({code})
    // Who it is it tells everybody; that this token is none, the first act tells.
    await add([...place('azure-two', {'token-file': stranger}), ...signs('alice', 'bob', 'carol')])
    const refused = await runJson(ProfileCheck, 'profile check', ['azure-two'], house().world)
    expect(refused).toMatchObject({ok: false})
    expect(JSON.stringify(refused)).not.toContain('not-the-token')
  })
})

function missing(what: string): never {
  throw new Error(what)
}
