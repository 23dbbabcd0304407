import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import KeyAdopt from '../../src/commands/key/adopt.ts'
import KeyCheck from '../../src/commands/key/check.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyList from '../../src/commands/key/list.ts'
import KeySuspend from '../../src/commands/key/suspend.ts'
import KeySync from '../../src/commands/key/sync.ts'
import {chosen, csvOf} from '../../src/keys/filter.ts'
import type {KeyDocument} from '../../src/keys/document.ts'
import {keysFold} from '../../src/keys/index.ts'
import {compareWith} from '../../src/keys/sync/compare.ts'
import {noTerms} from '../../src/providers/schedule.ts'
import type {Provider} from '../../src/providers/ports.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {intent, specOf} from '../providers/support.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'

interface Synced {
  readonly exit: number
  readonly findings: number
  readonly profiles: readonly {
    readonly compared: number
    readonly findings: readonly Record<string, unknown>[]
  }[]
}
interface Listed {
  readonly keys: readonly KeyDocument[]
}

let house: House
beforeAll(async () => {
  house = await makeHouse()
  for (const name of ['payments', 'orders', 'stock'])
    expect(
      await run(KeyCreate, 'key create', [
        ...[
          name,
          '--profile',
          'main',
          '--algorithm',
          'ec-p256',
          '--purpose',
          'sign',
          '--class',
          'jwt-signing',
        ],
        ...[
          '--owner',
          name === 'stock' ? '=HYPERLINK("x"),y' : 'alice',
          '--activate',
          ...signing('bob', 'carol', 'dan'),
        ],
        ...(name === 'orders' ? ['--classification', 'restricted'] : []),
      ]),
    ).toMatchObject({exit: 0, state: 'active'})
}, 60_000)
afterAll(() => {
  expect(problemsOf(house)).toEqual([])
  house.remove()
})

const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((handle) => ['--sign-with', `${handle}=${house.keyOf(handle)}`])
const run = <T = Record<string, unknown>>(command: CommandClass, id: string, argv: readonly string[] = []) =>
  runJson<T>(command, id, [...argv, '--as', 'alice'], house.world)
const sync = (...argv: readonly string[]) => run<Synced>(KeySync, 'key sync', argv)
const at = <T>(work: (provider: Provider) => Promise<T>): Promise<T> =>
  house.using(async (app) => work(await app.provider('main')))
const refOf = (name: string) =>
  house.using((app) => app.ledger.of(keysFold).keys.get(name)?.versions[0]?.ref ?? missing())
function missing(): never {
  throw new Error('it is not there')
}

describe('key sync', () => {
  test('finds nothing where all is as it was recorded, and writes that down', async () => {
    expect(await sync()).toMatchObject({
      exit: 0,
      findings: 0,
      profiles: [{profile: 'main', compared: 3, findings: [], entry: expect.any(Number)}],
    })
  })

  test('finds what is switched off there, gone, or made there by others, says what to type, and changes nothing', async () => {
    const [off, gone] = [await refOf('payments'), await refOf('orders')]
    const stranger = await at(async ({life, store}) => {
      await life.setAvailability(off, 'disabled')
      await life.setAvailability(gone, 'disabled')
      await life.scheduleDestruction(gone, 0)
      return store.create(specOf('aes-256', {label: 'stranger'}), intent())
    })
    const found = await sync('--profile', 'main')
    expect(found).toMatchObject({exit: 10, findings: 3})
    const [first] = found.profiles
    expect(first?.findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          kind: 'state',
          key: 'payments',
          next: expect.stringContaining('keyrite key suspend payments'),
        }),
        expect.objectContaining({kind: 'missing', key: 'orders', fact: 'active here, and gone there'}),
        expect.objectContaining({
          kind: 'unknown',
          key: null,
          id: stranger.key,
          next: `keyrite key adopt ${stranger.key} --profile main --class CLASS --owner OWNER`,
        }),
      ]),
    )
    expect(await at(async ({store}) => (await store.describe(off))?.availability)).toBe('disabled')
    const {stdout} = await runCommand(KeySync, 'key sync', ['--as', 'alice'], house.world)
    expect(stdout).toContain('missing: orders version 1: active here, and gone there.')
  })

  test('what it says to type deals with it', async () => {
    expect(await run(KeySuspend, 'key suspend', ['payments', ...signing('bob', 'carol')])).toMatchObject({
      exit: 0,
      state: 'suspended',
    })
    expect(
      await run(KeyAdopt, 'key adopt', [
        ...['stranger', '--profile', 'main', '--class', 'dek', '--owner', 'alice'],
        ...signing('bob', 'carol', 'dan'),
      ]),
    ).toMatchObject({exit: 0, adopted: ['stranger']})
    expect((await sync()).profiles[0]?.findings.map(({kind, key}) => [kind, key])).toEqual([
      ['missing', 'orders'],
    ])
  })

  test('a policy or a schedule that others change is found until somebody agrees to it', async () => {
    const [policy, days] = [{text: '{"a":1,"b":2}'}, {every: 365}]
    const compared = (before: Parameters<typeof compareWith>[1]['before'], accept: readonly string[] = []) =>
      house.using(async (app) => {
        const provider = await app.provider('main')
        const access = {
          aliases: [],
          grants: [],
          get policy() {
            return policy.text
          },
        }
        const watched: Provider = {
          ...provider,
          service: {access: async () => access} as never,
          schedule: {
            knows: [],
            read: async () => ({...noTerms, everyDays: days.every, next: null, notes: []}),
          } as never,
        }
        return compareWith(watched, {
          profile: 'main',
          keys: app.ledger.of(keysFold),
          before,
          beside: new Set(),
          accept: new Set(accept),
        })
      })
    const first = await compared(undefined)
    const kinds = (found: Awaited<ReturnType<typeof compared>>) =>
      found.findings.filter(({key}) => key === 'payments').map(({kind}) => kind)
    expect(kinds(first)).toEqual([])
    policy.text = '{ "b": 2, "a": 1 }'
    expect(kinds(await compared({type: 'keyrite.sync/1', seq: 1, ...first}))).toEqual([])
    policy.text = '{"a":1,"b":3}'
    days.every = 90
    const second = await compared({type: 'keyrite.sync/1', seq: 1, ...first})
    expect(kinds(second)).toEqual(['policy', 'schedule'])
    expect(kinds(await compared({type: 'keyrite.sync/1', seq: 2, ...second}))).toEqual(['policy', 'schedule'])
    const third = await compared({type: 'keyrite.sync/1', seq: 2, ...second}, ['payments'])
    expect(kinds(third)).toEqual([])
    expect(kinds(await compared({type: 'keyrite.sync/1', seq: 3, ...third}))).toEqual([])
  })

  test('a key that is not there is refused, and a profile too', async () => {
    expect(await run(KeySync, 'key sync', ['--accept', 'nobody'])).toMatchObject({code: 'KEY_NOT_FOUND'})
    expect(await run(KeySync, 'key sync', ['--profile', 'nowhere'])).toMatchObject({
      code: 'PROFILE_NOT_FOUND',
    })
  })
})

describe('key check', () => {
  test('says of each key what is not as it should be, by which entry, and exits 10', async () => {
    const {exit, keys} = await run<{
      exit: number
      keys: {name: string; checks: {check: string; ok: boolean | null; entry: number | null}[]}[]
    }>(KeyCheck, 'key check')
    expect(exit).toBe(10)
    const of = (name: string) =>
      new Map(keys.find((one) => one.name === name)?.checks.map((one) => [one.check, one]))
    expect(of('orders').get('level')).toMatchObject({ok: false, evidence: 'verified'})
    expect(of('orders').get('policy')).toMatchObject({ok: false})
    expect(of('stock').get('level')).toMatchObject({ok: true})
    expect(of('stock').get('fips')).toMatchObject({ok: null})
    expect(of('stock').get('exportability')).toMatchObject({
      ok: true,
      evidence: 'verified',
      entry: expect.any(Number),
    })
    expect(of('stock').get('rotation')).toMatchObject({ok: true})
  })

  test('one key that is good is exit 0, and what nothing says is called unknown', async () => {
    const terminal = {...house.world, tty: true}
    const {stdout, exit} = await runCommand(KeyCheck, 'key check', ['stock'], terminal)
    expect(exit).toBe(0)
    // A sentence is broken between words, and what follows stands below its beginning.
    expect(stdout).toContain(
      '  unknown  fips: version 1: its place gives no FIPS 140 level that could be\n           checked (',
    )
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    const plain = await runCommand(KeyCheck, 'key check', ['stock', '--plain'], terminal)
    expect(plain.stdout).toContain('gives no FIPS 140 level that could be checked (')
    expect(stdout).toMatch(/1 key: 0 findings, \d unknown\./)
    expect(await run(KeyCheck, 'key check', ['nobody'])).toMatchObject({code: 'KEY_NOT_FOUND'})
  })
})

describe('key list', () => {
  const list = (...argv: readonly string[]) => run<Listed>(KeyList, 'key list', argv)
  const names = async (...argv: readonly string[]) => (await list(...argv)).keys.map(({name}) => name)

  test('by state, class, classification, owner and what was taken over', async () => {
    expect(await names('--state', 'suspended')).toEqual(['payments'])
    expect(await names('--state', 'suspended', '--state', 'active')).toEqual(['orders', 'payments', 'stock'])
    expect(await names('--class', 'dek')).toEqual(['stranger'])
    expect(await names('--classification', 'restricted')).toEqual(['orders'])
    expect(await names('--owner', '=HYPERLINK("x"),y')).toEqual(['stock'])
    expect(await names('--adopted')).toEqual(['stranger'])
    expect(await names('--overdue')).toEqual([])
    expect(await names('--held', '--expired', '--indeterminate')).toEqual([])
    const {stdout} = await runCommand(KeyList, 'key list', ['--label', 'none'], house.world)
    expect(stdout).toContain('None of 4 keys is so.')
  })

  test('as CSV: what holds a comma is quoted, and what would be a formula is none', async () => {
    const {stdout} = await runCommand(KeyList, 'key list', ['--format', 'csv'], house.world)
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toBe(
      'name,profile,environment,location,algorithm,scheme,purpose,class,classification,owner,consumers,parent,state,versions,created,adopted,expires,held,labels',
    )
    expect(lines.find((line) => line.startsWith('stock,'))).toContain(`,"'=HYPERLINK(""x""),y",`)
    expect(lines).toHaveLength(5)
  })

  test('as JSON, the same as with --json', async () => {
    const {stdout} = await runCommand(KeyList, 'key list', ['--format', 'json'], house.world)
    expect(JSON.parse(stdout)).toEqual(await list())
  })

  test('what expired and what is overdue is told by the day', async () => {
    const [one] = (await list('--class', 'jwt-signing')).keys
    const all: KeyDocument[] = one === undefined ? [] : [{...one, expires: '2027-01-01T00:00:00.000Z'}]
    const none = {
      state: undefined,
      class: undefined,
      classification: undefined,
      owner: undefined,
      label: undefined,
    }
    const flags = {...none, held: false, adopted: false, indeterminate: false, expired: true, overdue: null}
    expect(chosen(all, flags, new Date('2026-12-31T00:00:00Z'))).toHaveLength(0)
    expect(chosen(all, flags, new Date('2027-01-01T00:00:00Z'))).toHaveLength(1)
    expect(chosen(all, {...flags, overdue: new Set()}, new Date('2027-01-01T00:00:00Z'))).toHaveLength(0)
    expect(csvOf([])).toHaveLength(1)
  })
})
