/** The package as npm makes and installs it: packed from this checkout, installed into an empty folder, and run there. */
import {execFileSync, spawnSync} from 'node:child_process'
import {createHash} from 'node:crypto'
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {homedir, tmpdir} from 'node:os'
import {delimiter, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {onPath, testWhen, testWith} from '../support/needs.ts'
import {root} from './checkout.ts'

const folder = mkdtempSync(join(tmpdir(), 'keyrite-package-'))
afterAll(() => {
  rmSync(folder, {recursive: true, force: true})
})

/** npm, as someone has it who never saw this checkout. */
function npm(cwd: string, ...args: readonly string[]): string {
  const flags = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error']
  return execFileSync('npm', [...args, ...flags], {cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']})
}

function pack(into: string): string {
  mkdirSync(join(folder, into))
  npm(root, 'pack', '--pack-destination', join(folder, into))
  const [file = ''] = readdirSync(join(folder, into))
  return join(folder, into, file)
}

const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex')
const {version, dependencies} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
}
const here = onPath('npm') !== undefined
const npmNeed = {present: here, what: 'npm', how: 'install it: apt-get install npm'}

let tarball = ''
let files: string[] = []
beforeAll(() => {
  if (!here) return
  tarball = pack('first')
  files = execFileSync('tar', ['-tzf', tarball], {encoding: 'utf8'})
    .trimEnd()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''))
}, 60_000)

describe('the package', () => {
  // What the build makes is compared in each run, by test/checks.
  if (process.env['SLOW'] === '1')
    testWhen(npmNeed, 'has the same bytes each time it is made', () => {
      expect(digest(pack('second'))).toBe(digest(tarball))
    })

  testWhen(
    npmNeed,
    'holds what is needed and nothing else: no test, no source, no stand-in, nothing of ours',
    () => {
      const allowed =
        /^(bin\/run\.js|package\.json|oclif\.manifest\.json|(README|LICENSE|CHANGELOG|SECURITY)(\.md)?|dist\/.+|ceremony-templates\/.+|docs\/(providers\/)?[^/]+\.(md|schema\.json)|docs\/pictures\/[^/]+\.png|docs\/(recover\.py|share-vectors\.json))$/
      expect(files.filter((path) => !allowed.test(path))).toEqual([])
      expect(
        files.filter((path) =>
          // A command may be called "test": that one is none.
          /(^|\/)(test|tests|mocks?|stubs?|fixtures?|src|node_modules)(\/|\.)|\.tsx?$/.test(
            path.replace('dist/commands/notification/test.js', ''),
          ),
        ),
      ).toEqual([])
      expect(files).toEqual(
        expect.arrayContaining([
          'bin/run.js',
          'dist/main.js',
          'dist/man/keyrite.1',
          'dist/completion/keyrite.bash',
          'dist/completion/_keyrite',
          'dist/completion/keyrite.fish',
          'dist/sbom.cdx.json',
          'dist/THIRD-PARTY.txt',
          'ceremony-templates/jwt-signing-rsa-4096.yaml',
          'ceremony-templates/bundle/verify.py',
          'docs/cli.md',
          'docs/errors.md',
          'README.md',
          'LICENSE',
        ]),
      )
    },
  )
})

describe('the list of what it is made of', () => {
  interface Component {
    readonly name: string
    readonly version: string
    readonly purl: string
    readonly hashes: readonly {readonly alg: string; readonly content: string}[]
    readonly licenses: readonly {readonly expression: string}[]
  }
  const text = readFileSync(join(root, 'dist/sbom.cdx.json'), 'utf8')
  const sbom = JSON.parse(text) as {
    readonly bomFormat: string
    readonly specVersion: string
    readonly metadata: {readonly component: {readonly name: string; readonly version: string}}
    readonly components: readonly Component[]
  }
  const {packages} = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, {readonly version?: string; readonly integrity?: string}>>
  }

  test('names every package whose notice ships and every one that is installed beside it', () => {
    expect(sbom).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      metadata: {component: {name: 'keyrite', version}},
    })
    const notices = readFileSync(join(root, 'dist/THIRD-PARTY.txt'), 'utf8')
    const noticed = [...notices.matchAll(/^={80}\n(\S+) (\S+) \(.*\)\n={80}$/gm)].map(
      ([, name = '', at = '']) => `${name}@${at}`,
    )
    const listed = sbom.components.map(({name, version: at}) => `${name}@${at}`)
    expect(noticed.length).toBeGreaterThan(20)
    expect(noticed.filter((one) => !listed.includes(one))).toEqual([])
    for (const [name, at] of Object.entries(dependencies)) expect(listed).toContain(`${name}@${at}`)
  })

  test('gives each the SHA-512 that the lockfile pins, and a licence', () => {
    const pinned = new Map(
      Object.entries(packages).map(([path, {version: at, integrity = ''}]) => [
        `${path.replace(/^.*node_modules\//, '')}@${String(at)}`,
        Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex'),
      ]),
    )
    for (const {name, version: at, purl, hashes, licenses} of sbom.components) {
      expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${at}`)
      expect(hashes).toEqual([{alg: 'SHA-512', content: pinned.get(`${name}@${at}`)}])
      expect(licenses[0]?.expression).toMatch(/^[\w .()-]+$/)
    }
  })

  test('names no host, no folder of this machine and no time', () => {
    expect(text).not.toMatch(/https?:|registry|serialNumber|timestamp/)
    expect(text).not.toContain(homedir() === '/' ? '\0' : `${homedir()}/`)
  })
})

/** A Node that is too old, if there is one anywhere on PATH. */
const oldNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .concat('/usr/bin')
  .map((path) => join(path, 'node'))
  .find((node) => {
    const {status, stdout} = spawnSync(node, ['-p', 'process.versions.node'], {encoding: 'utf8'})
    if (status !== 0) return false
    const [major = 0, minor = 0] = stdout.split('.').map(Number)
    return major < 24 || major === 25 || (major === 24 && minor < 15)
  })

const registry =
  here &&
  spawnSync('npm', ['view', 'better-sqlite3@13.2.0', 'version'], {cwd: folder, timeout: 20_000}).status === 0

describe('installed into an empty folder, without scripts', () => {
  const place = join(folder, 'place')
  const home = join(folder, 'user')
  const need = {present: registry, what: 'the npm registry', how: 'let npm reach it'}
  const env = {PATH: process.env['PATH'] ?? '', HOME: home}
  const keyrite = (...words: readonly string[]): {status: number | null; stdout: string; stderr: string} =>
    spawnSync(join(place, 'node_modules/.bin/keyrite'), words, {cwd: place, env, encoding: 'utf8'})

  beforeAll(() => {
    if (!registry) return
    for (const one of [place, home]) mkdirSync(one)
    writeFileSync(join(place, 'package.json'), '{}')
    npm(place, 'install', '--ignore-scripts', '--prefer-offline', tarball)
  }, 120_000)

  testWhen(need, 'it brings its native modules, what Google’s own library needs, and nothing else', () => {
    const tree = JSON.parse(readFileSync(join(place, 'node_modules/.package-lock.json'), 'utf8')) as {
      readonly packages: Readonly<
        Record<
          string,
          {readonly version: string; readonly hasInstallScript?: boolean; readonly dev?: boolean}
        >
      >
    }
    const nameOf = (path: string): string => path.replace(/^.*node_modules\//, '')
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as typeof tree
    const known = new Set(
      Object.entries(lock.packages).flatMap(([path, {dev}]) => (dev === true ? [] : [nameOf(path)])),
    )
    const brought = new Set(Object.keys(tree.packages).map(nameOf))
    expect([...brought].filter((name) => !known.has(name) && name !== 'keyrite')).toEqual([])
    const own = ['better-sqlite3', 'keyrite', 'node-addon-api', 'pkcs11js']
    expect([...own, ...Object.keys(dependencies)].filter((name) => !brought.has(name))).toEqual([])
    expect(tree.packages['node_modules/better-sqlite3']?.version).toBe(dependencies['better-sqlite3'])
    // One is compiled, and optional: without it all but HSMs works. The other only says something.
    const scripted = Object.entries(tree.packages).filter(([, {hasInstallScript}]) => hasInstallScript)
    expect(scripted.map(([path]) => path).sort()).toEqual([
      'node_modules/pkcs11js',
      'node_modules/protobufjs',
    ])
  })

  testWhen(need, 'it says its version, and its files are those of its own list', () => {
    expect(keyrite('--version').stdout).toContain(`keyrite/${version} `)
    const listed = spawnSync('sha256sum', ['--check', '--quiet', 'dist/files.sha256'], {
      cwd: join(place, 'node_modules/keyrite'),
      encoding: 'utf8',
    })
    expect(listed).toMatchObject({status: 0, stdout: '', stderr: ''})
    expect(keyrite('completion', 'fish').stdout).toContain('complete -c keyrite')
    expect(keyrite('key', 'lsit')).toMatchObject({status: 127})
  })

  testWhen(
    need,
    'it does the whole main job: keyrite demo',
    () => {
      const {status, stdout, stderr} = keyrite('demo', '--dir', join(folder, 'demo'), '--json')
      expect([status, stderr.slice(-400)]).toEqual([0, expect.any(String)])
      expect(JSON.parse(stdout)).toMatchObject({
        schema: 'keyrite.demo/1',
        verified: true,
        tamperedRefused: true,
      })
    },
    120_000,
  )

  testWhen(
    {
      present: registry && oldNode !== undefined,
      what: 'an older Node',
      how: 'put a Node 20 on PATH, behind the one that the tests run on',
      optional: true,
    },
    'an older Node gets one sentence and status 2, whatever it is asked to do, and no crash',
    () => {
      for (const words of [['--version'], ['demo'], ['key', 'list', '--json'], []]) {
        const script = join(place, 'node_modules/keyrite/bin/run.js')
        const ran = spawnSync(oldNode ?? '', [script, ...words], {cwd: place, env, encoding: 'utf8'})
        expect(ran).toMatchObject({status: 2, signal: null, stdout: ''})
        expect(ran.stderr).toMatch(
          /^Error: cannot run keyrite: it needs Node 24\.15 or newer, and this is Node \d+\.\d+\.\d+\nCode: NODE_UNSUITABLE\nTry this: .*\n$/,
        )
      }
    },
  )

  testWith('man', 'its man page is found by man', () => {
    const page = join(registry ? join(place, 'node_modules/keyrite') : root, 'dist/man/keyrite.1')
    expect(
      execFileSync('man', ['-l', page], {
        encoding: 'utf8',
        env: {...env, MANPAGER: 'cat', LC_ALL: 'C.UTF-8'},
      }),
    ).toContain('keyrite')
  })
})

describe('a package that was packed without a build', () => {
  test('says so in a sentence, and what to do', () => {
    const empty = join(folder, 'unbuilt')
    mkdirSync(join(empty, 'bin'), {recursive: true})
    for (const file of ['bin/run.js', 'package.json'])
      writeFileSync(join(empty, file), readFileSync(join(root, file)))
    const ran = spawnSync(process.execPath, [join(empty, 'bin/run.js'), 'demo'], {encoding: 'utf8'})
    expect([ran.status, ran.stderr]).toEqual([
      1,
      'Error: cannot run keyrite: this copy was packed without a build\nCode: BUG\nTry this: npm run package, in a checkout, and install what that makes\n',
    ])
  })
})
