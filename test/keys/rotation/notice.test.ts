import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import DutyList from '../../../src/commands/duty/list.ts'
import DutyShow from '../../../src/commands/duty/show.ts'
import type {DutyDocument} from '../../../src/duties/index.ts'
import {keysInTurn} from '../../../src/ui/rotation.ts'
import {outcome} from '../../ledger/support.ts'
import {makeKey, makeLedger, type TestLedger} from '../../support/ledger.ts'
import {addLocal} from '../../support/profile.ts'
import {runJson} from '../../support/run.ts'
import {MovedClock, run} from './support.ts'

const clock = new MovedClock('2027-01-01T00:00:00Z')
let made: TestLedger
beforeAll(async () => {
  made = await makeLedger({now: clock.now})
  await made.using(async (app) => {
    await addLocal(app, 'soft')
    await makeKey(app, made.founders, {
      name: 'tokens',
      profile: 'soft',
      owner: 'bob',
      consumers: ['Shop', 'Mail'],
    })
    await makeKey(app, made.founders, {
      name: 'web',
      profile: 'soft',
      class: 'tls',
      owner: 'Web team',
      consumers: ['Proxy'],
    })
    await makeKey(app, made.founders, {name: 'quiet', profile: 'soft'})
  })
})
afterAll(() => {
  made.remove()
})

const owed = async (): Promise<readonly DutyDocument[]> =>
  (await runJson<{duties: DutyDocument[]}>(DutyList, 'duty list', [], made.world)).duties
const turn = (): Promise<readonly string[]> => made.using((app) => keysInTurn(app))

describe('those who use a key are told before it is rotated', () => {
  test('thirty days before, as a duty of its owner; not sooner, and once', async () => {
    clock.days(59)
    expect(await turn()).toEqual([])
    clock.days(2)
    expect(await turn()).toEqual(['tokens'])
    await made.using(async (app) => {
      expect(await run(app, 'tokens')).toMatchObject({did: ['notice'], waits: null})
      expect(await run(app, 'tokens')).toMatchObject({did: []})
    })
    const [duty] = await owed()
    expect(duty).toMatchObject({
      name: 'tell-users',
      owner: {name: 'Bob'},
      from: {kind: 'rotation', id: 'tokens'},
      due: '2027-04-01T00:00:00.000Z',
    })
    expect(duty?.what).toContain('Tell Shop, Mail that key "tokens" is rotated from 2027-04-01 on')
    expect(await runJson(DutyShow, 'duty show', [duty?.id ?? ''], made.world)).toMatchObject({
      from: {kind: 'rotation'},
    })
  })

  test('fourteen days before for TLS, as a duty of the security lead where the owner is no person of the roster', async () => {
    clock.days(14)
    await made.using(async (app) => {
      expect(await run(app, 'web')).toMatchObject({did: []})
      clock.days(2)
      expect(await run(app, 'web')).toMatchObject({did: ['notice']})
    })
    expect((await owed()).map(({owner, from}) => [owner.name, from.id])).toEqual([
      ['Bob', 'tokens'],
      ['Alice', 'web'],
    ])
  })

  test('a duty from nowhere, or a second one for the same date, is no entry', async () => {
    await made.using(async (app) => {
      const duty = [
        ...app.ledger.of({name: 'duties', initial: () => new Map<number, {due: string}>()}).values(),
      ][0]
      const data = {
        name: 'tell-users',
        what: null,
        owners: [made.founders[0]?.person.id ?? ''],
        due: duty?.due ?? '',
      }
      const {Private} = await import('../../../src/ledger/index.ts')
      const open = (more: object) =>
        outcome(() =>
          app.ledger.append([
            {
              type: 'duty.opened',
              data: {...data, what: new Private('x'), ...more},
              actor: {person: null, evidence: 'stated'},
            },
          ]),
        )
      expect(await open({})).toBe('POLICY_REFUSES')
      expect(await open({key: 'tokens'})).toBe('POLICY_REFUSES')
    })
  })
})
