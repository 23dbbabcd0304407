/** Two keys rotated by `rotation run` alone, at a place that is asked by somebody else's client on each day. */
import {expect} from '@jest/globals'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyJwks from '../../src/commands/key/jwks.ts'
import KeyRewrap from '../../src/commands/key/rewrap.ts'
import KeyShow from '../../src/commands/key/show.ts'
import KeyWrap from '../../src/commands/key/wrap.ts'
import RotationPlan from '../../src/commands/rotation/plan.ts'
import RotationPolicy from '../../src/commands/rotation/policy.ts'
import RotationRun from '../../src/commands/rotation/run.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'

export interface Clocked {
  readonly house: House
  readonly now: () => Date
  readonly days: (count: number) => void
  readonly signs: (...handles: readonly string[]) => string[]
}

/** A house whose clock is moved. It begins a month from now: what a service says of its own time is earlier. */
export async function makeClocked(): Promise<Clocked> {
  let now = new Date(Date.now() + 30 * 86_400_000)
  const house = await makeHouse({now: () => now})
  return {
    house,
    now: () => now,
    days(count) {
      now = new Date(now.getTime() + count * 86_400_000)
    },
    signs: (...handles) => handles.flatMap((one) => ['--sign-with', `${one}=${house.keyOf(one)}`]),
  }
}

/** The provider's ids of a key's versions, and the state of each. */
export interface VersionSeen {
  readonly version: number
  readonly state: string
  readonly primary: boolean
  readonly providerId: string
}

export async function seen({house}: Clocked, name: string): Promise<readonly VersionSeen[]> {
  const shown = await runJson<{versions: readonly VersionSeen[]}>(KeyShow, 'key show', [name], house.world)
  return shown.versions
}

/** `1 active, 2 active*`. */
const inShort = (versions: readonly VersionSeen[]): string =>
  versions.map(({version, state, primary}) => `${version} ${state}${primary ? '*' : ''}`).join(', ')

export interface Rotated {
  readonly profile: string
  readonly name: string
  readonly how: readonly string[]
  /** Asks the place itself, without keyrite, and expects of it what must be so. @param phase - that was done last. */
  readonly there: (
    phase: 'made' | 'accepted' | 'primary' | 'retired',
    ids: readonly string[],
  ) => Promise<void>
}

/** From its making to the end of its first rotation, on the days of its phases. */
export async function rotatesWhole(clocked: Clocked, {profile, name, how, there}: Rotated): Promise<void> {
  const {house, days, signs} = clocked
  const ids = async (): Promise<string[]> => (await seen(clocked, name)).map(({providerId}) => providerId)
  const run = () => runJson(RotationRun, 'rotation run', [name], house.world)
  const state = async (): Promise<string> => inShort(await seen(clocked, name))
  const make = [name, '--profile', profile, ...how, '--owner', 'Payments', '--activate', '--as', 'alice']
  expect(
    await runJson(KeyCreate, 'key create', [...make, ...signs('alice', 'bob', 'carol')], house.world),
  ).toMatchObject({exit: 0, state: 'active'})
  await there('made', await ids())

  days(91)
  expect(await run()).toMatchObject({
    exit: 0,
    keys: [{did: ['open', 'version', 'accept'], waits: 'time', error: null}],
  })
  expect(await state()).toBe('1 active*, 2 active')
  await there('accepted', await ids())
  if (how.includes('sign'))
    expect((await runJson<{keys: object[]}>(KeyJwks, 'key jwks', [name], house.world)).keys).toHaveLength(2)

  days(6)
  expect(await run()).toMatchObject({exit: 0, keys: [{did: [], waits: 'time'}]})
  days(1)
  expect(await run()).toMatchObject({exit: 0, keys: [{did: ['primary'], waits: 'time', error: null}]})
  expect(await state()).toBe('1 active, 2 active*')
  await there('primary', await ids())

  days(31)
  expect(await run()).toMatchObject({keys: [{did: ['retire'], waits: null, error: null}]})
  expect(await state()).toBe('1 deactivated, 2 active*')
  await there('retired', await ids())
  expect(problemsOf(house)).toEqual([])
}

/** Two data keys under a key that wraps, which is rotated; then they are wrapped anew, by commands. */
export async function rewrapsAfter(clocked: Clocked, profile: string): Promise<void> {
  const {house, days, signs} = clocked
  const json = (command: CommandClass, id: string, ...args: readonly string[]) =>
    runJson(command, id, [...args, '--as', 'alice'], house.world)
  const how = ['--algorithm', 'aes-256', '--purpose', 'wrap', '--class', 'dek', '--owner', 'Payments']
  const make = ['wraps', '--profile', profile, ...how, '--activate', ...signs('alice', 'bob', 'carol')]
  expect(await json(KeyCreate, 'key create', ...make)).toMatchObject({exit: 0, state: 'active'})
  for (const [name, classification] of [
    ['logs', 'internal'],
    ['patients', 'restricted'],
  ] as const)
    expect(await json(KeyWrap, 'key wrap', 'wraps', name, '--classification', classification)).toMatchObject({
      schema: 'keyrite.data-key/1',
      exit: 0,
      version: 1,
    })
  days(91)
  await json(RotationRun, 'rotation run', 'wraps')
  days(8)
  expect(await json(RotationRun, 'rotation run', 'wraps')).toMatchObject({keys: [{did: ['primary']}]})
  expect(await json(KeyRewrap, 'key rewrap', 'wraps', '--dry-run')).toMatchObject({
    exit: 10,
    behind: [{name: 'patients'}, {name: 'logs'}],
  })
  expect(await json(KeyRewrap, 'key rewrap', 'wraps')).toMatchObject({
    schema: 'keyrite.rewrap/1',
    exit: 0,
    rewrapped: 2,
    failed: 0,
  })
  expect(await json(KeyRewrap, 'key rewrap', 'wraps', '--dry-run')).toMatchObject({exit: 0, behind: []})
}

/** What the plan of its next rotation says, in words. */
export async function planOf({house}: Clocked, name: string): Promise<string> {
  return (await runCommand(RotationPlan, 'rotation plan', [name, '--dry-run'], house.world)).stdout
}

export const pair = ['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing']
export const secret = ['--algorithm', 'aes-256', '--purpose', 'encrypt', '--class', 'dek']

export interface Policied {
  readonly name: string
  /** Makes the call that sets a schedule go wrong there, or all well again. */
  readonly fault: (kind: 'lie' | 'unavailable' | 'cut' | null) => Promise<unknown>
  /** Every how many days the place makes a version by itself: asked without keyrite. */
  readonly there: () => Promise<number | null>
  /** What goes wrong, and what that is called. */
  readonly wrong: readonly (readonly ['lie' | 'unavailable' | 'cut', code: string])[]
}

/** The provider's own schedule read, compared and set, while it goes wrong; and taken away again. */
export async function setsSchedule(
  {house, signs}: Clocked,
  {name, fault, there, wrong}: Policied,
): Promise<void> {
  const policy = (...args: readonly string[]) =>
    runJson(RotationPolicy, 'rotation policy', [name, '--as', 'alice', ...args], house.world)
  expect(await policy()).toMatchObject({exit: 10, wanted: {everyDays: 90}, found: {everyDays: null}})
  for (const [kind, code] of wrong) {
    await fault(kind)
    const broken = await policy('--set', ...signs('alice', 'bob'))
    expect([kind, broken['code']]).toEqual([kind, code])
    await fault(null)
  }
  expect(await policy('--set', ...signs('alice', 'bob'))).toMatchObject({exit: 0, differences: []})
  expect(await there()).toBe(90)
  expect(await policy('--off', ...signs('alice', 'bob'))).toMatchObject({exit: 10, found: {everyDays: null}})
  expect(await there()).toBeNull()
  expect(problemsOf(house)).toEqual([])
}
