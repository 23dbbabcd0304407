import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import IncidentRatify from '../../src/commands/incident/ratify.ts'
import IncidentReplace from '../../src/commands/incident/replace.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyPromote from '../../src/commands/key/promote.ts'
import KeyShow from '../../src/commands/key/show.ts'
import KeyStandby from '../../src/commands/key/standby.ts'
import Revoke from '../../src/commands/revoke.ts'
import {createHash} from 'node:crypto'
import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import IncidentResume from '../../src/commands/incident/resume.ts'
import PolicyAdopt from '../../src/commands/policy/adopt.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {testWith} from '../support/needs.ts'
import {runCommand, runJson, somebody, type CommandClass} from '../support/run.ts'

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

  test('is left in use by the same command again, which names the one that contains it, too; then nothing is in its place', async () => {
    const goes = await runCommand(Revoke, 'revoke', [...revoking('first'), '--as', 'dan'], house.world)
    expect([goes.exit, goes.stderr]).toEqual([
      0,
      expect.stringMatching(
        /Version 2, which took its place, is left in use\. Where that is in foreign hands, too: keyrite revoke first --again/,
      ),
    ])
    const argv = [...revoking('first', '--again', ...signing('dan')), '--as', 'dan']
    const {exit, stdout, stderr} = await runCommand(Revoke, 'revoke', argv, house.world)
    expect(stderr).toMatch(/Version 2, which took its place, is contained, too/)
    expect([exit, stdout.split('\n')[0]]).toEqual([0, expect.stringMatching(/^DEAD: key "first"/)])
    expect(stdout).toMatch(/no other key is in its place: keyrite incident replace/)
    expect(await run(KeyShow, 'key show', ['first'])).toMatchObject({
      versions: [
        {version: 1, state: 'suspended'},
        {version: 2, state: 'suspended'},
      ],
    })
    expect(await run(Revoke, 'revoke', revoking('first', '--again', ...signing('dan')))).toMatchObject({
      exit: 5,
      code: 'KEY_STATE',
      try: [expect.stringContaining('keyrite revoke first')],
    })
    await ratified('first')
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

describe('revoke --replace-first', () => {
  test('contains nothing before two emergency contacts have put another key in its place, and says so', async () => {
    const name = await key('third')
    const one = await run(Revoke, 'revoke', revoking(name, '--replace-first', ...signing('dan')))
    expect(one).toMatchObject({exit: 8, contained: false, proof: 'not-proven', replacement: null})
    expect(await run(KeyShow, 'key show', [name])).toMatchObject({state: 'active', versions: [{version: 1}]})
    const {stderr, stdout, exit} = await runCommand(
      IncidentResume,
      'incident resume',
      [name, '--confirm', `${name}@main`, ...signing('dan', 'carol'), '--as', 'dan'],
      house.world,
    )
    expect([exit, stdout.split('\n')[0]]).toEqual([0, expect.stringMatching(/^DEAD: key "third"/)])
    expect(stderr).toMatch(
      /until then whoever has this one can go on using it, and nothing of it is contained/,
    )
    expect(stderr.indexOf('Version 2 is in its place')).toBeLessThan(stderr.indexOf('Version 1: suspended'))
    await ratified(name)
  })

  test('is given up for containing it at once by --contain', async () => {
    const name = await key('fourth')
    expect(await run(Revoke, 'revoke', revoking(name, '--replace-first', ...signing('carol')))).toMatchObject(
      {exit: 8, contained: false},
    )
    expect(await run(Revoke, 'revoke', revoking(name, '--contain', ...signing('carol')))).toMatchObject({
      exit: 0,
      contained: true,
      replacement: null,
    })
    await ratified(name)
  })
})

test('on a terminal no more than three things are asked, also where it is replaced first and nobody is named', async () => {
  const name = await key('fifth')
  const ask = somebody(name, 'departure', `${name}@main`)
  const {exit} = await runCommand(Revoke, 'revoke', ['--as', 'dan', '--replace-first'], {...house.world, ask})
  expect([exit, ask.asked.length]).toEqual([8, 3])
  const other = await key('seventh')
  const second = somebody(other, 'Dan', `${other}@main`)
  const again = await runCommand(Revoke, 'revoke', ['--contain'], {...house.world, ask: second})
  expect([again.exit, second.asked.length]).toEqual([8, 3])
})

describe('programs of the policy', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyrite-hooks-'))
  })
  afterAll(() => {
    rmSync(folder, {recursive: true, force: true})
  })
  const program = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, `#!/bin/sh\n${text}\n`)
    chmodSync(path, 0o755)
    return {program: path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex')}
  }

  testWith(
    'ssh-keygen',
    'run once another key is in its place: a failure is said, stops the next, and is in the way of nothing',
    async () => {
      const said = join(folder, 'said')
      const mended = join(folder, 'mended')
      const common = {classes: null, timeout: 'PT20S'}
      const file = join(folder, 'policy.json')
      const hooks = [
        {name: 'roll-out', phase: 'deploy', ...program('deploy', `cat >> ${said}`), ...common},
        {name: 'all-use-it', phase: 'verify', ...program('verify', `test -e ${mended}`), ...common},
        {name: 'sign-in-again', phase: 'reauthenticate', ...program('again', `cat >> ${said}`), ...common},
      ]
      writeFileSync(file, JSON.stringify({...defaultPolicy, hooks}))
      expect(
        await run(PolicyAdopt, 'policy adopt', [file, ...signing('alice', 'bob', 'carol')], 'alice'),
      ).toMatchObject({exit: 0})
      const name = await key('sixth')
      await run(KeyStandby, 'key standby', [name, ...signing('alice', 'bob', 'carol')])
      const {stderr, exit} = await runCommand(
        Revoke,
        'revoke',
        [...revoking(name, ...signing('dan')), '--as', 'dan'],
        house.world,
      )
      expect(exit).toBe(0)
      expect(stderr).toMatch(/Program "roll-out" \(deploy\) went well/)
      expect(stderr).toMatch(
        /A PROGRAM FAILED: hook "all-use-it" of phase verify .*HOOK_FAILED.*keyrite incident resume/,
      )
      const lines = () =>
        readFileSync(said, 'utf8')
          .trim()
          .split('\n')
          .map((one) => JSON.parse(one) as object)
      expect(lines()).toMatchObject([
        {
          schema: 'keyrite.incident-hook/1',
          phase: 'deploy',
          key: name,
          from: {version: 1, state: 'suspended'},
          to: {version: 2, state: 'active'},
        },
      ])
      writeFileSync(mended, '')
      const again = await run(IncidentResume, 'incident resume', [name, ...signing('dan')])
      expect(again).toMatchObject({exit: 0})
      expect(lines()).toMatchObject([{phase: 'deploy'}, {phase: 'reauthenticate'}])
      expect(JSON.stringify(again['open'])).not.toContain('hook')
      await ratified(name)
    },
  )
})
