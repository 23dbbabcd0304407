/** Every question of every kind of step has its place in an answers file, and without it nothing is answered. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {packageRoot} from '../../src/base/package.ts'
import {answersRoom, parseAnswers} from '../../src/ceremony/answers.ts'
import {walk} from '../../src/ceremony/engine.ts'
import {standIns} from '../../src/ceremony/parameters.ts'
import type {Room} from '../../src/ceremony/room.ts'
import {statusOfCeremony} from '../../src/ceremony/state.ts'
import {stepKinds} from '../../src/ceremony/steps/index.ts'
import {fill} from '../../src/ceremony/template.ts'
import {custodyFold} from '../../src/custody/index.ts'
import {everyKindAnswers, everyKindTemplate} from './every-kind.ts'
import {ceremonyIn, contextIn, makeHouse, openIn, type House} from './room.ts'
import {load} from './template-support.ts'

const agrees = 'yes or no'
const words = 'words'

/** What each kind asks of the room; a kind that is new wants its row, and its place in the documents. */
const asks: Readonly<Record<string, readonly string[]>> = {
  'check-in': ['signatures'],
  confirm: [agrees],
  record: [words],
  'read-aloud': [agrees],
  photo: [words],
  clock: [agrees],
  machine: [agrees],
  bag: [words, agrees],
  quorum: ['approve, reject or later', 'signatures'],
  'key.create': [],
  'key.verify': [],
  attest: [],
  'key.activate': [],
  pause: ['who stays', 'who is back'],
  'certificate.self-sign': [],
  'certificate.request': [],
  'certificate.verify': [agrees],
  'sign-off': ['signatures'],
}

const loaded = load(everyKindTemplate)
const steps = fill(loaded, standIns(loaded.template.parameters)).acts.flatMap((act) => act.steps)
const kinds = new Map(steps.map(({id, kind}) => [id, kind] as const))

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  house.remove()
})

/** Walks it by a file, and notes what each kind asked. */
async function walked(changes: object): Promise<{asked: Map<string, Set<string>>; status: string}> {
  const asked = new Map<string, Set<string>>()
  let kind = 'check-in'
  const note = (what: string): void => {
    asked.set(kind, (asked.get(kind) ?? new Set()).add(what))
  }
  const path = house.answers(changes)
  return house.using(async (app) => {
    const id = await openIn(house, app, {
      template: everyKindTemplate,
      key: `key-${path.length}-${Date.now()}`,
    })
    const room = answersRoom({
      answers: parseAnswers(readFileSync(path), path),
      roster: app.ledger.of(custodyFold).roster,
      say: () => undefined,
      signerFor: async (file) => {
        const founder = house.founders.find(
          ({person}) => file === house.keyOf((person.address ?? '').replace('@example.com', '')),
        )
        if (founder === undefined) throw new Error(`there is no key ${file}`)
        return founder.signer
      },
    })
    const noting: Room = {
      ...room,
      begin: (header) => {
        kind = kinds.get(header.id) ?? ''
        room.begin(header)
      },
      confirm: (step, question) => (note(agrees), room.confirm(step, question)),
      text: (step, field, question) => (note(words), room.text(step, field, question)),
      decide: (step, person) => (note('approve, reject or later'), room.decide(step, person)),
      signer: (person, what) => (note('signatures'), room.signer(person, what)),
      present: (people, why, step) => (
        note(why === 'stay' ? 'who stays' : 'who is back'),
        room.present(people, why, step)
      ),
    }
    await walk(contextIn(house, app, id, {room: noting}))
    return {asked, status: statusOfCeremony(ceremonyIn(app, id))}
  })
}

/** Every answer, each for itself: nothing is left to a default. */
const answered = {
  ...everyKindAnswers,
  default: 'no',
  pauses: [{step: 'lunch', remain: ['alice']}],
  present: ['alice', 'bob', 'carol', 'dan', 'erin', 'frank', 'grace', 'person7', 'person8'],
  steps: {
    ...Object.fromEntries(
      steps.filter(({kind}) => asks[kind]?.includes(agrees)).map(({id}) => [id, 'yes'] as const),
    ),
    ...Object.fromEntries(
      steps
        .filter(({kind}) => kind === 'quorum')
        .map(({id}) => [id, {answer: {carol: 'approve', dan: 'approve', erin: 'approve', frank: 'approve'}}]),
    ),
    ...everyKindAnswers.steps,
  },
}

test('every kind of step asks what the table says, and a file answers all of it without a default', async () => {
  // What those on shares ask stands under “Shares” in the documents; they have tests of their own.
  const rows = [...stepKinds.keys()].filter((kind) => !/^shares?\./.test(kind))
  expect(Object.keys(asks).filter((kind) => kind !== 'check-in')).toEqual(rows)
  const {asked, status} = await walked(answered)
  expect(status).toBe('signed-off')
  expect(Object.fromEntries(Object.keys(asks).map((kind) => [kind, [...(asked.get(kind) ?? [])]]))).toEqual(
    asks,
  )
}, 60_000)

test.each(['seal', 'room', 'look', 'picture', 'approve', 'certified', 'clock', 'machine', 'words'])(
  'a file that does not answer step %s is not taken for a yes there',
  async (step) => {
    const rest = Object.fromEntries(Object.entries(answered.steps).filter(([id]) => id !== step))
    await expect(walked({...answered, steps: rest})).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:ANSWERS_INVALID|STOPPED|QUORUM_MISSING)$/),
    })
  },
  60_000,
)

test('the documents have a row for each question, with every kind that asks it', () => {
  const text = readFileSync(join(packageRoot(), 'docs/ceremony-templates.md'), 'utf8')
  const section = text.slice(text.indexOf('### Answers from a file'), text.indexOf('### Lint'))
  const rows = section.split('\n').filter((line) => line.startsWith('| '))
  for (const [kind, questions] of Object.entries(asks))
    for (const question of questions) {
      const row = rows.find((one) => one.startsWith(`| ${question}`))
      expect([kind, question, row?.includes(kind === 'check-in' ? 'check-in' : `\`${kind}\``)]).toEqual([
        kind,
        question,
        true,
      ])
    }
})
