/** `doctor` on what is broken: each thing is named, with a command that mends it when it is run. */
import {execFileSync, spawnSync} from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from '@jest/globals'
import Doctor from '../../src/commands/doctor.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {cli} from '../support/process.ts'
import {runCommand, runJson, type World} from '../support/run.ts'

interface Check {
  readonly name: string
  readonly ok: boolean
  readonly level: string
  readonly detail: string
  readonly fix: string | null
}

let made: TestLedger
let dir: string
let world: World
beforeAll(async () => {
  made = await makeLedger({people: 5})
  dir = dirname(made.world.home)
  await prepare(made)
  writeFileSync(join(dir, 'old-pin'), readFileSync(pinPath()))
  await made.using((app) => addLocal(app, 'second'))
  copyFileSync(at('config.yaml'), join(dir, 'config.yaml'))
})
afterAll(() => {
  made.remove()
})
beforeEach(async () => {
  await pin()
})
afterEach(() => {
  copyFileSync(join(dir, 'config.yaml'), at('config.yaml'))
})

/** PATH with the programs that doctor looks for, the profile `main` and a pin of the ledger as it is. */
async function prepare(ledger: TestLedger): Promise<void> {
  const bin = join(dirname(ledger.world.home), 'bin')
  mkdirSync(bin)
  for (const name of ['ssh-keygen', 'ssh-agent', 'openssl', 'sha256sum', 'python3', 'age'])
    writeFileSync(join(bin, name), '', {mode: 0o755})
  writeFileSync(
    join(bin, 'keyrite'),
    `#!/bin/sh\nexec ${process.execPath} --disable-warning=ExperimentalWarning ${cli} "$@"\n`,
    {mode: 0o755},
  )
  world = {...ledger.world, env: {PATH: bin}}
  await ledger.using((app) => addLocal(app, 'main'))
  await pin()
}

const pin = () => runCommand(LedgerVerify, 'ledger verify', [], world)
const look = async (changes: Partial<World> = {}, flags: readonly string[] = []): Promise<readonly Check[]> =>
  (await runJson<{checks: readonly Check[]}>(Doctor, 'doctor', flags, {...world, ...changes})).checks
const found = (checks: readonly Check[]): string[] => checks.filter(({ok}) => !ok).map(({name}) => name)

/** Runs what doctor says, in a shell, as somebody types it. */
function type(line: string | null): void {
  const {status, stderr} = spawnSync('sh', ['-c', line ?? 'false'], {
    env: {
      PATH: `${join(dir, 'bin')}:/usr/bin:/bin`,
      KEYRITE_HOME: made.world.home,
      XDG_STATE_HOME: dirname(made.world.state),
    },
    encoding: 'utf8',
  })
  expect(`${String(line)}: ${status} ${stderr}`).toBe(`${String(line)}: 0 `)
}

const at = (...path: readonly string[]): string => join(made.world.home, ...path)
const state = (...path: readonly string[]): string => join(made.world.state, ...path)
const dead = (): number => Number(execFileSync('sh', ['-c', 'echo $$'], {encoding: 'utf8'}))
const aged = new Date(Date.now() - 3_600_000)

/** What is broken, and under which name it is found. Running its fix leaves nothing to be found. */
const broken: readonly (readonly [name: string, check: string, fix: RegExp, act: () => void])[] = [
  [
    'a home that others look into',
    'home',
    /^chmod 700 /,
    () => {
      chmodSync(at(), 0o755)
    },
  ],
  [
    'a state folder that others look into',
    'state',
    /^chmod 700 /,
    () => {
      chmodSync(state(), 0o750)
    },
  ],
  [
    'a ledger that others read',
    'files',
    /^chmod go-rwx \S+ledger\.db$/,
    () => {
      chmodSync(at('ledger.db'), 0o644)
    },
  ],
  [
    'a writer key and a token that others read',
    'files',
    /^chmod go-rwx \S+main\.token \S+\.key$/,
    () => {
      chmodSync(at('tokens/main.token'), 0o640)
      const key = readWriter()
      chmodSync(key, 0o604)
    },
  ],
  [
    'a file with a blank in its name that others read',
    'files',
    /^chmod go-rwx '.*a note'$/,
    () => {
      writeFileSync(at('a note'), '', {mode: 0o644})
      chmodSync(at('a note'), 0o644)
    },
  ],
  [
    'the name that a killed holder of the lock left',
    'lock',
    /^rm \S+ledger\.lock\.info \S+acts\.lock\.info$/,
    () => {
      for (const name of ['ledger.lock', 'acts.lock'])
        writeFileSync(at(`${name}.info`), `keyrite key create (pid ${dead()}, since 2026-01-01)`, {
          mode: 0o600,
        })
    },
  ],
  [
    'a file that was never finished',
    'unfinished',
    /^rm \S+\.keyrite-0123456789abcdef\.tmp$/,
    () => {
      const path = at('.keyrite-0123456789abcdef.tmp')
      writeFileSync(path, '', {mode: 0o600})
      utimesSync(path, aged, aged)
    },
  ],
  [
    'no pin',
    'pins',
    /^keyrite ledger verify$/,
    () => {
      renameSync(pinPath(), join(dir, 'pin-away'))
    },
  ],
  [
    'a pin that is old and behind',
    'pins',
    /^keyrite ledger verify$/,
    () => {
      const old = new Date(Date.now() - 40 * 86_400_000)
      writeFileSync(pinPath(), readFileSync(join(dir, 'old-pin')))
      utimesSync(pinPath(), old, old)
    },
  ],
  [
    'a write that was cut off',
    'journal',
    /^keyrite ledger verify$/,
    () => {
      cutOff(at('ledger.db'))
    },
  ],
  [
    'a PIN file that others read',
    'profile main',
    /^chmod go-rwx \S+pin$/,
    () => {
      writeFileSync(join(dir, 'pin'), 'x\n')
      chmodSync(join(dir, 'pin'), 0o644)
      const config = readFileSync(at('config.yaml'), 'utf8')
      writeFileSync(
        at('config.yaml'),
        config.replace(/^( *)settings:/m, `$1pin-file: ${join(dir, 'pin')}\n$&`),
      )
    },
  ],
]

const pinPath = (): string => join(state('pins'), readName(state('pins')))
const readWriter = (): string => join(state('writers'), readName(state('writers'), '.key'))
const readName = (folder: string, end = ''): string =>
  execFileSync('ls', [folder], {encoding: 'utf8'})
    .split('\n')
    .find((name) => name !== '' && name.endsWith(end)) ?? ''

/** Leaves the ledger as a writer does that is killed in its transaction: changed pages, and the journal that undoes them. */
function cutOff(path: string): void {
  const script = `
    const {createRequire} = require('node:module')
    const Database = createRequire(${JSON.stringify(join(import.meta.dirname, 'x'))})('better-sqlite3')
    const db = new Database(${JSON.stringify(path)})
    db.pragma('cache_size = 1')
    db.exec('BEGIN IMMEDIATE')
    for (let i = 0; i < 200; i++) db.prepare('INSERT INTO blobs VALUES (?, ?)').run(Buffer.alloc(32, i), Buffer.alloc(9000))
    process.kill(process.pid, 'SIGKILL')`
  spawnSync(process.execPath, ['-e', script])
  expect(existsSync(`${path}-journal`)).toBe(true)
}

describe('doctor names, and what it says to type mends,', () => {
  test.each(broken)('%s', async (_name, check, fix, act) => {
    expect(found(await look())).toEqual([])
    act()
    const checks = await look()
    expect(found(checks)).toEqual([check])
    const [first] = checks
    expect([first?.name, first?.fix]).toEqual([check, expect.stringMatching(fix)])
    type(first?.fix ?? null)
    expect(found(await look())).toEqual([])
  })

  test('a lock that is held is a note, and no finding', async () => {
    writeFileSync(at('ledger.lock.info'), `keyrite key create (pid ${process.pid}, since 2026-01-01)`, {
      mode: 0o600,
    })
    const checks = await look()
    expect(found(checks)).toEqual([])
    expect(checks.find(({name}) => name === 'lock')).toMatchObject({
      level: 'note',
      detail: expect.stringContaining('held by keyrite key create'),
    })
  })

  test('a pin that saw more than there is, and with --full a ledger that does not verify', async () => {
    const pinned = readFileSync(pinPath())
    const size = Number(pinned.toString('utf8').split('\n')[1])
    writeFileSync(pinPath(), pinned.toString('utf8').replace(`\n${size}\n`, `\n${size + 7}\n`))
    const [first] = await look()
    expect(first).toMatchObject({
      name: 'pins',
      level: 'fault',
      detail: expect.stringMatching(
        /^your pin saw \d+ entries, the ledger has \d+: it was rolled back or cut off, or another machine writes it now$/,
      ),
      fix: 'keyrite ledger verify',
    })
    const [worst] = await look({}, ['--full', '--pin-file', '/dev/null'])
    expect(worst).toMatchObject({name: 'ledger', level: 'fault', fix: 'keyrite ledger verify'})
    expect(
      spawnSync(join(dir, 'bin/keyrite'), ['ledger', 'verify'], {
        env: {KEYRITE_HOME: made.world.home, XDG_STATE_HOME: dirname(made.world.state)},
      }).status,
    ).toBe(6)
    writeFileSync(pinPath(), pinned)
  })

  test('settings of a place that the ledger does not have, as a note', async () => {
    writeFileSync(
      at('config.yaml'),
      `${readFileSync(at('config.yaml'), 'utf8')}  gone: {settings: {path: /nowhere}}\n`,
      {mode: 0o600},
    )
    expect((await look()).find(({name}) => name === 'config.yaml')).toMatchObject({
      level: 'note',
      detail: expect.stringContaining('gone'),
    })
  })

  test('a token that is not where config.yaml says', async () => {
    renameSync(at('tokens/main.token'), at('tokens/away'))
    const [first] = await look()
    renameSync(at('tokens/away'), at('tokens/main.token'))
    expect(first).toMatchObject({
      name: 'profile main',
      level: 'fault',
      detail: `"${at('tokens/main.token')}" is not there`,
      fix: `ls -ld ${at('tokens')}; where it lies elsewhere now, that goes into ${at('config.yaml')}`,
    })
  })

  test('a program that steers this one, or watches it', async () => {
    const [steered] = await look({instruments: ['LD_PRELOAD is set', 'NODE_OPTIONS is set']})
    expect(steered).toMatchObject({name: 'environment', fix: 'unset LD_PRELOAD NODE_OPTIONS'})
    const [watched] = await look({instruments: ['another process traces this one']})
    expect(watched).toMatchObject({name: 'environment', fix: expect.stringContaining('without a debugger')})
    const [unsafe] = await look({env: {...world.env, NODE_TLS_REJECT_UNAUTHORIZED: '0'}})
    expect(unsafe?.fix).toBe('unset NODE_TLS_REJECT_UNAUTHORIZED')
  })
})

describe('what doctor shows', () => {
  test('is one line a check, worst first, in 80 columns; what mends stands whole on a line of its own', async () => {
    chmodSync(at('ledger.db'), 0o640)
    const {stdout} = await runCommand(Doctor, 'doctor', [], {...world, env: {PATH: ''}, tty: true})
    const lines = stdout.split('\n')
    expect(lines[0]).toMatch(/^NOT OK {2}files: others may look into or change/)
    expect(stdout).toContain(`        Try this: chmod go-rwx ${at('ledger.db')}\n`)
    expect(lines.findIndex((line) => line.startsWith('NOT OK'))).toBeLessThan(
      lines.findIndex((line) => line.startsWith('ok')),
    )
    expect(lines.filter((line) => line.length > 80 && !line.includes('Try this: '))).toEqual([])
    // Said once more by name: the first line is off a screen of 24 by then.
    expect(lines.slice(-4).join(' ')).toMatch(/\d+ checks not ok, at the top: files, .*\. $/)
  })
})
