import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyJwks from '../../src/commands/key/jwks.ts'
import KeyStandby from '../../src/commands/key/standby.ts'
import RotationHooks from '../../src/commands/rotation/hooks.ts'
import RotationPause from '../../src/commands/rotation/pause.ts'
import RotationPlan from '../../src/commands/rotation/plan.ts'
import RotationRollback from '../../src/commands/rotation/rollback.ts'
import RotationRun from '../../src/commands/rotation/run.ts'
import RotationStatus from '../../src/commands/rotation/status.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'

let made: House
let now = new Date('2027-01-01T00:00:00Z')
const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((handle) => ['--sign-with', `${handle}=${made.keyOf(handle)}`])
const create = (name: string, of: string) =>
  json(
    KeyCreate,
    'key create',
    ...[
      name,
      '--profile',
      'main',
      '--algorithm',
      'ec-p256',
      '--purpose',
      'sign',
      '--class',
      of,
      '--owner',
      'alice',
    ],
    ...['--activate', '--as', 'alice', ...signing('alice', 'bob', 'carol')],
  )
beforeAll(async () => {
  made = await makeHouse({now: () => now})
  expect(await create('tokens', 'jwt-signing')).toMatchObject({exit: 0, state: 'active'})
  expect(await create('releases', 'artifact-signing')).toMatchObject({exit: 0, state: 'active'})
})
afterAll(() => {
  expect(problemsOf(made)).toEqual([])
  made.remove()
})

const days = (count: number): void => {
  now = new Date(now.getTime() + count * 86_400_000)
}
const json = <T = Record<string, unknown>>(command: CommandClass, id: string, ...argv: string[]) =>
  runJson<T>(command, id, argv, made.world)
const run = (...argv: string[]) =>
  json<{keys: Record<string, unknown>[]}>(RotationRun, 'rotation run', ...argv)
const published = async (): Promise<number> =>
  (await json<{keys: object[]}>(KeyJwks, 'key jwks', 'tokens')).keys.length

describe('rotation run', () => {
  test('does nothing while nothing is due', async () => {
    expect(await run()).toMatchObject({schema: 'keyrite.rotation-run/1', exit: 0, keys: []})
    const {stdout} = await runCommand(RotationRun, 'rotation run', ['--due'], made.world)
    expect(stdout).toBe('No key is due, and no rotation runs.\n')
  })

  test('begins what is due, with nobody named and nobody asked, and says when it goes on', async () => {
    days(91)
    expect(await run()).toMatchObject({
      exit: 0,
      keys: [{name: 'tokens', did: ['open', 'version', 'accept'], waits: 'time', error: null}],
    })
    expect(await published()).toBe(2)
    expect(await run('tokens')).toMatchObject({exit: 0, keys: [{did: [], waits: 'time'}]})
  })

  test('opens one request where people approve, and ends with 10, never 8', async () => {
    days(275)
    const first = await run('releases', '--as', 'alice')
    expect(first).toMatchObject({exit: 10, keys: [{name: 'releases', did: [], waits: 'people'}]})
    days(1)
    expect(await run('releases')).toMatchObject({exit: 10, keys: [{request: first.keys[0]?.['request']}]})
    const {stdout, exit} = await runCommand(RotationRun, 'rotation run', ['releases'], made.world)
    expect(exit).toBe(10)
    expect(stdout).toMatch(
      /^releases: waits for people: request r\d+\. Next: keyrite request apply r\d+ --sign-with PERSON=KEY\n$/,
    )
  })

  test('refuses a key that is not there', async () => {
    expect(await run('nothing')).toMatchObject({code: 'KEY_NOT_FOUND', exit: 4})
  })
})

describe('rotation plan', () => {
  test('shows phases with their days, and who must approve, and touches nothing', async () => {
    const {stdout, exit} = await runCommand(
      RotationPlan,
      'rotation plan',
      ['releases', '--dry-run'],
      made.world,
    )
    expect(exit).toBe(0)
    expect(stdout).toContain(
      'Rotate key "releases" in profile "main" (local, test): version 2 takes the place of version 1.',
    )
    expect(stdout).toMatch(
      /primary, from \d{4}-\d\d-\d\d on, until \d{4}-\d\d-\d\d, and not before both were accepted for P7D/,
    )
    expect(stdout).toContain('These signatures hold for all of its phases: nobody is asked again.')
  })

  test('goes on with the request that waits, and with enough signatures does what can be done today', async () => {
    const done = await json<{keys: object[]}>(
      RotationPlan,
      'rotation plan',
      'releases',
      '--as',
      'alice',
      ...signing('alice', 'bob'),
    )
    expect(done).toMatchObject({
      schema: 'keyrite.rotation/1',
      exit: 0,
      keys: [{name: 'releases', reason: 'rotating', running: {next: 'primary'}}],
    })
  })
})

describe('rotation pause', () => {
  test('holds the next phase until it is resumed', async () => {
    const paused = await json<{keys: object[]}>(
      RotationPause,
      'rotation pause',
      'releases',
      '--as',
      'bob',
      '--reason',
      'wait',
    )
    expect(paused).toMatchObject({keys: [{reason: 'paused'}]})
    days(8)
    expect(await run('releases')).toMatchObject({keys: [{did: [], waits: 'resume'}]})
    await json(RotationPause, 'rotation pause', 'releases', '--as', 'bob', '--resume', '--reason', 'go on')
    expect(await run('releases')).toMatchObject({keys: [{did: ['primary'], waits: 'time'}]})
  })

  test('refuses where no rotation runs to be resumed', async () => {
    expect(
      await json(RotationPause, 'rotation pause', 'releases', '--as', 'bob', '--resume', '--reason', 'x'),
    ).toMatchObject({
      code: 'ROTATION_STATE',
      exit: 5,
    })
  })
})

describe('rotation rollback', () => {
  const back = (key: string) =>
    json<{keys: object[]}>(
      RotationRollback,
      'rotation rollback',
      key,
      '--as',
      'bob',
      '--reason',
      'refused by a gateway',
    )

  test('makes the old version primary again by the signatures of the rotation', async () => {
    expect(await back('releases')).toMatchObject({exit: 0, keys: [{name: 'releases', running: null}]})
    const {stdout} = await runCommand(KeyJwks, 'key jwks', ['releases'], made.world)
    expect((JSON.parse(stdout) as {keys: object[]}).keys).toHaveLength(2)
  })

  test('asks people where the policy alone had approved it', async () => {
    expect(await run('tokens')).toMatchObject({keys: [{did: ['primary']}]})
    expect(await back('tokens')).toMatchObject({
      schema: 'keyrite.request/1',
      exit: 8,
      operation: 'key.rollback',
    })
  })

  test('refuses a key that was never rotated', async () => {
    await create('fresh', 'jwt-signing')
    expect(await back('fresh')).toMatchObject({code: 'ROTATION_STATE', exit: 5})
  })
})

describe('key standby', () => {
  const standby = (...argv: readonly string[]) =>
    json(KeyStandby, 'key standby', 'fresh', '--as', 'alice', ...argv)

  test('makes a version that waits, by the signatures that making a key needs, and shows it as a standby', async () => {
    expect(await standby()).toMatchObject({exit: 8, operation: 'key.standby', needs: {quorum: 3}})
    expect(await standby(...signing('alice', 'bob', 'carol'))).toMatchObject({
      exit: 0,
      versions: [
        {version: 1, primary: true, standby: false},
        {version: 2, state: 'pre-active', primary: false, standby: true, proved: {ok: true}},
      ],
    })
  })

  test('refuses a second one, and its public key is not published', async () => {
    expect(await standby()).toMatchObject({code: 'EXISTS', exit: 5})
    const {keys} = await json<{keys: object[]}>(KeyJwks, 'key jwks', 'fresh')
    expect(keys).toHaveLength(1)
  })
})

test('rotation hooks lists the programs that ran, none where the policy has none', async () => {
  expect(await json(RotationHooks, 'rotation hooks', 'tokens')).toMatchObject({
    schema: 'keyrite.rotation-hooks/1',
    hooks: [],
  })
})

test('rotation status names what runs, with the phase and the day', async () => {
  const {keys} = await json<{keys: {name: string; reason: string}[]}>(
    RotationStatus,
    'rotation status',
    '--all',
  )
  expect(keys.map(({name}) => name).sort()).toEqual(['fresh', 'releases', 'tokens'])
})
