/** The checks of the whole tree: types, lint, form, layers, the build, and the lockfiles. Each shows what it found. */
import {spawn} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'

const root = join(import.meta.dirname, '..')

/** Runs a JavaScript program in the project's root; resolves to what it wrote where it failed, or to nothing. */
async function findings(script: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [script, ...args], {cwd: root, stdio: ['ignore', 'pipe', 'pipe']})
  let output = ''
  const collect = (bytes: Buffer): void => {
    output += bytes.toString()
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return status === 0 ? '' : `${output}${script} ended with status ${String(status)}`
}

const slowMs = 300_000

describe('the sources', () => {
  test.each([
    ['have no type errors', 'typescript/bin/tsc', ['--noEmit', '-p', '.']],
    ['have no lint', 'eslint/bin/eslint.js', ['src', 'test']],
    [
      'are formatted',
      'prettier/bin/prettier.cjs',
      ['--check', '--log-level=warn', '{src,test,build}/**/*.{ts,js,cjs}', 'bin/run.js'],
    ],
    [
      'import in one direction',
      'dependency-cruiser/bin/dependency-cruiser.mjs',
      ['--config', '.dependency-cruiser.cjs', 'src'],
    ],
  ])(
    '%s',
    async (_name, script, args) => {
      expect(await findings(join('node_modules', script), ...args)).toBe('')
    },
    slowMs,
  )

  test('are what dist/ and its manifest were built from, and build to the same bytes again', async () => {
    expect(await findings('build/build.js', '--check')).toBe('')
  })
})

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
}
interface Manifest {
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
}
const json = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'))

/** What is wrong with a lockfile and the package.json that it belongs to, one line each. */
function lockFaults(lock: {packages: Record<string, Locked>}, wanted: Manifest): string[] {
  const faults: string[] = []
  for (const [path, locked] of Object.entries(lock.packages)) {
    if (path === '') continue
    if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(locked.integrity ?? '')) faults.push(`${path}: no SHA-512`)
    if (locked.resolved !== undefined) faults.push(`${path}: names a host`)
    if (locked.link === true) faults.push(`${path}: is a link`)
  }
  const {dependencies, devDependencies, optionalDependencies} = wanted
  for (const [name, version] of Object.entries({
    ...dependencies,
    ...devDependencies,
    ...optionalDependencies,
  })) {
    if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) faults.push(`${name}: ${version} is no exact version`)
    if (lock.packages[`node_modules/${name}`]?.version !== version)
      faults.push(`${name}: is locked at another version`)
  }
  return faults
}

describe('the lockfiles', () => {
  test.each(['', '.tools/'])(
    '%spackage-lock.json pins every package by SHA-512, and names no host',
    (folder) => {
      const lock = json(`${folder}package-lock.json`) as {packages: Record<string, Locked>}
      expect(Object.keys(lock.packages).length).toBeGreaterThan(2)
      expect(lockFaults(lock, json(`${folder}package.json`) as Manifest)).toEqual([])
    },
  )

  test('would be found wrong with a weak digest, a host, a range or another version', () => {
    const packages = {
      '': {},
      'node_modules/a': {version: '1.0.0', integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk='},
      'node_modules/b': {
        version: '1.0.0',
        integrity: `sha512-${'A'.repeat(86)}==`,
        resolved: 'https://host.example/b.tgz',
      },
    }
    expect(lockFaults({packages}, {dependencies: {a: '^1.0.0', b: '1.0.1'}})).toEqual([
      'node_modules/a: no SHA-512',
      'node_modules/b: names a host',
      'a: ^1.0.0 is no exact version',
      'a: is locked at another version',
      'b: is locked at another version',
    ])
  })

  test('are installed without running a script of any package', () => {
    expect(readFileSync(join(root, '.npmrc'), 'utf8').split('\n')).toContain('ignore-scripts=true')
  })
})
