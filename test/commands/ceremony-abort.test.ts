/** Whoever ends a ceremony is told what it leaves behind, and by which commands that is cleaned: each is typed as it stands. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import CeremonyAbort from '../../src/commands/ceremony/abort.ts'
import CeremonyShow from '../../src/commands/ceremony/show.ts'
import Doctor from '../../src/commands/doctor.ts'
import KeyDestroy from '../../src/commands/key/destroy.ts'
import {KeyriteError} from '../../src/base/errors.ts'
import {walk} from '../../src/ceremony/engine.ts'
import type {Room} from '../../src/ceremony/room.ts'
import type {Provider} from '../../src/providers/ports.ts'
import {everyKindTemplate, typedInEveryKind} from '../ceremony/every-kind.ts'
import {instead} from '../ceremony/power-cut.ts'
import {
  contextIn,
  makeHouse,
  openIn,
  problemsOf,
  shortTemplate,
  willing,
  type House,
} from '../ceremony/room.ts'
import {runCommand, runJson, somebody, type World} from '../support/run.ts'
import {signedByAll, typing, wordsOf} from './typed.ts'

/** Everyone does what every kind of step wants. */
const helpful = (house: House): Room => ({
  ...willing(house),
  text: (_step, field) => Promise.resolve(typedInEveryKind[field] ?? 'something'),
})

interface Ended {
  readonly exit: number
  readonly left: readonly string[]
  readonly clean: readonly string[]
}

/** In a house of its own, given up when this step begins. */
async function stoppedBefore(house: House, step: string, key: string, template?: string): Promise<string> {
  return house.using(async (app) => {
    const id = await openIn(house, app, {key, ...(template === undefined ? {} : {template})})
    const room: Room = {
      ...helpful(house),
      begin: (header) => {
        if (header.id === step) throw new KeyriteError('CANCELLED', 'cancelled')
      },
    }
    await expect(walk(contextIn(house, app, id, {room}))).rejects.toMatchObject({code: 'CANCELLED'})
    return id
  })
}

interface Loss {
  readonly step: string
  readonly port: 'store' | 'life' | 'use'
  readonly call: string
  /** Whether it did it before it was lost. */
  readonly did: boolean
  readonly template?: string
}

/** The provider is lost at this call of it, in this step: from here nobody can tell whether it did it. */
async function lostAt(
  house: House,
  key: string,
  {step, port, call, did, template = shortTemplate}: Loss,
): Promise<string> {
  return house.using(async (app) => {
    const id = await openIn(house, app, {key, template})
    let at = ''
    const room: Room = {...helpful(house), begin: (header) => void (at = header.id)}
    // Opened anew after a pause, which logs out.
    const losing = async (): Promise<Provider> => {
      const {store, use, life, evidence, ...real} = await app.provider('main')
      const ports = {store, use, life, evidence}
      const calls = ports[port] as unknown as Record<string, (...all: unknown[]) => Promise<unknown>>
      const broken = instead(calls, call, async (...args: unknown[]) => {
        if (at !== step) return calls[call]?.(...args)
        if (did) await calls[call]?.(...args)
        throw new KeyriteError('PROVIDER_UNREACHABLE', 'the cable was pulled')
      })
      return {...real, ...ports, [port]: broken}
    }
    const context = contextIn(house, app, id, {room, app: {provider: losing}})
    await expect(walk(context)).rejects.toMatchObject({code: 'PROVIDER_UNREACHABLE'})
    return id
  })
}

const abort = (house: House, id: string, ...flags: readonly string[]) =>
  runJson<Ended>(
    CeremonyAbort,
    'ceremony abort',
    [id, '--reason', 'the room is on fire', ...flags],
    house.world,
  )
const commandsOf = (clean: readonly string[]): readonly string[] =>
  clean.filter((one) => one.startsWith('keyrite '))
/** The ways back into a ceremony that doctor names. */
const doctor = async (house: House): Promise<readonly string[]> => {
  const {checks} = await runJson<{checks: readonly {fix: string | null}[]}>(Doctor, 'doctor', [], house.world)
  return checks.flatMap(({fix}) => (fix?.includes('ceremony') === true ? [fix] : []))
}

test.each([
  ['verify', 'pre-active', 'destruction-scheduled'],
  ['public-key', 'active', 'deactivated'],
])(
  'what abort prints for cleaning up, ended before %s, is typed as it stands and does what it says: the %s key is %s, and gone when its times are over',
  async (step, state, after) => {
    // One of its own: its clock is moved.
    const house = await makeHouse()
    const key = `cleaned-${state}`
    const typed = typing(house)
    const id = await stoppedBefore(house, step, key)
    const [show = '', destroy = '', ...more] = (await abort(house, id, '--yes')).clean
    expect(more).toEqual([])
    expect(await typed.one(show)).toMatchObject({exit: 0, said: {name: key, state}})
    // People approve it: until they have, it is asked for and nothing is done.
    const asked = await typed.one(destroy)
    expect(asked).toMatchObject({exit: 8, said: {schema: 'keyrite.request/1', status: 'open'}})
    expect(await typed.one(show)).toMatchObject({said: {state}})
    const applied = await typed.one(`keyrite request apply ${String(asked.said['id'])} ${signedByAll(house)}`)
    expect([applied.exit, applied.said['code']]).toEqual([0, undefined])
    expect(await typed.one(show)).toMatchObject({exit: 0, said: {state: after}})
    // The same again, later.
    const [, , , ...argv] = wordsOf(destroy)
    const later = (days: number): object => ({
      ...house.world,
      now: () => new Date(Date.now() + days * 86_400_000),
    })
    const again = (days: number): Promise<Record<string, unknown>> =>
      runJson(KeyDestroy, 'key destroy', [...argv, '--as', 'alice'], later(days) as World)
    let said = await again(400)
    for (let days = 500; said['state'] !== 'destroyed' && days < 1000; days += 100) said = await again(days)
    expect(said).toMatchObject({exit: 0, state: 'destroyed'})
    house.remove()
  },
  120_000,
)

let house: House
let typed: ReturnType<typeof typing>
beforeAll(async () => {
  house = await makeHouse()
  typed = typing(house)
})
afterAll(() => {
  house.remove()
})

describe('a ceremony ended while it is not known whether the key was made', () => {
  test('where it was made, the command that is named finds it, with the one that takes it over, and then it is destroyed', async () => {
    const id = await lostAt(house, 'lost', {step: 'make', port: 'store', call: 'create', did: true})
    expect(await doctor(house)).toContain(`keyrite ceremony resume ${id.slice(0, 8)}`)
    const shown = await runCommand(CeremonyAbort, 'ceremony abort', [id, '--reason', 'r'], {
      ...house.world,
      ask: somebody('no'),
    })
    expect(shown.exit).toBe(3)
    // Until it is ended, the provider can be asked by going on.
    expect(shown.stderr).toContain(
      [
        'Left behind: perhaps key "lost" version 1 in profile "main": making it was begun, and it is not known whether it was made.',
        `Try this: keyrite ceremony resume ${id.slice(0, 8)}`,
      ].join('\n'),
    )
    const ended = await abort(house, id, '--yes')
    expect(ended).toMatchObject({exit: 0, left: [expect.stringContaining('perhaps key "lost" version 1')]})
    // Nothing names the way back that is closed now, neither for the intent nor for what was approved.
    expect(await doctor(house)).toEqual([])
    const [sync = '', ...more] = commandsOf(ended.clean)
    expect(more).toEqual([])
    const found = await typed.one(sync)
    expect(found.exit).toBe(10)
    const [{findings}] = found.said['profiles'] as readonly [
      {findings: readonly {fact: string; next: string}[]},
    ]
    expect(findings).toMatchObject([
      {fact: expect.stringMatching(/^"lost", ec-p256 to sign, .* is in no ledger entry$/)},
    ])
    const adopt = (findings[0]?.next ?? '').replace('CLASS', 'jwt-signing').replace('OWNER', 'alice')
    expect((await typed.one(`${adopt} ${signedByAll(house)}`)).exit).toBe(0)
    const asked = await typed.one(
      'keyrite key destroy lost --reason "its ceremony was ended" --confirm lost@main',
    )
    expect(asked).toMatchObject({exit: 8})
    expect(
      await typed.one(`keyrite request apply ${String(asked.said['id'])} ${signedByAll(house)}`),
    ).toMatchObject({
      exit: 0,
    })
    expect(problemsOf(house)).toEqual([])
  }, 120_000)

  test('where it was not made, nothing is found, and another ceremony makes a key of this name', async () => {
    const id = await lostAt(house, 'never', {step: 'make', port: 'store', call: 'create', did: false})
    const ended = await abort(house, id, '--yes')
    expect(await typed.each(commandsOf(ended.clean))).toMatchObject([{exit: 0, said: {findings: 0}}])
    await house.using(async (app) => {
      const again = await openIn(house, app, {key: 'never', template: shortTemplate})
      await walk(contextIn(house, app, again))
    })
    expect(await typed.one('keyrite key show never')).toMatchObject({
      exit: 0,
      said: {state: 'active', indeterminate: []},
    })
    expect(await doctor(house)).toEqual([])
    expect(problemsOf(house)).toEqual([])
  }, 120_000)
})

test('ended while it is not known whether the key was activated, the provider is asked by the command that is named', async () => {
  const id = await lostAt(house, 'half', {step: 'use', port: 'life', call: 'setAvailability', did: true})
  const ended = await abort(house, id, '--yes')
  expect(ended.left).toEqual([
    expect.stringContaining('key "half" version 1 in profile "main": it was made'),
    'perhaps key "half" version 1 in profile "main" is otherwise than recorded: making it active was begun, and what came of it is not known',
  ])
  const found = await typed.each(commandsOf(ended.clean))
  expect(found).toMatchObject([
    {exit: 0, said: {name: 'half', state: 'pre-active', indeterminate: []}},
    {exit: 8},
    {
      exit: 10,
      said: {
        profiles: [
          {findings: [{key: 'half', kind: 'state', fact: expect.stringContaining('enabled there')}]},
        ],
      },
    },
  ])
  expect(problemsOf(house)).toEqual([])
}, 120_000)

test('what a key signed before the end is named with the command that shows it, and what it perhaps signed is in nobody’s way', async () => {
  const id = await stoppedBefore(house, 'wrap', 'signed', everyKindTemplate)
  const ended = await abort(house, id, '--yes')
  expect(ended.left).toEqual([
    expect.stringContaining('key "signed" version 1'),
    expect.stringMatching(
      /^self-signed certificate of key "signed", SHA-256 [0-9a-f]{64}: the key signed it/,
    ),
    expect.stringMatching(
      /^request for a certificate of key "signed", SHA-256 [0-9a-f]{64}: the key signed it/,
    ),
  ])
  const shows = commandsOf(ended.clean).filter((one) => one.includes('key certificate'))
  expect(await typed.each(shows)).toMatchObject([
    {exit: 0, said: {form: 'self-signed'}},
    {exit: 0, said: {form: 'request'}},
  ])
  expect(ended.clean).toContain('Give it to nobody; whoever has it already must be told not to trust it.')

  const second = await lostAt(house, 'unsigned', {
    step: 'certify',
    port: 'use',
    call: 'sign',
    did: true,
    template: everyKindTemplate,
  })
  const over = await abort(house, second, '--yes')
  expect(over.left.at(-1)).toMatch(/^perhaps a self-signed certificate of key "unsigned"/)
  expect(over.clean.at(-1)).toBe('Nobody has what was signed: there is nothing to clean.')
  expect(await doctor(house)).toEqual([])
  const later = await runCommand(CeremonyShow, 'ceremony show', [second], house.world)
  expect(later.stdout).toContain(': the room is on fire\n')
  expect(later.stdout).toContain('Left behind: perhaps a self-signed certificate of key "unsigned"')
  expect(problemsOf(house)).toEqual([])
}, 120_000)
