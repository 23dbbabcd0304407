/** A disk that is full where the ledger lies: containment by a signed journal, and nothing that was not allowed before. */
import {existsSync, mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {spawnSync} from 'node:child_process'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import IncidentAbsorb from '../../src/commands/incident/absorb.ts'
import IncidentRatify from '../../src/commands/incident/ratify.ts'
import IncidentResume from '../../src/commands/incident/resume.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyShow from '../../src/commands/key/show.ts'
import Revoke from '../../src/commands/revoke.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {cli} from '../support/process.ts'
import {runJson, type CommandClass} from '../support/run.ts'

const SLOW = process.env['SLOW'] === '1'

let house: House
let folder: string
beforeAll(async () => {
  house = await makeHouse()
  folder = mkdtempSync(join(tmpdir(), 'keyrite-full-'))
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

const jwt = ['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing']
async function key(name: string, how: readonly string[] = jwt): Promise<string> {
  const making = [name, '--profile', 'main', '--owner', 'alice', '--activate', ...how]
  const all = signing('alice', 'bob', 'carol', 'dan', 'erin')
  expect(await run(KeyCreate, 'key create', [...making, ...all])).toMatchObject({exit: 0, state: 'active'})
  return name
}

/** The program as it is shipped, where the ledger's file may grow no more. */
function full(argv: readonly string[], as = 'dan') {
  const blocks = Math.floor(statSync(join(house.world.home, 'ledger.db')).size / 512)
  const ran = spawnSync(
    'sh',
    [
      ...['-c', `ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, cli, ...argv],
      ...['--as', as, '--json'],
    ],
    {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        KEYRITE_HOME: house.world.home,
        XDG_STATE_HOME: dirname(house.world.state),
      },
    },
  )
  return {exit: ran.status, said: JSON.parse(ran.stdout) as Record<string, unknown>, stderr: ran.stderr}
}
const revoking = (name: string, ...more: readonly string[]): readonly string[] => [
  ...['revoke', name, '--reason', 'key-compromise', '--confirm', `${name}@main`, ...more],
]
const availability = (name: string) =>
  house.using(async (app) => {
    const {keysFold} = await import('../../src/keys/index.ts')
    const ref = app.ledger.of(keysFold).keys.get(name)?.versions[0]?.ref
    const {store} = await app.provider('main')
    return ref === undefined ? undefined : (await store.describe(ref))?.availability
  })

describe('where the disk of the ledger is full', () => {
  test('nothing is done until somebody allows a journal; then the key is dead, which no ledger says yet, and it is taken in', async () => {
    const name = await key('night')
    const path = join(folder, 'night.jsonl')
    const refused = full(revoking(name, ...signing('dan')))
    expect(refused).toMatchObject({exit: 12, said: {code: 'STORAGE', changed: false}})
    expect(refused.said['try']).toContainEqual(expect.stringContaining('--unrecorded'))
    expect(await availability(name)).toBe('enabled')
    const done = full(revoking(name, '--unrecorded', '--journal', path, ...signing('dan')))
    expect(done).toMatchObject({exit: 9, said: {recorded: false, contained: true, proof: 'proven'}})
    expect(done.stderr.split('\n')[0]).toMatch(/^THE LEDGER CANNOT BE WRITTEN HERE/)
    expect(await availability(name)).toBe('disabled')
    const absorbed = await run(IncidentAbsorb, 'incident absorb', [path])
    expect(absorbed).toMatchObject({exit: 0, journals: [{stated: 0}]})
    const resuming = [name, '--confirm', `${name}@main`, ...signing('dan')]
    const id = String(absorbed['id'])
    expect(await run(IncidentResume, 'incident resume', resuming)).toMatchObject({exit: 0, proof: 'proven'})
    expect(await run(IncidentRatify, 'incident ratify', [id, ...signing('alice', 'bob')])).toMatchObject({
      exit: 0,
    })
  }, 120_000)

  test('whoever may not contain a key, or not alone, or no second one, still may not, and no journal is written', async () => {
    const [name, second] = [await key('first'), await key('second')]
    const kek = await key('kek', ['--algorithm', 'aes-256', '--purpose', 'wrap', '--class', 'kek'])
    expect(await run(Revoke, 'revoke', [...revoking(name).slice(1), ...signing('dan')])).toMatchObject({
      exit: 0,
    })
    const path = join(folder, 'attack.jsonl')
    const attack = (key_: string, as: string, ...handles: readonly string[]) =>
      full(revoking(key_, '--unrecorded', '--journal', path, ...signing(...handles)), as)
    expect(attack(second, 'erin', 'erin')).toMatchObject({exit: 8, said: {code: 'QUORUM_MISSING'}})
    expect(attack(kek, 'carol', 'carol')).toMatchObject({exit: 8, said: {code: 'QUORUM_MISSING'}})
    expect(attack(kek, 'carol', 'carol', 'erin')).toMatchObject({exit: 8, said: {code: 'QUORUM_MISSING'}})
    // One person alone contains no second key before others have looked at the first.
    expect(attack(second, 'dan', 'dan')).toMatchObject({exit: 8, said: {code: 'NOT_PERMITTED'}})
    for (const each of [second, kek]) expect(await availability(each)).toBe('enabled')
    expect(existsSync(path)).toBe(false)
    // Nor is anything given back, made or moved so.
    const back = full([
      'unrevoke',
      name,
      '--reason',
      'x',
      '--confirm',
      `${name}@main`,
      ...signing('alice', 'bob', 'carol'),
    ])
    expect(back).toMatchObject({exit: 12, said: {code: 'STORAGE'}})
    expect(await availability(name)).toBe('disabled')
    expect(await run(KeyShow, 'key show', [name])).toMatchObject({state: 'suspended'})
  }, 120_000)

  if (SLOW)
    test('the gravest keys need two, who both sign the journal at its start and at its end', async () => {
      const kek = await key('kek-2', ['--algorithm', 'aes-256', '--purpose', 'wrap', '--class', 'kek'])
      const path = join(folder, 'two.jsonl')
      const argv = revoking(kek, '--unrecorded', '--journal', path, ...signing('carol', 'dan'))
      expect(full(argv)).toMatchObject({exit: 9, said: {recorded: false, contained: true, proof: 'proven'}})
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
      const signed = lines.map((one) => JSON.parse(one) as {type: string; over?: number; person?: string})
      const by = (over: (one: number) => boolean) =>
        new Set(
          signed.flatMap(({type, over: at, person}) => (type === 'signed' && over(at ?? 0) ? [person] : [])),
        )
      expect([by((at) => at === 0).size, by((at) => at > 0).size]).toEqual([2, 2])
      expect(await run(IncidentAbsorb, 'incident absorb', [path])).toMatchObject({
        exit: 0,
        containedBy: [expect.anything(), expect.anything()],
        journals: [{stated: 0}],
      })
      const resuming = [kek, '--confirm', `${kek}@main`]
      expect(await run(IncidentResume, 'incident resume', [...resuming, ...signing('dan')])).toMatchObject({
        exit: 8,
      })
      expect(
        await run(IncidentResume, 'incident resume', [...resuming, ...signing('carol', 'dan')]),
      ).toMatchObject({exit: 0, contained: true, proof: 'proven'})
    }, 120_000)
})
