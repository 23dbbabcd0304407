/** Azure Managed HSM by commands alone, on the stand-in: added with approvals, a whole ceremony on it, the state of a key as the other side has it. */
import {execFile} from 'node:child_process'
import {createPublicKey} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyProve from '../../src/commands/key/prove.ts'
import KeyPublic from '../../src/commands/key/public.ts'
import KeyShow from '../../src/commands/key/show.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileCheck from '../../src/commands/profile/check.ts'
import {bring, pythonOf} from '../backends/bring.ts'
import {makeHouse, parameters, type House} from '../ceremony/room.ts'
import {startStandin, type Standin} from '../providers/azure/standin.ts'
import {here as has, testWhen, testWith} from '../support/needs.ts'
import {runJson} from '../support/run.ts'
import {run} from './held.ts'

const client = await bring('azure-client')

describe('a Managed HSM of Azure, on the stand-in', () => {
  const box: {house?: House; standin?: Standin} = {}
  const house = (): House => box.house ?? missing('there is no house')
  const standin = (): Standin => box.standin ?? missing('there is no stand-in')
  beforeAll(async () => {
    if (!has('openssl')) return
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
    expect(JSON.stringify(checked)).toMatch(/AllowKeyManagementOperationsThroughARM is false.*assigned at \//)
    await standin().ask({settings: {AllowKeyManagementOperationsThroughARM: 'true'}})
    const open = await runJson(ProfileCheck, 'profile check', ['azure'], house().world)
    expect(open).toMatchObject({ok: false})
    expect(JSON.stringify(open)).toMatch(/az keyvault setting update/)
    await standin().ask({settings: {AllowKeyManagementOperationsThroughARM: 'false'}})
    await standin().ask({denied: ['keys/read']})
    const less = await runJson(ProfileCheck, 'profile check', ['azure'], house().world)
    expect(less).toMatchObject({ok: false})
    expect(JSON.stringify(less)).toMatch(/az role assignment create/)
    await standin().ask({denied: []})
  })

  testWith('openssl', 'holds the key of the shipped ceremony, which is told as Azure tells it', async () => {
    const answers = house().answers({
      parameters: {...parameters, profile: 'azure', scheme: 'rs256', 'key-name': 'azure-jwt'},
    })
    const document = await run(house(), ['--answers', answers], 'jwt-signing-rsa-4096')
    expect(document).toMatchObject({exit: 0, status: 'signed-off', keys: [{name: 'azure-jwt', version: 1}]})
    const shown = await runJson(KeyShow, 'key show', ['azure-jwt'], house().world)
    expect(shown).toMatchObject({
      state: 'active',
      versions: [{protection: {level: 'unknown', evidence: 'asserted'}, enforced: 'enabled'}],
    })
    const proved = await runJson(KeyProve, 'key prove', ['azure-jwt', '--as', 'bob'], house().world)
    expect(proved).toEqual(expect.objectContaining({exit: 0}))
  })

  testWhen(
    client,
    'shows the key of the ceremony to Microsoft’s own client as keyrite tells it',
    async () => {
      if (!client.present) return
      const program = join(import.meta.dirname, '../providers/azure/facts.py')
      const {vault, tokenFile, ca} = standin()
      const args = [program, vault, tokenFile, ca, 'azure-jwt']
      const {stdout} = await promisify(execFile)(pythonOf(client.folder), args, {env: process.env})
      const {n, ...facts} = JSON.parse(stdout) as Record<string, unknown>
      const shown = await runJson<{versions: readonly {providerId: string}[]}>(
        KeyShow,
        'key show',
        ['azure-jwt'],
        house().world,
      )
      expect(facts).toEqual({
        ...{
          type: 'RSA-HSM',
          operations: ['sign', 'verify'],
          bits: 4096,
          enabled: true,
          exportable: false,
          versions: 1,
        },
        tags: ['keyrite-algorithm', 'keyrite-intent', 'keyrite-purpose', 'keyrite-scheme'],
        version: shown.versions[0]?.providerId.split('/').at(-1),
      })
      expect(await modulusOf(house(), 'azure-jwt')).toBe(n)
    },
  )

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

/** Of the public half as keyrite gives it out, in hexadecimal digits. */
async function modulusOf({world}: House, name: string): Promise<string> {
  const {text} = await runJson<{text: string}>(KeyPublic, 'key public', [name], world)
  const {n = ''} = createPublicKey(text).export({format: 'jwk'})
  return Buffer.from(n, 'base64url').toString('hex')
}

function missing(what: string): never {
  throw new Error(what)
}
