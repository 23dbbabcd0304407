import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {testWhen} from '../support/needs.ts'
import {keyrite, killAll, newCheckout, newFolder, removeAll, root, start, until} from './checkout.ts'
import type {Checkout, Ended} from './checkout.ts'

const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {version: string}
const versionLine = `keyrite/${version} ${process.platform}-${process.arch} node-${process.version}\n`
let checkout: Checkout

beforeAll(async () => {
  checkout = newCheckout()
  expect((await keyrite(checkout, ['--version'])).status).toBe(0)
})
afterAll(removeAll)

const sh = (script: string): Promise<Ended> => start(checkout, ['sh', '-c', script]).ended

/** A module that, once it is loaded, leaves a file behind. */
function spy(): {module: string; trace: string} {
  const folder = newFolder()
  const trace = join(folder, 'loaded')
  writeFileSync(
    join(folder, 'spy.cjs'),
    `require('node:fs').writeFileSync(${JSON.stringify(trace)}, '')\nmodule.exports = () => 0`,
  )
  return {module: join(folder, 'spy.cjs'), trace}
}

describe('bin/keyrite', () => {
  test('finds its checkout through links, relative and absolute, and from any folder', async () => {
    const elsewhere = newFolder()
    mkdirSync(join(elsewhere, 'sub'))
    symlinkSync(join(checkout.path, 'bin/keyrite'), join(elsewhere, 'sub/absolute'))
    symlinkSync('sub/absolute', join(elsewhere, 'relative'))
    expect(await sh(`'${elsewhere}/relative' --version`)).toEqual({
      status: 0,
      stdout: versionLine,
      stderr: '',
    })
    expect((await sh(`cd '${elsewhere}' && ./relative --version`)).stdout).toBe(versionLine)
    expect((await sh('cd bin && sh keyrite --version')).stdout).toBe(versionLine)
  })

  test('runs no module that NODE_OPTIONS names, though Node by itself would', async () => {
    const {module, trace} = spy()
    const NODE_OPTIONS = `--require=${module}`
    expect((await keyrite(checkout, ['try', 'lines'], {NODE_OPTIONS})).status).toBe(0)
    expect(existsSync(trace)).toBe(false)
    await start(checkout, [process.execPath, '-e', '0'], {NODE_OPTIONS}).ended
    expect(existsSync(trace)).toBe(true)
  })

  test('reads no settings of OpenSSL that OPENSSL_CONF names, though Node by itself would', async () => {
    const OPENSSL_CONF = join(newFolder(), 'openssl.cnf')
    const sections = ['nodejs_conf = start', '[start]', 'random = seed', '[seed]', 'random = none-such']
    writeFileSync(OPENSSL_CONF, `${sections.join('\n')}\n`)
    expect((await keyrite(checkout, ['try', 'lines'], {OPENSSL_CONF})).status).toBe(0)
    const alone = await start(checkout, [process.execPath, '-e', 'crypto.randomBytes(1)'], {OPENSSL_CONF})
      .ended
    expect(alone.status).not.toBe(0)
  })

  test('drops what loads code, prints what passes, or takes any server for the right one', async () => {
    const dropped = [
      'NODE_PATH',
      'NODE_COMPILE_CACHE',
      'NODE_DEBUG',
      'OPENSSL_MODULES',
      'NODE_TLS_REJECT_UNAUTHORIZED',
    ]
    const set = dropped.map((name) => `${name}=0`).join(' ')
    const {stdout} = await sh(`${set} LEFT=1 sh -c 'root=.; . ./bin/ready.sh; export -p'`)
    expect(stdout).toMatch(/LEFT='?1/)
    for (const name of dropped) expect(stdout).not.toContain(`${name}=`)
  })

  testWhen(
    {present: existsSync('/proc/self/status'), what: 'Linux', how: 'run the tests on Linux'},
    'opens no debugger on SIGUSR1: the signal is not even caught, as Node by itself would',
    async () => {
      expect(await catchesSigusr1([process.execPath, 'bin/run.js'])).toBe(true)
      expect(await catchesSigusr1(['./bin/keyrite'])).toBe(false)
    },
  )
})

/** Whether a command that was started like this has a handler for signal 10, which is Node's debugger. */
async function catchesSigusr1(program: readonly string[]): Promise<boolean> {
  const running = start(checkout, [...program, 'try', 'hang'])
  await until(() => running.said().includes('ready'))
  const status = readFileSync(`/proc/${String(running.child.pid)}/status`, 'utf8')
  await killAll(running)
  const caught = BigInt(`0x${/^SigCgt:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? ''}`)
  return ((caught >> 9n) & 1n) === 1n
}

describe('output', () => {
  test('that nobody reads to its end is no failure: the command before `| head -n 1` ends well', async () => {
    const {stdout, stderr} = await sh('{ ./bin/keyrite try lines; echo "status $?" >&2; } | head -n 1')
    expect({stdout, stderr}).toEqual({stdout: 'line 0\n', stderr: 'status 0\n'})
  })

  test('holds no trace of the program under DEBUG, and no sign of a loader under NODE_ENV', async () => {
    const {status, stderr} = await keyrite(checkout, ['try', 'lines'], {DEBUG: '*', NODE_ENV: 'development'})
    expect({status, stderr}).toEqual({status: 0, stderr: ''})
  })
})

describe('a command that there is not', () => {
  test('runs nothing, names those spelled most alike, and exits 127', async () => {
    const {status, stdout, stderr} = await keyrite(checkout, ['try', 'lnies'])
    expect({status, stdout}).toEqual({status: 127, stdout: ''})
    expect(stderr).toMatch(
      /^Error: cannot run "keyrite try lnies": there is no such command\nCode: UNKNOWN_COMMAND\nTry this: keyrite try lines\n {10}keyrite try hang\n/,
    )
  })

  test('is one JSON document under --json, and never drives the terminal', async () => {
    const {status, stdout} = await keyrite(checkout, ['tr\u001b[31my\u202e', 'x', '--json'])
    expect(status).toBe(127)
    expect(['\u001b', '\u202e'].filter((letter) => stdout.includes(letter))).toEqual([])
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'keyrite.error/1',
      code: 'UNKNOWN_COMMAND',
      exit: 127,
      changed: false,
    })
  })

  test('is not guessed at where a flag comes first, nor made of a known one by a word too many', async () => {
    expect((await keyrite(checkout, ['--plain', 'try', 'lines'])).status).toBe(2)
    expect((await keyrite(checkout, ['try', 'lines', 'more'])).status).toBe(2)
  })
})

test.each([[['help', 'try', 'lines']], [['try', 'lines', '--help']], [['try']], [[]]])(
  'help is given for %j, with status 0',
  async (words) => {
    const {status, stdout} = await keyrite(checkout, words)
    expect({status, stdout}).toEqual({status: 0, stdout: expect.stringContaining('try')})
  },
)

test('help begins with where to begin, each line of it within 80 columns', async () => {
  const {stdout} = await keyrite(checkout, [])
  const [head = ''] = stdout.split('\nTOPICS\n')
  for (const line of ['keyrite demo', 'keyrite init --help', 'keyrite doctor', 'keyrite revoke'])
    expect(head).toMatch(new RegExp(`: +${line}$`, 'm'))
  expect(head.split('\n').filter((line) => line.length > 80)).toEqual([])
})

/** The first Node on PATH that keyrite does not run on. */
const oldNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find(
    (file) =>
      existsSync(file) &&
      Number(execFileSync(file, ['-p', 'process.versions.node.split(".")[0]'], {encoding: 'utf8'})) < 24,
  )

describe('bin/run.js, the entry of the npm package', () => {
  testWhen(
    {
      present: oldNode !== undefined,
      what: 'a Node older than 24',
      how: 'put one on PATH (Debian: apt-get install nodejs)',
      optional: true,
    },
    'says on an older Node which one it needs, and exits 2',
    async () => {
      const {status, stdout, stderr} = await start(checkout, [String(oldNode), 'bin/run.js', 'try', 'lines'])
        .ended
      expect({status, stdout}).toEqual({status: 2, stdout: ''})
      expect(stderr).toMatch(
        /^Error: cannot run keyrite: it needs Node 24\.15 or newer.*\nCode: NODE_UNSUITABLE\nTry this: .+\n$/,
      )
    },
  )

  test('runs through the link that npm makes to it', async () => {
    const link = join(newFolder(), 'keyrite')
    symlinkSync(join(checkout.path, 'bin/run.js'), link)
    const run = (...words: string[]): Promise<Ended> =>
      start(checkout, [process.execPath, link, ...words]).ended
    expect((await run('--version')).stdout).toBe(versionLine)
    expect((await run('try', 'lines')).stdout).toMatch(/^line 0\n/)
  })
})
