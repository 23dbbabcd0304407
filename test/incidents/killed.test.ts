/** The program is killed at each line of a revocation, with and without a ledger that can be written: whoever comes next finishes it, once. */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import IncidentAbsorb from '../../src/commands/incident/absorb.ts'
import IncidentResume from '../../src/commands/incident/resume.ts'
import IncidentShow from '../../src/commands/incident/show.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import Unrevoke from '../../src/commands/unrevoke.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {start} from '../support/process.ts'
import {runJson, type CommandClass} from '../support/run.ts'

const SLOW = process.env['SLOW'] === '1'
/** After a line, in ms: what comes between two lines is met by some of them. */
const delays = SLOW ? [0, 3, 10, 30, 100] : [0]

let house: House
let folder: string
let count = 0
beforeAll(async () => {
  house = await makeHouse()
  folder = mkdtempSync(join(tmpdir(), 'keyrite-killed-'))
})
afterAll(() => {
  expect(problemsOf(house)).toEqual([])
  rmSync(folder, {recursive: true})
  house.remove()
})

const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((one) => ['--sign-with', `${one}=${house.keyOf(one)}`])
const run = (command: CommandClass, id: string, argv: readonly string[]) =>
  runJson(command, id, [...argv, '--as', 'dan'], house.world)

async function key(): Promise<string> {
  const name = `key-${(count += 1)}`
  const how = ['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing', '--activate']
  const making = [name, '--profile', 'main', '--owner', 'alice', ...how, ...signing('alice', 'bob', 'carol')]
  expect(await run(KeyCreate, 'key create', making)).toMatchObject({exit: 0, state: 'active'})
  return name
}

/** Nobody contains two alone: what was contained is given back. */
async function givenBack(name: string): Promise<void> {
  const back = [name, '--reason', 'a test', '--confirm', `${name}@main`, ...signing('alice', 'bob', 'carol')]
  expect(await run(Unrevoke, 'unrevoke', back)).toMatchObject({exit: 0, state: 'active'})
}

const revoking = (name: string): readonly string[] => [
  ...['revoke', name, '--reason', 'key-compromise', '--confirm', `${name}@main`, '--as', 'dan'],
  ...signing('dan'),
]

/** Runs the program as it is shipped until it has said this, and kills it. @param state - where another machine keeps its own. @returns whether it was killed. */
async function killed(
  argv: readonly string[],
  says: RegExp,
  afterMs: number,
  state = house.world.state,
): Promise<boolean> {
  const env = {PATH: process.env['PATH'], KEYRITE_HOME: house.world.home, XDG_STATE_HOME: dirname(state)}
  const {child, ended} = start(argv, env)
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

/** The types of the entries about a key, from one on. */
function typesOf(name: string, from: number): Promise<readonly string[]> {
  return house.using(({ledger}) =>
    Array.from({length: ledger.size - from}, (_, at) => ledger.view.entry(from + at)).flatMap((one) =>
      one !== undefined && (one.data['key'] === name || one.type === 'quorum.met') ? [one.type] : [],
    ),
  )
}

const generation = (): Promise<number | null> =>
  house.using(async (app) => (await app.provider('main')).evidence.generation())
const size = (): Promise<number> => house.using(({ledger}) => ledger.size)

const lines = [
  /Incident i\d+ about key/,
  /The place: /,
  /nothing is destroyed/,
  /signed it/,
  /Version 1: suspended/,
  /refused 10 times/,
]

test('killed at each line, the same command goes on: opened, asked and disabled once, by the clock of the first', async () => {
  let kills = 0
  for (const afterMs of delays) {
    const name = await key()
    const [from, before] = [await size(), await generation()]
    let began: unknown = null
    for (const says of lines) {
      if (!(await killed(revoking(name), says, afterMs))) break
      kills++
      if ((await size()) === from) continue
      const {startedAt} = await run(IncidentShow, 'incident show', [name])
      began ??= startedAt
      expect(startedAt).toBe(began)
    }
    const done = await start([...revoking(name), '--json'], {
      ...{PATH: process.env['PATH'], KEYRITE_HOME: house.world.home},
      XDG_STATE_HOME: dirname(house.world.state),
    }).ended
    expect([done.exit, JSON.parse(done.stdout)]).toMatchObject([
      0,
      {contained: true, proof: 'proven', startedAt: began ?? expect.any(String)},
    ])
    const types = await typesOf(name, from)
    for (const once of ['incident.opened', 'incident.looked', 'key.state.intended', 'key.state.changed'])
      expect([once, types.filter((one) => one === once).length]).toEqual([once, 1])
    expect(types.filter((one) => one === 'quorum.met')).toHaveLength(1)
    expect((await generation()) ?? 0).toBe((before ?? 0) + 1)
    await givenBack(name)
  }
  expect(kills).toBeGreaterThan(3)
}, 600_000)

test('killed on the machine of the ledger, it is ended by a journal on another, and taken in by the clock of the first', async () => {
  const name = await key()
  const before = await generation()
  expect(await killed(revoking(name), /Incident i\d+ about key/, 0)).toBe(true)
  const opened = await run(IncidentShow, 'incident show', [name])
  const [path, state] = [join(folder, 'elsewhere.jsonl'), join(folder, 'other', 'keyrite')]
  const argv = [...revoking(name), '--unrecorded', '--journal', path, '--json']
  const env = {PATH: process.env['PATH'], KEYRITE_HOME: house.world.home, XDG_STATE_HOME: dirname(state)}
  const there = await start(argv, env).ended
  expect([there.exit, JSON.parse(there.stdout)]).toMatchObject([
    9,
    {recorded: false, contained: true, proof: 'proven'},
  ])
  const absorbed = await run(IncidentAbsorb, 'incident absorb', [path])
  expect(absorbed).toMatchObject({exit: 0, id: opened['id'], startedAt: opened['startedAt']})
  const resuming = [name, '--confirm', `${name}@main`, ...signing('dan')]
  expect(await run(IncidentResume, 'incident resume', resuming)).toMatchObject({
    ...{exit: 0, contained: true, proof: 'proven', startedAt: opened['startedAt']},
  })
  expect((await generation()) ?? 0).toBe((before ?? 0) + 1)
  await givenBack(name)
})

const written = [/"over":0,/, /"type":"intended"/, /"type":"done"/, /"type":"tried"/]
if (SLOW)
  test('killed while it writes a journal, what was signed is taken in and what came after is marked; it is ended once', async () => {
    let kills = 0
    for (const [at, says] of written.entries()) {
      const name = await key()
      const before = await generation()
      const path = join(folder, `cut-${at}.jsonl`)
      const state = join(folder, `cut-${at}`, 'keyrite')
      const argv = [...revoking(name), '--unrecorded', '--journal', path]
      if (await killed(argv, says, 0, state)) kills++
      const {time} = JSON.parse(readFileSync(path, 'utf8').split('\n')[0] ?? '') as {time: string}
      const absorbed = await run(IncidentAbsorb, 'incident absorb', [path])
      expect(absorbed).toMatchObject({exit: 0, startedAt: time, contained: false})
      const resuming = [name, '--confirm', `${name}@main`, ...signing('dan')]
      expect(await run(IncidentResume, 'incident resume', resuming)).toMatchObject({
        ...{exit: 0, contained: true, proof: 'proven', startedAt: time},
      })
      expect((await generation()) ?? 0).toBe((before ?? 0) + 1)
      await givenBack(name)
    }
    expect(kills).toBeGreaterThan(0)
  }, 300_000)
