/**
 * Brings other people's software for tests: each from its own lock file in `locks/`, into a Python environment of its
 * own under `.tools/state/backends` (or the folder that KEYRITE_BACKENDS names), once. As a program it brings what is
 * named, or all:
 *
 *     node test/backends/bring.ts [ministack] [localstack] [openbao] [aws-client] [google-client] [azure-client]
 */
import {execFile} from 'node:child_process'
import {createHash} from 'node:crypto'
import {existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {locked} from './lock.ts'
import {findPython} from './python.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

interface Needs {
  readonly leastMinor: number
  /** Whether a machine without that Python may go without. */
  readonly spared?: true
  /** Of which packages the source is brought too, at the version of the lock: it holds the tests that their makers publish. */
  readonly sources?: readonly string[]
}

/** What can be brought, and the least Python 3 that it runs on. */
const software = {
  ministack: {leastMinor: 10},
  localstack: {leastMinor: 12, spared: true},
  openbao: {leastMinor: 10},
  'aws-client': {leastMinor: 10},
  'google-client': {leastMinor: 10},
  'azure-client': {
    leastMinor: 10,
    sources: ['azure-keyvault-keys', 'azure-keyvault-administration', 'azure-keyvault-securitydomain'],
  },
} as const satisfies Record<string, Needs>

export type Software = keyof typeof software

/** Fits `testWhen`: what is there, or what is missing and how to get it. */
export type Brought =
  | {readonly present: true; readonly what: string; readonly how: string; readonly folder: string}
  | {readonly present: false; readonly what: string; readonly how: string; readonly optional: boolean}

/**
 * Makes sure that it is there. To be awaited where a test file begins, before any test is registered, so that no
 * test's time runs meanwhile.
 */
export async function bring(name: Software): Promise<Brought> {
  const lock = join(import.meta.dirname, 'locks', `${name}.txt`)
  const {sources = []}: Needs = software[name]
  const all = createHash('sha256').update(readFileSync(lock)).update(sources.join())
  const digest = all.digest('hex').slice(0, 12)
  const kept = process.env['KEYRITE_BACKENDS'] ?? join(root, '.tools/state/backends')
  const folder = join(kept, `${name}-${digest}`)
  const there: Brought = {present: true, what: name, how: '', folder}
  if (isWhole(folder)) return there
  mkdirSync(kept, {recursive: true})
  return locked(`${folder}.lock`, async () => {
    if (isWhole(folder)) return there
    const how = failedLately(folder) ?? (await install(name, lock, folder))
    if (how === null) return there
    return {present: false, what: name, how, optional: 'spared' in software[name] && how.startsWith(noPython)}
  })
}

/** Written last of all: what was killed on the way is made anew. */
const mark = (folder: string): string => join(folder, 'whole')
const isWhole = (folder: string): boolean => existsSync(mark(folder))

const noPython = 'install Python'

/** @returns null once it is there, else what to do about it. */
async function install(name: Software, lock: string, folder: string): Promise<string | null> {
  const {leastMinor} = software[name]
  const python = findPython(leastMinor)
  if (python === undefined) return `${noPython} 3.${leastMinor} or newer, with venv`
  try {
    rmSync(folder, {recursive: true, force: true})
    await run(python.path, ['-m', 'venv', folder], {env: process.env})
  } catch (error) {
    return failed(
      folder,
      `its Python (${python.path}) cannot make environments (Debian: apt-get install python3-venv)`,
      error,
    )
  }
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-deps',
    '--no-input',
    '--disable-pip-version-check',
    '--retries=2',
  ]
  try {
    await run(pythonOf(folder), [...pip, '--timeout=30', '-r', lock], {env: process.env})
  } catch (error) {
    return failed(folder, 'pip could not install it, so look at the network and at pip', error)
  }
  try {
    for (const one of sourcesOf(name, lock)) await bringSource(folder, one)
  } catch (error) {
    return failed(folder, 'pip could not bring its source, so look at the network and at pip', error)
  }
  writeFileSync(mark(folder), '')
  return null
}

/** As `NAME==VERSION`, from the lock. */
function sourcesOf(name: Software, lock: string): readonly string[] {
  const {sources = []}: Needs = software[name]
  const pinned = readFileSync(lock, 'utf8').split('\n')
  return sources.map((one) => pinned.find((line) => line.startsWith(`${one}==`)) ?? one)
}

/** Into `sources/NAME-VERSION` of the environment. Nothing is built but what pip wants to know of it. */
async function bringSource(folder: string, pinned: string): Promise<void> {
  const [python, into] = [pythonOf(folder), join(folder, 'sources')]
  const plain = ['--quiet', '--no-input', '--disable-pip-version-check', '--no-deps', '--no-build-isolation']
  await run(python, ['-m', 'pip', 'download', ...plain, '--no-binary', ':all:', '-d', into, pinned], {
    env: process.env,
  })
  const unpack =
    // Pythons before 3.11.4 know no filter.
    "import glob,sys,tarfile\nkept={'filter': 'data'} if hasattr(tarfile, 'data_filter') else {}\nfor one in glob.glob(sys.argv[1]+'/*.tar.gz'): tarfile.open(one).extractall(sys.argv[1], **kept)"
  await run(python, ['-c', unpack, into], {env: process.env})
}

/** The interpreter of an environment that was brought. */
export function pythonOf(folder: string): string {
  return join(folder, 'bin/python')
}

/** What failed is not tried again by every test file of a run. */
const rememberedMs = 120_000

function failed(folder: string, fact: string, error: unknown): string {
  const {stderr = '', message} = error as {stderr?: string; message: string}
  const said = /^ERROR: .*$/m.exec(stderr)?.[0] ?? message.split('\n')[0]
  const how = `${fact} (${String(said).slice(0, 200)})`
  rmSync(folder, {recursive: true, force: true})
  writeFileSync(`${folder}.failed`, how)
  return how
}

function failedLately(folder: string): string | undefined {
  const file = `${folder}.failed`
  const at = statSync(file, {throwIfNoEntry: false})?.mtimeMs ?? 0
  return Date.now() - at < rememberedMs ? readFileSync(file, 'utf8') : undefined
}

if (import.meta.main) {
  const names = process.argv.slice(2)
  for (const name of Object.keys(software) as Software[]) {
    if (names.length > 0 && !names.includes(name)) continue
    const brought = await bring(name)
    console.error(brought.present ? `${name}: in ${brought.folder}` : `${name}: missing; ${brought.how}`)
    if (!brought.present && !brought.optional) process.exitCode = 1
  }
}
