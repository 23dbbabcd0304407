import {afterAll, beforeAll, describe} from '@jest/globals'
import {generateEd25519} from '../../src/custody/index.ts'
import {Blob, jsonBlob} from '../../src/ledger/index.ts'
import {
  answer,
  attackBy,
  by,
  founder,
  given,
  made,
  open,
  other,
  policySha,
  prepare,
  question,
  stated,
  stranger,
  withStatement,
  type Attack,
} from './thief.ts'

beforeAll(prepare)
afterAll(() => {
  made.remove()
})

const attacks: readonly Attack[] = [
  [
    'a founder’s signature by another key',
    'signature',
    async (app) => ({
      type: 'founder.signed',
      actor: by(founder(4).person.id),
      data: await stated(app, founder(4).person, generateEd25519().signer, {
        use: 'founding',
        decision: 'attest',
        about: app.ledger.view.facts.fingerprint,
      }),
    }),
  ],
  [
    'a founder’s signature by another key under the real one’s name',
    'signature',
    async (app) => ({
      type: 'founder.signed',
      actor: by(founder(4).person.id),
      data: await stated(app, founder(4).person, generateEd25519().signer, {
        use: 'founding',
        decision: 'attest',
        about: app.ledger.view.facts.fingerprint,
        key: founder(4).key.publicKey.fingerprint,
      }),
    }),
  ],
  [
    'a founder’s signature a second time',
    'statement',
    async (app) => ({
      type: 'founder.signed',
      actor: by(founder(0).person.id),
      data: await stated(app, founder(0).person, founder(0).signer, {
        use: 'founding',
        decision: 'attest',
        about: app.ledger.view.facts.fingerprint,
      }),
    }),
  ],
  ['a question that needs fewer people', 'quorum', (app) => question(app, {needs: {people: 1, roles: []}})],
  ['a question that needs nobody', 'quorum', (app) => question(app, {needs: {people: 0, roles: []}})],
  [
    'a question to someone who has not signed',
    'quorum',
    (app) => question(app, {who: [...open.who.map(({person}) => person), founder(4).person.id].sort()}),
  ],
  [
    'a question to a stranger',
    'quorum',
    (app) => question(app, {who: [...open.who.map(({person}) => person), 'p-ffffffffffffffff'].sort()}),
  ],
  ['a question under another rule', 'quorum', (app) => question(app, {}, {rule: 'containment'})],
  [
    'a question under another policy',
    'quorum',
    (app) => question(app, {policy: jsonBlob({...policySha, name: 'mine'})}),
  ],
  [
    'a question to another roster',
    'quorum',
    (app) => question(app, {roster: jsonBlob({people: [], type: 'keyrite.roster/1'})}),
  ],
  ['a question that never expires', 'quorum', (app) => question(app, {expires: '2999-01-01T00:00:00.000Z'})],
  [
    'a question that expired before it was asked',
    'quorum',
    (app) => question(app, {expires: '2020-01-01T00:00:00.000Z'}),
  ],
  [
    'a question about another operation than its plan',
    'quorum',
    (app) => question(app, {operation: 'key.activate'}),
  ],
  [
    'a question about another place',
    'quorum',
    (app) =>
      question(
        app,
        {},
        {profile: {name: 'soft', kind: 'local', environment: 'test', identity: {token: 'mine'}}},
      ),
  ],
  ['a plan that is no plan', 'data', (app) => question(app, {plan: jsonBlob({type: 'keyrite.plan/1'})})],
  [
    'a plan that is not even JSON',
    'data',
    (app) => question(app, {plan: new Blob(Buffer.from('"\\ud800"'), 'application/json')}),
  ],
  [
    'a plan as deep as a well',
    'data',
    (app) =>
      question(app, {
        plan: new Blob(Buffer.from('['.repeat(50_000) + ']'.repeat(50_000)), 'application/json'),
      }),
  ],
  ['an approval by a key of the thief', 'signature', (app) => answer(app, open, stranger(1))],
  [
    'an approval by a key of the thief under the real one’s name',
    'signature',
    (app) => answer(app, open, stranger(1), {key: founder(1).key.publicKey.fingerprint}),
  ],
  ['an approval of someone who was not asked', 'approval', (app) => answer(app, open, founder(4))],
  [
    'an approval of someone who is not there',
    'actor',
    (app) => answer(app, open, {...founder(1), person: {...founder(1).person, id: 'p-ffffffffffffffff'}}),
  ],
  ['a second approval of one person', 'approval', (app) => answer(app, open, founder(0))],
  [
    'an approval of another plan',
    'signature',
    (app) =>
      answer(app, open, founder(1), {plan_sha256: other.planSha256}).then((draft) =>
        withStatement(draft, {plan_sha256: open.planSha256}),
      ),
  ],
  [
    'an approval that was a rejection',
    'signature',
    (app) => answer(app, open, founder(1)).then((draft) => withStatement(draft, {decision: 'reject'})),
  ],
  [
    'an approval that saw another history',
    'statement',
    (app) =>
      answer(app, open, founder(1), {
        checkpoint: {size: app.ledger.size, root: Buffer.alloc(32).toString('base64')},
      }),
  ],
  [
    'an approval from before there was the question',
    'statement',
    (app) => answer(app, open, founder(1), {checkpoint: {size: 1, root: app.ledger.view.rootAt(1) ?? ''}}),
  ],
  [
    'an approval that was given to another request',
    'approval',
    (app) => answer(app, open, founder(1), {about: app.ledger.view.facts.fingerprint}),
  ],
  [
    'an approval copied whole',
    'approval',
    () => ({type: 'approval.given', actor: by(founder(0).person.id), data: {...given?.data, reason: null}}),
  ],
]

describe('a thief of the writer key', () => {
  attackBy(attacks, 'answers')
})
