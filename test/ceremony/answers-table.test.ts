/** Every question of every kind of step has its place in an answers file, and without it nothing is answered. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import {packageRoot} from '../../src/base/package.ts'
import {answersRoom, parseAnswers} from '../../src/ceremony/answers.ts'
import {walk} from '../../src/ceremony/engine.ts'
import {openCeremony} from '../../src/ceremony/open.ts'
import {standIns} from '../../src/ceremony/parameters.ts'
import {shippedTemplate} from '../../src/ceremony/shipped.ts'
import type {Room} from '../../src/ceremony/room.ts'
import type {StepBase} from '../../src/ceremony/step.ts'
import {statusOfCeremony} from '../../src/ceremony/state.ts'
import {stepKinds} from '../../src/ceremony/steps/index.ts'
import {fill} from '../../src/ceremony/template.ts'
import {custodyFold} from '../../src/custody/index.ts'
import type {App} from '../../src/app.ts'
import {ceremonyApp} from '../../src/ui/ceremony.ts'
import {materialRoom} from '../../src/ui/material-room.ts'
import {shareRoom} from '../../src/ui/shares/room.ts'
import {escrowTemplate} from './escrow-template.ts'
import {nobody} from '../support/run.ts'
import {instead} from './power-cut.ts'
import {
  answersTo,
  broughtKey,
  escrowHolders,
  filledTrial,
  prepareEscrow,
  shareAnswers,
  trials,
  valuesOf,
} from './shipped.ts'
import {everyKindAnswers, everyKindTemplate} from './every-kind.ts'
import {ceremonyIn, contextIn, makeHouse, openIn, type House} from './room.ts'
import {load} from './template-support.ts'
import {needing} from '../support/needs.ts'

const {afterAll, beforeAll, test} = needing('ssh-keygen')

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
  'key.import': [words],
  'key.verify': [],
  attest: [],
  'key.activate': [],
  'key.rotate': [],
  'key.destroy': [],
  pause: ['who stays', 'who is back'],
  'certificate.self-sign': [],
  'certificate.request': [],
  'certificate.verify': [agrees],
  'shares.split': [words],
  'shares.receive': [words, 'signatures'],
  'share.check': [words, 'signatures'],
  'shares.combine': [words],
  'sign-off': ['signatures'],
}

const stepsOf = (text: string): readonly StepBase[] => {
  const loaded = load(text)
  return fill(loaded, standIns(loaded.template.parameters)).acts.flatMap((act) => act.steps)
}
const steps = stepsOf(everyKindTemplate)
const shareSteps = stepsOf(escrowTemplate)
const importing = trials.find(({name}) => name === 'key-import')
const importSteps = importing === undefined ? [] : filledTrial(importing).acts.flatMap((act) => act.steps)
const kinds = new Map([...importSteps, ...steps, ...shareSteps].map(({id, kind}) => [id, kind] as const))

let house: House
beforeAll(async () => {
  house = await makeHouse()
  await prepareEscrow(house)
  writeFileSync(join(house.dir, 'brought.der'), broughtKey, {mode: 0o600})
})
afterAll(() => {
  house.remove()
})

interface Walked {
  readonly asked: Map<string, Set<string>>
  readonly status: string
}

const openEvery = (app: App): Promise<string> =>
  openIn(house, app, {template: everyKindTemplate, key: `key-${app.ledger.size}`})
const openShares = (app: App, holders: readonly string[] = escrowHolders): Promise<string> =>
  openCeremony(ceremonyApp(app), {
    loaded: load(escrowTemplate),
    values: new Map<string, string | readonly string[]>([
      ['set', `set-${app.ledger.size}`],
      ['key', `recovered-${app.ledger.size}`],
      ['holders', holders],
    ]),
    participants: {operator: ['frank'], custodian: ['alice', 'bob', 'carol', 'dan', 'erin']},
    answersFile: true,
  })

const openImport = (app: App): Promise<string> => {
  if (importing === undefined) throw new Error('it is tried')
  return openCeremony(ceremonyApp(app), {
    loaded: shippedTemplate('key-import'),
    values: new Map(
      Object.entries({...valuesOf(importing), 'key-name': `key-${app.ledger.size}`, consumers: []}),
    ),
    participants: importing.people,
    answersFile: true,
  })
}

/** Walks it by a file, and notes what each kind asked. */
async function walked(changes: object, open: (app: App) => Promise<string> = openEvery): Promise<Walked> {
  const asked = new Map<string, Set<string>>()
  let kind = 'check-in'
  const note = (what: string): void => {
    asked.set(kind, (asked.get(kind) ?? new Set()).add(what))
  }
  const path = house.answers(changes)
  return house.using(async (app) => {
    const id = await open(app)
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
    const say = (): void => undefined
    const noting: Room = {
      ...room,
      // As "--answers" has it: nobody is at a terminal.
      material: materialRoom(nobody),
      shares: shareRoom({
        app: instead(app, 'world', {...app.world, ask: nobody}),
        say,
        screen: {write: say, clears: false, stays: false},
        within: (asked) => asked(new AbortController().signal),
      }),
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

/** The same for steps on shares: the secret, the age keys of the holders, and where what is written goes. */
const sharesAnswered = (round: string): object => {
  const out = (name: string): string => join(house.dir, `${name}-${round}`)
  const brought = {...shareAnswers(house.dir), ...shares(out('shares'))}
  const answer = {
    split: {...brought, out: out('shares')},
    receive: {...brought},
    check: {...brought},
    'to-key': {...brought},
    'to-file': {...brought, out: out('recovered')},
  }
  const given = Object.entries(answer).map(([id, fields]) => [id, {answer: fields}] as const)
  const quorums = shareSteps
    .filter(({kind}) => kind === 'quorum')
    .map(
      ({id}) =>
        [
          id,
          {
            answer: Object.fromEntries(
              ['alice', 'bob', 'carol', 'dan', 'erin'].map((one) => [one, 'approve']),
            ),
          },
        ] as const,
    )
  return {default: 'no', steps: {clock: 'yes', ...Object.fromEntries([...quorums, ...given])}}
}
const importAnswered = (): object => ({default: 'yes', steps: answersTo(importSteps, house.dir)})
const shares = (folder: string): object =>
  Object.fromEntries(escrowHolders.map((_, at) => [`share-${at + 1}`, folder]))

test('every kind of step asks what the table says, and a file answers all of it without a default', async () => {
  const rows = [...stepKinds.keys()]
  expect(
    Object.keys(asks)
      .filter((kind) => kind !== 'check-in')
      .sort(),
  ).toEqual(rows.sort())
  const {asked, status} = await walked(answered)
  expect(status).toBe('signed-off')
  const escrow = await walked(sharesAnswered('whole'), openShares)
  expect(escrow.status).toBe('signed-off')
  const brought = await walked(importAnswered(), openImport)
  expect(brought.status).toBe('signed-off')
  for (const [kind, questions] of [...escrow.asked, ...brought.asked])
    asked.set(kind, new Set([...(asked.get(kind) ?? []), ...questions]))
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

// What comes later in a ceremony takes longer to come to.
const late = process.env['SLOW'] === '1' ? ['check', 'to-file', 'to-key'] : []

test.each(['split', 'receive', ...late])(
  'a file that does not say where shares are, or go, in step %s stops there',
  async (step) => {
    const {steps: all, ...rest} = sharesAnswered(`without-${step}`) as {steps: Record<string, unknown>}
    const without = Object.fromEntries(Object.entries(all).filter(([id]) => id !== step))
    await expect(walked({...rest, steps: without}, openShares)).rejects.toMatchObject({
      code: 'ANSWERS_INVALID',
      message: expect.stringContaining(`of step "${step}"`),
    })
  },
  60_000,
)

test('a share that its holder alone may see or type has no way in a file: the split stops, and names what spares it', async () => {
  await expect(
    walked(sharesAnswered('clear'), (app) => openShares(app, ['alice', 'bob', 'carol'])),
  ).rejects.toMatchObject({
    code: 'NO_TERMINAL',
    hints: expect.arrayContaining([expect.stringContaining('set-recipient')]),
  })
}, 60_000)

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
