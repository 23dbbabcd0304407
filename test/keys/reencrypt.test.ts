/** What must be encrypted again because its key must change: in its order, owed by people, and kept as it was said. */
import {stripVTControlCharacters} from 'node:util'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import DutyDone from '../../src/commands/duty/done.ts'
import KeyReencrypt from '../../src/commands/key/reencrypt.ts'
import {keysFold, planRotate, reencryptPlan, wholeReencryptPlan, wrapDataKey} from '../../src/keys/index.ts'
import {contextOf} from '../requests/support.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {makeKey} from '../support/ledger.ts'
import {runCommand, runJson} from '../support/run.ts'
import {act, approved, moved} from './moving.ts'
import {keyOf, MovedClock, run} from './rotation/support.ts'

const clock = new MovedClock('2027-01-01T00:00:00Z')
let made: House
const encrypts = {profile: 'main', algorithm: 'aes-256', purpose: 'encrypt', class: 'dek'} as const
const wraps = {profile: 'main', algorithm: 'aes-256', purpose: 'wrap', class: 'kek'} as const

beforeAll(async () => {
  made = await makeHouse({now: clock.now})
  await made.using(async (app) => {
    const make = (name: string, wish: object): Promise<void> =>
      makeKey(app, made.founders, {name, ...encrypts, ...wish})
    await make('logs', {classification: 'internal'})
    await make('patients', {classification: 'restricted', consumers: ['clinic', 'bob@example.com']})
    await make('orders', {classification: 'confidential'})
    await make('stays', {classification: 'restricted'})
    await make('kek', wraps)
    await make('below', {parent: 'kek'})
    await makeKey(app, made.founders, {name: 'signs', profile: 'main'})
    for (const [name, classification] of [
      ['dek-a', 'internal'],
      ['dek-b', 'restricted'],
    ] as const)
      await wrapDataKey(contextOf(app, made.founders[0]), {name, key: 'kek', classification, wrapped: null})
    await act({made, app}, await approved({made, app}, planRotate(app.ledger.view, 'orders', clock.now())))
    await moved({made, app}, 'logs', 'compromise')
    await moved({made, app}, 'patients', 'deactivate')
    await moved({made, app}, 'signs', 'compromise')
  })
}, 60_000)
afterAll(() => {
  expect(problemsOf(made)).toEqual([])
  made.remove()
})

const world = () => ({...made.world, now: clock.now})
const using = <T>(use: (app: App) => T): Promise<T> => made.using(async (app) => use(app))
const rows = (app: App, key?: string, version?: number): readonly string[] =>
  (key === undefined
    ? wholeReencryptPlan(app.ledger)
    : reencryptPlan(app.ledger, keyOf(app, key), version ?? null)
  ).map((one) => `${one.key} v${one.version} ${one.reason}: ${one.what} ${one.name ?? '-'}: ${one.act}`)
const cli = <T = Record<string, unknown>>(argv: readonly string[]) =>
  runJson<T & {exit: number}>(KeyReencrypt, 'key reencrypt', [...argv, '--as', 'alice'], world())

describe('what must be encrypted again', () => {
  test('what is compromised comes first, then what is retired, the most sensitive first; signatures and what stays are not in it', async () => {
    expect(await using((app) => rows(app))).toEqual([
      'logs v1 compromised: data -: encrypt-again',
      'patients v1 retired: data Bob: encrypt-again',
      'patients v1 retired: data clinic: encrypt-again',
    ])
  })

  test('a version that is in use is in it where it is asked for, and what lies below a key that is compromised as well', async () => {
    expect(await using((app) => rows(app, 'stays'))).toEqual([])
    expect(await using((app) => rows(app, 'stays', 1))).toEqual(['stays v1 wanted: data -: encrypt-again'])
    expect(await using((app) => rows(app, 'kek', 1))).toEqual([
      'kek v1 wanted: data-key dek-b: wrap-anew',
      'kek v1 wanted: data-key dek-a: wrap-anew',
    ])
    await made.using((app) => moved({made, app}, 'kek', 'compromise'))
    expect(await using((app) => rows(app, 'kek'))).toEqual([
      'kek v1 compromised: data-key dek-b: new-data-key',
      'kek v1 compromised: key below: rotate',
      'kek v1 compromised: data-key dek-a: new-data-key',
    ])
  })

  test('after a rotation it is the old version that is, as soon as the new one is in use', async () => {
    expect(await using((app) => rows(app, 'orders'))).toEqual([])
    clock.days(8)
    await made.using((app) => run(app, 'orders'))
    expect(await using((app) => [keyOf(app, 'orders').primary, ...rows(app, 'orders')])).toEqual([
      2,
      'orders v1 retired: data -: encrypt-again',
    ])
  })
})

describe('key reencrypt', () => {
  test('owes it to those who use the key, each once, and keeps what they state; exit 10 until nothing is left', async () => {
    const due = '2027-03-31'
    expect(await cli(['patients', '--owe', due])).toMatchObject({exit: 10, left: 2})
    const size = await using(({ledger}) => ledger.size)
    const {items} = await cli<{items: {name: string; duty: {id: string; status: string; due: string}}[]}>([
      ...['patients', '--owe', due],
    ])
    expect(await using(({ledger}) => ledger.size)).toBe(size)
    expect(items).toMatchObject([
      {name: 'Bob', duty: {status: 'open', due: '2027-03-31T00:00:00.000Z'}},
      {name: 'clinic', duty: {status: 'open'}},
    ])
    for (const [at, {duty}] of items.entries()) {
      const argv = [duty.id, '--evidence', 'table patients, 12 of 12 partitions', '--as', 'bob']
      expect(await runJson(DutyDone, 'duty done', argv, world())).toMatchObject({exit: 0, status: 'done'})
      const left = items.length - at - 1
      expect(await cli(['patients'])).toMatchObject({exit: left === 0 ? 0 : 10, left})
    }
    const [bob, alice] = await using(({ledger}) =>
      items.map(({duty}) => ledger.view.entry(Number(duty.id.slice(1)))?.data['owners']),
    )
    expect([bob, alice]).toEqual([[expect.any(String)], [expect.any(String)]])
    expect(bob).not.toEqual(alice)
  })

  test('is written in 80 columns with the next command, and as CSV that begins no formula', async () => {
    const {stdout, exit} = await runCommand(KeyReencrypt, 'key reencrypt', [], {...world(), tty: true})
    for (const line of stripVTControlCharacters(stdout).split('\n'))
      expect(line.length).toBeLessThanOrEqual(80)
    expect(exit).toBe(10)
    expect(stdout).toContain('Next: keyrite key reencrypt logs --owe DATE')
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('only what somebody says is kept')
    const csv = await runCommand(KeyReencrypt, 'key reencrypt', ['--format', 'csv'], world())
    const [heads = '', first = '', ...more] = csv.stdout.trim().split('\n')
    expect(heads).toBe(
      'priority,key,version,reason,what,name,owner,classification,last_used,until,act,duty,status,due,next',
    )
    expect(first).toMatch(/^1,kek,1,compromised,data-key,dek-b,Payments Team,restricted,/)
    expect(more).toHaveLength(6)
    const json = await runCommand(KeyReencrypt, 'key reencrypt', ['--format', 'json'], world())
    expect(JSON.parse(json.stdout)).toMatchObject({schema: 'keyrite.reencryption/1', exit: 10, left: 5})
  })

  test('refuses a day, or a version, of no key, and a key that is not there', async () => {
    expect(await cli(['--owe', '2027-03-31'])).toMatchObject({code: 'USAGE', exit: 2})
    expect(await cli(['--version', '1'])).toMatchObject({code: 'USAGE', exit: 2})
    expect(await cli(['nothing'])).toMatchObject({code: 'KEY_NOT_FOUND', exit: 4})
    expect(await cli(['signs'])).toMatchObject({exit: 0, left: 0, items: []})
    expect(await using(({ledger}) => ledger.of(keysFold).keys.get('signs')?.versions[0]?.state)).toBe(
      'compromised',
    )
  })
})
