/** What a backup of a key must not bring back, whoever approved it. */
import {expect, test} from '@jest/globals'
import {backupLoad, backupPutBack} from '../../src/backups/index.ts'
import type {View} from '../../src/ledger/index.ts'
import type {Plan} from '../../src/requests/index.ts'

test('what came to be compromised after people approved is not put back under that approval', () => {
  const version = (state: string, number: number) => ({state, version: number})
  const view = (...states: string[]) => ({
    of: () => ({
      keys: new Map([['k', {name: 'k', versions: states.map((one, at) => version(one, at + 1))}]]),
    }),
  })
  const plan = (more: object) => ({
    change: {class: 'dek', id: 'k', key: 'k', sha256: 'a'.repeat(64), versions: [1, 2], ...more},
  })
  const stands = (states: string[], more: object = {}) => {
    backupPutBack.stillTrue(view(...states) as unknown as View, plan(more) as unknown as Plan, null as never)
  }
  const revives = [{state: 'compromised', version: 1}]
  expect(backupPutBack.inWords(plan({revives}) as unknown as Plan, null as never).join(' ')).toContain(
    'VERSION 1 IS COMPROMISED, AND CAN BE USED AGAIN THERE',
  )
  expect(() => {
    stands(['active', 'active'])
  }).not.toThrow()
  expect(() => {
    stands(['compromised', 'active'], {revives})
  }).not.toThrow()
  for (const [states, more] of [
    [['compromised', 'active'], {}],
    [['active', 'active'], {revives}],
    [['compromised', 'destroyed'], {revives}],
  ] as const)
    expect(() => {
      stands([...states], more)
    }).toThrow(expect.objectContaining({code: 'KEY_STATE'}))
})

test('a key of which nothing is to be used again is not taken in alone from a backup of a whole place', () => {
  const view = (...states: string[]) =>
    ({
      of: () => ({
        keys: new Map([['k', {name: 'k', versions: states.map((state, at) => ({state, version: at + 1}))}]]),
      }),
    }) as unknown as View
  const from = 'https://a.example/backups/one'
  const plan = (key: string | null) => ({change: {from, key, opens: 'token'}}) as unknown as Plan
  const stands = (key: string | null, ...states: string[]) => {
    backupLoad.stillTrue(view(...states), plan(key), 'load')
  }
  stands('k', 'active')
  stands('k', 'destroyed', 'active')
  stands(null, 'destroyed')
  expect(() => {
    stands('k', 'destroyed', 'compromised')
  }).toThrow(expect.objectContaining({code: 'KEY_STATE'}))
})
