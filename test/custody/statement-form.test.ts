import {describe, expect, test} from '@jest/globals'
import type {Json, JsonObject} from '../../src/base/jcs.ts'
import {isStatement, statementSchema} from '../../src/custody/statement.ts'

const good: JsonObject = {
  about: 'ab'.repeat(32),
  checkpoint: {root: `${'A'.repeat(43)}=`, size: 7},
  decision: 'approve',
  issued: '2026-11-22T03:09:18.123Z',
  key: `SHA256:${'b'.repeat(43)}`,
  ledger: 'cd'.repeat(32),
  person: 'p-0123456789abcdef',
  plan_sha256: 'ef'.repeat(32),
  roles: ['ciso', 'custodian'],
  type: 'keyrite.statement/1',
  use: 'approval',
}

const others: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  '',
  'approve',
  'attest',
  'presence',
  'p-0123456789abcdeF',
  'ab'.repeat(32),
  `${'ab'.repeat(32)}\n`,
  '2026-02-30T00:00:00.000Z',
  [],
  ['ciso', 1],
  {},
  {root: `${'A'.repeat(43)}=`, size: 0},
  {root: `${'A'.repeat(43)}=`, size: 2},
  {size: 2, root: `${'A'.repeat(43)}=`},
  {root: `${'A'.repeat(43)}=`, size: 2, more: 1},
]

describe('a statement whose form is seen by hand', () => {
  test('is one of the schema', () => {
    for (const given of [good, {...good, plan_sha256: null, roles: []}]) {
      expect(isStatement(given)).toBe(true)
      expect(statementSchema.safeParse(given).data).toEqual(given)
    }
  })

  test('is never one that the schema refuses, whatever stands in any member', () => {
    let taken = 0
    for (const name of Object.keys(good))
      for (const other of others) {
        const given = {...good, [name]: other}
        if (!isStatement(given)) continue
        taken += 1
        expect(statementSchema.safeParse(given).success).toBe(true)
      }
    expect(taken).toBeGreaterThan(5)
  })

  test('has all members, no other, and in order', () => {
    for (const name of Object.keys(good)) {
      const rest = Object.entries(good).filter(([member]) => member !== name)
      expect(isStatement(Object.fromEntries(rest))).toBe(false)
      expect(isStatement({...good, [`${name}x`]: 1})).toBe(false)
    }
    expect(isStatement(Object.fromEntries(Object.entries(good).reverse()))).toBe(false)
    for (const value of [null, 1, 'text', [good]]) expect(isStatement(value)).toBe(false)
  })
})
