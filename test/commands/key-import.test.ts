import {createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes} from 'node:crypto'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import KeyCompromise from '../../src/commands/key/compromise.ts'
import KeyImport from '../../src/commands/key/import.ts'
import KeyPublic from '../../src/commands/key/public.ts'
import KeyShow from '../../src/commands/key/show.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {runCommand, runJson, somebody, type CommandClass} from '../support/run.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  expect(problemsOf(house)).toEqual([])
  house.remove()
})

const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((handle) => ['--sign-with', `${handle}=${house.keyOf(handle)}`])
const run = (command: CommandClass, id: string, argv: readonly string[], answers?: readonly string[]) =>
  runJson(command, id, [...argv, '--as', 'alice'], {
    ...house.world,
    ...(answers === undefined ? {} : {ask: somebody(...answers)}),
  })
const file = (name: string, bytes: string | Uint8Array): string => {
  const path = join(house.dir, name)
  writeFileSync(path, bytes, {mode: 0o600})
  return path
}
const pair = () => generateKeyPairSync('ec', {namedCurve: 'P-256'})
const signs = [
  '--profile',
  'main',
  '--algorithm',
  'ec-p256',
  '--purpose',
  'sign',
  '--class',
  'jwt-signing',
  '--owner',
  'alice',
]
const seals = [
  '--profile',
  'main',
  '--algorithm',
  'aes-256',
  '--purpose',
  'encrypt',
  '--class',
  'dek',
  '--owner',
  'alice',
]
const people = (): string[] => signing('bob', 'carol', 'dan')

describe('key import', () => {
  test('brings a pair, proves it to be the one that was approved, and makes it active', async () => {
    const {privateKey, publicKey} = pair()
    const from = file('orders.pem', privateKey.export({format: 'pem', type: 'pkcs8'}))
    const argv = ['orders', '--from', from, ...signs, '--activate', ...people(), '--as', 'alice']
    const {stderr, exit} = await runCommand(KeyImport, 'key import', argv, house.world)
    expect(exit).toBe(0)
    expect(stderr).toContain(`WARNING: ${from} holds the key in the clear.`)
    expect(stderr).toContain('copies of it may be anywhere')
    expect(stderr).toContain(`shred -u ${from}`)
    expect(await run(KeyShow, 'key show', ['orders'])).toMatchObject({
      state: 'active',
      versions: [{imported: true, proved: {ok: true}}],
    })
    const shown = await runCommand(KeyShow, 'key show', ['orders'], house.world)
    expect(shown.stdout).toMatch(
      /^Brought in: from outside: nothing here knows what other copies there are$/m,
    )
    const {stdout} = await runCommand(KeyPublic, 'key public', ['orders', '--format', 'pem'], house.world)
    expect(createPublicKey(stdout).equals(publicKey)).toBe(true)
    expect(
      await run(KeyImport, 'key import', ['orders', '--from', from, ...signs, ...people()]),
    ).toMatchObject({code: 'KEY_EXISTS'})
  })

  test('under a passphrase, which is asked for and taken from nowhere else; a wrong one is refused before anybody is asked', async () => {
    const pem = pair().privateKey.export({
      format: 'pem',
      type: 'pkcs8',
      cipher: 'aes-256-cbc',
      passphrase: 'open sesame',
    })
    const from = file('sealed.pem', pem)
    const argv = ['sealed', '--from', from, ...signs, ...people()]
    expect(await run(KeyImport, 'key import', argv)).toMatchObject({code: 'NO_TERMINAL'})
    expect(await run(KeyImport, 'key import', argv, ['wrong'])).toMatchObject({
      code: 'CREDENTIALS_REFUSED',
      changed: false,
    })
    expect(await run(KeyImport, 'key import', argv, ['open sesame', 'open sesame'])).toMatchObject({
      exit: 0,
      state: 'pre-active',
      versions: [{proved: {ok: true}}],
    })
  })

  test('refuses a pair that was called compromised, under whatever name, also where people approved it before', async () => {
    const from = file('seen.pem', pair().privateKey.export({format: 'pem', type: 'pkcs8'}))
    const as = (name: string) => [name, '--from', from, ...signs]
    expect(await run(KeyImport, 'key import', [...as('seen'), '--activate', ...people()])).toMatchObject({
      exit: 0,
    })
    const twin = await run(KeyImport, 'key import', as('twin'))
    expect(twin).toMatchObject({exit: 8})
    const said = [
      'seen',
      '--reason',
      'seen in a log',
      '--confirm',
      'seen@main',
      ...signing('alice', 'bob', 'carol', 'dan', 'erin'),
    ]
    expect(await run(KeyCompromise, 'key compromise', said)).toMatchObject({exit: 0})
    const refused = {
      code: 'KEY_STATE',
      changed: false,
      message: expect.stringContaining('it is version 1 of key "seen", which was called compromised'),
    }
    expect(await run(KeyImport, 'key import', [...as('third'), ...people()])).toMatchObject(refused)
    expect(await run(KeyImport, 'key import', [...as('twin'), ...people()])).toMatchObject(refused)
    expect(await run(KeyShow, 'key show', ['twin'])).toMatchObject({code: 'KEY_NOT_FOUND'})
  })

  test('a secret key is its 32 bytes', async () => {
    const done = await run(KeyImport, 'key import', [
      'patients',
      '--from',
      file('dek.bin', randomBytes(32)),
      ...seals,
      '--activate',
      ...people(),
    ])
    expect(done).toMatchObject({exit: 0, state: 'active', algorithm: 'aes-256'})
  })

  test('another key than people approved is asked about anew, and nothing is brought', async () => {
    const [first, second] = [pair().privateKey, pair().privateKey]
    const from = file('swapped.pem', first.export({format: 'pem', type: 'pkcs8'}))
    const argv = ['swapped', '--from', from, ...signs]
    const asked = await run(KeyImport, 'key import', [...argv, ...signing('bob', 'carol')])
    expect(asked).toMatchObject({exit: 8, operation: 'key.import'})
    expect(await run(RequestApply, 'request apply', [String(asked['id']), ...signing('dan')])).toMatchObject({
      code: 'USAGE',
    })
    file('swapped.pem', second.export({format: 'pem', type: 'pkcs8'}))
    expect(await run(KeyImport, 'key import', argv)).toMatchObject({exit: 8, approvals: []})
    expect(await run(KeyShow, 'key show', ['swapped'])).toMatchObject({code: 'KEY_NOT_FOUND'})
    file('swapped.pem', first.export({format: 'pem', type: 'pkcs8'}))
    expect(await run(KeyImport, 'key import', argv)).toMatchObject({exit: 0, state: 'pre-active'})
  })

  test.each([
    ['no such file', 'nowhere.pem', null, signs, 'FILE_NOT_FOUND'],
    ['no key', 'text.pem', 'hello', signs, 'UNSUPPORTED'],
    [
      'a public key',
      'public.pem',
      pair().publicKey.export({format: 'pem', type: 'spki'}),
      signs,
      'UNSUPPORTED',
    ],
    ['31 bytes', 'short.bin', randomBytes(31), seals, 'UNSUPPORTED'],
    ['what is too long to be a key', 'long.bin', randomBytes(70_000), seals, 'UNSUPPORTED'],
  ])('is refused before anybody is asked: %s', async (_what, name, bytes, flags, code) => {
    const from = bytes === null ? join(house.dir, name) : file(name, bytes)
    const before = await house.using((app) => app.ledger.size)
    expect(
      await run(KeyImport, 'key import', ['nothing', '--from', from, ...flags, ...people()]),
    ).toMatchObject({code, changed: false})
    expect(await house.using((app) => app.ledger.size)).toBe(before)
  })

  test('the ledger holds nothing of it, and verifies', async () => {
    const {privateKey} = pair()
    const from = file('canary.pem', privateKey.export({format: 'pem', type: 'pkcs8'}))
    expect(
      await run(KeyImport, 'key import', ['canary', '--from', from, ...signs, ...people()]),
    ).toMatchObject({exit: 0})
    const {d = ''} = createPrivateKey(privateKey.export({format: 'pem', type: 'pkcs8'})).export({
      format: 'jwk',
    })
    const secret = Buffer.from(d, 'base64url')
    const whole = await house.using((app) =>
      Array.from({length: app.ledger.size}, (_, at) => JSON.stringify(app.ledger.view.entry(at))).join('\n'),
    )
    for (const form of ['hex', 'base64', 'base64url'] as const)
      expect(whole).not.toContain(secret.toString(form).slice(0, 30))
    expect(await runJson(LedgerVerify, 'ledger verify', [], house.world)).toMatchObject({exit: 0, ok: true})
  })
})
