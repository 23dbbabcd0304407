/**
 * Tests that need something of the machine: another program, root, files beside the project.
 *
 * Where it is missing, the test passes and its title says so; `reporter.cjs` gathers those titles and names them
 * in the closing summary, so a run never looks more thorough than it was. With `KEYRITE_REQUIRE=all` it fails
 * instead, and says what to install.
 */
import {accessSync, constants, existsSync, statSync} from 'node:fs'
import {delimiter, join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, test} from '@jest/globals'

const root = join(import.meta.dirname, '../..')

/** The absolute path of the first program called `name` on PATH, or `undefined`. */
export function onPath(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const file = join(folder, name)
    try {
      accessSync(file, constants.X_OK)
      if (statSync(file).isFile()) return file
    } catch {
      // not in this folder
    }
  }
  return undefined
}

interface Need {
  readonly here: () => boolean
  readonly how: string
  /** Not a thing to install: `KEYRITE_REQUIRE=all` does not ask for it either. */
  readonly optional?: boolean
}

const program = (name: string, debian: string): Need => ({
  here: () => onPath(name) !== undefined,
  how: `install it: apt-get install ${debian}`,
})

/** SoftHSM2's module, where Debian and others put it. */
export const softhsmModule = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
].find((path) => existsSync(path))

/** Whether the driver for PKCS#11 was compiled here. */
const driver = (): boolean => existsSync(join(root, 'node_modules/pkcs11js/build/Release/pkcs11.node'))

/** A security key in software, of Debian's openssh-tests: installed, or unpacked beside what set-up brings. */
export const skDummy = ['/', join(root, '.tools/state/openssh-tests')]
  .map((folder) => join(folder, 'usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so'))
  .find((path) => existsSync(path))

const needs = {
  'sk-dummy.so': {
    here: () => skDummy !== undefined,
    how: 'in .tools/state: apt-get download openssh-tests && dpkg-deb -x openssh-tests_*.deb openssh-tests',
  },
  'ssh-keygen': program('ssh-keygen', 'openssh-client'),
  'ssh-agent': program('ssh-agent', 'openssh-client'),
  openssl: program('openssl', 'openssl'),
  python3: program('python3', 'python3'),
  age: program('age', 'age'),
  sqlite3: program('sqlite3', 'sqlite3'),
  tmux: program('tmux', 'tmux'),
  faketime: program('faketime', 'faketime'),
  strace: program('strace', 'strace'),
  pdftotext: program('pdftotext', 'poppler-utils'),
  pdftoppm: program('pdftoppm', 'poppler-utils'),
  zbarimg: program('zbarimg', 'zbar-tools'),
  bash: program('bash', 'bash'),
  zsh: program('zsh', 'zsh'),
  fish: program('fish', 'fish'),
  man: program('man', 'man-db'),
  softhsm2: {
    here: () => softhsmModule !== undefined && onPath('softhsm2-util') !== undefined && driver(),
    how: 'install it: apt-get install softhsm2, and a C++ compiler, make and Python 3 for the driver: sh bin/setup',
  },
  'pkcs11-tool': program('pkcs11-tool', 'opensc'),
  'p11-kit': program('p11-kit', 'p11-kit p11-kit-modules'),
  chromium: {
    here: () => ['chromium', 'chromium-browser', 'google-chrome'].some((name) => onPath(name) !== undefined),
    how: 'install it: apt-get install chromium',
  },
  vectors: {
    here: () => existsSync(join(root, '../shared/vectors')),
    how: 'put the public test vectors into ../shared/vectors, beside the project',
  },
  root: {here: () => process.getuid?.() === 0, how: 'run the tests as root', optional: true},
} as const satisfies Record<string, Need>

/** What a test may need of the machine. */
export type NeedName = keyof typeof needs

/** Whether it is here, for a whole suite: elsewhere `testWith` names it. */
export function here(what: NeedName): boolean {
  return needs[what].here()
}

/** How a title says that its test was not run; `reporter.cjs` reads this. */
const notSeen = (what: string, name: string): string => `${name} [not seen here: ${what} is missing]`

/**
 * Registers a test that runs only where `present` is true. Elsewhere it passes as not seen, or fails under
 * `KEYRITE_REQUIRE=all`.
 *
 * @param need - what the test needs: whether it is here, what it is called, how to get it; `optional` if that is more
 *   than installing something, so that `KEYRITE_REQUIRE=all` leaves it at "not seen"
 */
export function testWhen(
  need: {readonly present: boolean; readonly what: string; readonly how: string; readonly optional?: boolean},
  name: string,
  fn: () => Promise<void> | void,
  timeoutMs?: number,
): void {
  if (need.present) {
    test(name, fn, timeoutMs)
  } else if (process.env['KEYRITE_REQUIRE'] === 'all' && need.optional !== true) {
    test(name, () => {
      throw new Error(`${need.what} is missing, and KEYRITE_REQUIRE=all asks for it: ${need.how}`)
    })
  } else {
    test(notSeen(need.what, name), () => undefined)
  }
}

/** Registers a test that needs `what` of the machine (one thing, or several). */
export function testWith(
  what: NeedName | readonly NeedName[],
  name: string,
  fn: () => Promise<void> | void,
  timeoutMs?: number,
): void {
  const wanted = typeof what === 'string' ? [what] : what
  const missing = wanted.filter((each) => !needs[each].here())
  const optional = missing.length > 0 && missing.every((each) => 'optional' in needs[each])
  const how = missing.map((each) => needs[each].how).join('; ')
  testWhen({present: missing.length === 0, what: missing.join(' and '), how, optional}, name, fn, timeoutMs)
}

/** What a test file takes of jest, and of this one. */
interface Tools {
  readonly test: typeof test
  readonly testWhen: typeof testWhen
  readonly testWith: typeof testWith
  readonly beforeAll: typeof beforeAll
  readonly beforeEach: typeof beforeEach
  readonly afterAll: typeof afterAll
  readonly afterEach: typeof afterEach
}

/**
 * `test`, its kin and the hooks, for a file (or a part of one) in which everything needs `what`: where that is missing no hook
 * runs, and each test is one of `testWith`.
 */
export function needing(what: NeedName | readonly NeedName[]): Tools {
  const wanted = typeof what === 'string' ? [what] : what
  if (wanted.every(here)) return {test, testWhen, testWith, beforeAll, beforeEach, afterAll, afterEach}
  const named = (name: string): void => {
    testWith(wanted, name, () => undefined)
  }
  const hook = (): void => undefined
  return {
    test: Object.assign(named, {each: () => named}) as unknown as typeof test,
    testWhen: (_need, name) => {
      named(name)
    },
    testWith: (more, name, fn) => {
      testWith([...wanted, ...(typeof more === 'string' ? [more] : more)], name, fn)
    },
    ...{beforeAll: hook, beforeEach: hook, afterAll: hook, afterEach: hook},
  }
}
