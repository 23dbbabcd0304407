/** The demo as a stranger runs it: a process of its own. */
import {spawnSync} from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {start, type Ended} from '../support/process.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'keyrite-demo-test-'))
})
afterAll(() => {
  rmSync(dir, {recursive: true, force: true})
})

/** With nothing on PATH but Node itself. */
const bare = dirname(process.execPath)
const others = ['sha256sum', 'ssh-keygen', 'openssl', 'python3']

function demo(name: string, argv: readonly string[], path: string): Promise<Ended> {
  const folder = join(dir, name)
  mkdirSync(join(folder, 'home'), {recursive: true})
  const env = {PATH: path, HOME: join(folder, 'home'), XDG_STATE_HOME: join(folder, 'state'), TMPDIR: folder}
  return start(['demo', '--dir', join(folder, 'demo'), ...argv], env).ended
}

/** Every regular file under a folder. */
function files(folder: string): string[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
}

const secrets = /-----BEGIN (?:OPENSSH |EC |RSA |ENCRYPTED )?PRIVATE KEY-----|openssh-key-v1/

describe('demo', () => {
  let document: Record<string, unknown>
  let ended: Ended
  beforeAll(async () => {
    ended = await demo('plain', ['--json'], bare)
    document = JSON.parse(ended.stdout) as Record<string, unknown>
  }, 120_000)

  test('does the main job with no other program on the machine, and names those that did not check', () => {
    expect([ended.exit, ended.stderr]).toEqual([0, expect.stringContaining('not on this machine')])
    const bundle = join(dir, 'plain', 'demo', 'bundle')
    expect(document).toMatchObject({
      schema: 'keyrite.demo/1',
      exit: 0,
      home: join(dir, 'plain', 'demo', 'home'),
      ledger: expect.stringMatching(/^example\.com\/ledger\//),
      ceremony: expect.stringMatching(/^[0-9a-f]{32}$/),
      bundle,
      minutes: join(bundle, 'minutes.html'),
      keys: [{name: 'payments-jwt', version: 1}],
      verified: true,
      checkedWith: ['keyrite'],
      notCheckedWith: others,
      tamperedRefused: true,
      kept: false,
    })
    expect(existsSync(join(bundle, 'minutes.html'))).toBe(true)
  })

  test('leaves no private key, PIN or writer key behind, and can be read and verified all the same', async () => {
    const left = [...files(join(dir, 'plain', 'demo')), ...files(join(dir, 'plain', 'state'))]
    expect(left.length).toBeGreaterThan(20)
    for (const file of left) {
      expect([file, secrets.test(readFileSync(file, 'latin1'))]).toEqual([file, false])
      expect(file).not.toMatch(/\.pin$|writers|\.key$/)
    }
    const env = {
      PATH: bare,
      KEYRITE_HOME: String(document['home']),
      XDG_STATE_HOME: join(dir, 'plain', 'state'),
    }
    const verified = await start(['ledger', 'verify', '--json'], env).ended
    expect(JSON.parse(verified.stdout)).toMatchObject({ok: true, exit: 0})
    const writing = await start(['request', 'apply', 'founding', '--json'], env).ended
    expect(JSON.parse(writing.stdout)).toMatchObject({exit: 5, code: 'LEDGER_NOT_WRITER'})
  })

  test('a folder that is not empty is refused, and nothing in it is touched', async () => {
    mkdirSync(join(dir, 'full', 'demo'), {recursive: true})
    writeFileSync(join(dir, 'full', 'demo', 'mine'), 'mine')
    const {exit, stdout} = await demo('full', ['--json'], bare)
    expect(exit).toBe(5)
    expect(JSON.parse(stdout)).toMatchObject({schema: 'keyrite.error/1', code: 'EXISTS', changed: false})
    expect(readdirSync(join(dir, 'full', 'demo'))).toEqual(['mine'])
  })
})

test('demo --keep checks with every program that is here, and can be gone on with', async () => {
  const {exit, stdout, stderr} = await demo(
    'kept',
    ['--keep', '--json'],
    `${bare}:${process.env['PATH'] ?? ''}`,
  )
  expect([exit, stderr]).toEqual([0, expect.anything()])
  const here = others.filter((one) => spawnSync(one, ['--version']).error === undefined)
  const document = JSON.parse(stdout) as {
    checkedWith: string[]
    notCheckedWith: string[]
    home: string
    kept: boolean
  }
  expect(document.checkedWith).toEqual(['keyrite', ...here])
  expect(document.notCheckedWith).toEqual(others.filter((one) => !here.includes(one)))
  expect(document.kept).toBe(true)
  const people = join(dir, 'kept', 'demo', 'people')
  for (const file of files(people).filter((one) => !one.endsWith('.pub'))) {
    expect(readFileSync(file, 'latin1')).toMatch(secrets)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  }
  const env = {PATH: bare, KEYRITE_HOME: document.home, XDG_STATE_HOME: join(dir, 'kept', 'state')}
  const wish =
    '--profile demo-token --algorithm aes-256 --purpose encrypt --class dek --owner alice --as frank --json'
  const create = (...handles: readonly string[]): Promise<Ended> =>
    start(
      [
        'key',
        'create',
        'orders-dek',
        ...wish.split(' '),
        ...handles.flatMap((handle) => ['--sign-with', `${handle}=${join(people, handle)}`]),
      ],
      env,
    ).ended
  const waiting = JSON.parse((await create('alice')).stdout) as Record<string, unknown>
  expect(waiting).toMatchObject({schema: 'keyrite.request/1', exit: 8, status: 'open'})
  const made = JSON.parse((await create('bob', 'carol')).stdout) as Record<string, unknown>
  expect(made).toMatchObject({schema: 'keyrite.key/1', exit: 0, name: 'orders-dek', state: 'pre-active'})
}, 120_000)
