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

const slowMs = 900_000

describe('the sources', () => {
  test.each([
    ['have no type errors and no lint', 'build/lint.js', []],
    [
      'are formatted',
      'node_modules/prettier/bin/prettier.cjs',
      // This parser is the fastest, and what is printed is the same.
      ['--parser=babel-ts', '--check', '--log-level=warn', '{src,test,build}/**/*.{ts,js,cjs}', 'bin/run.js'],
    ],
    [
      'import in one direction',
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      ['--config', '.dependency-cruiser.cjs', 'src'],
    ],
  ])(
    '%s',
    async (_name, script, args) => {
      expect(await findings(script, ...args)).toBe('')
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
  readonly dev?: boolean
  /** Only where it is another than the path says: an alias. */
  readonly name?: string
  readonly hasInstallScript?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}
interface Manifest {
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  readonly optionalDependencies?: Record<string, string>
}
const json = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'))

/** Packages whose install scripts are known, and are not run here either: two look for what they were shipped with, one warns of a range. */
const knownScripts = ['node_modules/@parcel/watcher', 'node_modules/esbuild', 'node_modules/protobufjs']
/** What tools of ours have under another name, each with its own version and digest. Nothing of it ships. */
const knownAliases = new Map([
  ['@jest/react-is-18', 'react-is'],
  ['@jest/react-is-19', 'react-is'],
  ['@typescript/native', 'typescript'],
  ['string-width-cjs', 'string-width'],
  ['strip-ansi-cjs', 'strip-ansi'],
  ['wrap-ansi-cjs', 'wrap-ansi'],
])
/** A name one letter away from that of a package we mean to use: what would come by it is somebody else's. */
const misspelled = /(^|\/)secrets\.js-grempler$/
/** A version or a range of a registry; anything else (git, a URL, a file, another name) comes from somewhere else. */
const fromRegistry = /^[\d.xX*^~<>=| \w-]*$/

const isKnownAlias = (name: string, range: string): boolean =>
  range.startsWith(`npm:${knownAliases.get(name) ?? ' '}@`) &&
  fromRegistry.test(range.slice(range.lastIndexOf('@') + 1))

/** What is wrong with a lockfile and the package.json that it belongs to, one line each. */
function lockFaults(lock: {packages: Record<string, Locked>}, wanted: Manifest): string[] {
  const faults: string[] = []
  for (const [path, locked] of Object.entries(lock.packages)) {
    if (path === '') continue
    if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(locked.integrity ?? '')) faults.push(`${path}: no SHA-512`)
    if (locked.resolved !== undefined) faults.push(`${path}: names a host`)
    if (locked.link === true) faults.push(`${path}: is a link`)
    const own = path.replace(/^.*node_modules\//, '')
    const known = locked.dev === true && knownAliases.get(own) === locked.name
    if (locked.name !== undefined && !known) faults.push(`${path}: is ${locked.name} under another name`)
    if (!fromRegistry.test(locked.version ?? '')) faults.push(`${path}: comes from elsewhere`)
    if (locked.hasInstallScript === true && !knownScripts.includes(path))
      faults.push(`${path}: has an install script that nobody looked at`)
    if (misspelled.test(path)) faults.push(`${path}: is not the package that is meant`)
    const wants = {...locked.dependencies, ...locked.optionalDependencies, ...locked.peerDependencies}
    for (const [name, range] of Object.entries(wants))
      if (!fromRegistry.test(range) && !(locked.dev === true && isKnownAlias(name, range)))
        faults.push(`${path}: wants ${name} from elsewhere`)
  }
  const {dependencies, devDependencies, optionalDependencies} = wanted
  for (const [name, version] of Object.entries({
    ...dependencies,
    ...devDependencies,
    ...optionalDependencies,
  })) {
    if (misspelled.test(name)) faults.push(`${name}: is not the package that is meant`)
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

  const good = {version: '1.0.0', integrity: `sha512-${'A'.repeat(86)}==`}
  test.each([
    ['an alias', 'node_modules/a', {name: 'b'}, 'node_modules/a: is b under another name'],
    [
      'a git reference',
      'node_modules/a',
      {version: 'git+ssh://host/a.git#1'},
      'node_modules/a: comes from elsewhere',
    ],
    [
      'an install script',
      'node_modules/a',
      {hasInstallScript: true},
      'node_modules/a: has an install script that nobody looked at',
    ],
    ['a link', 'node_modules/a', {link: true}, 'node_modules/a: is a link'],
    [
      'a range by URL',
      'node_modules/a',
      {dependencies: {b: 'https://host/b.tgz'}},
      'node_modules/a: wants b from elsewhere',
    ],
    [
      'a range by git',
      'node_modules/a',
      {optionalDependencies: {b: 'owner/b#main'}},
      'node_modules/a: wants b from elsewhere',
    ],
    [
      'a range by alias',
      'node_modules/a',
      {dependencies: {b: 'npm:c@1.0.0'}},
      'node_modules/a: wants b from elsewhere',
    ],
    [
      'a name like another',
      'node_modules/secrets.js-grempler',
      {},
      'node_modules/secrets.js-grempler: is not the package that is meant',
    ],
  ])('would be found wrong with %s', (_what, path, change, fault) => {
    expect(lockFaults({packages: {'': {}, [path]: good}}, {})).toEqual(
      path.endsWith('grempler') ? [fault] : [],
    )
    expect(lockFaults({packages: {'': {}, [path]: {...good, ...change}}}, {})).toEqual([fault])
  })

  test.each(['git+https://host/a.git', 'npm:b@1.0.0', 'file:../a', '^1.0.0', 'latest', '*'])(
    'would be found wrong with a dependency on %s',
    (version) => {
      expect(
        lockFaults({packages: {'': {}, 'node_modules/a': good}}, {dependencies: {a: version}}),
      ).toContain(`a: ${version} is no exact version`)
    },
  )

  test('are installed without running a script of any package', () => {
    expect(readFileSync(join(root, '.npmrc'), 'utf8').split('\n')).toContain('ignore-scripts=true')
  })
})
