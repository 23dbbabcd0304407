import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import KeyAdopt from '../../src/commands/key/adopt.ts'
import KeyShow from '../../src/commands/key/show.ts'
import KeySuspend from '../../src/commands/key/suspend.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import RequestApply from '../../src/commands/request/apply.ts'
import {custodyFold} from '../../src/custody/index.ts'
import {keysFold} from '../../src/keys/index.ts'
import type {Algorithm, Purpose} from '../../src/providers/algorithms.ts'
import type {Provider, VersionRef} from '../../src/providers/ports.ts'
import {answer, apply, findRequest, meet} from '../../src/requests/index.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {intent, specOf} from '../providers/support.ts'
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
const size = (): Promise<number> => house.using((app) => app.ledger.size)
const run = (command: CommandClass, id: string, argv: readonly string[]) =>
  runJson(command, id, [...argv, '--as', 'alice'], house.world)
const adopt = (...argv: readonly string[]) => run(KeyAdopt, 'key adopt', ['--profile', 'main', ...argv])
const facts = ['--class', 'jwt-signing', '--owner', 'Orders team', '--consumer', 'Shop=shop@example.com']
const people = (): string[] => signing('bob', 'carol', 'dan')

/** Makes a key at the place itself, past keyrite. */
async function made(
  label: string,
  algorithm: Algorithm = 'ec-p256',
  more: {purpose?: Purpose; enabled?: boolean} = {},
) {
  return house.using(async (app) => {
    const provider = await app.provider('main')
    const ref = await provider.store.create(
      specOf(algorithm, {label, ...(more.purpose === undefined ? {} : {purpose: more.purpose})}),
      intent(),
    )
    if (more.enabled !== false) await provider.life.setAvailability(ref, 'enabled')
    return ref
  })
}
const at = <T>(work: (provider: Provider) => Promise<T>): Promise<T> =>
  house.using(async (app) => work(await app.provider('main')))

describe('key adopt', () => {
  test('shows what could be taken over, and changes nothing', async () => {
    const ref = await made('their-signer')
    const before = await size()
    expect(await adopt('--list')).toMatchObject({
      exit: 0,
      schema: 'keyrite.adoptable/1',
      known: 0,
      keys: [
        {
          id: ref.key,
          called: 'their-signer',
          algorithm: 'ec-p256',
          purpose: 'sign',
          versions: [{state: 'active'}],
        },
      ],
      left: [],
    })
    const {stdout, exit} = await runCommand(
      KeyAdopt,
      'key adopt',
      ['--profile', 'main', '--all', ...facts, '--dry-run', '--as', 'alice'],
      house.world,
    )
    expect(exit).toBe(0)
    expect(stdout).toContain(
      'Take over a key of profile "main" (local, test) that is there already, class jwt-signing: 1 × ec-p256 to sign.',
    )
    expect(stdout).toContain(`"their-signer" (${ref.key}), scheme es256: v1 active, primary.`)
    expect(stdout).toContain('Nothing is changed at the provider.')
    expect(await size()).toBe(before)
  })

  test.each([
    ['neither which nor all', facts, 'USAGE'],
    ['both which and all', ['x', '--all', ...facts], 'USAGE'],
    ['without a class', ['--all', '--owner', 'x'], 'USAGE'],
    ['without an owner', ['--all', '--class', 'dek'], 'USAGE'],
    ['what is not there', ['nothing-such', ...facts], 'KEY_NOT_FOUND'],
    ['a pattern that fits nothing', ['nothing-*', ...facts], 'KEY_NOT_FOUND'],
    ['a name that is none', ['their-signer', '--name', 'Bad Name', ...facts], 'USAGE'],
  ])('is refused before anybody is asked: %s', async (_name, argv, code) => {
    const before = await size()
    expect(await adopt(...argv, ...people())).toMatchObject({code, changed: false})
    const after = await size()
    expect(after - before).toBeLessThanOrEqual(code === 'USAGE' || code === 'KEY_NOT_FOUND' ? 0 : 1)
  })

  test('waits for its quorum, then takes the key over, tries it, and keeps a signature', async () => {
    expect(
      await adopt('their-signer', '--name', 'orders-jwt', ...facts, ...signing('bob', 'carol')),
    ).toMatchObject({
      exit: 8,
      operation: 'key.adopt',
      inWords: expect.arrayContaining([
        expect.stringContaining('owner Orders team; used by Shop=shop@example.com'),
      ]),
    })
    expect(await adopt('their-signer', '--name', 'orders-jwt', ...facts, ...signing('dan'))).toMatchObject({
      exit: 0,
      schema: 'keyrite.adoption/1',
      adopted: ['orders-jwt'],
      left: [],
      unproved: [],
    })
    const shown = await run(KeyShow, 'key show', ['orders-jwt'])
    expect(shown).toMatchObject({
      state: 'active',
      algorithm: 'ec-p256',
      owner: {name: 'Orders team'},
      adoptedAt: expect.any(String),
      versions: [{version: 1, primary: true, protection: {level: 'software'}, proved: {ok: true}}],
    })
    const sample = await house.using(
      (app) => app.ledger.of(keysFold).keys.get('orders-jwt')?.versions[0]?.sample,
    )
    expect(sample).toMatchObject({kind: 'signature'})
    expect(await run(KeySuspend, 'key suspend', ['orders-jwt', ...signing('bob', 'carol')])).toMatchObject({
      exit: 0,
      state: 'suspended',
      versions: [{effect: {proof: 'proven'}}],
    })
  })

  test('what is known is not taken over twice', async () => {
    expect(await adopt('--list')).toMatchObject({known: 1, keys: []})
    expect(await adopt('their-signer', ...facts, ...people())).toMatchObject({code: 'KEY_NOT_FOUND'})
    expect(await adopt('--all', ...facts, ...people())).toMatchObject({code: 'KEY_NOT_FOUND'})
  })

  test('by a pattern: what is out of use is taken over as that, and what is gone is not', async () => {
    const [on, off, old, gone] = [
      await made('lot-on', 'aes-256'),
      await made('lot-off', 'aes-256'),
      await made('lot-old', 'aes-256'),
      await made('lot-gone', 'aes-256'),
    ]
    await at(async ({life}) => {
      await life.setAvailability(off, 'disabled')
      await life.setAvailability(old, 'historic')
      await life.scheduleDestruction(gone, 0)
    })
    await made('other-one', 'aes-256')
    const done = await adopt('lot-*', '--class', 'dek', '--owner', 'alice', ...people())
    expect(done).toMatchObject({exit: 0, adopted: expect.arrayContaining(['lot-off', 'lot-old', 'lot-on'])})
    const states = await Promise.all(
      ['lot-on', 'lot-off', 'lot-old'].map(async (name) => (await run(KeyShow, 'key show', [name]))['state']),
    )
    expect(states).toEqual(['active', 'suspended', 'deactivated'])
    expect(await run(KeyShow, 'key show', ['lot-gone'])).toMatchObject({code: 'KEY_NOT_FOUND'})
    expect(on.key).not.toBe(off.key)
  })

  test('what changed there since people agreed is left out, and said; the rest is taken over', async () => {
    const [stays, moves] = [await made('pair-stays'), await made('pair-moves')]
    const asked = await adopt('pair-*', ...facts, ...signing('bob', 'carol'))
    await at(({life}) => life.setAvailability(moves, 'disabled'))
    const applied = await run(RequestApply, 'request apply', [String(asked['id']), ...signing('dan')])
    expect(applied).toMatchObject({exit: 0, status: 'applied'})
    expect(await run(KeyShow, 'key show', ['pair-stays'])).toMatchObject({state: 'active'})
    expect(await run(KeyShow, 'key show', ['pair-moves'])).toMatchObject({code: 'KEY_NOT_FOUND'})
    expect(await adopt('--list')).toMatchObject({
      keys: [
        {id: expect.any(String), called: expect.stringMatching(/pair-moves|other-one/)},
        {called: expect.stringMatching(/pair-moves|other-one/)},
      ],
    })
    expect(stays.key).not.toBe(moves.key)
  })

  test('cut off between two keys, the same command goes on: each is there once, and tried', async () => {
    await at(({life, store}) => storeAll({life, store}))
    const total = 20
    const asked = await adopt('many-*', '--class', 'mac', '--owner', 'alice', ...signing('bob', 'carol'))
    expect(asked).toMatchObject({exit: 8})
    let calls = 0
    const broken = house.using(async (app) => {
      const provider = await app.provider('main')
      const {use} = provider
      const mac: typeof use.mac = async (...given) => {
        if (++calls === 25) throw new Error('killed')
        return use.mac(...given)
      }
      const context = {...contextFor(app, null), provider: async () => ({...provider, use: {...use, mac}})}
      const {person, signer} = house.founders[3] ?? missing()
      const answered = await answer(context, findRequest(app.ledger, String(asked['id'])), {
        person: app.ledger.of(custodyFold).roster.get(person.id) ?? missing(),
        signer,
        decision: 'approve',
        reason: null,
      })
      return apply(context, app.operations, await meet(context, answered))
    })
    await expect(broken).rejects.toThrow('killed')
    const half = await house.using(
      (app) => [...app.ledger.of(keysFold).keys.keys()].filter((name) => name.startsWith('many-')).length,
    )
    expect(half).toBeGreaterThan(0)
    expect(half).toBeLessThan(total)
    expect(await adopt('many-*', '--class', 'mac', '--owner', 'alice')).toMatchObject({
      exit: 0,
      left: [],
      unproved: [],
    })
    const after = await house.using((app) =>
      [...app.ledger.of(keysFold).keys.values()].filter(({name}) => name.startsWith('many-')),
    )
    expect(after).toHaveLength(total)
    expect(after.every(({versions}) => versions[0]?.tried?.ok === true)).toBe(true)
    expect(new Set(after.map(({versions}) => versions[0]?.ref.key)).size).toBe(total)
    expect(await runJson(LedgerVerify, 'ledger verify', [], house.world)).toMatchObject({exit: 0, ok: true})
  })

  function missing(): never {
    throw new Error('it is not there')
  }

  async function storeAll({life, store}: Pick<Provider, 'life' | 'store'>): Promise<void> {
    for (let one = 0; one < 20; one++) {
      const ref: VersionRef = await store.create(specOf('hmac-sha256', {label: `many-${one}`}), intent())
      await life.setAvailability(ref, 'enabled')
    }
  }
})
