/** What a thief of the writer key has to work with, and what stands before and after. */
import {randomBytes} from 'node:crypto'
import {expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {jcsBytes, type JsonObject} from '../../src/base/jcs.ts'
import {
  custodyFold,
  generateEd25519,
  rosterDocument,
  signStatement,
  type Person,
  type Signer,
  type Statement,
} from '../../src/custody/index.ts'
import {keysFold} from '../../src/keys/index.ts'
import {Blob, jsonBlob, Private, type Draft, type DraftObject, type Entry} from '../../src/ledger/index.ts'
import {policyFold} from '../../src/policy/index.ts'
import {profilesFold} from '../../src/profiles/index.ts'
import {requestAt, requests, type Plan, type Request} from '../../src/requests/index.ts'
import {ask, contextOf, planned, say} from '../requests/support.ts'
import {makeKey, makeLedger, type Founder, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import type {World} from '../support/run.ts'
import {forge, replayed} from './forge.ts'
import {copyOf, nobody, outcome, verified} from './support.ts'
import {opening, appOf} from './victim.ts'

export let made: TestLedger
export let open: Request
export let other: Request
export let given: Entry | undefined
export let met: number
export let policySeq: number
export let policySha: JsonObject

/** Five people, of whom the last has not signed; one key; one request with one answer, another one with none. */
export async function prepare(): Promise<void> {
  made = await makeLedger({people: 5, signed: 4})
  await made.using(async (app) => {
    await addLocal(app, 'soft')
    await makeKey(app, made.founders, {
      name: 'payments',
      profile: 'soft',
      algorithm: 'ed25519',
      activate: true,
    })
    const context = contextOf(app)
    open = await say(context, await ask(context, planned(app, {name: 'second'})), founder(0))
    other = await ask(context, planned(app, {name: 'third'}))
    given = app.ledger.view.entry(open.answers[0]?.seq ?? -1)
    met = [...app.ledger.of(requests).byMet.keys()][0] ?? -1
    policySeq = app.ledger.of(policyFold).seq
    policySha = app.ledger.of(policyFold).policy
  })
}

/** One of the five. */
export function founder(at: number): Founder {
  const one = made.founders[at]
  if (one === undefined) throw new Error('there are five')
  return one
}

/** A statement that says whatever the thief likes, signed by a key that the thief has. */
export async function stated(
  app: App,
  person: Person,
  signer: Signer,
  change: Partial<Statement> & {about: string},
): Promise<DraftObject> {
  const keyed = {...person, keys: [{class: 'stated', key: signer.publicKey.text} as const]}
  const signed = await signStatement(keyed, signer, {
    use: change.use ?? 'approval',
    decision: change.decision ?? 'approve',
    about: change.about,
    planSha256: change.plan_sha256 ?? null,
    checkpoint: change.checkpoint ?? app.ledger.checkpoint,
    facts: app.ledger.view.facts,
    issued: app.ledger.time,
  })
  return {signature: signed.signature, statement: {...signed.statement, ...change}}
}

export const by = (person: string): Draft['actor'] => ({person, evidence: 'signed'})

/** The question as it would be asked, and what the thief makes of it. */
export function question(app: App, change: DraftObject = {}, planChange: Partial<Plan> = {}): Draft {
  const {roster} = app.ledger.of(custodyFold)
  const plan = {...planned(app, {name: 'fourth'}).plan, ...planChange}
  return {
    type: 'quorum.opened',
    actor: nobody,
    data: {
      operation: plan.operation,
      plan: new Blob(jcsBytes(plan as unknown as JsonObject), 'application/json'),
      policy: jsonBlob(policySha),
      roster: jsonBlob(rosterDocument(roster.values())),
      who: open.who.map(({person}) => person),
      needs: {people: 3, roles: []},
      nonce: randomBytes(16).toString('hex'),
      expires: new Date(Date.now() + 3_600_000).toISOString(),
      names: {owner: new Private('Payments Team')},
      reason: null,
      ticket: null,
      ...change,
    },
  }
}

export const answer = async (
  app: App,
  request: Request,
  {person, signer}: Founder,
  change: Partial<Statement> = {},
): Promise<Draft> => ({
  type: 'approval.given',
  actor: by(person.id),
  data: {
    ...(await stated(app, person, signer, {about: request.leaf, plan_sha256: request.planSha256, ...change})),
    reason: null,
  },
})

/** Someone with the name of a founder and a key of the thief. */
export const stranger = (at: number): Founder => ({...founder(at), signer: generateEd25519().signer})
export const intended = (approved: number | null, key = 'second'): Draft => ({
  type: 'key.create.intended',
  actor: nobody,
  approved,
  data: {key, version: 1, profile: 'soft', intent: randomBytes(16).toString('hex'), before: []},
})
export const metDraft = (seq: number, approvals: readonly number[]): Draft => ({
  type: 'quorum.met',
  actor: nobody,
  data: {opened: seq, approvals},
})

/** The same entry with something else in its statement than was signed. */
export function withStatement(draft: Draft, change: JsonObject): Draft {
  return {...draft, data: {...draft.data, statement: {...(draft.data['statement'] as JsonObject), ...change}}}
}

export function requestOf(app: App, metSeq: number): Request {
  return requestAt(app.ledger, app.ledger.of(requests).byMet.get(metSeq) ?? -1)
}

/** All that people and keys are, as the entries have it. */
export function standing(world: World): unknown {
  return replayed(world, (replay) => ({
    people: [...replay.of(custodyFold).roster.values()].map(({id, state, roles}) => [id, state, roles]),
    requests: [...replay.of(requests).all.values()].map(({id, answers, met: seq, done}) => [
      id,
      answers.length,
      seq,
      done.size,
    ]),
    profiles: [...replay.of(profilesFold).profiles.keys()],
    keys: [...replay.of(keysFold).keys.values()].map(({name, versions}) => [
      name,
      versions.map(({state}) => state),
    ]),
    open: replay.of(keysFold).open.size,
  }))
}

export type Attack = readonly [name: string, rule: string, make: (app: App) => Promise<Draft> | Draft]

/** Registers each attack as a test: refused by keyrite, and where it is put past keyrite, named and without effect. */
export function attackBy(attacks: readonly Attack[], prefix: string): void {
  let count = 0
  test.each(attacks)('who appends %s breaks rule "%s", and gains nothing', async (_name, rule, make) => {
    const world = copyOf(made.world, `${prefix}-${(count += 1)}`)
    const app = appOf(world)
    const draft = await make(app)
    // Through keyrite itself: refused before anything is written.
    const size = app.ledger.size
    expect(await outcome(() => app.ledger.append([draft]))).toBe('POLICY_REFUSES')
    expect(app.ledger.size).toBe(size)
    await app.close()
    // Past keyrite, straight into the file: named by verification, without effect, and nothing goes on from there.
    const before = standing(world)
    await forge(world, [draft])
    const {problems, entries} = verified(world)
    expect(entries).toBe(size + 1)
    expect(problems.map((one) => [one.rule, one.seq])).toContainEqual([rule, size])
    expect(standing(world)).toEqual(before)
    expect(await opening(world)).toBe('LEDGER_TAMPERED')
  })
}
