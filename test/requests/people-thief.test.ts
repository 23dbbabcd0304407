/** Whoever has the writer key, and nothing else, tries to change the people: each entry is refused, for its own reason. */
import {expect} from '@jest/globals'
import {KeyriteError} from '../../src/base/errors.ts'
import {custodyFold, generateEd25519} from '../../src/custody/index.ts'
import {Private, type Draft, type DraftObject} from '../../src/ledger/index.ts'
import {requests, type Request} from '../../src/requests/index.ts'
import type {App} from '../../src/app.ts'
import {verified} from '../ledger/support.ts'
import {makePeople, type People} from './people-support.ts'
import {needing} from '../support/needs.ts'

const {afterAll, beforeAll, test} = needing('ssh-keygen')

let made: People
beforeAll(async () => {
  made = await makePeople()
  for (const name of ['frank', 'gina']) made.key(name)
  const enroll = (name: string): string =>
    `custodian enroll ${name}@example.com --name ${name} --key @${name}.pub --role custodian --as alice`
  await made.type(`${enroll('frank')} ${made.signed('bob', 'carol', 'dan')}`)
  await made.type(`${enroll('gina')} ${made.signed('bob', 'carol', 'dan', 'gina@example.com')}`)
  await made.type(`custodian suspend erin --as alice ${made.signed('alice')}`)
})
afterAll(() => {
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

/** The requests in order: Frank met and not shown, Gina done, Erin's suspension done. */
const asked = (app: App, at: number): Request => {
  const request = [...app.ledger.of(requests).all.values()][at]
  if (request === undefined) throw new Error('there are three')
  return request
}
const nobody = {person: null, evidence: 'stated'} as const
const id = (app: App, name: string): string =>
  [...app.ledger.of(custodyFold).roster.values()].find((one) => one.name === name)?.id ?? ''

/** What the entry of Frank's enrolment would say. */
function frank(app: App, other: DraftObject = {}): DraftObject {
  const {plan, hidden} = asked(app, 0)
  const {act, ...facts} = plan.change
  expect(act).toBe('enroll')
  return {...facts, name: hidden['name'] ?? null, address: hidden['address'] ?? null, ...other}
}
const enrolled = (app: App, data: DraftObject, approved: number | null): Draft => ({
  type: 'custodian.enrolled',
  data,
  actor: nobody,
  approved,
})

test.each<[string, (app: App) => Draft, RegExp]>([
  ['a person of their own', (app) => enrolled(app, frank(app), null), /it cites no approval/],
  ['by the policy alone', (app) => enrolled(app, frank(app), 0), /the policy alone never allows this/],
  [
    'by the approval of another change',
    (app) => enrolled(app, frank(app), asked(app, 1).met),
    /phase "change" of this approval was used already/,
  ],
  [
    'by a suspension',
    (app) => enrolled(app, frank(app), asked(app, 2).met),
    /it cites an approval of "custodian.suspend"/,
  ],
  [
    'approved, but without the new key’s signature',
    (app) => enrolled(app, frank(app), asked(app, 0).met),
    /nobody has shown that they hold the key/,
  ],
  [
    'approved, with a key of their own',
    (app) =>
      enrolled(
        app,
        frank(app, {keys: [{class: 'stated', key: generateEd25519().publicKey.text}]}),
        asked(app, 0).met,
      ),
    /nobody has shown|not the one of the plan/,
  ],
  [
    'approved, under another name',
    (app) => enrolled(app, frank(app, {name: new Private('Mallory')}), asked(app, 0).met),
    /nobody has shown|not the one of the plan/,
  ],
  [
    'a key said to be attested that is not',
    (app) =>
      enrolled(
        app,
        frank(app, {keys: [{class: 'attested', key: generateEd25519().publicKey.text}]}),
        asked(app, 0).met,
      ),
    /a key is said to be attested, and is stated/,
  ],
  [
    'a suspension that nobody signed',
    (app) => ({
      type: 'custodian.suspended',
      data: {person: id(app, 'Dan'), by: 'holder', until: null, reason: null},
      actor: nobody,
      approved: null,
    }),
    /it is by "security-lead", and says otherwise/,
  ],
  [
    'the end of a suspension',
    (app) => ({
      type: 'custodian.restored',
      data: {person: id(app, 'Erin')},
      actor: nobody,
      approved: asked(app, 1).met,
    }),
    /was used already|the plan is to enroll/,
  ],
  [
    'a retirement by the approval of an enrolment',
    (app) => ({
      type: 'custodian.retired',
      data: {person: id(app, 'Dan')},
      actor: nobody,
      approved: asked(app, 0).met,
    }),
    /nobody has shown|the plan is to enroll/,
  ],
])('%s', async (_name, draft, reason) => {
  const refusal = await made.using((app) =>
    app.ledger.append([draft(app)]).then(
      () => 'taken',
      (error: unknown) => (error instanceof KeyriteError ? error.message : Promise.reject(error as Error)),
    ),
  )
  expect(refusal).toMatch(reason)
})
