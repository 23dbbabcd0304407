/** Presence, pauses, deviations and rounds of signatures, as somebody with the writer key would forge them: each is refused by its rule. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {recordDeviation} from '../../src/ceremony/deviation.ts'
import {walk} from '../../src/ceremony/engine.ts'
import {openRound, signTranscript} from '../../src/ceremony/run/sign-off.ts'
import {missingSignatures, statusOfCeremony} from '../../src/ceremony/state.ts'
import {signStatement} from '../../src/custody/index.ts'
import {Private, type Draft} from '../../src/ledger/index.ts'
import {ceremonyApp} from '../../src/ui/ceremony.ts'
import {
  ceremonyIn,
  contextIn,
  makeHouse,
  openIn,
  problemsOf,
  shortTemplate,
  willing,
  type House,
} from './room.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  house.remove()
})

type Data = Draft['data']
const nobody = {person: null, evidence: 'stated'} as const
const stranger = `p-${'0'.repeat(16)}`

function append(app: App, type: string, ceremony: string, data: Data): Promise<unknown> {
  const {statement} = data as {statement?: {person: string}}
  const actor = statement === undefined ? nobody : {person: statement.person, evidence: 'signed' as const}
  return app.ledger.append([{type, actor, ceremony, data}])
}

async function refused(app: App, type: string, ceremony: string, data: Data): Promise<string> {
  const {size} = app.ledger
  const error: unknown = await append(app, type, ceremony, data).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({code: 'POLICY_REFUSES'})
  expect(app.ledger.size).toBe(size)
  return (error as Error).message
}

function founder(handle: string): House['founders'][number] {
  const found = house.founders.find(({person}) => person.address === `${handle}@example.com`)
  if (found === undefined) throw new Error(`${handle} is a founder`)
  return found
}

async function presence(
  app: App,
  id: string,
  handle: string,
  changes: {about?: string; use?: 'transcript' | 'presence'; decision?: 'approve'} = {},
): Promise<Data> {
  const made = await signStatement(founder(handle).person, founder(handle).signer, {
    use: changes.use ?? 'presence',
    decision: changes.decision ?? 'attest',
    about: changes.about ?? ceremonyIn(app, id).opened.leaf,
    planSha256: null,
    checkpoint: app.ledger.checkpoint,
    facts: app.ledger.view.facts,
    issued: app.ledger.time,
  })
  return {statement: {...made.statement}, signature: made.signature}
}

const deviation = (changes: Record<string, Data[string]> = {}): Data => ({
  step: 'room',
  what: new Private('another room'),
  why: new Private('the first was locked'),
  decided_by: founder('alice').person.id,
  agreed_by: [founder('bob').person.id],
  ...changes,
})

test('presence is signed by those who take part, once each, over the opening, before the sign-off', async () => {
  await house.using(async (app) => {
    const id = await openIn(house, app, {
      template: shortTemplate,
      key: 'presence',
      people: {custodian: ['carol', 'dan', 'erin']},
    })
    expect(await refused(app, 'participant.present', id, await presence(app, id, 'frank'))).toContain(
      'takes no part',
    )
    for (const changes of [
      {about: app.ledger.view.entry(0)?.leaf ?? ''},
      {use: 'transcript'},
      {decision: 'approve'},
    ] as const)
      await refused(app, 'participant.present', id, await presence(app, id, 'alice', changes))
    const good = await presence(app, id, 'alice')
    await append(app, 'participant.present', id, good)
    expect(await refused(app, 'participant.present', id, await presence(app, id, 'alice'))).toContain(
      'has signed already',
    )
    await walk(contextIn(house, app, id))
    // She was not asked again; everybody else was, and it is too late for another.
    expect(ceremonyIn(app, id).present).toHaveLength(8)
    expect(await refused(app, 'participant.present', id, await presence(app, id, 'bob'))).toContain(
      'signed-off',
    )
  })
  expect(problemsOf(house)).toEqual([])
})

test('of whoever cannot sign, presence is only stated, and the ceremony goes on', async () => {
  await house.using(async (app) => {
    const id = await openIn(house, app, {template: shortTemplate, key: 'stated'})
    const said: string[] = []
    const room = {
      ...willing(house),
      say: (lines: readonly string[]) => void said.push(...lines),
      signer: (person: Parameters<ReturnType<typeof willing>['signer']>[0], what: string) =>
        what === 'their presence' && person.name === 'Grace'
          ? Promise.resolve(null)
          : willing(house).signer(person, what),
    }
    await walk(contextIn(house, app, id, {room}))
    const grace = founder('grace').person.id
    const {present} = ceremonyIn(app, id)
    expect(present).toHaveLength(8)
    expect(present.map(({person}) => person)).not.toContain(grace)
    expect(said).toContain('Grace: presence stated, not signed.')
    // Whoever runs it has signed, so that what follows is by a person who signed in this ceremony.
    expect(app.ledger.view.entry(ceremonyIn(app, id).done[0]?.seq ?? -1)?.actor).toMatchObject({
      person: founder('bob').person.id,
      evidence: 'signed',
    })
  })
})

test('a pause comes before the next step, with people who take part; nothing is done until it is over', async () => {
  await house.using(async (app) => {
    const id = await openIn(house, app, {template: shortTemplate, key: 'paused'})
    const [alice] = [founder('alice').person.id]
    const pause = (changes: object = {}): Data => ({step: 'room', remain: [alice], ...changes})
    expect(await refused(app, 'ceremony.paused', id, pause({step: 'clock'}))).toContain('step-order')
    expect(await refused(app, 'ceremony.paused', id, pause({remain: [stranger]}))).toContain('takes no part')
    expect(await refused(app, 'ceremony.paused', id, pause({more: 1}))).toContain('not of its form')
    await append(app, 'ceremony.paused', id, pause())
    expect(statusOfCeremony(ceremonyIn(app, id))).toBe('stopped')
    expect(await refused(app, 'ceremony.paused', id, pause())).toContain('is stopped')
    await append(app, 'ceremony.resumed', id, {step: 'room', present: [alice]})
    expect(ceremonyIn(app, id).notes).toMatchObject([
      {what: 'paused', step: 'room', people: [alice]},
      {what: 'resumed', people: [alice]},
    ])
  })
})

test('a step that is a pause is not done without one', async () => {
  await house.using(async (app) => {
    const lunch = '{id: lunch, kind: pause, by: operator, minutes: 1, text: The room has lunch.}'
    const template = shortTemplate.replace('      - {id: room,', `      - ${lunch}\n      - {id: room,`)
    const id = await openIn(house, app, {template, key: 'lunch'})
    const [alice] = [founder('alice').person.id]
    const done = (result: Data): Data => ({
      ...{step: 'lunch', kind: 'pause', started: app.ledger.time.toISOString(), minutes: 1, by: []},
      result,
    })
    expect(await refused(app, 'step.done', id, done({}))).toContain('was not paused before it')
    expect(await refused(app, 'step.done', id, done({paused: 3, minutes: 0}))).toContain(
      'was not paused before it',
    )
    await append(app, 'ceremony.paused', id, {step: 'lunch', remain: []})
    const paused = app.ledger.size - 1
    expect(await refused(app, 'step.done', id, done({paused, minutes: 0}))).toContain('is stopped')
    await append(app, 'ceremony.resumed', id, {step: 'lunch', present: [alice]})
    expect(await refused(app, 'step.done', id, done({paused: paused + 1, minutes: 0}))).toContain(
      'was not paused before it',
    )
    await append(app, 'step.done', id, done({paused, minutes: 0}))
  })
})

describe('deviations', () => {
  test('are of a step of the template, by people who take part', async () => {
    await house.using(async (app) => {
      const id = await openIn(house, app, {template: shortTemplate, key: 'deviating'})
      const refuse = (changes: Record<string, Data[string]>) =>
        refused(app, 'deviation.recorded', id, deviation(changes))
      expect(await refuse({step: 'elsewhere'})).toContain('no step "elsewhere"')
      expect(await refuse({decided_by: stranger})).toContain('takes no part')
      expect(await refuse({agreed_by: [stranger]})).toContain('takes no part')
      expect(await refuse({what: 'in the open'})).toContain('not of its form')
      await append(app, 'deviation.recorded', id, deviation())
      await append(app, 'ceremony.aborted', id, {reason: new Private('over'), left: []})
      expect(await refuse({})).toContain('is aborted')
      expect(ceremonyIn(app, id).deviations).toMatchObject([
        {name: 'D1', step: 'room', what: 'another room', why: 'the first was locked'},
      ])
    })
  })

  test('after the sign-off ask for another round, which everybody signs again', async () => {
    await house.using(async (app) => {
      const id = await openIn(house, app, {template: shortTemplate, key: 'rounds'})
      await walk(contextIn(house, app, id))
      const context = {app: ceremonyApp(app), id}
      const now = () => ceremonyIn(app, id)
      expect(statusOfCeremony(now())).toBe('signed-off')
      await openRound(context)
      expect(now().signOff).toMatchObject({round: 1})
      const said = {step: 'make', what: 'w', why: 'y'}
      const by = {decidedBy: founder('alice').person.id, agreedBy: [founder('bob').person.id]}
      await recordDeviation(context, {...said, ...by})
      expect(statusOfCeremony(now())).toBe('waiting-for-signatures')
      expect(missingSignatures(now())).toHaveLength(9)
      const about = now().signOff?.leaf
      const late = await presence(app, id, 'alice', {use: 'transcript', about: about ?? ''})
      expect(await refused(app, 'transcript.signed', id, late)).toContain('a deviation came after this round')
      await openRound(context)
      expect(now().signOff).toMatchObject({round: 2})
      expect(now().signedBefore).toHaveLength(9)
      expect(await refused(app, 'transcript.signed', id, late)).toMatch(/another entry/)
      await refused(app, 'signoff.opened', id, app.ledger.view.entry(now().signOff?.seq ?? 0)?.data as Data)
      for (const {person, signer} of house.founders) await signTranscript(app, now(), person, signer)
      expect(statusOfCeremony(now())).toBe('signed-off')
      expect(now().signed.map(({round}) => round)).toEqual(Array(9).fill(2))
    })
    expect(problemsOf(house)).toEqual([])
  })

  test.each<{name: string; change: object; code: string}>([
    {name: 'a step that is not there', change: {step: 'mak'}, code: 'USAGE'},
    {name: 'no words', change: {what: ' '}, code: 'USAGE'},
    {name: 'no reason', change: {why: ''}, code: 'USAGE'},
    {name: 'nobody who agreed', change: {agreedBy: []}, code: 'USAGE'},
    {name: 'a stranger', change: {decidedBy: stranger}, code: 'USAGE'},
  ])('with $name are refused before anything is written', async ({change, code}) => {
    await house.using(async (app) => {
      const id = [
        ...new Set(Array.from({length: app.ledger.size}, (_, seq) => app.ledger.view.entry(seq))),
      ].findLast((entry) => entry?.type === 'ceremony.opened')?.ceremony
      const {size} = app.ledger
      const {id: alice} = founder('alice').person
      const whole = {step: 'make', what: 'w', why: 'y', decidedBy: alice, agreedBy: [alice], ...change}
      await expect(recordDeviation({app: ceremonyApp(app), id: id ?? ''}, whole)).rejects.toMatchObject({
        code,
      })
      expect(app.ledger.size).toBe(size)
    })
  })
})
