/** An incident is begun by one engineer on one machine, and ended by others on another one; several are open at once. */
import {cpSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import {App, type Surroundings} from '../../src/app.ts'
import IncidentClose from '../../src/commands/incident/close.ts'
import IncidentList from '../../src/commands/incident/list.ts'
import IncidentNote from '../../src/commands/incident/note.ts'
import IncidentPostmortem from '../../src/commands/incident/postmortem.ts'
import IncidentRatify from '../../src/commands/incident/ratify.ts'
import IncidentResume from '../../src/commands/incident/resume.ts'
import IncidentShow from '../../src/commands/incident/show.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import HandOver from '../../src/commands/ledger/hand-over.ts'
import Pin from '../../src/commands/ledger/pin.ts'
import TakeOver from '../../src/commands/ledger/take-over.ts'
import Revoke from '../../src/commands/revoke.ts'
import {duties} from '../../src/duties/index.ts'
import {Private} from '../../src/ledger/index.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {verified} from '../ledger/support.ts'
import {runJson, surroundingsOf, type CommandClass, type World} from '../support/run.ts'
import {needing} from '../support/needs.ts'

const {afterAll, beforeAll, test} = needing('ssh-keygen')

let house: House
let other: World
let at: World
beforeAll(async () => {
  house = await makeHouse()
  at = house.world
  other = {home: join(house.dir, 'other', 'home'), state: join(house.dir, 'other', 'state')}
  for (const name of ['first', 'second'])
    expect(
      await run(KeyCreate, 'key create', [
        ...[name, '--profile', 'main', '--owner', 'alice', '--activate', ...signing('alice', 'bob', 'carol')],
        ...['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing'],
      ]),
    ).toMatchObject({exit: 0})
})
afterAll(() => {
  expect(verified(other).problems).toEqual([])
  house.remove()
})

const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((handle) => ['--sign-with', `${handle}=${house.keyOf(handle)}`])
const run = (command: CommandClass, words: string, argv: readonly string[], as = 'dan', world = at) =>
  runJson(command, words, [...argv, '--as', as], world)

/** As docs/moving-a-ledger.md has it. */
async function moved(): Promise<void> {
  mkdirSync(join(house.dir, 'other'), {mode: 0o700})
  const [pin, file] = [join(house.dir, 'pin.json'), join(house.dir, 'handed-over')]
  await runJson(Pin, 'ledger pin', ['--out', pin], house.world)
  const prepared = await runJson(TakeOver, 'ledger take-over', ['--prepare', '--pin', pin], other)
  const argv = ['--to', String(prepared['vkey']), '--out', file, ...signing('alice', 'carol', 'dan')]
  expect(await run(HandOver, 'ledger hand-over', argv, 'alice')).toMatchObject({exit: 0})
  expect(await runJson(TakeOver, 'ledger take-over', [file], other)).toMatchObject({exit: 0})
  cpSync(join(house.world.home, 'tokens'), join(other.home, 'tokens'), {recursive: true})
  const config = readFileSync(join(house.world.home, 'config.yaml'), 'utf8')
  writeFileSync(join(other.home, 'config.yaml'), config.replaceAll(house.world.home, other.home), {
    mode: 0o600,
  })
}

test('it is handed over while its clock runs, and ended there; of two that are open each keeps its own duties and notes', async () => {
  const begun = async (name: string): Promise<string> => {
    const wrong = [name, '--reason', 'key-compromise', '--confirm', 'another@main', ...signing('dan')]
    expect(await run(Revoke, 'revoke', wrong)).toMatchObject({exit: 3, code: 'NOT_CONFIRMED'})
    return String((await run(IncidentShow, 'incident show', [name]))['id'])
  }
  const [one, two] = [await begun('first'), await begun('second')]
  await run(IncidentNote, 'incident note', [one, 'dan hands over to carol, 04:10Z'])
  const before = await run(IncidentShow, 'incident show', [one])
  await moved()

  const resume = (id: string, name: string, by: string, world: World) =>
    run(IncidentResume, 'incident resume', [id, '--confirm', `${name}@main`, ...signing(by)], by, world)
  expect(await resume(one, 'first', 'carol', house.world)).toMatchObject({exit: 5, code: 'LEDGER_NOT_WRITER'})
  at = other
  expect(await resume(one, 'first', 'carol', at)).toMatchObject({
    exit: 0,
    id: one,
    startedAt: before['startedAt'],
    notes: [{note: 'dan hands over to carol, 04:10Z'}],
    proof: 'proven',
  })
  // Another contact contains the second: carol alone may not before the first is ratified.
  expect(await resume(two, 'second', 'carol', at)).toMatchObject({exit: 8, code: 'NOT_PERMITTED'})
  expect(await resume(two, 'second', 'dan', at)).toMatchObject({exit: 0, id: two, notes: []})
  const listed = await run(IncidentList, 'incident list', [])
  expect(
    (listed['incidents'] as {id: string; contained: boolean}[]).map((each) => [each.id, each.contained]),
  ).toEqual([
    [one, true],
    [two, true],
  ])
  await run(IncidentRatify, 'incident ratify', [one, ...signing('alice', 'bob')])
  // A duty is named without its id, and is that of the incident that is closed.
  const waiving = ['--waive', 'breach-assessed', '--reason', 'no personal data']
  const early = await run(IncidentClose, 'incident close', [one, ...waiving])
  expect(early).toMatchObject({exit: 5, code: 'DUTY_STATE', changed: false})
  expect(early['message']).toMatch(/a duty is open: d\d+ post-mortem/)
  const out = join(house.dir, 'pm.md')
  expect(await run(IncidentPostmortem, 'incident postmortem', [one, '--out', out], 'alice')).toMatchObject({
    duty: expect.any(String),
  })
  const confirmed = [one, ...waiving, '--confirmed-compromise', '--confirm', 'first@main']
  expect(await run(IncidentClose, 'incident close', confirmed)).toMatchObject({
    exit: 0,
    outcome: 'confirmed-compromise',
  })
  expect(await run(IncidentNote, 'incident note', [one, 'too late'])).toMatchObject({code: 'KEY_STATE'})
  const left = await run(IncidentShow, 'incident show', [two])
  expect((left['open'] as {what: string}[]).map(({what}) => what)).toEqual(
    expect.arrayContaining(['others ratify what was done', 'post-mortem', 'breach-assessed']),
  )
  // The old machine still reads, and records nothing.
  const there = await run(
    IncidentPostmortem,
    'incident postmortem',
    [one, '--out', join(house.dir, 'old.md')],
    'dan',
    house.world,
  )
  expect(there).toMatchObject({exit: 0, duty: null, incident: {id: one, contained: false}})
})

test('no entry closes an incident whose duties are open and not waived, or whose key is not called compromised', async () => {
  const two = await run(IncidentShow, 'incident show', ['second'])
  const seq = Number(String(two['id']).slice(1))
  await run(IncidentRatify, 'incident ratify', [String(two['id']), ...signing('alice', 'bob')])
  const ask = {interactive: false} as Surroundings['ask']
  const app = new App({...surroundingsOf(other), ask, command: 'keyrite test', say: () => undefined})
  try {
    const {ledger} = app
    const owed = [...ledger.of(duties).values()].filter(({source, done}) => source === seq && done === null)
    expect(owed.length).toBe(2)
    const actor = {person: [...owed][0]?.owners[0] ?? '', evidence: 'stated' as const}
    const forged = (outcome: string, waived: typeof owed) =>
      ledger.append([
        {
          type: 'incident.closed',
          data: {
            ...{incident: seq, key: 'second', outcome},
            waived: waived.map((duty) => ({duty: duty.seq, reason: new Private('because')})),
          },
          actor,
        },
      ])
    const refusing = (words: string) => ({message: expect.stringContaining(words)})
    const before = ledger.size
    await expect(forged('over', [])).rejects.toMatchObject(refusing('is open, and was not waived'))
    await expect(forged('over', owed.slice(1))).rejects.toMatchObject(refusing('is open, and was not waived'))
    await expect(forged('confirmed-compromise', owed)).rejects.toMatchObject(
      refusing('is not called compromised'),
    )
    expect(ledger.size).toBe(before)
  } finally {
    await app.close()
  }
})
