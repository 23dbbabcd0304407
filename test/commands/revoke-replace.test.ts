import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import IncidentRatify from '../../src/commands/incident/ratify.ts'
import IncidentReplace from '../../src/commands/incident/replace.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyPromote from '../../src/commands/key/promote.ts'
import KeyShow from '../../src/commands/key/show.ts'
import KeyStandby from '../../src/commands/key/standby.ts'
import Revoke from '../../src/commands/revoke.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  expect(problemsOf(house)).toEqual([])
  house.remove()
})

const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((handle) => ['--sign-with', `${handle}=${house.keyOf(handle)}`])
const run = (command: CommandClass, id: string, argv: readonly string[], as = 'dan') =>
  runJson(command, id, [...argv, '--as', as], house.world)
async function key(name: string): Promise<string> {
  const made = await run(KeyCreate, 'key create', [
    ...[name, '--profile', 'main', '--owner', 'alice', '--activate', ...signing('alice', 'bob', 'carol')],
    ...['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing'],
  ])
  expect(made).toMatchObject({exit: 0, state: 'active'})
  return name
}
const revoking = (name: string, ...more: readonly string[]): readonly string[] => [
  ...[name, '--reason', 'key-compromise', '--ticket', 'INC-1', '--confirm', `${name}@main`],
  ...more,
]
const ratified = async (name: string): Promise<void> => {
  expect(
    await run(IncidentRatify, 'incident ratify', [name, ...signing('alice', 'bob')], 'alice'),
  ).toMatchObject({exit: 0})
}

describe('another key in the place of one that is revoked', () => {
  test('is its standby, by the one signature that contains it', async () => {
    const name = await key('first')
    expect(await run(KeyStandby, 'key standby', [name, ...signing('alice', 'bob', 'carol')])).toMatchObject({
      exit: 0,
    })
    expect(await run(KeyPromote, 'key promote', [name, ...signing('dan')])).toMatchObject({
      exit: 5,
      code: 'KEY_STATE',
      message: expect.stringContaining('no incident about it is open'),
    })
    const {stdout, stderr, exit} = await runCommand(
      Revoke,
      'revoke',
      [...revoking(name, ...signing('dan')), '--as', 'dan'],
      house.world,
    )
    expect([exit, stdout.split('\n')[0]]).toEqual([0, expect.stringMatching(/^DEAD: key "first"/)])
    expect(stderr).toMatch(/Then version 2, which waits as a standby, takes its place\./)
    expect(stderr).toMatch(/Version 2 is in its place: the standby\. It was tried, and works\./)
    expect(stdout).toMatch(/In its place:? +version 2, the standby, since \S+Z: tried, and it works/)
    expect(await run(KeyShow, 'key show', [name])).toMatchObject({
      versions: [
        {version: 1, state: 'suspended', primary: false},
        {version: 2, state: 'active', primary: true, effect: {proof: 'proven'}},
      ],
    })
    expect(await run(KeyPromote, 'key promote', [name, ...signing('dan')])).toMatchObject({
      exit: 5,
      code: 'KEY_STATE',
    })
    await ratified(name)
  })

  test('is made by two emergency contacts where none waits, and by fewer nothing is made', async () => {
    const name = await key('second')
    const done = await run(Revoke, 'revoke', revoking(name, ...signing('dan')))
    expect(done).toMatchObject({exit: 0, replacement: null})
    const id = String(done['id'])
    expect(done['open']).toContainEqual(
      expect.objectContaining({
        what: 'no other key is in its place',
        command: `keyrite incident replace ${id}`,
      }),
    )
    expect(await run(KeyPromote, 'key promote', [name, ...signing('dan')])).toMatchObject({
      exit: 5,
      code: 'KEY_STATE',
      try: expect.arrayContaining([`keyrite incident replace ${id}`]),
    })
    const one = await run(IncidentReplace, 'incident replace', [id, ...signing('dan')])
    expect(one).toMatchObject({exit: 8, operation: 'incident.replace', needs: {quorum: 2}})
    expect(await run(KeyShow, 'key show', [name])).toMatchObject({versions: [{version: 1}]})
    const two = await run(IncidentReplace, 'incident replace', [id, ...signing('dan', 'carol')])
    expect(two).toMatchObject({
      exit: 0,
      contained: true,
      replacement: {version: 2, from: 1, by: 'quorum', proof: 'proven'},
    })
    expect(await run(IncidentReplace, 'incident replace', [id, ...signing('dan', 'carol')])).toMatchObject({
      exit: 5,
      code: 'KEY_STATE',
    })
    await ratified(name)
  })
})
