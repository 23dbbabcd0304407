import {execFileSync} from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {afterAll, describe, expect, test} from '@jest/globals'
import {onPath, testWhen} from '../support/needs.ts'
import {keyrite, newCheckout, newFolder, removeAll, root, start} from './checkout.ts'

const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {version: string}
const versionLine = `keyrite/${version} ${process.platform}-${process.arch} node-${process.version}\n`

afterAll(removeAll)

test('the version is printed where not one package is installed: nothing is loaded for it', async () => {
  const bare = newFolder()
  mkdirSync(join(bare, 'bin'))
  for (const name of ['bin/run.js', 'package.json']) copyFileSync(join(root, name), join(bare, name))
  const checkout = {...newCheckout(), path: bare}
  const {stdout, status} = await start(checkout, [process.execPath, 'bin/run.js', '--version']).ended
  expect({stdout, status}).toEqual({stdout: versionLine, status: 0})
})

describe('a checkout that cannot be written', () => {
  /** Takes the right to write away; root has it regardless, so root runs keyrite as nobody. */
  const uid = process.getuid?.() === 0 ? 65_534 : undefined
  const lock = (folder: string): unknown => execFileSync('chmod', ['-R', 'a-w,a+rX', folder])
  const unlock = (folder: string): unknown => execFileSync('chmod', ['-R', 'u+w', folder])

  test('and is not set up says so, and that nothing was changed', async () => {
    const fresh = newCheckout()
    lock(fresh.path)
    const {status, stderr} = await start(fresh, ['./bin/keyrite', '--version'], {}, uid).ended
    unlock(fresh.path)
    expect(status).toBe(12)
    expect(stderr).toMatch(
      /^Error: cannot set keyrite up: .* cannot be written; nothing was changed\nCode: STORAGE\nTry this: sh .*\n$/,
    )
  })

  test('works once it is set up', async () => {
    const checkout = newCheckout()
    expect((await keyrite(checkout, ['--version'])).status).toBe(0)
    const copy = {...checkout, path: join(newFolder(), 'keyrite')}
    execFileSync('cp', ['-a', checkout.path, copy.path])
    rmSync(join(copy.path, 'node_modules'))
    // Nobody may not be able to look where this project lies: what is needed of it stands in the copy.
    mkdirSync(join(copy.path, 'node_modules'))
    writeFileSync(join(copy.path, 'node_modules/.package-lock.json'), '{}')
    const node = join(copy.path, 'node')
    try {
      linkSync(process.execPath, node)
    } catch {
      copyFileSync(process.execPath, node) // another file system
    }
    chmodSync(node, 0o755)
    writeFileSync(join(copy.path, '.tools/state/node'), `${node}\n`)
    lock(copy.path)
    const ended = await start(copy, ['./bin/keyrite', '--version'], {}, uid).ended
    unlock(copy.path)
    rmSync(node)
    expect(ended).toEqual({status: 0, stdout: versionLine, stderr: ''})
  })
})

testWhen(
  {present: onPath('npm') !== undefined, what: 'npm', how: 'install it: apt-get install npm'},
  'a registry that does not answer: one sentence with npm’s reason, and nothing was changed',
  async () => {
    const fresh = newCheckout()
    const {status, stderr} = await start(fresh, ['./bin/keyrite', '--version'], {
      PATH: `${join(String(onPath('npm')), '..')}:${fresh.bin}`,
      npm_config_registry: 'http://127.0.0.1:9',
      npm_config_cache: newFolder(),
      npm_config_fetch_retries: '0',
    }).ended
    expect(status).toBe(7)
    expect(stderr).toMatch(
      /Error: cannot set keyrite up: npm could not bring .*ECONNREFUSED.*nothing that works was changed\nCode: NETWORK\nTry this: npm ping/,
    )
    expect(existsSync(join(fresh.path, 'node_modules'))).toBe(false)
  },
)
