/** What the policy alone would rotate waits while an incident about the key is open. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {closingDraft, findIncident} from '../../src/incidents/index.ts'
import {planRotate, standing} from '../../src/keys/index.ts'
import {actAlone} from '../../src/keys/operations/rotate.ts'
import {keysInTurn, runLine, runRotations} from '../../src/ui/rotation.ts'
import {contextOf} from '../requests/support.ts'
import {outcome, verified} from '../ledger/support.ts'
import {keyOf, MovedClock, run, versionsOf} from '../keys/rotation/support.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {nightOf, opened} from './bench.ts'

const clock = new MovedClock('2027-01-01T00:00:00Z')
let made: TestLedger
let app: App
beforeAll(async () => {
  made = await makeLedger({people: 4, now: clock.now})
  app = made.open()
  await addLocal(app, 'soft')
  for (const name of ['due', 'running']) await makeKey(app, made.founders, {name, profile: 'soft'})
})
afterAll(async () => {
  await app.close()
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})
const night = () => {
  const carol = made.founders[2]
  if (carol === undefined) throw new Error('there are four')
  return nightOf({made, app}, carol)
}
async function closed(id: string): Promise<void> {
  const closing = {confirmed: false, waive: [], reason: null}
  const draft = closingDraft(app.ledger, findIncident(app.ledger, id), closing)
  await app.ledger.append([{...draft, actor: night().context.actor}])
}

test('a key that is due is not rotated, is said to be stopped, and is rotated once the incident is closed', async () => {
  const {id} = await opened(night(), 'due')
  clock.days(91)
  expect(await run(app, 'due')).toMatchObject({did: [], waits: 'incident', until: id})
  expect(standing(app.ledger, keyOf(app, 'due'))).toMatchObject({
    reason: 'incident',
    next: `keyrite incident show ${id}`,
  })
  expect(keysInTurn(app)).toContain('due')
  const [line] = await runRotations(app, ['due'], null, () => undefined)
  expect(line === undefined ? '' : runLine(line)).toContain(`stopped by the open incident ${id}`)
  const {change} = planRotate(app.ledger.view, 'due', clock.now()).plan
  const size = app.ledger.size
  expect(await outcome(() => actAlone(contextOf(app), change, 'open'))).not.toBeUndefined()
  expect(app.ledger.size).toBe(size)
  await closed(id)
  expect(await run(app, 'due')).toMatchObject({did: ['open', 'version', 'accept'], waits: 'time'})
})

test('a rotation that runs goes on with no phase before the incident is closed', async () => {
  expect(await run(app, 'running')).toMatchObject({did: ['open', 'version', 'accept']})
  const {id} = await opened(night(), 'running')
  clock.days(8)
  expect(await run(app, 'running')).toMatchObject({did: [], waits: 'incident', until: id})
  expect(versionsOf(app, 'running')).toBe('1 active*, 2 active')
  await closed(id)
  expect(await run(app, 'running')).toMatchObject({did: ['primary']})
})
