/** A ceremony that was run to its end in a ledger of its own, with people whose keys only the test has. */
import type {App} from '../../src/app.ts'
import {recordDeviation} from '../../src/ceremony/deviation.ts'
import {contextOf, resume, walk} from '../../src/ceremony/engine.ts'
import {ceremonyFold} from '../../src/ceremony/fold.ts'
import {openCeremony} from '../../src/ceremony/open.ts'
import type {Room} from '../../src/ceremony/room.ts'
import type {Ceremony} from '../../src/ceremony/state.ts'
import {parseTemplate} from '../../src/ceremony/template.ts'
import {ceremonyApp} from '../../src/ui/ceremony.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'

/** Every kind of step, on a key that is made at once. */
const template = `
keyrite: ceremony/1
id: test-ceremony
title: A key for tests
purpose: Make one key, so that what is recorded of it can be looked at.
location: \${location}
recording: \${recording}
parameters:
  location: {type: text, text: Where}
  recording: {type: text, text: How it is recorded}
  profile: {type: profile, text: Where the key will live}
  owner: {type: person, text: Who answers for it}
roles:
  security-officer: {count: 1}
  operator: {count: 1, excludes: [custodian, witness]}
  custodian: {minimum: 3}
  witness: {minimum: 3, excludes: [custodian]}
acts:
  - id: preparation
    title: Preparation
    steps:
      - {id: here, kind: confirm, by: security-officer, minutes: 2, text: Everybody is here.}
      - {id: clock, kind: clock, by: operator, minutes: 1, text: The clock is compared.}
      - {id: machine, kind: machine, by: operator, minutes: 1, text: The machine is recorded.}
      - {id: fingerprint, kind: read-aloud, what: ledger, by: witness, minutes: 1, text: The fingerprint is read aloud.}
  - id: making
    title: Approval and making
    steps:
      - {id: read-plan, kind: read-aloud, what: plan of approve, by: witness, minutes: 1, text: The plan is read aloud.}
      - {id: approve, kind: quorum, for: [make, use], by: custodian, minutes: 5, text: The custodians sign the plan.}
      - id: make
        kind: key.create
        key: test-key
        profile: \${profile}
        algorithm: ed25519
        purpose: sign
        class: jwt-signing
        classification: restricted
        owner: \${owner}
        consumers: [checkout <service>]
        by: operator
        minutes: 1
        text: The key is made.
      - {id: prove, kind: key.verify, key: test-key, by: operator, minutes: 1, text: The key is tried.}
      - {id: use, kind: key.activate, key: test-key, by: operator, minutes: 1, text: The key is activated.}
  - id: closing
    title: Closing
    steps:
      - id: notes
        kind: record
        by: operator
        minutes: 1
        text: What was seen is written down.
        fields: [{name: seen, text: What was seen}, {name: shelf, text: Number of the shelf, private: false}]
      - {id: sign-off, kind: sign-off, by: security-officer, minutes: 5, text: Everybody signs.}
after:
  - {id: inventory, text: Enter the key in the inventory., owner: operator, due: P1D}
`

/** What was typed into the room: with characters that are not shown as they are. */
export const typed = 'a seal, <b>whole</b> \u202e& \u{1fae9} caf\u00e9'

export interface Finished extends TestLedger {
  readonly id: string
  ceremonyIn(app: Pick<App, 'ledger'>): Ceremony
}

export interface Ending {
  /** Who signs the transcript; everyone unless told. */
  readonly signs?: (name: string) => boolean
  /** What people are called, and what is typed where something is to be written down. */
  readonly called?: readonly (readonly [name: string, address: string])[]
  readonly seen?: string
  /** Another template than the one here, made of it. */
  readonly script?: (template: string) => string
  /** What happens to the ledger before the ceremony. */
  readonly before?: (ledger: TestLedger) => Promise<void>
  /** Whether its ledger is that of a rehearsal. */
  readonly rehearsal?: boolean
  /** Whether a deviation comes after the sign-off, and everybody signs a second round. */
  readonly again?: boolean
}

/** Runs the ceremony. The custodian who is asked first says no, the others yes. */
export async function finishedCeremony(ending: Ending = {}): Promise<Finished> {
  const {
    signs = () => true,
    before,
    called = [],
    seen = typed,
    script,
    rehearsal = false,
    again = false,
  } = ending
  const ledger = await makeLedger({people: 9, called, rehearsal})
  await before?.(ledger)
  const id = await ledger.using(async (app) => {
    await addLocal(app, 'test-token')
    const opened = await openCeremony(ceremonyApp(app), {
      loaded: parseTemplate(Buffer.from(script?.(template) ?? template), 'test.yaml'),
      values: new Map([
        ['location', 'Room 4, cellar'],
        ['recording', 'Camera 2, tape 17'],
        ['profile', 'test-token'],
        ['owner', 'alice@example.com'],
      ]),
      participants: {
        'security-officer': ['alice@example.com'],
        operator: ['bob@example.com'],
        custodian: ['carol@example.com', 'dan@example.com', 'erin@example.com', 'frank@example.com'],
        witness: ['grace@example.com', 'person7@example.com', 'person8@example.com'],
      },
      answersFile: true,
    })
    const context = contextOf(ceremonyApp(app), roomOf(ledger, signs, seen), opened)
    await walk(context)
    if (again) {
      const [first, second] = ledger.founders.map(({person}) => person.id)
      const said = {step: 'notes', what: 'another shelf', why: 'the first was full'}
      await recordDeviation(context, {...said, decidedBy: first ?? '', agreedBy: [second ?? '']})
      await resume(context)
    }
    return opened
  })
  return {
    ...ledger,
    id,
    ceremonyIn: (app) => {
      const ceremony = app.ledger.of(ceremonyFold).get(id)
      if (ceremony === undefined) throw new Error('the ceremony is in the ledger')
      return ceremony
    },
  }
}

function roomOf({founders}: TestLedger, signs: (name: string) => boolean, seen: string): Room {
  const asked: string[] = []
  return {
    begin: () => undefined,
    say: () => undefined,
    confirm: async () => true,
    text: async (_step, field) => (field === 'seen' ? seen : '12'),
    decide: async (_step, person) => (asked.push(person.id) === 1 ? 'reject' : 'approve'),
    signer: async (person, what) => {
      if (what === 'the transcript' && !signs(person.name ?? '')) return null
      return founders.find((one) => one.person.id === person.id)?.signer ?? null
    },
    present: async (people) => people,
    otherwise: async () => null,
    rest: async () => undefined,
    saidBefore: () => ({deviations: [], pause: false}),
  }
}
