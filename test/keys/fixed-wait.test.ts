/** A key whose place has one wait before its destruction and no other, held against what is wished and what the policy asks. */
import {expect, test} from '@jest/globals'
import {planDestroy, type Ending} from '../../src/keys/index.ts'
import {makeKey, makeLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'

test('the end of a key at a place that has one wait for it is planned with that, and no other; one that is shorter than the policy asks is refused with what can be done', async () => {
  const made = await makeLedger({people: 4})
  const app = made.open()
  await addLocal(app, 'soft')
  await addLocal(app, 'stage', 'staging')
  for (const profile of ['soft', 'stage'])
    await makeKey(app, made.founders, {profile, algorithm: 'ed25519', name: `of-${profile}`})
  const ending = (key: string, wish: Partial<Ending>) =>
    planDestroy(
      app.ledger.view,
      {
        ...{key, version: null, waitDays: null, graceDays: 30, order: null, due: null, scheduleOnly: false},
        ...wish,
      },
      app.ledger.time.toISOString(),
    ).plan.change
  const refused = (wish: Partial<Ending>): unknown => {
    try {
      return ending('of-stage', wish)
    } catch (error) {
      return error
    }
  }
  expect(ending('of-stage', {placeDays: 30})).toMatchObject({wait_days: 30})
  expect(ending('of-stage', {waitDays: 30, placeDays: 30})).toMatchObject({wait_days: 30})
  expect(refused({waitDays: 14, placeDays: 30})).toMatchObject({
    code: 'UNSUPPORTED',
    message:
      'cannot destroy key "of-stage" with --wait P14D: its place waits 30 days for it, which nobody can change',
    hints: expect.arrayContaining(['the same command without --wait']),
  })
  for (const waitDays of [null, 1, 7])
    expect(refused({waitDays, placeDays: 1})).toMatchObject({
      code: 'POLICY_REFUSES',
      message:
        'cannot destroy key "of-stage": its place waits 1 day for it, which nobody can change, and the policy asks a wait of 7 days at least',
      hints: [
        expect.stringMatching(/^keyrite key suspend of-stage --reason R, /),
        expect.stringMatching(/^keyrite policy adopt FILE, with P1D as wait under destruction; /),
      ],
    })
  // Keys to test with wait as they are told: as long as their place does.
  expect(ending('of-soft', {placeDays: 1})).toMatchObject({wait_days: 1})
  await app.close()
  made.remove()
})
