import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {KeyriteError} from '../../src/base/errors.ts'
import {planRotate, planStandby, proveKey, standbyOf, type Key} from '../../src/keys/index.ts'
import {nativeWay} from '../../src/keys/rotation/native.ts'
import type {Provider} from '../../src/providers/ports.ts'
import {apply, requestAt, statusNow, type Request} from '../../src/requests/index.ts'
import {outcome, verified} from '../ledger/support.ts'
import {contextOf} from '../requests/support.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {act, approved, moved, typesSince, versionOf} from './moving.ts'
import {keyOf, MovedClock, run, versionsOf} from './rotation/support.ts'

const clock = new MovedClock('2027-01-01T00:00:00Z')
let made: TestLedger
let app: App
beforeAll(async () => {
  made = await makeLedger({now: clock.now})
  app = made.open()
  await addLocal(app, 'soft')
  for (const name of ['tokens', 'fresh', 'busy', 'gone', 'crashed', 'unproved', 'proved-apart', 'vain'])
    await makeKey(app, made.founders, {name, profile: 'soft'})
  await makeKey(app, made.founders, {name: 'asked', profile: 'soft', class: 'artifact-signing'})
})
afterAll(async () => {
  await app.close()
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

const plan = (name: string) => planStandby(app.ledger.view, name)
const bench = () => ({made, app})
const waiting = (key: Key): number | undefined => standbyOf(key)?.version

describe('a standby', () => {
  test('is approved by those who approve keys that are made, and its words say who may promote it alone, and when', async () => {
    const request = await approved(bench(), plan('tokens'))
    expect(request.plan).toMatchObject({
      rule: 'key-generation',
      change: {key: 'tokens', version: 2, made: 'version'},
      phases: [{name: 'make'}, {name: 'promote', needed: false}],
    })
    const from = app.ledger.size
    const done = await act(bench(), request)
    expect([...done.done]).toEqual(['make'])
    expect(typesSince(bench(), from)).toEqual([
      'key.standby.intended',
      'key.standby.made',
      'key.try.intended',
      'key.tried',
    ])
    expect(versionsOf(app, 'tokens')).toBe('1 active*, 2 pre-active')
    expect(versionOf(bench(), 'tokens', 2)).toMatchObject({standby: request.met, tried: {ok: true}})
    const words = app.operations.get('key.standby')?.inWords(request.plan, {} as never) ?? []
    expect(words.join(' ')).toMatch(
      /one emergency contact or security lead alone may put it in the place .* only in an open incident on key "tokens", after that version was contained/,
    )
  })

  test('is promoted by nobody outside an incident', async () => {
    const request = requestAt(app.ledger, (await approved(bench(), plan('fresh'))).seq)
    await act(bench(), request)
    const size = app.ledger.size
    expect(
      await outcome(() =>
        apply(contextOf(app), app.operations, requestAt(app.ledger, request.seq), ['promote']),
      ),
    ).toBe('KEY_STATE')
    expect(app.ledger.size).toBe(size)
  })

  test('is left alone by rotations, which make a version of their own', async () => {
    expect(planRotate(app.ledger.view, 'tokens', clock.now()).plan.change).toMatchObject({from: 1, to: 3})
    clock.days(91)
    expect(await run(app, 'tokens')).toMatchObject({did: ['open', 'version', 'accept']})
    clock.days(8)
    expect(await run(app, 'tokens')).toMatchObject({did: ['primary']})
    clock.days(31)
    expect(await run(app, 'tokens')).toMatchObject({did: ['retire']})
    expect(versionsOf(app, 'tokens')).toBe('1 deactivated, 2 pre-active, 3 active*')
    expect(waiting(keyOf(app, 'tokens'))).toBe(2)
  })

  test('killed between intent and outcome it is found, proved, and not made twice', async () => {
    const request = await approved(bench(), plan('crashed'))
    const real = await app.provider('soft')
    const count = async (): Promise<number> => {
      let there = 0
      for await (const one of real.store.list()) if (one.availability !== 'destroyed') there++
      return there
    }
    const before = await count()
    const dying: Provider = {
      ...real,
      life: {
        ...real.life,
        async rotate(key, intent) {
          await real.life.rotate(key, intent)
          throw new KeyriteError('PROVIDER_UNREACHABLE', 'cannot: the line broke')
        },
      },
    }
    expect(await outcome(() => act(bench(), request, dying))).toBe('PROVIDER_UNREACHABLE')
    await act(bench(), request)
    expect([await count(), versionsOf(app, 'crashed')]).toEqual([before + 1, '1 active*, 2 pre-active'])
    expect(versionOf(bench(), 'crashed', 2).tried?.ok).toBe(true)
  })

  test('killed after it was made and before it is proved, its request is not over: whoever goes on with it, or proves it, ends it', async () => {
    const real = await app.provider('soft')
    const dead = {...real, use: {...real.use, sign: () => Promise.reject(new TypeError('the power'))}}
    for (const [name, goOn] of [
      ['unproved', (request: Request) => act(bench(), request)],
      ['proved-apart', () => proveKey({...contextOf(app), approved: 0}, 'proved-apart', 2)],
    ] as const) {
      const request = await approved(bench(), plan(name))
      const from = app.ledger.size
      await expect(act(bench(), request, dead)).rejects.toThrow('the power')
      expect(versionsOf(app, name)).toBe('1 active*, 2 pre-active')
      expect(statusNow(app.ledger, requestAt(app.ledger, request.seq))).toBe('met')
      await goOn(request)
      const done = requestAt(app.ledger, request.seq)
      expect([statusNow(app.ledger, done), [...done.done]]).toEqual(['applied', ['make']])
      expect(typesSince(bench(), from)).toEqual([
        'key.standby.intended',
        'key.standby.made',
        'key.try.intended',
        'key.tried',
      ])
      expect(versionOf(bench(), name, 2)).toMatchObject({standby: request.met, tried: {ok: true}})
    }
  })

  test('proved in vain for want of permission stays open, and is proved when there is one', async () => {
    const real = await app.provider('soft')
    const refused = () => Promise.reject(new KeyriteError('NOT_PROVEN', 'cannot: it may not'))
    const request = await approved(bench(), plan('vain'))
    expect(await outcome(() => act(bench(), request, {...real, use: {...real.use, sign: refused}}))).toBe(
      'NOT_PROVEN',
    )
    expect(statusNow(app.ledger, requestAt(app.ledger, request.seq))).toBe('met')
    await act(bench(), request)
    expect(statusNow(app.ledger, requestAt(app.ledger, request.seq))).toBe('applied')
  })

  test.each([
    ['one waits already', 'EXISTS', 'tokens'],
    ['no key is called so', 'KEY_NOT_FOUND', 'nothing'],
  ])('is refused before anybody is asked: %s', async (_name, code, name) => {
    expect(await outcome(() => Promise.resolve().then(() => plan(name)))).toBe(code)
  })

  test('is refused for a key that was contained: then a quorum replaces it', async () => {
    await moved(bench(), 'gone', 'suspend')
    expect(await outcome(() => Promise.resolve().then(() => plan('gone')))).toBe('KEY_STATE')
  })

  test('whose number a rotation was approved for has that rotation asked for anew, and is not used by it', async () => {
    clock.days(366)
    const rotation = await approved(bench(), planRotate(app.ledger.view, 'asked', clock.now()))
    expect(rotation.plan.change).toMatchObject({from: 1, to: 2})
    await act(bench(), await approved(bench(), plan('asked')))
    expect(await outcome(() => act(bench(), rotation))).toBe('ROTATION_STATE')
    expect(versionsOf(app, 'asked')).toBe('1 active*, 2 pre-active')
    const asked = await run(app, 'asked')
    expect(asked).toMatchObject({did: [], waits: 'people'})
    expect(asked.request).not.toBe(rotation.id)
  })

  test('whose approval came before a rotation made that version is asked for anew', async () => {
    const request = await approved(bench(), plan('busy'))
    clock.days(91)
    await run(app, 'busy')
    const size = app.ledger.size
    expect(await outcome(() => act(bench(), request))).toBe('PLAN_MOVED')
    expect([app.ledger.size, versionsOf(app, 'busy')]).toEqual([size, '1 active*, 2 active'])
  })
})

test('where a place uses the newest version at once, what waits is a key of its own', () => {
  const waits = (kind: string, algorithm: 'aes-256' | 'ec-p256') =>
    nativeWay(kind, {algorithm, imported: false}).waiting
  expect(
    ['local', 'pkcs11', 'aws', 'azure', 'gcp', 'transit'].map((kind) => [
      kind,
      waits(kind, 'ec-p256'),
      waits(kind, 'aes-256'),
    ]),
  ).toEqual([
    ['local', 'version', 'version'],
    ['pkcs11', 'version', 'version'],
    ['aws', 'key', 'key'],
    ['azure', 'key', 'key'],
    ['gcp', 'version', 'key'],
    ['transit', 'key', 'key'],
  ])
})
