import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import KeyActivate from '../../src/commands/key/activate.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyProve from '../../src/commands/key/prove.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import {meet, operationOf, requests} from '../../src/requests/index.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {contextOf, sayAll} from '../requests/support.ts'
import {runJson, somebody, type CommandClass} from '../support/run.ts'

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
const size = (): Promise<number> => house.using((app) => app.ledger.size)
const run = (command: CommandClass, id: string, argv: readonly string[]) =>
  runJson(command, id, [...argv, '--as', 'alice'], house.world)
const wish = [
  '--profile',
  'main',
  '--algorithm',
  'ec-p256',
  '--purpose',
  'sign',
  '--class',
  'jwt-signing',
  '--owner',
  'alice',
]
const create = (name: string, ...more: readonly string[]) =>
  run(KeyCreate, 'key create', [name, ...wish, ...more])

describe('key create', () => {
  test('a dry run shows the plan, and leaves nothing', async () => {
    const before = await size()
    expect(await create('dry', '--dry-run')).toMatchObject({
      schema: 'keyrite.plan/1',
      exit: 0,
      plan: {operation: 'key.create', change: {key: 'dry', algorithm: 'ec-p256'}, profile: {name: 'main'}},
    })
    expect(await size()).toBe(before)
  })

  test('without enough signatures it waits with exit 8; the same again, or request apply, goes on with that request', async () => {
    const first = await create('waits', ...signing('carol'))
    expect(first).toMatchObject({
      schema: 'keyrite.request/1',
      exit: 8,
      status: 'open',
      operation: 'key.create',
    })
    const again = await create('waits', ...signing('dan'))
    expect(again).toMatchObject({exit: 8, id: first['id']})
    const apply = (...argv: readonly string[]) =>
      run(RequestApply, 'request apply', [String(first['id']), ...argv])
    expect(await apply(...signing('dan'))).toMatchObject({exit: 8, code: 'NOT_PERMITTED'})
    expect(await apply(...signing('grace'))).toMatchObject({
      exit: 0,
      schema: 'keyrite.request/1',
      status: 'applied',
    })
    const before = await size()
    expect(await apply()).toMatchObject({exit: 0, status: 'applied'})
    expect(await size()).toBe(before)
    expect(await create('waits')).toMatchObject({exit: 5, code: 'KEY_EXISTS'})
  })

  test('killed before it was activated, the same command goes on; another wish is told what is left, and the command that does it', async () => {
    await create('halves', '--activate', ...signing('carol'))
    await house.using(async (app) => {
      const context = contextOf(app, house.founders[0])
      const waits = [...app.ledger.of(requests).all.values()].at(-1) ?? missing()
      const {met, plan} = await meet(context, await sayAll(context, waits, house.founders.slice(3, 5)))
      await operationOf(app.operations, 'key.create').act(
        {...context, approved: met ?? missing()},
        plan,
        'create',
      )
    })
    const other = await create('halves')
    expect(other).toMatchObject({
      exit: 5,
      code: 'KEY_EXISTS',
      message: expect.stringMatching(/request r\d+ made it.*: activate$/),
    })
    expect(other['try']).toContainEqual(expect.stringMatching(/^keyrite request apply r\d+$/))
    expect(await create('halves', '--activate')).toMatchObject({exit: 0, state: 'active'})
    expect(await create('halves', '--activate')).toMatchObject({exit: 5, code: 'KEY_EXISTS'})
  })

  test('a key is made pre-active, is not activated before it was proved, and then is', async () => {
    expect(await create('steps', ...signing('carol', 'dan', 'erin'))).toMatchObject({
      schema: 'keyrite.key/1',
      exit: 0,
      name: 'steps',
      state: 'pre-active',
      versions: [{version: 1, protection: {level: 'software'}}],
    })
    const activate = () => run(KeyActivate, 'key activate', ['steps', ...signing('carol', 'dan')])
    expect(await activate()).toMatchObject({exit: 5, code: 'KEY_STATE', changed: false})
    expect(await run(KeyProve, 'key prove', ['steps'])).toMatchObject({schema: 'keyrite.key/1', exit: 0})
    expect(await activate()).toMatchObject({exit: 0, state: 'active'})
    expect(await activate()).toMatchObject({exit: 5, code: 'KEY_STATE'})
  })

  test.each([
    {name: 'a name that is none', argv: ['No_Name'], code: 'USAGE', exit: 2},
    {name: 'an unknown algorithm', argv: ['x', '--algorithm', 'rot13'], code: 'USAGE', exit: 2},
    {name: 'a scheme that does not fit', argv: ['x', '--scheme', 'rs256'], code: 'UNSUPPORTED', exit: 5},
    {name: 'a parent that is not there', argv: ['x', '--parent', 'moon'], code: 'KEY_NOT_FOUND', exit: 4},
  ])('$name is refused, and nothing is asked of anybody', async ({argv, code, exit}) => {
    const before = await size()
    const [name = '', ...more] = argv
    expect(await create(name, ...more)).toMatchObject({schema: 'keyrite.error/1', code, exit, changed: false})
    expect(await size()).toBe(before)
  })

  test('a profile that is not there is refused', async () => {
    const elsewhere = wish.map((word) => (word === 'main' ? 'moon' : word))
    expect(await run(KeyCreate, 'key create', ['x', ...elsewhere])).toMatchObject({
      exit: 4,
      code: 'PROFILE_NOT_FOUND',
    })
  })

  test('a key signed for by another than its owner is refused, and that leaves a trace', async () => {
    const argv = ['stolen', ...wish, '--sign-with', `carol=${house.keyOf('dan')}`]
    expect(await run(KeyCreate, 'key create', argv)).toMatchObject({exit: 6, code: 'BAD_SIGNATURE'})
    await house.using((app) => {
      expect(app.ledger.view.entry(app.ledger.size - 1)).toMatchObject({
        type: 'attempt.refused',
        data: {operation: 'key.create', key: 'stolen', code: 'BAD_SIGNATURE'},
      })
    })
  })

  test('on a terminal the plan is asked about first: a no leaves nothing', async () => {
    const before = await size()
    const ask = somebody('no')
    const asked = await runJson(KeyCreate, 'key create', ['asked', ...wish, '--as', 'alice'], {
      ...house.world,
      ask,
    })
    expect(asked).toMatchObject({exit: 3, code: 'NOT_CONFIRMED', changed: false})
    expect(await size()).toBe(before)
  })

  test('key prove refuses a key that is not there', async () => {
    expect(await run(KeyProve, 'key prove', ['moon'])).toMatchObject({exit: 4, code: 'KEY_NOT_FOUND'})
  })
})

function missing(): never {
  throw new Error('it is not there')
}
