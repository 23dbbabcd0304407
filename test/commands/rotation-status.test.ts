import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import PolicyExplain from '../../src/commands/policy/explain.ts'
import RotationStatus from '../../src/commands/rotation/status.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {runCommand, runJson} from '../support/run.ts'

let made: TestLedger
let now = new Date('2027-01-01T00:00:00Z')
beforeAll(async () => {
  made = await makeLedger({now: () => now})
  await made.using(async (app) => {
    await addLocal(app, 'main')
    await makeKey(app, made.founders, {name: 'tokens', profile: 'main'})
    await makeKey(app, made.founders, {name: 'root', profile: 'main', class: 'root'})
    await makeKey(app, made.founders, {name: 'early', profile: 'main', activate: false})
  })
})
afterAll(() => {
  made.remove()
})

interface Status {
  readonly keys: readonly {
    readonly name: string
    readonly reason: string
    readonly overdueBy: string | null
  }[]
  readonly overdue: number
}
const status = (...argv: string[]) => runJson<Status>(RotationStatus, 'rotation status', argv, made.world)

describe('rotation status', () => {
  test('has every active key with its class, its day and its mode; and 0 while nothing is overdue', async () => {
    expect(await status()).toMatchObject({
      schema: 'keyrite.rotation/1',
      exit: 0,
      overdue: 0,
      keys: [
        {name: 'tokens', class: 'jwt-signing', reason: 'never', mode: 'automatic', overdueBy: null},
        {name: 'root', class: 'root', reason: 'never', mode: 'approved', overdueBy: null},
      ],
    })
    expect((await status('--all')).keys.map(({name}) => name)).toEqual(['tokens', 'root', 'early'])
  })

  test('ends with 10 when a key is overdue, and says which, by how much, and what to type', async () => {
    now = new Date('2027-04-10T00:00:00Z')
    expect(await status('--overdue')).toMatchObject({
      exit: 10,
      overdue: 1,
      keys: [{name: 'tokens', reason: 'overdue', next: 'keyrite rotation run tokens'}],
    })
    const {stdout, exit} = await runCommand(RotationStatus, 'rotation status', [], made.world)
    expect(exit).toBe(10)
    expect(stdout).toMatch(/State: OVERDUE by 9 days\n/)
    expect(stdout.endsWith('\n\nNext: keyrite rotation run tokens\n')).toBe(true)
  })
})

test('the policy explains the schedule of a key with who approves its rotation', async () => {
  const {stdout} = await runCommand(PolicyExplain, 'policy explain', ['key.rotate', 'tokens'], made.world)
  expect(stdout).toContain('Schedule: every P90D, overdue after P3D more, at most P180D active;')
  expect(stdout).toContain('automatic: this policy approves it, and nobody is asked')
})
