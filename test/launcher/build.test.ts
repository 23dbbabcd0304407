import {createHash} from 'node:crypto'
import {execFileSync} from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {packageRoot, tool} from '../../src/base/package.ts'
import {testWhen} from '../support/needs.ts'
import {keyrite, newCheckout, newFolder, removeAll, root, start} from './checkout.ts'
import type {Checkout, Ended} from './checkout.ts'

let checkout: Checkout
const build = (...args: string[]): Promise<Ended> =>
  start(checkout, [process.execPath, 'build/build.js', ...args]).ended
const at = (...path: string[]): string => join(checkout.path, ...path)

beforeAll(async () => {
  checkout = newCheckout()
  expect((await keyrite(checkout, ['--version'])).status).toBe(0)
})
afterAll(removeAll)

describe('the build', () => {
  test('lets a part have a name of its own for the process, as what paints at a terminal has', () => {
    const parts = readdirSync(at('dist')).filter((name) => name.endsWith('.js'))
    const asking = parts.filter((name) =>
      /(?<![.\w])process\.getBuiltinModule\(/.test(readFileSync(at('dist', name), 'utf8')),
    )
    expect(asking).toEqual([])
    const program = `
      import {withPlainNode} from ${JSON.stringify(join(root, 'build/lean.js'))}
      const text = withPlainNode("import process from 'node:process';") + "console.log(process.pid > 0)"
      await import('data:text/javascript,' + encodeURIComponent(text))`
    const args = ['--input-type=module', '-e', program]
    expect(execFileSync(process.execPath, args, {env: process.env}).toString()).toBe('true\n')
  })

  test('lists every shipped file once, sorted, with the digest that the file has', () => {
    const lines = readFileSync(at('dist/files.sha256'), 'utf8').trimEnd().split('\n')
    const paths = lines.map((line) => line.slice(66))
    expect(paths).toEqual([...paths].sort())
    expect(new Set(paths).size).toBe(paths.length)
    for (const line of lines) {
      const digest = createHash('sha256')
        .update(readFileSync(at(line.slice(66))))
        .digest('hex')
      expect(line).toBe(`${digest}  ${line.slice(66)}`)
    }
    const built = readdirSync(at('dist'), {recursive: true, withFileTypes: true})
    expect(paths.filter((path) => path.startsWith('dist/'))).toHaveLength(
      built.filter((entry) => entry.isFile() && entry.name !== 'files.sha256').length,
    )
    expect(paths).toEqual(
      expect.arrayContaining([
        'bin/run.js',
        'dist/commands/try/lines.js',
        'oclif.manifest.json',
        'package.json',
      ]),
    )
    expect(paths.some((path) => path.startsWith('ceremony-templates/'))).toBe(true)
  })

  test('gives the same bytes in another folder, and names no folder of this machine', async () => {
    const other = newCheckout()
    for (const name of ['src', 'ceremony-templates']) {
      rmSync(join(other.path, name), {recursive: true})
      cpSync(at(name), join(other.path, name), {recursive: true})
    }
    expect((await keyrite(other, ['--version'])).status).toBe(0)
    const list = readFileSync(at('dist/files.sha256'), 'utf8')
    expect(readFileSync(join(other.path, 'dist/files.sha256'), 'utf8')).toBe(list)
    const shipped = list
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(66))
    const ours = [checkout.path, other.path, root, homedir()].map((path) => new RegExp(`${path}/`))
    const naming = shipped.filter((path) => ours.some((one) => one.test(readFileSync(at(path), 'utf8'))))
    expect(naming).toEqual([])
  })

  test('describes each command in the manifest, by the file that it is loaded from', () => {
    const {commands} = JSON.parse(readFileSync(at('oclif.manifest.json'), 'utf8')) as {
      commands: Record<string, {relativePath: string[]}>
    }
    expect(Object.keys(commands)).toEqual(['try:hang', 'try:lines'])
    expect(commands['try:lines']?.relativePath).toEqual(['dist', 'commands', 'try', 'lines.js'])
  })

  test('leaves nothing beside what it made, and makes it without commands too', async () => {
    const empty = newCheckout()
    rmSync(join(empty.path, 'src/commands'), {recursive: true})
    const {status} = await keyrite(empty, ['try', 'lines'])
    expect(status).toBe(127)
    expect(readdirSync(join(empty.path, '.tools/state')).sort()).toEqual(['built', 'installed', 'node'])
  })

  test('under --check finds a file that was altered, and one that was added, and changes neither', async () => {
    expect(await build('--check')).toMatchObject({status: 0, stderr: ''})
    const original = readFileSync(at('dist/main.js'), 'utf8')
    writeFileSync(at('dist/main.js'), `${original}// altered`)
    expect((await build('--check')).status).toBe(1)
    expect(readFileSync(at('dist/main.js'), 'utf8')).toBe(`${original}// altered`)
    writeFileSync(at('dist/main.js'), original)

    writeFileSync(at('dist/added.js'), '')
    expect((await build('--check')).stderr).toContain('was not built from these sources')
    rmSync(at('dist/added.js'))
    expect((await build('--check')).status).toBe(0)
  })

  test('refuses a file under src/commands that is no command', async () => {
    const broken = newCheckout()
    writeFileSync(join(broken.path, 'src/commands/try/none.ts'), 'export const none = 1\n')
    const {status, stderr} = await keyrite(broken, ['try', 'lines'])
    expect(status).toBe(1)
    expect(stderr).toContain('try:none')
    expect(existsSync(join(broken.path, 'dist'))).toBe(false)
  })
})

describe('the running program', () => {
  test('finds its package from its sources, and says which it is by version and by the list of its files', () => {
    expect(packageRoot()).toBe(root)
    const list = join(root, 'dist/files.sha256')
    const bytes = existsSync(list) ? readFileSync(list) : ''
    expect(tool()).toEqual({
      version: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {version: string}).version,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })
  })

  test('loads no plugin that a package.json in the data folder of the user names', async () => {
    const data = mkdtempSync(join(newFolder(), 'data'))
    const evil = join(data, 'keyrite/node_modules/evil')
    const marker = join(data, 'loaded')
    mkdirSync(evil, {recursive: true})
    writeFileSync(
      join(evil, 'package.json'),
      JSON.stringify({name: 'evil', version: '1.0.0', oclif: {hooks: {prerun: './run.cjs'}}}),
    )
    writeFileSync(
      join(evil, 'run.cjs'),
      `module.exports = () => require('node:fs').writeFileSync('${marker}', '')`,
    )
    const user = {
      name: 'user',
      version: '1.0.0',
      oclif: {plugins: [{name: 'evil', type: 'user'}]},
      dependencies: {evil: '1.0.0'},
    }
    writeFileSync(join(data, 'keyrite/package.json'), JSON.stringify(user))
    const ended = await keyrite(checkout, ['try', 'lines'], {XDG_DATA_HOME: data})
    expect(ended).toMatchObject({status: 0, stderr: ''})
    expect(existsSync(marker)).toBe(false)
  })

  testWhen(
    {present: existsSync('/dev/full'), what: '/dev/full', how: 'run the tests on Linux'},
    'whose result cannot be written says so once, ends with status 12, and keeps a status of its own',
    async () => {
      const to = (words: string): Promise<Ended> =>
        start(checkout, ['sh', '-c', `./bin/keyrite ${words} >/dev/full`]).ended
      for (const words of ['try lines', '--version']) {
        const {status, stderr} = await to(words)
        expect(status).toBe(12)
        expect(stderr).toMatch(/^Error: cannot write the result: ENOSPC.*\nCode: STORAGE\nTry this: .*\n$/)
      }
      expect((await to('try lnies --json')).status).toBe(127)
    },
  )

  test('runs where npm installed it: without sources, tools and scripts', async () => {
    const installed = join(newFolder(), 'keyrite')
    mkdirSync(installed)
    for (const name of ['bin', 'dist', 'package.json', 'oclif.manifest.json', 'node_modules'])
      execFileSync('cp', ['-R', '-P', at(name), installed])
    const {stdout, status} = await start({...checkout, path: installed}, [
      process.execPath,
      'bin/run.js',
      'try',
      'lines',
    ]).ended
    expect({status, first: stdout.split('\n')[0]}).toEqual({status: 0, first: 'line 0'})
  })
})
