/** A place stays what it was used for; a home that is none is said so. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import KeyList from '../../src/commands/key/list.ts'
import LedgerVerify from '../../src/commands/ledger/verify.ts'
import RequestList from '../../src/commands/request/list.ts'
import type {Draft} from '../../src/ledger/index.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {outcome} from '../ledger/support.ts'
import {addProfile} from '../../src/ui/add-profile.ts'
import {Secret} from '../../src/base/secret.ts'
import {runCommand} from '../support/run.ts'

let made: TestLedger
beforeEach(async () => {
  made = await makeLedger()
})
afterEach(() => {
  made.remove()
})

const actor = {person: null, evidence: 'stated'} as const
function added(environment: string, generation: number, name = 'main'): Draft {
  const data = {name, kind: 'local', environment, identity: {token: 'x'}, prover: null, generation}
  return {type: 'profile.added', actor, approved: 0, data}
}
const removed: Draft = {type: 'profile.removed', actor, approved: 0, data: {name: 'main'}}

describe('a place whose profile was removed', () => {
  test('does not come back under another environment, whatever it is called', async () => {
    await made.using(async ({ledger}) => {
      await ledger.append([added('production', 7), removed])
      expect(await outcome(() => ledger.append([added('test', 7)]))).toBe('POLICY_REFUSES')
      expect(await outcome(() => ledger.append([added('test', 7, 'other')]))).toBe('POLICY_REFUSES')
      expect(await outcome(() => ledger.append([added('production', 7, 'other')]))).toBe('ok')
    })
  })

  test('does not come back as an older copy', async () => {
    await made.using(async ({ledger}) => {
      await ledger.append([added('test', 7), removed])
      expect(await outcome(() => ledger.append([added('test', 6)]))).toBe('POLICY_REFUSES')
      expect(await outcome(() => ledger.append([added('test', 7)]))).toBe('ok')
    })
  })
})

test('a profile in which keys live is not removed, whoever writes the entry', async () => {
  await made.using(async (app) => {
    const token = join(made.world.home, 'tokens', 'main.token')
    const wish = {name: 'main', kind: 'local', environment: 'test', token, pinFile: undefined} as const
    await addProfile(app, wish, null, new Secret(Buffer.from('twelve bytes')))
    await makeKey(app, made.founders, {name: 'k', profile: 'main'})
    expect(await outcome(() => app.ledger.append([removed]))).toBe('POLICY_REFUSES')
  })
})

test.each([
  {name: 'key list', command: KeyList},
  {name: 'request list', command: RequestList},
  {name: 'ledger verify', command: LedgerVerify},
])('$name says that a home which is a file is none', async ({name, command}) => {
  const folder = join(made.world.home, '..', 'elsewhere')
  mkdirSync(folder)
  writeFileSync(join(folder, 'file'), '')
  const ran = await runCommand(command, name, [], {...made.world, home: join(folder, 'file')})
  expect([4, 6, 12]).toContain(ran.exit)
  expect(ran.stderr).not.toContain('bug')
})
