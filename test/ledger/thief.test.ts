import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {Json} from '../../src/base/jcs.ts'
import {profilesFold} from '../../src/profiles/index.ts'
import {planDigest, requestAt} from '../../src/requests/index.ts'
import {contextOf, sayAll} from '../requests/support.ts'
import {makeLedger} from '../support/ledger.ts'
import {forge} from './forge.ts'
import {copyOf, nobody, verified} from './support.ts'
import {
  answer,
  attackBy,
  founder,
  given,
  intended,
  made,
  met,
  metDraft,
  open,
  other,
  policySeq,
  prepare,
  requestOf,
  standing,
  stranger,
  type Attack,
} from './thief.ts'
import {appOf} from './victim.ts'

beforeAll(prepare)
afterAll(() => {
  made.remove()
})

const attacks: readonly Attack[] = [
  [
    'a quorum that is met too early',
    'quorum',
    () =>
      metDraft(
        open.seq,
        open.answers.map(({seq}) => seq),
      ),
  ],
  [
    'a quorum that counts one approval thrice',
    'quorum',
    () => metDraft(open.seq, Array<number>(3).fill(open.answers[0]?.seq ?? -1)),
  ],
  [
    'a quorum that cites approvals of another request',
    'quorum',
    () =>
      metDraft(
        other.seq,
        open.answers.map(({seq}) => seq),
      ),
  ],
  [
    'a quorum of a request that was met',
    'quorum',
    (app) =>
      metDraft(
        requestOf(app, met).seq,
        requestOf(app, met).answers.map(({seq}) => seq),
      ),
  ],
  ['a quorum of no request', 'quorum', () => metDraft(0, [1])],
  ['a key begun without approval', 'approval', () => intended(null)],
  ['a key begun on the policy’s word', 'approval', () => intended(policySeq)],
  [
    'a key begun on an approval of another key',
    'plan',
    () => ({
      ...intended(met),
      type: 'key.create.failed',
      data: {intended: 0, key: 'second', version: 1, profile: 'soft', code: 'USAGE'},
    }),
  ],
  ['an approval used a second time', 'approval', () => intended(met, 'payments')],
  [
    'a key made without an intent',
    'key',
    (app) => ({
      type: 'key.created',
      actor: nobody,
      approved: met,
      data: {
        intended: 0,
        key: 'payments',
        version: 1,
        profile: 'soft',
        ref: {key: 'k', version: '1'},
        spec: {...requestOf(app, met).plan.change},
        public: null,
        generation: null,
        protection: {level: 'hardware', fips: '140-3', evidence: 'attested', detail: 'trust me'},
      },
    }),
  ],
  [
    'a change of state without an intent',
    'key',
    () => ({
      type: 'key.state.changed',
      actor: nobody,
      approved: met,
      data: {
        intended: 0,
        key: 'payments',
        version: 1,
        profile: 'soft',
        from: 'pre-active',
        to: 'active',
        enforced: 'enabled',
        results: [],
        generation: null,
      },
    }),
  ],
  [
    'a change of state that no path leads to',
    'key',
    () => ({
      type: 'key.state.intended',
      actor: nobody,
      approved: met,
      data: {
        key: 'payments',
        version: 1,
        profile: 'soft',
        intent: '0'.repeat(32),
        from: 'active',
        to: 'destroyed',
      },
    }),
  ],
  [
    'a profile of a kind that needs people',
    'approval',
    () => ({
      type: 'profile.added',
      actor: nobody,
      approved: policySeq,
      data: {
        name: 'mine',
        kind: 'pkcs11',
        environment: 'production',
        identity: {slot: '0'},
        prover: null,
        generation: null,
      },
    }),
  ],
  [
    'a profile that nothing allows',
    'approval',
    () => ({
      type: 'profile.added',
      actor: nobody,
      data: {
        name: 'mine',
        kind: 'local',
        environment: 'test',
        identity: {token: 'x'},
        prover: null,
        generation: null,
      },
    }),
  ],
  [
    'production keys said to be test ones',
    'profile',
    (app) => ({
      type: 'profile.added',
      actor: nobody,
      approved: policySeq,
      data: {
        name: 'mine',
        kind: 'local',
        environment: 'production',
        identity: {...app.ledger.of(profilesFold).profiles.get('soft')?.identity},
        prover: null,
        generation: null,
      },
    }),
  ],
  [
    'someone acting who is not in the roster',
    'actor',
    () => ({
      type: 'attempt.refused',
      actor: {person: 'p-ffffffffffffffff', evidence: 'stated'},
      data: {operation: 'x', key: null, code: 'X'},
    }),
  ],
  [
    'a type of its own',
    'type',
    () => ({type: 'custodian.crowned', actor: nobody, data: {id: 'p-ffffffffffffffff'}}),
  ],
]

describe('a thief of the writer key', () => {
  attackBy(attacks, 'acts')

  test('who dates an answer after its request expired gains nothing', async () => {
    const world = copyOf(made.world, 'thief-late')
    const app = appOf(world)
    const draft = await answer(app, open, founder(1))
    await app.close()
    await forge(world, [draft], new Date(Date.parse(open.expires) + 1))
    expect(verified(world).problems.map(({rule}) => rule)).toEqual(['approval'])
  })

  test('who has also signed the quorum out of hand still needs three keys', async () => {
    const world = copyOf(made.world, 'thief-all')
    const app = appOf(world)
    const size = app.ledger.size
    const forged = await Promise.all([1, 2, 3].map((at) => answer(app, other, stranger(at))))
    await app.close()
    const before = standing(world)
    await forge(world, [
      ...forged,
      metDraft(other.seq, [size, size + 1, size + 2]),
      intended(size + 3, 'third'),
    ])
    expect(verified(world).problems.map(({seq}) => seq)).toEqual([
      size,
      size + 1,
      size + 2,
      size + 3,
      size + 4,
    ])
    expect(standing(world)).toEqual(before)
  })

  test('who replays an approval in another ledger gains nothing', async () => {
    const second = await makeLedger({people: 5})
    const data = given?.data as Readonly<Record<string, Json>>
    await forge(second.world, [{type: 'approval.given', actor: nobody, data: {...data, reason: null}}])
    expect(verified(second.world).problems.map(({rule}) => rule)).toEqual(['approval'])
    second.remove()
  })

  test('the same hand, used as people use it, is believed', async () => {
    const world = copyOf(made.world, 'honest')
    const app = appOf(world)
    const context = contextOf(app)
    const three = await sayAll(context, requestAt(app.ledger, open.seq), [founder(1), founder(2)])
    await app.close()
    expect(three.answers).toHaveLength(3)
    await forge(world, [
      metDraft(
        open.seq,
        three.answers.map(({seq}) => seq),
      ),
    ])
    expect(verified(world).problems).toEqual([])
    expect(planDigest(three.plan)).toBe(open.planSha256)
  })
})
