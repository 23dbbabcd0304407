import {createPublicKey} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import KeyList from '../../src/commands/key/list.ts'
import KeyPublic from '../../src/commands/key/public.ts'
import KeyShow from '../../src/commands/key/show.ts'
import ProfileAdd from '../../src/commands/profile/add.ts'
import ProfileRemove from '../../src/commands/profile/remove.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {runCommand, runJson} from '../support/run.ts'

let made: TestLedger
beforeAll(async () => {
  made = await makeLedger({people: 4})
  const pinFile = join(dirname(made.world.home), 'pin')
  writeFileSync(pinFile, 'twelve bytes\n', {mode: 0o600})
  const added = await runJson(
    ProfileAdd,
    'profile add',
    ['main', '--kind', 'local', '--environment', 'test', '--as', 'alice', '--pin-file', pinFile],
    made.world,
  )
  expect(added.exit).toBe(0)
  await made.using(async (app) => {
    await makeKey(app, made.founders, {name: 'payments', profile: 'main', owner: 'Pay\u202eTeam'})
    await makeKey(app, made.founders, {
      name: 'tokens',
      profile: 'main',
      algorithm: 'hmac-sha256',
      purpose: 'mac',
      class: 'mac',
    })
  })
})
afterAll(() => {
  made.remove()
})

describe('key list', () => {
  test('has every key with its state', async () => {
    const {schema, keys} = await runJson<{keys: {name: string; state: string}[]}>(
      KeyList,
      'key list',
      [],
      made.world,
    )
    expect(schema).toBe('keyrite.keys/1')
    expect(keys.map(({name, state}) => [name, state])).toEqual([
      ['payments', 'active'],
      ['tokens', 'active'],
    ])
    const {stdout} = await runCommand(KeyList, 'key list', ['--profile', 'main'], made.world)
    expect(stdout).toContain(
      'Key: payments\nProfile: main (test)\nAlgorithm: ec-p256\nClass: jwt-signing\nState: active\n',
    )
  })

  test('refuses a profile that is not there, rather than showing an empty list', async () => {
    expect(await runJson(KeyList, 'key list', ['--profile', 'nowhere'], made.world)).toMatchObject({
      code: 'PROFILE_NOT_FOUND',
      exit: 4,
    })
  })
})

describe('key show', () => {
  test('has the fields of the contract', async () => {
    const key = await runJson<{versions: object[]}>(KeyShow, 'key show', ['payments'], made.world)
    expect(Object.keys(key)).toEqual(
      expect.arrayContaining([
        'schema',
        'exit',
        'name',
        'profile',
        'algorithm',
        'scheme',
        'purpose',
        'class',
        'classification',
        'owner',
        'consumers',
        'parent',
        'location',
        'createdAt',
        'expires',
        'holds',
        'state',
        'versions',
      ]),
    )
    expect(key).toMatchObject({schema: 'keyrite.key/1', exit: 0, name: 'payments', state: 'active'})
    expect(Object.keys(key.versions[0] ?? {})).toEqual(
      expect.arrayContaining([
        'version',
        'state',
        'primary',
        'providerId',
        'createdAt',
        'protection',
        'enforced',
        'recorded',
      ]),
    )
  })

  test('shows text that is not ours with its hidden characters made visible', async () => {
    const {stdout} = await runCommand(KeyShow, 'key show', ['payments'], made.world)
    expect(stdout).toContain('Owner: Pay\\u{202e}Team\n')
    expect(stdout).toContain('Protection: software (verified): ')
  })

  test('refuses a name that is not there, with the nearest', async () => {
    const refused = await runJson(KeyShow, 'key show', ['paymnets'], made.world)
    expect(refused).toEqual({
      schema: 'keyrite.error/1',
      code: 'KEY_NOT_FOUND',
      exit: 4,
      message: 'cannot find key "paymnets"',
      changed: false,
      try: ['keyrite key show payments', 'keyrite key list'],
    })
  })
})

describe('key public', () => {
  test('prints exactly the key, so that it can be redirected', async () => {
    const {stdout, stderr} = await runCommand(KeyPublic, 'key public', ['payments'], made.world)
    expect(stderr).toBe('')
    expect(createPublicKey(stdout).asymmetricKeyDetails).toEqual({namedCurve: 'prime256v1'})
    expect(stdout.endsWith('-----END PUBLIC KEY-----\n')).toBe(true)
  })

  test('prints a JWK and an OpenSSH line', async () => {
    const {stdout} = await runCommand(KeyPublic, 'key public', ['payments', '--format', 'jwk'], made.world)
    expect(JSON.parse(stdout)).toMatchObject({kty: 'EC', crv: 'P-256', alg: 'ES256'})
    const ssh = await runJson(KeyPublic, 'key public', ['payments', '--format', 'ssh'], made.world)
    expect(ssh).toMatchObject({schema: 'keyrite.public-key/1', name: 'payments', version: 1, format: 'ssh'})
    expect(ssh['text']).toMatch(/^ecdsa-sha2-nistp256 \S+ payments\n$/)
  })

  test.each([
    ['a key without a public half', ['tokens'], 'UNSUPPORTED', 5],
    ['a version that is not there', ['payments', '--version', '2'], 'KEY_NOT_FOUND', 4],
    ['a version that is no number', ['payments', '--version', 'two'], 'USAGE', 2],
    ['a form that is not known', ['payments', '--format', 'xml'], 'USAGE', 2],
    ['a key that is not there', ['nothing'], 'KEY_NOT_FOUND', 4],
  ])('refuses %s', async (_name, argv, code, exit) => {
    expect(await runJson(KeyPublic, 'key public', argv, made.world)).toMatchObject({code, exit})
  })
})

test('a profile in which keys live is not removed', async () => {
  const refused = await runJson(
    ProfileRemove,
    'profile remove',
    ['main', '--confirm', 'main', '--as', 'alice'],
    made.world,
  )
  expect(refused).toMatchObject({code: 'PROFILE_IN_USE', exit: 5, try: ['keyrite key list --profile main']})
})
