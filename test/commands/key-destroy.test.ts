/** The end of a key by its commands, under a clock that is moved. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import Doctor from '../../src/commands/doctor.ts'
import DutyList from '../../src/commands/duty/list.ts'
import KeyCancelDestroy from '../../src/commands/key/cancel-destroy.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyDeactivate from '../../src/commands/key/deactivate.ts'
import KeyDestroy from '../../src/commands/key/destroy.ts'
import KeyHold from '../../src/commands/key/hold.ts'
import KeyList from '../../src/commands/key/list.ts'
import KeyReleaseHold from '../../src/commands/key/release-hold.ts'
import KeySet from '../../src/commands/key/set.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import RequestList from '../../src/commands/request/list.ts'
import RequestShow from '../../src/commands/request/show.ts'
import RequestWithdraw from '../../src/commands/request/withdraw.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {runCommand, runJson, somebody, type CommandClass} from '../support/run.ts'

const dayMs = 86_400_000
let shift = 0
let house: House
beforeAll(async () => {
  house = await makeHouse()
  for (const name of ['payments', 'second', 'third']) {
    const made = await run(KeyCreate, 'key create', [
      ...[name, '--profile', 'main', '--algorithm', 'aes-256', '--purpose', 'encrypt', '--class', 'dek'],
      ...['--owner', 'alice', '--activate', ...signing('bob', 'carol', 'dan')],
    ])
    expect(made).toMatchObject({exit: 0, state: 'active'})
  }
})
afterAll(() => {
  expect(problemsOf(house)).toEqual([])
  house.remove()
})

const world = () => ({...house.world, now: () => new Date(Date.now() + shift)})
const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((handle) => ['--sign-with', `${handle}=${house.keyOf(handle)}`])
const run = (command: CommandClass, id: string, argv: readonly string[], answers?: readonly string[]) =>
  runJson(command, id, [...argv, '--as', 'alice'], {
    ...world(),
    ...(answers === undefined ? {} : {ask: somebody(...answers)}),
  })
const all = (): string[] => signing('alice', 'bob', 'carol')
const destroy = (name: string, ...more: readonly string[]) =>
  run(KeyDestroy, 'key destroy', [name, '--reason', 'replaced', '--confirm', `${name}@main`, ...more])
const owed = async (): Promise<unknown> => {
  const {exit, ends} = await runJson(DutyList, 'duty list', [], world())
  return {exit, ends}
}
const stateOf = async (name: string): Promise<string> => {
  const {stdout} = await runCommand(KeyList, 'key list', [], world())
  return stdout.split('\n').find((line) => line.trim().startsWith(name)) ?? stdout
}

describe('key destroy', () => {
  test('a dry run says every phase, what is not reached, and who must approve; nothing is left', async () => {
    const {stdout, exit} = await runCommand(
      KeyDestroy,
      'key destroy',
      ['payments', '--wait', 'P9D', '--grace', 'P30D', '--reason', 'replaced', '--dry-run', '--as', 'alice'],
      world(),
    )
    expect(exit).toBe(0)
    const text = stdout.replaceAll(/\s+/g, ' ')
    for (const said of [
      'Nobody can bring it back.',
      'Grace: 30 days after it was deactivated',
      'keyrite waits 9 days; then the same command again destroys it',
      'Not reached by this: backups and copies of the token file',
    ])
      expect(text).toContain(said)
  })

  test('without its name, and in another one, nothing is asked', async () => {
    const wish = ['payments', '--reason', 'replaced', ...all()]
    expect(await run(KeyDestroy, 'key destroy', wish)).toMatchObject({code: 'NO_TERMINAL'})
    expect(await run(KeyDestroy, 'key destroy', [...wish, '--confirm', 'payments'])).toMatchObject({
      code: 'NOT_CONFIRMED',
    })
    expect(await run(KeyDestroy, 'key destroy', [...wish, '--wait', '30'])).toMatchObject({
      code: 'USAGE',
      exit: 2,
    })
  })

  test('is approved once, waits, says until when, and is completed by the same command', async () => {
    expect(await destroy('payments', '--wait', 'P9D', '--grace', 'P2D', ...all())).toMatchObject({
      exit: 0,
      state: 'deactivated',
    })
    expect(await destroy('payments')).toMatchObject({
      exit: 5,
      code: 'KEY_STATE',
      message: expect.stringContaining('what it made is still read until') as unknown,
      // It is not scheduled yet, so that there is nothing to cancel.
      try: expect.arrayContaining([
        expect.stringMatching(
          /^keyrite key cancel-destroy payments, once it is scheduled; .* keyrite key hold payments …$/,
        ),
      ]) as unknown,
    })
    expect(await owed()).toEqual({exit: 0, ends: []})
    shift += 2 * dayMs
    expect(await owed()).toMatchObject({exit: 10, ends: [{key: 'payments', step: 'schedule-destruction'}]})
    expect(await destroy('payments')).toMatchObject({exit: 0, state: 'destruction-scheduled'})
    expect(await owed()).toEqual({exit: 0, ends: []})
    expect(await stateOf('payments')).toMatch(/destruction-scheduled for 20\d\d-\d\d-\d\d/)
    expect(await destroy('payments')).toMatchObject({
      code: 'KEY_STATE',
      message: expect.stringContaining('it can still be cancelled until') as unknown,
      try: expect.arrayContaining(['keyrite key cancel-destroy payments']) as unknown,
    })
    shift += 9 * dayMs
    // Nothing happens by itself, so somebody is told: by every list that cron may call.
    const next = 'keyrite key destroy payments --reason R'
    expect(await owed()).toMatchObject({
      exit: 10,
      ends: [{key: 'payments', version: 1, step: 'destroy', next}],
    })
    const {stdout} = await runCommand(DutyList, 'duty list', [], world())
    expect(stdout).toMatch(
      /^Key "payments" version 1 can be destroyed since 20\d\d-\d\d-\d\d\.\n {2}keyrite key destroy payments --reason R\n/,
    )
    expect(await stateOf('payments')).toMatch(/destruction-scheduled due since 20\d\d/)
    const {checks} = await runJson<{checks: readonly Record<string, unknown>[]}>(
      Doctor,
      'doctor',
      [],
      world(),
    )
    expect(checks).toContainEqual(expect.objectContaining({name: 'destructions', ok: false, fix: next}))
    expect(await run(KeyDestroy, 'key destroy', ['payments', '--reason', 'r'], ['payments'])).toMatchObject({
      code: 'NOT_CONFIRMED',
    })
    expect(await destroy('payments')).toMatchObject({
      exit: 0,
      state: 'destroyed',
      versions: [{effect: {proof: 'proven'}, destroyAt: null}],
    })
    expect(await owed()).toEqual({exit: 0, ends: []})
    expect(await destroy('payments', ...all())).toMatchObject({code: 'KEY_STATE'})
  })

  test('held, it is refused with what holds it; released by two with Legal, it is scheduled, and taken back', async () => {
    const held = await run(KeyHold, 'key hold', [
      ...['second', '--until', '2031-12-31', '--reason', 'case 17', ...signing('carol')],
    ])
    expect(held).toMatchObject({exit: 0, holds: [{kind: 'legal-hold', until: '2031-12-31T23:59:59.999Z'}]})
    expect(await stateOf('second')).toContain('active, held')
    const refused = await destroy('second', ...all())
    expect(refused).toMatchObject({exit: 8, code: 'KEY_HELD'})
    expect(refused['try']).toContain('keyrite key release-hold second --reason R')
    // Nobody here is Legal: who could say so is asked for, and there is nobody.
    expect(
      await run(KeyReleaseHold, 'key release-hold', [
        'second',
        '--reason',
        'closed',
        ...signing('bob', 'carol'),
      ]),
    ).toMatchObject({exit: 8})
    expect(
      await run(KeyHold, 'key hold', [
        'second',
        '--until',
        '2020-01-01',
        '--reason',
        'r',
        ...signing('carol'),
      ]),
    ).toMatchObject({code: 'USAGE'})
    expect(
      await run(KeyCancelDestroy, 'key cancel-destroy', ['second', ...signing('bob', 'carol')]),
    ).toMatchObject({
      code: 'KEY_STATE',
    })
  })
})

describe('request list', () => {
  const about = async (...flags: readonly string[]) =>
    (await runJson<{requests: Line[]}>(RequestList, 'request list', flags, world())).requests.filter(
      ({inWords}) => inWords.includes('key "third"'),
    )

  test('what was approved and not done, and cannot be done any more, says why, and what takes it off', async () => {
    const asked = ['third', '--reason', 'r', ...signing('bob')]
    expect(await run(KeyDeactivate, 'key deactivate', asked)).toMatchObject({exit: 8})
    const [open] = await about()
    expect(open).toMatchObject({status: 'open', inTheWay: null})
    expect(await destroy('third', '--wait', 'P9D', '--grace', 'P0D', ...all())).toMatchObject({exit: 0})
    const id = open?.id ?? ''
    const signed = await run(RequestApply, 'request apply', [id, ...signing('carol')])
    expect(signed).toMatchObject({code: 'KEY_STATE'})
    const line = (await about()).find((one) => one.id === id)
    expect(line).toMatchObject({
      status: 'met',
      inTheWay: expect.stringMatching(/^cannot deactivate key "third": it is destruction-scheduled since/),
      next: `keyrite request withdraw ${id} --reason R, unless that changes`,
    })
    const {stdout} = await runCommand(RequestShow, 'request show', [id], world())
    expect(stdout).toMatch(/^In its way: cannot deactivate key "third"/m)
    const taken = await run(RequestWithdraw, 'request withdraw', [id, '--reason', 'r'])
    expect(taken).toMatchObject({status: 'withdrawn'})
  })

  test('a destruction that was begun and cancelled waits for nobody; with --all it says why it cannot go on', async () => {
    // It waits for its time, and nothing is in its way.
    expect(await about()).toEqual([expect.objectContaining({status: 'met', inTheWay: null})])
    const back = ['third', ...signing('bob', 'carol')]
    expect(await run(KeyCancelDestroy, 'key cancel-destroy', back)).toMatchObject({state: 'deactivated'})
    expect(await about()).toEqual([])
    expect((await about('--all')).find(({status}) => status === 'met')).toMatchObject({
      inTheWay: expect.stringMatching(
        /^cannot destroy key "third": it is deactivated since .* \(entry \d+\)$/,
      ),
      next: 'nothing, unless that changes: what was begun is not taken back',
    })
  })
})

interface Line {
  readonly id: string
  readonly inWords: string
  readonly status: string
  readonly inTheWay: string | null
  readonly next: string
}

describe('key set', () => {
  test('what is known of a key is set with approval, and the rest stays', async () => {
    const set = (...argv: readonly string[]) =>
      run(KeySet, 'key set', ['second', ...argv, ...signing('bob', 'carol')])
    expect(
      await set('--owner', 'Orders Team', '--consumer', 'Shop', '--label', 'pci', '--expires', '2030-01-01'),
    ).toMatchObject({
      exit: 0,
      owner: {id: 'owner', name: 'Orders Team'},
      consumers: [{name: 'Shop'}],
      labels: ['pci'],
      expires: '2030-01-01T00:00:00.000Z',
      classification: 'confidential',
    })
    expect(await set('--classification', 'restricted', '--no-expires', '--no-consumers')).toMatchObject({
      exit: 0,
      owner: {name: 'Orders Team'},
      consumers: [],
      labels: ['pci'],
      expires: null,
      classification: 'restricted',
    })
    expect(await set()).toMatchObject({code: 'USAGE'})
    expect(await set('--parent', 'nobody')).toMatchObject({code: 'KEY_NOT_FOUND'})
    expect(await set('--parent', 'second')).toMatchObject({code: 'USAGE'})
    expect(await set('--parent', 'payments')).toMatchObject({code: 'KEY_STATE'})
    expect(await set('--label', 'HIPAA')).toMatchObject({code: 'USAGE'})
  })
})
