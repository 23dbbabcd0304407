/** The program is killed while another key is put in the place of one that is revoked: made once, promoted once, by the clock of the first run. */
import {createHash} from 'node:crypto'
import {chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import IncidentAbsorb from '../../src/commands/incident/absorb.ts'
import IncidentRatify from '../../src/commands/incident/ratify.ts'
import IncidentResume from '../../src/commands/incident/resume.ts'
import IncidentShow from '../../src/commands/incident/show.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyShow from '../../src/commands/key/show.ts'
import KeyStandby from '../../src/commands/key/standby.ts'
import PolicyAdopt from '../../src/commands/policy/adopt.ts'
import Revoke from '../../src/commands/revoke.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {start} from '../support/process.ts'
import {runJson, type CommandClass} from '../support/run.ts'

const SLOW = process.env['SLOW'] === '1'
/** After a line, in ms: what comes between two lines is met by some of them. */
const delays = SLOW ? [0, 2, 5, 10, 20, 60] : [20]

let house: House
let folder: string
let count = 0
beforeAll(async () => {
  house = await makeHouse()
  folder = mkdtempSync(join(tmpdir(), 'keyrite-placed-'))
})
afterAll(() => {
  expect(problemsOf(house)).toEqual([])
  rmSync(folder, {recursive: true})
  house.remove()
})

const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((one) => ['--sign-with', `${one}=${house.keyOf(one)}`])
const run = (command: CommandClass, id: string, argv: readonly string[], as = 'dan') =>
  runJson(command, id, [...argv, '--as', as], house.world)

async function key(standby = false): Promise<string> {
  const name = `key-${(count += 1)}`
  const how = ['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing', '--activate']
  const making = [name, '--profile', 'main', '--owner', 'alice', ...how, ...signing('alice', 'bob', 'carol')]
  expect(await run(KeyCreate, 'key create', making)).toMatchObject({exit: 0, state: 'active'})
  if (standby)
    expect(await run(KeyStandby, 'key standby', [name, ...signing('alice', 'bob', 'carol')])).toMatchObject({
      exit: 0,
    })
  return name
}
/** Nobody contains two alone before others have looked at the first. */
const ratified = async (name: string): Promise<void> => {
  expect(
    await run(IncidentRatify, 'incident ratify', [name, ...signing('alice', 'bob')], 'alice'),
  ).toMatchObject({exit: 0})
}

const revoking = (name: string, ...more: readonly string[]): readonly string[] => [
  ...['revoke', name, '--reason', 'key-compromise', '--confirm', `${name}@main`, '--as', 'dan', ...more],
]
const here = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  KEYRITE_HOME: house.world.home,
  XDG_STATE_HOME: dirname(house.world.state),
})

/** Runs the program as it is shipped until it has said this, and kills it. @returns whether it was killed. */
async function killed(argv: readonly string[], says: RegExp, afterMs: number): Promise<boolean> {
  const {child, ended} = start(argv, here())
  const heard = new Promise<void>((resolve) => {
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
      if (says.test(said)) resolve()
    })
  })
  await Promise.race([ended, heard])
  if (afterMs > 0) await Promise.race([ended, pause(afterMs)])
  if (child.exitCode === null) child.kill('SIGKILL')
  return (await ended).signal === 'SIGKILL'
}

const size = (): Promise<number> => house.using(({ledger}) => ledger.size)
/** How often each type of entry about a key was written from one on. */
async function counted(name: string, from: number): Promise<Readonly<Record<string, number>>> {
  const types = await house.using(({ledger}) =>
    Array.from({length: ledger.size - from}, (_, at) => ledger.view.entry(from + at)).flatMap((one) =>
      one?.data['key'] === name
        ? [
            [one.type, one.data['to']]
              .filter((part) => typeof part === 'string' || typeof part === 'number')
              .join(' '),
          ]
        : [],
    ),
  )
  return Object.fromEntries(
    [...new Set(types)].map((type) => [type, types.filter((one) => one === type).length]),
  )
}
/** What lies at the place: each version, whoever made it. */
const there = (): Promise<number> =>
  house.using(async (app) => {
    let all = 0
    for await (const one of (await app.provider('main')).store.list())
      if (one.availability !== 'destroyed') all++
    return all
  })

/** Kills it at each line and goes on, until it ends by itself. @returns how often it was killed. */
async function killedAtEach(
  name: string,
  argv: readonly string[],
  lines: readonly RegExp[],
  afterMs: number,
): Promise<number> {
  const from = await size()
  let kills = 0
  let began: unknown = null
  for (const says of lines) {
    if (!(await killed(argv, says, afterMs))) break
    kills++
    if ((await size()) === from) continue
    const {startedAt} = await run(IncidentShow, 'incident show', [name])
    began ??= startedAt
    expect(startedAt).toBe(began)
  }
  const done = await start([...argv, '--json'], here()).ended
  expect([done.exit, done.stderr, JSON.parse(done.stdout)]).toMatchObject([
    0,
    expect.any(String),
    {contained: true, proof: 'proven', startedAt: began ?? expect.any(String)},
  ])
  return kills
}
const placed = [
  {version: 1, state: 'suspended', primary: false},
  {version: 2, state: 'active', primary: true},
]
const once = {
  'incident.opened': 1,
  'key.state.intended suspended': 1,
  'key.state.changed suspended': 1,
  'key.state.intended active': 1,
  'key.state.changed active': 1,
  'key.primary.intended 2': 1,
  'key.primary.changed 2': 1,
}

if (SLOW)
  test('a standby is promoted once, wherever the revocation that promotes it was killed', async () => {
    let kills = 0
    for (const afterMs of delays) {
      const name = await key(true)
      const [from, before] = [await size(), await there()]
      const lines = [/signed it/, /Version 1: suspended/, /refused 10 times/, /Version 2 is in its place/]
      kills += await killedAtEach(name, revoking(name, ...signing('dan')), lines, afterMs)
      expect(await run(KeyShow, 'key show', [name])).toMatchObject({versions: placed})
      const types = await counted(name, from)
      expect(types).toMatchObject({...once, 'key.state.changed active': 1})
      expect(await there()).toBe(before)
      await ratified(name)
    }
    expect(kills).toBeGreaterThan(10)
  }, 600_000)

test('replaced first, it is made and put there once, wherever it was killed, and contained after that', async () => {
  let kills = 0
  for (const afterMs of delays) {
    const name = await key()
    const [from, before] = [await size(), await there()]
    const lines = SLOW
      ? [
          /until then whoever/,
          /Still needed/,
          /The quorum is there/,
          /is in its place/,
          /Version 1: suspended/,
        ]
      : [/The quorum is there/, /is in its place/]
    const argv = revoking(name, '--replace-first', ...signing('carol', 'dan'))
    kills += await killedAtEach(name, argv, lines, afterMs)
    expect(await run(KeyShow, 'key show', [name])).toMatchObject({versions: placed})
    expect(await counted(name, from)).toMatchObject({
      ...once,
      'key.standby.intended': 1,
      'key.standby.made': 1,
    })
    expect(await there()).toBe(before + 1)
    await ratified(name)
  }
  expect(kills).toBeGreaterThan(SLOW ? 12 : 0)
}, 600_000)

if (SLOW)
  test('incident replace, killed after its quorum, goes on by the same command, and makes one', async () => {
    let kills = 0
    for (const afterMs of [0, 3, 8, 15, 30, 60, 100, 200]) {
      const name = await key()
      const before = await there()
      const contained = await run(Revoke, 'revoke', [...revoking(name).slice(1, -2), ...signing('dan')])
      expect(contained).toMatchObject({exit: 0, contained: true})
      const argv = ['incident', 'replace', name, '--as', 'dan', ...signing('carol', 'dan')]
      if (await killed(argv, /The quorum is there/, afterMs)) kills++
      const {startedAt} = await run(IncidentShow, 'incident show', [name])
      expect(startedAt).toBe(contained['startedAt'])
      // Whoever goes on with the incident, or types the same again.
      const goes = kills % 2 === 0 ? argv : ['incident', 'resume', name, '--as', 'dan']
      await start([...goes, '--json'], here()).ended
      const shown = await run(IncidentShow, 'incident show', [name])
      expect(shown).toMatchObject({contained: true, replacement: {version: 2, by: 'quorum', proof: 'proven'}})
      expect(await run(KeyShow, 'key show', [name])).toMatchObject({versions: placed})
      expect(await there()).toBe(before + 1)
      await ratified(name)
    }
    expect(kills).toBeGreaterThan(3)
  }, 600_000)

if (SLOW)
  test('killed before its standby is promoted, contained elsewhere by a journal, taken in: the standby is promoted once', async () => {
    const name = await key(true)
    const [from, before] = [await size(), await there()]
    expect(await killed(revoking(name, ...signing('dan')), /Version 1: suspended/, 0)).toBe(true)
    const opened = await run(IncidentShow, 'incident show', [name])
    const [path, state] = [join(folder, 'elsewhere.jsonl'), join(folder, 'other')]
    const argv = [...revoking(name, ...signing('dan')), '--unrecorded', '--journal', path, '--json']
    const other = await start(argv, {...here(), XDG_STATE_HOME: state}).ended
    expect([other.exit, JSON.parse(other.stdout)]).toMatchObject([9, {recorded: false, contained: true}])
    const absorbed = await run(IncidentAbsorb, 'incident absorb', [path])
    expect(absorbed).toMatchObject({
      ...{exit: 0, id: opened['id'], startedAt: opened['startedAt']},
    })
    expect(
      await run(IncidentResume, 'incident resume', [name, '--confirm', `${name}@main`, ...signing('dan')]),
    ).toMatchObject({exit: 0, proof: 'proven', replacement: {version: 2}, startedAt: opened['startedAt']})
    expect(await counted(name, from)).toMatchObject(once)
    expect([await there(), await run(KeyShow, 'key show', [name])]).toMatchObject([
      before,
      {versions: placed},
    ])
    await ratified(name)
  }, 120_000)

if (SLOW)
  test('killed while a program of the policy runs, that runs again, and the next one once', async () => {
    const program = (name: string, text: string) => {
      const path = join(folder, name)
      writeFileSync(path, `#!/bin/sh\ncat >/dev/null\n${text}\n`)
      chmodSync(path, 0o755)
      return {program: path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex')}
    }
    const [began, went] = [join(folder, 'began'), join(folder, 'went')]
    const common = {classes: null, timeout: 'PT20S'}
    const hooks = [
      {
        name: 'roll-out',
        phase: 'deploy',
        ...program('deploy', `echo x >> ${began}; test -e ${went} || sleep 10`),
        ...common,
      },
      {name: 'all-use-it', phase: 'verify', ...program('verify', `echo x >> ${began}.verify`), ...common},
    ]
    const file = join(folder, 'policy.json')
    writeFileSync(file, JSON.stringify({...defaultPolicy, hooks}))
    expect(
      await run(PolicyAdopt, 'policy adopt', [file, ...signing('alice', 'bob', 'carol')], 'alice'),
    ).toMatchObject({exit: 0})
    const name = await key(true)
    const from = await size()
    const {child, ended} = start(revoking(name, ...signing('dan')), here())
    for (let tries = 0; !existsSync(began) && tries < 600; tries++) await pause(50)
    child.kill('SIGKILL')
    expect((await ended).signal).toBe('SIGKILL')
    writeFileSync(went, '')
    const done = await start([...revoking(name), '--json'], here()).ended
    expect([done.exit, JSON.parse(done.stdout)]).toMatchObject([
      0,
      {proof: 'proven', replacement: {version: 2}},
    ])
    expect([readFileSync(began, 'utf8'), readFileSync(`${began}.verify`, 'utf8')]).toEqual(['x\nx\n', 'x\n'])
    expect(await counted(name, from)).toMatchObject({...once, 'incident.hooked': 2})
    await ratified(name)
  }, 120_000)
