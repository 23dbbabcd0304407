/** Google Cloud KMS by commands alone, on the stand-in: added with approvals, a whole ceremony on it, the state of a key as the other side has it. */
import {execFile} from 'node:child_process'
import {createPublicKey, randomBytes} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {stringify} from 'yaml'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyImport from '../../src/commands/key/import.ts'
import KeyGrant from '../../src/commands/key/grant.ts'
import KeyUngrant from '../../src/commands/key/ungrant.ts'
import KeyGrants from '../../src/commands/key/grants.ts'
import KeyProve from '../../src/commands/key/prove.ts'
import KeyPublic from '../../src/commands/key/public.ts'
import KeyShow from '../../src/commands/key/show.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import PolicyAdopt from '../../src/commands/policy/adopt.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileCheck from '../../src/commands/profile/check.ts'
import {keysFold} from '../../src/keys/index.ts'
import {policyFold} from '../../src/policy/index.ts'
import {bring, pythonOf} from '../backends/bring.ts'
import {makeHouse, parameters, type House} from '../ceremony/room.ts'
import {startStandin, type Standin} from '../providers/gcp/standin.ts'
import {here as has, testWhen, testWith} from '../support/needs.ts'
import {runCommand, runJson} from '../support/run.ts'
import {run} from './held.ts'

const client = await bring('google-client')

describe('a key ring of Google Cloud KMS, on the stand-in', () => {
  const box: {house?: House; standin?: Standin} = {}
  const house = (): House => box.house ?? missing('there is no house')
  const standin = (): Standin => box.standin ?? missing('there is no stand-in')
  beforeAll(async () => {
    if (!has('openssl')) return
    box.house = await makeHouse()
    box.standin = await startStandin()
  })
  afterAll(async () => {
    box.house?.remove()
    await box.standin?.stop()
  })

  const place = (name: string, changes: Readonly<Record<string, string>> = {}): string[] => {
    const {ring, endpoint, credentials, ca} = standin()
    const flags = {
      ...{kind: 'gcp', environment: 'test', 'key-ring': ring, endpoint, 'credentials-file': credentials},
      ...{'ca-file': ca, as: 'alice', ...changes},
    }
    return [name, ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value])]
  }
  const signs = (...handles: readonly string[]): string[] =>
    handles.flatMap((one) => ['--sign-with', `${one}=${house().keyOf(one)}`])
  /** What Google's own client says of a key. */
  const toldOf = async (key: string, folder: string) => {
    const program = join(import.meta.dirname, '../providers/gcp/facts.py')
    const {endpoint, ca, credentials, ring} = standin()
    const args = [program, endpoint, ca, credentials, `${ring}/cryptoKeys/${key}`]
    const {stdout} = await promisify(execFile)(pythonOf(folder), args, {env: process.env})
    return JSON.parse(stdout) as Record<string, unknown>
  }
  const add = (args: readonly string[]) => runJson(ProfileAdd, 'profile add', args, house().world)

  testWith('openssl', 'is asked who it is before people are, and what it may', async () => {
    const added = await add([...place('cloud', {labels: 'team=payments'}), ...signs('alice', 'bob', 'carol')])
    expect(added).toMatchObject({exit: 0, name: 'cloud'})
    const checked = await runJson(ProfileCheck, 'profile check', ['cloud'], house().world)
    expect(checked).toMatchObject({exit: 0, ok: true, identity: {kind: 'gcp', key_ring: standin().ring}})
    await standin().ask({denied: ['cloudkms.cryptoKeyVersions.destroy']})
    const less = await runJson(ProfileCheck, 'profile check', ['cloud'], house().world)
    expect(less).toMatchObject({ok: false})
    expect(JSON.stringify(less)).toMatch(/not granted on the key ring: cloudkms.cryptoKeyVersions.destroy/)
    await standin().ask({denied: []})
  })

  testWith('openssl', 'holds the key of the shipped ceremony, which is told as Google tells it', async () => {
    const answers = house().answers({
      parameters: {...parameters, profile: 'cloud', scheme: 'rs256', 'key-name': 'cloud-jwt'},
    })
    const document = await run(house(), ['--answers', answers], 'jwt-signing-rsa-4096')
    expect(document).toMatchObject({exit: 0, status: 'signed-off', keys: [{name: 'cloud-jwt', version: 1}]})
    const shown = await runJson(KeyShow, 'key show', ['cloud-jwt'], house().world)
    expect(shown).toMatchObject({
      state: 'active',
      versions: [{protection: {level: 'unknown', evidence: 'asserted'}, enforced: 'enabled'}],
    })
    const proved = await runJson(KeyProve, 'key prove', ['cloud-jwt', '--as', 'bob'], house().world)
    expect(proved).toMatchObject({exit: 0})
  })

  testWith(
    'openssl',
    'tells who is bound on the key and on its ring, and nothing of what is above',
    async () => {
      const on = `${standin().ring}/cryptoKeys/cloud-jwt`
      const member = 'serviceAccount:ci@p.iam.gserviceaccount.com'
      const condition = {title: 'this week', expression: 'request.time < timestamp("2030-01-01T00:00:00Z")'}
      await standin().ask({
        policies: {
          [on]: [{role: 'roles/cloudkms.signer', members: [member], condition}],
          [standin().ring]: [{role: 'roles/cloudkms.viewer', members: ['group:auditors@example.com']}],
        },
      })
      const found = await runJson(KeyGrants, 'key grants', ['cloud-jwt'], house().world)
      expect(found).toMatchObject({
        exit: 0,
        grants: [{grantee: member, operations: ['roles/cloudkms.signer'], onlyInContext: true}],
        rights: [
          {on, role: 'roles/cloudkms.signer', member, condition, uses: true},
          {on: standin().ring, role: 'roles/cloudkms.viewer', uses: false},
        ],
      })
      const {stdout} = await runCommand(KeyGrants, 'key grants', ['cloud-jwt'], house().world)
      expect(stdout).toMatch(/^Uses it: yes, if this week$/m)
      expect(stdout).toMatch(/not looked at/)
      await standin().ask({policies: {[on]: [], [standin().ring]: []}})
    },
  )

  testWith(
    'openssl',
    'attests its keys once people named the roots of its HSMs, and the ledger keeps what it signed',
    async () => {
      const {world} = house()
      const roots = await standin().roots()
      const file = join(world.home, '..', 'roots.yaml')
      const policy = await house().using(({ledger}) => ledger.of(policyFold).policy)
      const adopt = async (hsm_roots: unknown, more: readonly string[]) => {
        writeFileSync(file, stringify({...policy, hsm_roots}, {aliasDuplicateObjects: false}))
        return runCommand(PolicyAdopt, 'policy adopt', [file, '--as', 'alice', ...more], world)
      }
      // A certificate that is none, and a kind that is named twice, are found before anybody is asked.
      const named = {kind: 'gcp', ...roots}
      for (const bad of [[{...named, makers: ['AAAA']}], [named, named]])
        expect(await adopt(bad, [])).toMatchObject({exit: 2, stderr: expect.stringMatching(/hsm_roots/)})
      const adopted = await adopt([named], signs('alice', 'bob', 'carol', 'dan', 'erin'))
      expect(adopted).toMatchObject({exit: 0})
      expect(adopted.stdout + adopted.stderr).toMatch(
        /Roots of HSMs, added: gcp, maker, SHA-256 [0-9a-f]{64}/,
      )
      const what = ['--algorithm', 'aes-256', '--purpose', 'encrypt', '--class', 'dek', '--owner', 'orders']
      const args = [
        'orders',
        '--profile',
        'cloud',
        ...what,
        '--as',
        'alice',
        ...signs('alice', 'bob', 'carol'),
      ]
      expect(await runJson(KeyCreate, 'key create', args, world)).toMatchObject({
        exit: 0,
        versions: [{protection: {level: 'hardware', evidence: 'attested'}}],
      })
      const kept = await house().using(({ledger}) => {
        const [version] = ledger.of(keysFold).keys.get('orders')?.versions ?? []
        return ledger.view.blob(version?.protection.attestation?.blob ?? '')
      })
      expect(JSON.parse(Buffer.from(kept).toString())).toMatchObject({type: 'keyrite.hsm-attestation/1'})
      expect(await runJson(LedgerVerify, 'ledger verify', [], world)).toMatchObject({exit: 0, ok: true})
    },
  )

  testWith(
    'openssl',
    'is granted to somebody with approval, taken away again, and found so after a crash',
    async () => {
      const member = 'serviceAccount:ci@p.iam.gserviceaccount.com'
      const people = signs('alice', 'bob', 'carol')
      const grant = async (to: string, ...roles: readonly string[]) =>
        runJson(
          KeyGrant,
          'key grant',
          [
            'cloud-jwt',
            '--to',
            to,
            ...roles.flatMap((one) => ['--operation', one]),
            '--as',
            'alice',
            ...people,
          ],
          house().world,
        )
      const signer = 'roles/cloudkms.signer'
      for (const [to, ...roles] of [
        [member, 'roles/cloudkms.admin'],
        [member, signer, 'roles/cloudkms.publicKeyViewer'],
        ['allUsers', signer],
        ['ci', signer],
      ] as const)
        expect(await grant(to, ...roles)).toMatchObject({code: 'USAGE', changed: false})
      await standin().ask({faults: [{method: 'setIamPolicy', fault: 'cut', times: 1}]})
      expect(await grant(member, signer)).toMatchObject({code: 'PROVIDER_UNREACHABLE'})
      const given = await grant(member, signer)
      expect(given).toMatchObject({exit: 0, grants: [{grantee: member, operations: [signer]}]})
      const [{id = ''} = {}] = given['grants'] as readonly {id?: string}[]
      const taken = await runJson(
        KeyUngrant,
        'key ungrant',
        ['cloud-jwt', id.slice(0, 12), '--as', 'alice', ...people],
        house().world,
      )
      expect(taken).toMatchObject({exit: 0, grants: [], rights: []})
      expect(await runJson(LedgerVerify, 'ledger verify', [], house().world)).toMatchObject({ok: true})
    },
  )

  testWhen(client, 'shows the key of the ceremony to Google’s own client as keyrite tells it', async () => {
    if (!client.present) return
    const told = await toldOf('cloud-jwt', client.folder)
    const {n, ...facts} = told
    expect(facts).toEqual({
      purpose: 'ASYMMETRIC_SIGN',
      labels: ['keyrite-intent', 'keyrite-purpose', 'team'],
      destroyDays: 30,
      importOnly: false,
      versions: [['1', 'ENABLED', expect.stringMatching(/^RSA_SIGN_.*_4096_/), 'HSM']],
      bits: 4096,
    })
    expect(await modulusOf(house(), 'cloud-jwt')).toBe(n)
  })

  testWhen(
    client,
    'takes a key from outside into one that takes no other, and says so of its protection',
    async () => {
      if (!client.present) return
      const from = join(house().dir, 'brought.bin')
      writeFileSync(from, randomBytes(32), {mode: 0o600})
      const what = ['--algorithm', 'hmac-sha256', '--purpose', 'mac', '--class', 'mac', '--owner', 'Orders']
      const brought = await runJson(
        KeyImport,
        'key import',
        [
          'brought',
          '--from',
          from,
          '--profile',
          'cloud',
          ...what,
          '--as',
          'alice',
          ...signs('alice', 'bob', 'carol'),
        ],
        house().world,
      )
      expect(brought).toMatchObject({
        exit: 0,
        versions: [
          {
            protection: {
              level: 'unknown',
              evidence: 'asserted',
              detail: expect.stringMatching(/brought from outside/),
            },
          },
        ],
      })
      const told = await toldOf('brought', client.folder)
      expect(told).toMatchObject({
        purpose: 'MAC',
        importOnly: true,
        versions: [['1', 'ENABLED', 'HMAC_SHA256', 'HSM']],
      })
    },
  )

  testWith('openssl', 'is refused where flags are missing or wrong, or nothing answers', async () => {
    expect(await add(['other', '--kind', 'gcp', '--environment', 'test', '--as', 'alice'])).toMatchObject({
      exit: 2,
      code: 'USAGE',
    })
    for (const [flag, value, code] of [
      ['key-ring', 'payments', 'USAGE'],
      ['endpoint', 'https://localhost:1/v1', 'USAGE'],
      ['endpoint', 'http://kms.example.com:9090', 'USAGE'],
      ['destroy-days', '0', 'USAGE'],
      ['key-ring', `${standin().ring}-nowhere`, 'PROVIDER_FAILED'],
      ['credentials-file', join(house().dir, 'nothing.json'), 'FILE_NOT_FOUND'],
      ['credentials-file', standin().ca, 'CREDENTIALS_REFUSED'],
    ] as const)
      expect(await add(place('other', {[flag]: value}))).toMatchObject({code})
    const nowhere = await add(place('other', {'key-ring': `${standin().ring}-nowhere`}))
    expect(nowhere['try']).toEqual([
      expect.stringMatching(/^keyrite profile make NAME --kind gcp .*keyRings\/keyrite-nowhere/),
    ])
    // A key file of somebody whom Google does not know.
    const {generateKeyPairSync} = await import('node:crypto')
    const {privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048})
    const stranger = join(house().dir, 'stranger.json')
    const key = privateKey.export({format: 'pem', type: 'pkcs8'})
    writeFileSync(
      stranger,
      JSON.stringify({type: 'service_account', client_email: 'eve@elsewhere', private_key: key}),
    )
    const refused = await add(place('other', {'credentials-file': stranger}))
    expect(refused).toMatchObject({code: 'CREDENTIALS_REFUSED', exit: 11})
    expect(JSON.stringify(refused)).not.toContain('PRIVATE KEY')
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
