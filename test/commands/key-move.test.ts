import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import KeyCompromise from '../../src/commands/key/compromise.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyDeactivate from '../../src/commands/key/deactivate.ts'
import KeyResume from '../../src/commands/key/resume.ts'
import KeySuspend from '../../src/commands/key/suspend.ts'
import PolicyExplain from '../../src/commands/policy/explain.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {runCommand, runJson, somebody, type CommandClass} from '../support/run.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
  const made = await run(KeyCreate, 'key create', [
    ...[
      'payments',
      '--profile',
      'main',
      '--algorithm',
      'ec-p256',
      '--purpose',
      'sign',
      '--class',
      'jwt-signing',
    ],
    ...['--owner', 'alice', '--activate', ...signing('bob', 'carol', 'dan')],
  ])
  expect(made).toMatchObject({exit: 0, state: 'active'})
})
afterAll(() => {
  expect(problemsOf(house)).toEqual([])
  house.remove()
})

const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((handle) => ['--sign-with', `${handle}=${house.keyOf(handle)}`])
const size = (): Promise<number> => house.using((app) => app.ledger.size)
const run = (command: CommandClass, id: string, argv: readonly string[], answers?: readonly string[]) =>
  runJson(command, id, [...argv, '--as', 'alice'], {
    ...house.world,
    ...(answers === undefined ? {} : {ask: somebody(...answers)}),
  })

describe('key suspend, resume, deactivate, compromise', () => {
  test('a dry run says what is enforced and what is tried, and leaves nothing', async () => {
    const before = await size()
    const {stdout, exit} = await runCommand(
      KeySuspend,
      'key suspend',
      ['payments', '--dry-run', '--as', 'alice'],
      house.world,
    )
    expect(exit).toBe(0)
    expect(stdout).toContain('Enforced by the provider itself (local): no use at all.')
    expect(stdout).toContain('what must work and what must not')
    expect(await size()).toBe(before)
  })

  test('people approve, it is done and tried, and the key shows what came of it', async () => {
    expect(await run(KeySuspend, 'key suspend', ['payments', ...signing('bob')])).toMatchObject({
      exit: 8,
      operation: 'key.suspend',
    })
    expect(await run(KeySuspend, 'key suspend', ['payments', ...signing('carol')])).toMatchObject({
      exit: 0,
      state: 'suspended',
      versions: [{enforced: 'disabled', recorded: null, effect: {proof: 'proven'}}],
    })
    expect(await run(KeyResume, 'key resume', ['payments', ...signing('bob', 'carol')])).toMatchObject({
      exit: 0,
      state: 'active',
    })
  })

  test('what is not possible is KEY_STATE before anybody is asked, with what is', async () => {
    const before = await size()
    const refused = await run(KeyResume, 'key resume', ['payments', ...signing('bob', 'carol')])
    expect(refused).toMatchObject({exit: 5, code: 'KEY_STATE', changed: false})
    expect(refused['message']).toMatch(
      /^cannot resume key "payments": it is active since 20.* \(entry \d+\)$/,
    )
    expect(refused['try']).toContain('keyrite key suspend payments')
    expect(await size()).toBe(before)
    expect(await run(KeyDeactivate, 'key deactivate', ['payments', '--version', '2'])).toMatchObject({
      code: 'KEY_NOT_FOUND',
    })
  })

  test('for what cannot be taken back its name is typed again, or given; another name changes nothing', async () => {
    const before = await size()
    const wish = ['payments', '--reason', 'seen in a log', ...signing('alice', 'bob', 'carol')]
    expect(await run(KeyCompromise, 'key compromise', wish)).toMatchObject({exit: 3, code: 'NO_TERMINAL'})
    expect(await run(KeyCompromise, 'key compromise', [...wish, '--confirm', 'payments'])).toMatchObject({
      exit: 3,
      code: 'NOT_CONFIRMED',
      try: ['--confirm payments@main'],
    })
    expect(await run(KeyCompromise, 'key compromise', wish, ['paymnets@main'])).toMatchObject({
      code: 'NOT_CONFIRMED',
    })
    expect(await size()).toBe(before)
    expect(await run(KeyCompromise, 'key compromise', wish, ['payments@main'])).toMatchObject({
      exit: 0,
      state: 'compromised',
    })
    expect(await run(KeyResume, 'key resume', ['payments'])).toMatchObject({
      code: 'KEY_STATE',
      try: expect.arrayContaining([
        'from compromised no path leads back: make another key, and have this one destroyed',
      ]) as unknown,
    })
  })

  test('policy explain says who may, and what to type', async () => {
    expect(await run(PolicyExplain, 'policy explain', ['key.compromise', 'payments'])).toMatchObject({
      rule: 'key-end',
      needs: {quorum: 3, roles: ['ciso', 'security-lead']},
      next: ['keyrite key compromise payments --reason R'],
    })
  })
})
