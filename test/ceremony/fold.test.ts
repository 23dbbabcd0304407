/** What somebody with the writer key, but without the people, would append: each is refused by its rule, and nothing is saved. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {walk} from '../../src/ceremony/engine.ts'
import {transcriptRoot} from '../../src/ceremony/fold.ts'
import {signStatement} from '../../src/custody/index.ts'
import {Private, type Draft} from '../../src/ledger/index.ts'
import {ceremonyIn, contextIn, everybody, makeHouse, openIn, willing, type House} from './room.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  house.remove()
})

const actor = {person: null, evidence: 'stated'} as const
type Data = Draft['data']

/** Whoever signed an entry is who acted; nobody is said to have done the others. */
function actorOf(data: Data): Draft['actor'] {
  const {statement} = data as {statement?: {person: string}}
  return statement === undefined ? actor : {person: statement.person, evidence: 'signed'}
}

/** Appends straight to the ledger. @returns the refusal; the size is what it was. */
async function refused(app: App, type: string, ceremony: string | null, data: Data): Promise<string> {
  const {size} = app.ledger
  const error: unknown = await app.ledger.append([{type, actor: actorOf(data), ceremony, data}]).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({code: 'POLICY_REFUSES'})
  expect(app.ledger.size).toBe(size)
  return (error as Error).message
}

const done = (step: string, kind: string, by: readonly string[] = []): Data => ({
  step,
  kind,
  started: '2026-01-01T00:00:00.000Z',
  minutes: 1,
  by: [...by],
  result: {},
})
const signOff = (app: App, id: string): Record<string, Data[string]> => {
  const ceremony = ceremonyIn(app, id)
  return {
    round: 1,
    template_sha256: ceremony.template,
    first: ceremony.seq,
    count: ceremony.leaves.length,
    root: transcriptRoot(ceremony),
    keys: ceremony.keys.map((key) => ({...key})),
    sets: [],
    deviations: [],
  }
}

describe('steps', () => {
  let app: App
  let id: string
  beforeAll(async () => {
    app = house.open()
    id = await openIn(house, app, {people: {custodian: ['carol', 'dan', 'erin']}})
    await app.ledger.append([
      {type: 'step.done', actor, ceremony: id, data: done('recording-started', 'confirm')},
    ])
  })
  afterAll(() => app.close())

  test.each([
    {name: 'out of order', step: 'witnesses-present', kind: 'confirm'},
    {name: 'a second time', step: 'recording-started', kind: 'confirm'},
    {name: 'of another kind', step: 'introductions', kind: 'clock'},
    {name: 'that the template has not', step: 'champagne', kind: 'confirm'},
  ])('a step $name is refused', async ({step, kind}) => {
    expect(await refused(app, 'step.done', id, done(step, kind))).toContain('step-order')
  })

  test('a step by somebody who takes no part is refused, be they in the roster or not', async () => {
    const outside = house.founders.find(({person}) => person.name === 'Frank')?.person.id ?? ''
    for (const stranger of [outside, `p-${'0'.repeat(16)}`])
      expect(await refused(app, 'step.done', id, done('introductions', 'confirm', [stranger]))).toContain(
        'takes no part',
      )
  })

  test('a step without a ceremony, or in one that nobody opened, is refused', async () => {
    expect(await refused(app, 'step.done', null, done('introductions', 'confirm'))).toContain(
      'names no ceremony',
    )
    expect(await refused(app, 'step.done', 'ab'.repeat(16), done('introductions', 'confirm'))).toContain(
      'never opened',
    )
  })

  test('a step with a member too many is refused', async () => {
    expect(await refused(app, 'step.done', id, {...done('introductions', 'confirm'), more: 1})).toContain(
      'ceremony',
    )
  })

  test('a sign-off before the last step is refused, however right its numbers are', async () => {
    expect(await refused(app, 'signoff.opened', id, signOff(app, id))).toContain('step-order')
  })

  test('a resumption by strangers is refused', async () => {
    const data = {step: 'introductions', present: [`p-${'0'.repeat(16)}`]}
    expect(await refused(app, 'ceremony.resumed', id, data)).toContain('takes no part')
  })

  test('a second opening under the same id, or with people who are not active, is refused', async () => {
    const {data} = ceremonyIn(app, id).opened
    const opened = {...data, location: new Private('elsewhere')} as Data
    expect(await refused(app, 'ceremony.opened', id, opened)).toContain('of this id exists')
    const strangers = {...opened, participants: [{role: 'operator', people: [`p-${'0'.repeat(16)}`]}]}
    expect(await refused(app, 'ceremony.opened', 'cd'.repeat(16), strangers)).toContain('not active')
  })

  test('an opening on a profile as it never stood is refused', async () => {
    const {data} = ceremonyIn(app, id).opened
    const profile = {name: 'main', environment: 'production', identity: {}}
    const opened = {...data, location: new Private('elsewhere'), profile} as Data
    expect(await refused(app, 'ceremony.opened', 'cd'.repeat(16), opened)).toContain(
      'not the one that stands',
    )
    const none = {...opened, profile: {...profile, name: 'nowhere'}}
    expect(await refused(app, 'ceremony.opened', 'cd'.repeat(16), none)).toContain('there is no profile')
  })

  test('nothing goes on while a ceremony is stopped, and nothing after an abort', async () => {
    const reason = new Private('tea')
    await app.ledger.append([
      {type: 'ceremony.stopped', actor, ceremony: id, data: {step: 'introductions', reason}},
    ])
    expect(await refused(app, 'step.done', id, done('introductions', 'confirm'))).toContain('is stopped')
    expect(
      await refused(app, 'attempt.refused', id, {operation: 'x', key: null, code: 'BAD_SIGNATURE'}),
    ).toContain('is stopped')
    expect(await refused(app, 'ceremony.stopped', id, {step: 'introductions', reason})).toContain(
      'is stopped',
    )
    await app.ledger.append([{type: 'ceremony.aborted', actor, ceremony: id, data: {reason, left: []}}])
    for (const [type, data] of [
      ['step.done', done('introductions', 'confirm')],
      ['ceremony.resumed', {step: 'introductions', present: []}],
      ['ceremony.aborted', {reason, left: []}],
      ['signoff.opened', signOff(app, id)],
    ] as const)
      expect(await refused(app, type, id, data)).toContain('is aborted')
  })
})

describe('sign-off', () => {
  let app: App
  let id: string
  beforeAll(async () => {
    app = house.open()
    id = await openIn(house, app, {people: {custodian: ['carol', 'dan', 'erin']}})
    // The room leaves just before the sign-off is opened.
    const room = willing(house)
    const context = contextIn(house, app, id, {
      room: {
        ...room,
        begin: ({id: step}) => {
          if (step === 'sign-off') throw new Error('enough')
        },
      },
    })
    await expect(walk(context)).rejects.toThrow('enough')
  })
  afterAll(() => app.close())

  test.each<{name: string; change: object; says: string}>([
    {name: 'another root', change: {root: Buffer.alloc(32).toString('base64')}, says: 'its root'},
    {name: 'another template', change: {template_sha256: 'ab'.repeat(32)}, says: 'template'},
    {name: 'another first entry', change: {first: 0}, says: 'it speaks of'},
    {name: 'a missing key', change: {keys: []}, says: 'its keys'},
    {name: 'a key that was not made', change: {keys: [{key: 'payments-jwt', version: 2}]}, says: 'its keys'},
    {name: 'a second round', change: {round: 2}, says: 'round'},
  ])('with $name is refused', async ({change, says}) => {
    expect(await refused(app, 'signoff.opened', id, {...signOff(app, id), ...change})).toContain(says)
  })

  test('with another count is refused', async () => {
    const count = ceremonyIn(app, id).leaves.length - 1
    expect(await refused(app, 'signoff.opened', id, {...signOff(app, id), count})).toContain('it speaks of')
  })

  test('is not merely a step that is done', async () => {
    expect(await refused(app, 'step.done', id, done('sign-off', 'sign-off'))).toContain('step-order')
  })

  test('a transcript is signed by those who took part, once each, over this sign-off', async () => {
    const of = (handle: string) => {
      const found = house.founders.find(({person}) => person.address === `${handle}@example.com`)
      if (found === undefined) throw new Error(`${handle} is a founder`)
      return found
    }
    const signed = async (
      handle: string,
      changes: {by?: string; about?: string; use?: 'approval' | 'transcript'; decision?: 'approve'} = {},
    ): Promise<Data> => {
      const {person} = of(handle)
      const made = await signStatement(person, of(changes.by ?? handle).signer, {
        use: changes.use ?? 'transcript',
        decision: changes.decision ?? 'attest',
        about: changes.about ?? ceremonyIn(app, id).signOff?.leaf ?? '',
        planSha256: null,
        checkpoint: app.ledger.checkpoint,
        facts: app.ledger.view.facts,
        issued: app.ledger.time,
      })
      return {statement: {...made.statement}, signature: made.signature}
    }
    expect(
      await refused(app, 'transcript.signed', id, await signed('alice', {about: 'ab'.repeat(32)})),
    ).toContain('is running')
    await app.ledger.append([{type: 'signoff.opened', actor, ceremony: id, data: signOff(app, id)}])
    expect(await refused(app, 'signoff.opened', id, signOff(app, id))).toContain('round 1 is not the next')
    expect(await refused(app, 'signoff.opened', id, {...signOff(app, id), round: 2})).toContain(
      'no deviation came after the round before',
    )
    await refused(
      app,
      'transcript.signed',
      id,
      await signed('alice', {about: ceremonyIn(app, id).opened.leaf}),
    )
    await refused(app, 'transcript.signed', id, await signed('alice', {use: 'approval'}))
    await refused(app, 'transcript.signed', id, await signed('alice', {decision: 'approve'}))
    expect(await refused(app, 'transcript.signed', id, await signed('frank'))).toContain('took no part')
    const good = await signed('alice')
    const other = await signed('bob')
    await refused(app, 'transcript.signed', id, {...good, signature: other['signature'] ?? ''})
    await app.ledger.append([{type: 'transcript.signed', actor: actorOf(good), ceremony: id, data: good}])
    expect(await refused(app, 'transcript.signed', id, await signed('alice'))).toContain('has signed already')
    expect(ceremonyIn(app, id).signed).toHaveLength(1)
    for (const handle of everybody.filter((one) => !['alice', 'frank'].includes(one))) {
      const data = await signed(handle)
      await app.ledger.append([{type: 'transcript.signed', actor: actorOf(data), ceremony: id, data}])
    }
    expect(await refused(app, 'transcript.signed', id, await signed('alice'))).toContain('is signed-off')
  })
})
