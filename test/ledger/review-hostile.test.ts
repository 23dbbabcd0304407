/** What a thief of the writer's key can append: any bytes, chained and signed. No entry of theirs stops a replay, or has an effect. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {folds} from '../../src/app.ts'
import {hex, sha256} from '../../src/base/bytes.ts'
import {KeyriteError} from '../../src/base/errors.ts'
import {jcsBytes, type Json, type JsonObject} from '../../src/base/jcs.ts'
import {planCreate} from '../../src/keys/index.ts'
import {Replay, type AnyFold, type Entry, type Problem, type Source} from '../../src/ledger/index.ts'
import {noPrev} from '../../src/ledger/entry.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import {answer, meet, openRequest} from '../../src/requests/index.ts'
import {custodyFold} from '../../src/custody/index.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {slow} from './support.ts'
import {planCreateWish} from './review-wish.ts'

let made: TestLedger
let entries: Entry[]
let source: Source
/** Blobs of the thief's own. */
const planted = new Map<string, Uint8Array>()

beforeAll(async () => {
  // A policy that does not speak of activating: what it leaves out is refused, and not a bug.
  const rules = defaultPolicy.rules.map((rule) => ({
    ...rule,
    operations: rule.operations.filter((one) => one !== 'key.activate'),
  }))
  made = await makeLedger({people: 5, policy: {...defaultPolicy, rules}})
  const app = made.open()
  const context = contextFor(app, made.founders[0]?.person ?? null)
  await app.ledger.append([
    {
      type: 'profile.added',
      actor: context.actor,
      approved: 0,
      data: {
        name: 'main',
        kind: 'local',
        environment: 'test',
        identity: {token: 'x'},
        prover: null,
        generation: 1,
      },
    },
  ])
  let request = await openRequest(context, {
    ...planCreate(app.ledger.view, planCreateWish),
    reason: 'because',
    ticket: null,
    only: null,
  })
  for (const {person, signer} of made.founders.slice(0, 3)) {
    const enrolled = app.ledger.of(custodyFold).roster.get(person.id)
    if (enrolled === undefined) throw new Error('a founder is in the roster')
    request = await answer(context, request, {person: enrolled, signer, decision: 'approve', reason: null})
  }
  request = await meet(context, request)
  const about = {key: 'k', version: 1, profile: 'main'}
  const common = {actor: context.actor, approved: request.met}
  const intent = '0'.repeat(32)
  await app.ledger.append([
    {...common, type: 'key.create.intended', data: {...about, intent, before: []}},
    {
      ...common,
      type: 'key.created',
      data: {
        ...about,
        intended: app.ledger.size,
        ref: {key: 'x', version: '1'},
        spec: request.plan.change,
        public: null,
        generation: 2,
        protection: {level: 'software', fips: null, evidence: 'verified', detail: ''},
      },
    },
    {type: 'attempt.refused', actor: context.actor, data: {operation: 'x', key: null, code: 'USAGE'}},
  ])
  entries = Array.from({length: app.ledger.size}, (_, seq) => app.ledger.view.entry(seq)).flatMap(
    (one) => one ?? [],
  )
  const {store} = app.ledger
  source = {
    bytes: (seq) => store.row(seq)?.bytes,
    blob: (sha) => planted.get(sha) ?? store.blob(sha),
    opening: (commitment) => store.opening(commitment),
  }
  opened = app
})
let opened: ReturnType<TestLedger['open']> | undefined
afterAll(async () => {
  await opened?.close()
  made.remove()
})

function bytesOf(entry: Entry): Uint8Array {
  const bare = Object.entries(entry).filter(([name]) => name !== 'leaf')
  return jcsBytes(Object.fromEntries<Json>(bare))
}

/** Replays what stands before `at`, then the thief's entry in its place. */
function judge(
  at: number,
  change: (entry: Entry) => Entry,
  with_: readonly AnyFold[] = folds,
): readonly Problem[] {
  const replay = new Replay(with_, source)
  for (const entry of entries.slice(0, at)) expect(replay.step(bytesOf(entry)).problems).toEqual([])
  const entry = entries[at]
  if (entry === undefined) throw new Error('there is such an entry')
  const before = JSON.stringify([...replay.table()].map(({row}) => hex(row)))
  const {problems} = replay.step(bytesOf({...change(entry), prev: replay.last?.leaf ?? noPrev}))
  const after = JSON.stringify([...replay.table()].map(({row}) => hex(row)))
  if (problems.length > 0) expect(after).toBe(before)
  return problems
}

const deep = (depth: number): Json => (depth === 0 ? 1 : [deep(depth - 1)])
const odd: readonly Json[] = [
  null,
  true,
  -1,
  2 ** 53 - 1,
  '',
  '__proto__',
  'p-0000000000000000',
  '2026-02-31T00:00:00.000Z',
  [],
  [[]],
  {},
  {$: '0'.repeat(64)},
  {blob: '0'.repeat(64), size: 0, type: 'application/json'},
  {toString: 1, constructor: 2},
  deep(80),
]

/** The same value with each of its parts replaced by each odd one, left out, or beside a stranger. */
function* mutations(value: Json): Generator<Json> {
  yield* odd
  if (Array.isArray(value)) {
    const list = value as readonly Json[]
    yield [...list, ...list]
    for (const [at, item] of list.entries())
      for (const other of mutations(item)) yield list.map((one, index) => (index === at ? other : one))
  } else if (typeof value === 'object' && value !== null) {
    const object = value as JsonObject
    yield {...object, stranger: 1}
    for (const [name, item] of Object.entries(object)) {
      yield Object.fromEntries(Object.entries(object).filter(([one]) => one !== name))
      for (const other of mutations(item)) yield {...object, [name]: other}
    }
  }
}

test('whatever stands in the data of an entry, a replay names it and goes on', () => {
  let [count, tried] = [0, 0]
  for (const [at, entry] of entries.entries()) {
    if (entry.type === 'founder.signed' && at > 1) continue // all alike
    for (const data of mutations(entry.data)) {
      if (typeof data !== 'object' || data === null || Array.isArray(data)) continue
      // Each replays what stands before it: a few of them, and with SLOW=1 all.
      if (!slow && count++ % 31 !== 0) continue
      expect(() => judge(at, (one) => ({...one, data: data as JsonObject}))).not.toThrow()
      tried++
    }
  }
  expect(tried).toBeGreaterThan(30)
}, 300_000)

describe('a blob of the thief is named too', () => {
  const documents = [
    {name: 'no object', text: '1'},
    {name: 'a deep one', text: '['.repeat(50_000) + ']'.repeat(50_000)},
    {name: 'odd members', text: '{"operation":7,"type":"keyrite.plan/1"}'},
  ]
  test.each(documents)('$name, for plan, policy and roster', ({text}) => {
    const bytes = Buffer.from(text)
    const sha = hex(sha256(bytes))
    planted.set(sha, bytes)
    const blob = {blob: sha, size: bytes.length, type: 'application/json'}
    const request = entries.findIndex(({type}) => type === 'quorum.opened')
    for (const [at, name] of [
      [0, 'policy'],
      [0, 'roster'],
      [request, 'plan'],
      [request, 'policy'],
      [request, 'roster'],
    ] as const)
      expect(judge(at, (one) => ({...one, data: {...one.data, [name]: blob}}))).not.toEqual([])
  })
})

test('a request that no rule speaks of is a problem of its entry, not a refusal of whoever verifies', () => {
  const at = entries.findIndex(({type}) => type === 'quorum.opened')
  const reference = entries[at]?.data['plan'] as {readonly blob: string}
  const plan = JSON.parse(Buffer.from(source.blob(reference.blob) ?? []).toString()) as JsonObject
  const bytes = jcsBytes({...plan, operation: 'key.activate'})
  const sha = hex(sha256(bytes))
  planted.set(sha, bytes)
  const blob = {blob: sha, size: bytes.length, type: 'application/json'}
  const problems = judge(at, (one) => ({...one, data: {...one.data, operation: 'key.activate', plan: blob}}))
  expect(problems.map(({message}) => message).join()).toContain('no rule of policy')
})

describe('a fold that fails over an entry makes a problem of it', () => {
  const throwing = (where: 'check' | 'apply', error: Error): AnyFold => ({
    name: 'throwing',
    types: ['attempt.refused'],
    initial: () => 0,
    check: () => {
      if (where === 'check') throw error
      return []
    },
    apply: () => {
      throw error
    },
  })
  const last = (): number => entries.length - 1

  test.each([
    {where: 'check', error: new RangeError('Maximum call stack size exceeded')},
    {where: 'apply', error: new Error('expected a string')},
    {where: 'apply', error: new TypeError('no such thing')},
    {where: 'check', error: new KeyriteError('POLICY_REFUSES', 'no rule')},
  ] as const)('$error in $where', ({where, error}) => {
    expect(judge(last(), (one) => one, [...folds, throwing(where, error)]).map(({rule}) => rule)).toEqual([
      'data',
    ])
  })

  test('but a store that fails ends it', () => {
    const error = new KeyriteError('STORAGE', 'cannot read the ledger')
    expect(() => judge(last(), (one) => one, [...folds, throwing('check', error)])).toThrow(error)
  })
})
