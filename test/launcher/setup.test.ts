import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from '@jest/globals'
import {
  holdNpm,
  keyrite,
  killAll,
  newCheckout,
  npmCalls,
  program,
  removeAll,
  start,
  until,
  useNode,
} from './checkout.ts'
import type {Checkout} from './checkout.ts'

afterAll(removeAll)

const versionLine = new RegExp(
  `^keyrite/\\S+ ${process.platform}-${process.arch} node-${process.version}\\n$`,
)
const state = (checkout: Checkout, ...names: string[]): string =>
  join(checkout.path, '.tools/state', ...names)

/** A checkout that is set up. */
async function ready(): Promise<Checkout> {
  const checkout = newCheckout()
  const {status, stderr} = await keyrite(checkout, ['--version'])
  expect(`${status}: ${stderr}`).toContain('0: Setting keyrite up')
  return checkout
}

/** Ends in one error of this code and status, and leaves nothing half-made behind. */
async function refused(checkout: Checkout, exit: number, code: string): Promise<string> {
  const {status, stdout, stderr} = await keyrite(checkout, ['--version'])
  expect(stderr).toMatch(new RegExp(`Error: cannot set keyrite up: .*\\nCode: ${code}\\nTry this: .*\\n$`))
  expect({status, stdout}).toEqual({status: exit, stdout: ''})
  const left = existsSync(state(checkout)) ? readdirSync(state(checkout)) : []
  expect(left.filter((name) => !['node', 'npm.log', 'installed', 'built'].includes(name))).toEqual([])
  return stderr
}

describe('the first start of a fresh clone', () => {
  test('brings Node where the one on PATH is too old, then packages and build, and says so on stderr', async () => {
    const checkout = newCheckout()
    useNode(checkout)
    const first = await keyrite(checkout, ['--version'])
    expect(first.stdout).toMatch(versionLine)
    expect(first.stderr).toMatch(
      /3 of 3 steps[^]*1 of 3: bringing Node .* because the one here is 20\.20\.2[^]*3 of 3: building/,
    )
    expect(npmCalls(checkout)).toBe(2)

    const second = await keyrite(checkout, ['--version'])
    expect(second).toEqual({status: 0, stdout: first.stdout, stderr: ''})
    expect(npmCalls(checkout)).toBe(2)
  })

  test('brings no Node where the one on PATH will do, and remembers where that really is', async () => {
    const checkout = await ready()
    expect(npmCalls(checkout)).toBe(1)
    expect(readFileSync(state(checkout, 'node'), 'utf8')).toBe(`${process.execPath}\n`)
  })

  test('runs no script of any package, and installs what tests and build need whatever NODE_ENV says', async () => {
    const checkout = newCheckout()
    expect((await keyrite(checkout, ['--version'], {NODE_ENV: 'production'})).status).toBe(0)
    expect(readFileSync(join(checkout.notes, 'calls'), 'utf8')).toMatch(
      /^ci .*--ignore-scripts .*--include=dev/,
    )
  })
})

describe('what has changed since is set up again by itself', () => {
  test('a changed source is built again, and nothing is installed', async () => {
    const checkout = await ready()
    const source = join(checkout.path, 'src/commands/try/lines.ts')
    writeFileSync(source, readFileSync(source, 'utf8').replace("'line '", "'changed '"))
    const {stdout, stderr} = await keyrite(checkout, ['try', 'lines'])
    expect(stdout).toContain('changed 0\n')
    expect(stderr).toContain('1 of 1: building')
    expect(npmCalls(checkout)).toBe(1)
  })

  test('a source that was taken away is built away, and a changed lockfile is installed', async () => {
    const checkout = await ready()
    rmSync(join(checkout.path, 'src/commands/try/hang.ts'))
    const now = new Date()
    utimesSync(join(checkout.path, 'package-lock.json'), now, now)
    expect((await keyrite(checkout, ['try', 'hang'])).status).toBe(127)
    expect(npmCalls(checkout)).toBe(2)
  })

  test('a source dated in the future is built once, not at every start', async () => {
    const checkout = newCheckout()
    const nextYear = new Date(Date.now() + 365 * 86_400_000)
    for (const name of ['src/ui/main.ts', 'package-lock.json'])
      utimesSync(join(checkout.path, name), nextYear, nextYear)
    await keyrite(checkout, ['--version'])
    expect((await keyrite(checkout, ['--version'])).stderr).toBe('')
  })

  test('a remembered Node that has vanished is looked for again', async () => {
    const checkout = await ready()
    writeFileSync(state(checkout, 'node'), `${checkout.notes}/gone\n`)
    const {status, stdout} = await keyrite(checkout, ['--version'])
    expect({status, stdout}).toEqual({status: 0, stdout: expect.stringMatching(versionLine)})
    expect(readFileSync(state(checkout, 'node'), 'utf8')).toBe(`${process.execPath}\n`)
  })
})

describe('a set-up that is stopped', () => {
  test('by SIGKILL leaves nothing that counts as done, and the next start does it all', async () => {
    const checkout = newCheckout()
    holdNpm(checkout, true)
    const running = start(checkout, ['./bin/keyrite', '--version'])
    await until(() => npmCalls(checkout) === 1)
    await killAll(running)
    expect(existsSync(join(checkout.path, 'node_modules'))).toBe(false)
    expect(existsSync(state(checkout, 'lock')) || readdirSync(state(checkout)).includes('lock')).toBe(true)

    holdNpm(checkout, false)
    expect((await keyrite(checkout, ['--version'])).stdout).toMatch(versionLine)
    expect(readdirSync(state(checkout)).sort()).toEqual(['built', 'installed', 'node'])
  })

  test('by SIGTERM says so at once, stops npm, and gives up the lock', async () => {
    const checkout = newCheckout()
    holdNpm(checkout, true)
    const running = start(checkout, ['sh', 'bin/setup'])
    await until(() => npmCalls(checkout) === 1)
    running.child.kill('SIGTERM')
    const {status, stderr} = await running.ended
    expect({status, last: stderr.split('\n').at(-2)}).toEqual({
      status: 143,
      last: expect.stringMatching(/^Cancelled\. /),
    })
    expect(readdirSync(state(checkout)).filter((name) => /lock|staging/.test(name))).toEqual([])
  })

  test('and installs over what was there before keeps that until the new is whole', async () => {
    const checkout = await ready()
    rmSync(state(checkout, 'installed'))
    writeFileSync(join(checkout.notes, 'fail'), 'npm error network connect ECONNREFUSED 192.0.2.1:443\n')
    await refused(checkout, 7, 'NETWORK')
    expect(existsSync(join(checkout.path, 'node_modules/.package-lock.json'))).toBe(true)
  })

  test('keeps a second one waiting, which then finds everything done', async () => {
    const checkout = newCheckout()
    holdNpm(checkout, true)
    const first = start(checkout, ['./bin/keyrite', '--version'])
    await until(() => npmCalls(checkout) === 1)
    const second = start(checkout, ['./bin/keyrite', '--version'])
    await until(() => second.said().includes('Another set-up of this checkout is at work'))
    holdNpm(checkout, false)
    const both = await Promise.all([first.ended, second.ended])
    expect(both.map(({stdout}) => stdout)).toEqual([
      expect.stringMatching(versionLine),
      expect.stringMatching(versionLine),
    ])
    expect(npmCalls(checkout)).toBe(1)
  })

  test('is not waited for where its process id has become another program', async () => {
    const checkout = newCheckout()
    mkdirSync(state(checkout), {recursive: true})
    const other = start(checkout, ['sleep', '60'])
    symlinkSync(String(other.child.pid), state(checkout, 'lock'))
    expect((await keyrite(checkout, ['--version'])).status).toBe(0)
    await killAll(other)
  })
})

describe('what stands in the way of a set-up is said in a sentence', () => {
  test('no npm', async () => {
    const checkout = newCheckout()
    rmSync(join(checkout.bin, 'npm'))
    expect(await refused(checkout, 4, 'NPM_MISSING')).toMatch(/none on PATH; nothing was changed/)
  })

  test.each([
    [
      'a full disk',
      'npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device, write\n',
      12,
      'STORAGE',
      'is full',
    ],
    [
      'a cache that is not ours',
      'npm error code EACCES\nnpm error path /var/cache/npm\n',
      12,
      'STORAGE',
      'npm could not write',
    ],
    [
      'another file than the lockfile names',
      'npm error code EINTEGRITY\nnpm error sha512-x integrity checksum failed\n',
      6,
      'UNSAFE_FILE',
      'not what the lockfile names',
    ],
    ['a lockfile that does not fit', 'npm error code EUSAGE\n', 1, 'BUG', 'do not agree'],
  ])('%s', async (_name, words, exit, code, fact) => {
    const checkout = newCheckout()
    writeFileSync(join(checkout.notes, 'fail'), words)
    expect(await refused(checkout, exit, code)).toContain(fact)
    expect(existsSync(join(checkout.path, 'node_modules'))).toBe(false)
  })

  test('an npm that reports success and has brought no Node, because that is an optional dependency', async () => {
    const checkout = newCheckout()
    useNode(checkout)
    program(
      checkout,
      'npm',
      '#!/bin/sh\necho npm http fetch GET http://192.0.2.1/node attempt 1 failed with ECONNREFUSED\n',
    )
    expect(await refused(checkout, 7, 'NETWORK')).toContain('could not bring Node 24')
  })

  test('a system for which there is no Node to bring', async () => {
    const checkout = newCheckout()
    useNode(checkout)
    program(checkout, 'uname', '#!/bin/sh\ncase $1 in -s) echo Darwin ;; *) echo arm64 ;; esac\n')
    expect(await refused(checkout, 2, 'NODE_UNSUITABLE')).toMatch(
      /none to bring for Darwin on arm64[^]*install Node 24/,
    )
    expect(npmCalls(checkout)).toBe(0)
  })

  test('a Node that does not run on this libc, and is taken away again', async () => {
    const checkout = newCheckout()
    useNode(checkout)
    rmSync(join(checkout.notes, 'brought-node'))
    writeFileSync(join(checkout.notes, 'brought-node'), '#!/no/such/loader\n', {mode: 0o755})
    expect(await refused(checkout, 2, 'NODE_UNSUITABLE')).toContain('does not run on this system')
    expect(existsSync(join(checkout.path, '.tools/node_modules'))).toBe(false)
  })

  test('a build that fails: the reason, and what is in place', async () => {
    const checkout = newCheckout()
    renameSync(join(checkout.path, 'src/base/errors.ts'), join(checkout.path, 'src/base/mistakes.ts'))
    const words = await refused(checkout, 1, 'BUG')
    expect(words).toContain('base/errors.ts')
    expect(existsSync(join(checkout.path, 'dist'))).toBe(false)
  })
})
