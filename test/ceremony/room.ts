/** A room to hold ceremonies in: nine people with key files, a local token, and the shipped template on a key that is made at once. */
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {stringify} from 'yaml'
import {expect} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {Secret} from '../../src/base/secret.ts'
import {contextOf} from '../../src/ceremony/engine.ts'
import {ceremonyFold} from '../../src/ceremony/fold.ts'
import {openCeremony} from '../../src/ceremony/open.ts'
import type {Room} from '../../src/ceremony/room.ts'
import type {CeremonyApp, RunContext} from '../../src/ceremony/run-context.ts'
import type {Ceremony} from '../../src/ceremony/state.ts'
import {parseTemplate} from '../../src/ceremony/template.ts'
import {folds} from '../../src/app.ts'
import {verifyLedger} from '../../src/ledger/index.ts'
import {addProfile} from '../../src/ui/add-profile.ts'
import {ceremonyApp} from '../../src/ui/ceremony.ts'
import {makeLedger, type TestLedger, type Wanted} from '../support/ledger.ts'
import {tokenAt} from '../support/token.ts'
import {heldAgainst} from '../verifier/whole/held.ts'

export const participants: Readonly<Record<string, readonly string[]>> = {
  'security-officer': ['alice'],
  operator: ['bob'],
  custodian: ['carol', 'dan', 'erin', 'frank'],
  witness: ['grace', 'person7', 'person8'],
}
export const everybody = Object.values(participants).flat()

const shipped = readFileSync(
  join(import.meta.dirname, '../../ceremony-templates/jwt-signing-rsa-4096.yaml'),
  'utf8',
)
/** The shipped template, but for the algorithm: an RSA key of 4096 bits takes seconds. */
export const quickTemplate = shipped
  .replace('algorithm: rsa-4096', 'algorithm: ec-p256')
  .replace('default: rs256', 'default: es256')

/** Every kind of step once, for what is repeated often: same parameters, same roles. */
export const shortTemplate = `
keyrite: ceremony/1
id: short
title: A key for tests
purpose: Make one key, and break off while it is made.
location: \${location}
recording: \${recording}
${/^parameters:\n(?: .*\n)+/m.exec(quickTemplate)?.[0] ?? ''}
roles:
  security-officer: {count: 1, excludes: [operator, witness]}
  operator: {count: 1, excludes: [custodian, security-officer, witness]}
  custodian: {minimum: 3, excludes: [operator, witness]}
  witness: {minimum: 3, excludes: [custodian, operator, security-officer]}
acts:
  - id: preparation
    title: Preparation
    steps:
      - {id: room, kind: confirm, by: security-officer, minutes: 2, text: "The officer starts the recording equipment and checks that it shows the screen, the keyboard and the table."}
      - {id: seal, kind: record, by: operator, minutes: 1, text: The operator reads the number of the seal., fields: [{name: seal, text: Number of the seal}]}
      - {id: clock, kind: clock, by: operator, minutes: 1, text: The clock is compared.}
      - {id: machine, kind: machine, by: operator, minutes: 1, text: The machine is recorded.}
  - id: making
    title: Making
    steps:
      - {id: approve, kind: quorum, for: [make, use], by: custodian, minutes: 5, text: Each custodian signs the plan.}
      - {id: make, kind: key.create, key: "\${key-name}", profile: "\${profile}", algorithm: ec-p256, scheme: "\${scheme}", consumers: "\${consumers}", purpose: sign, class: jwt-signing, classification: restricted, owner: "\${owner}", by: operator, minutes: 1, text: The operator makes the key.}
      - {id: prove, kind: key.verify, key: "\${key-name}", by: operator, minutes: 1, text: The machine tries the key.}
      - {id: use, kind: key.activate, key: "\${key-name}", by: operator, minutes: 1, text: The operator activates the key.}
  - id: closing
    title: Closing
    steps:
      - {id: sign-off, kind: sign-off, by: security-officer, minutes: 5, text: Everybody signs.}
`

/** Steps of the template, the sign-off among them. */
export const stepCount = shipped.match(/^ {6}- id: /gm)?.length ?? 0

/** The steps that need words, as an answers file gives them. */
export const typedSteps = {
  'public-key': {answer: {'public-key-sha256': 'a1b2'}},
  'audit-log': {answer: 'software token, none'},
  'backup-started': {answer: {'backup-reference': 'tape 7'}},
  'recording-reference': {answer: {'recording-reference': 'camera 2'}},
}

export interface House extends TestLedger {
  readonly dir: string
  readonly template: string
  readonly pinFile: string
  readonly token: string
  /** The private key file of a person, by handle. */
  keyOf(handle: string): string
  /** Writes an answers file that carries a whole ceremony; `changes` replaces fields. */
  answers(changes?: object): string
}

export const parameters = {
  'key-name': 'payments-jwt',
  profile: 'main',
  owner: 'alice',
  consumers: ['checkout'],
  location: 'Room 4',
  recording: 'Camera 2',
}

export async function makeHouse(
  wanted: Wanted & {readonly environment?: 'test' | 'production'} = {},
): Promise<House> {
  const made = await makeLedger({people: 9, ...wanted})
  const dir = dirname(made.world.home)
  const people = join(dir, 'people')
  mkdirSync(people, {mode: 0o700})
  const keyOf = (handle: string): string => join(people, handle)
  for (const {person, key} of made.founders) {
    const handle = (person.address ?? '').replace('@example.com', '')
    writeFileSync(keyOf(handle), key.openSsh(handle), {mode: 0o600})
    writeFileSync(`${keyOf(handle)}.pub`, `${key.publicKey.text}\n`)
  }
  const pinFile = join(dir, 'pin')
  writeFileSync(pinFile, 'twelve bytes\n', {mode: 0o600})
  chmodSync(pinFile, 0o600)
  const token = join(made.world.home, 'tokens', 'main.token')
  await tokenAt(token, 'main', 'twelve bytes')
  await made.using((app) =>
    addProfile(
      app,
      {name: 'main', kind: 'local', environment: wanted.environment ?? 'test', token, pinFile},
      null,
      new Secret(Buffer.from('twelve bytes')),
    ),
  )
  const template = join(dir, 'quick.yaml')
  writeFileSync(template, quickTemplate)
  let files = 0
  return {
    ...made,
    dir,
    template,
    pinFile,
    token,
    keyOf,
    answers(changes = {}) {
      const path = join(dir, `answers-${files++}.yaml`)
      const signers = Object.fromEntries(everybody.map((handle) => [handle, keyOf(handle)]))
      const whole = {parameters, participants, signers, steps: typedSteps, default: 'yes', ...changes}
      writeFileSync(path, stringify(whole))
      return path
    },
  }
}

/** Opens a ceremony in this process. */
export function openIn(
  house: House,
  app: App,
  changes: {template?: string; key?: string; people?: object; byPeople?: boolean} = {},
): Promise<string> {
  return openCeremony(ceremonyApp(app), {
    loaded: parseTemplate(Buffer.from(changes.template ?? quickTemplate), house.template),
    values: new Map<string, string | readonly string[]>(
      Object.entries({...parameters, ...(changes.key === undefined ? {} : {'key-name': changes.key})}),
    ),
    participants: {...participants, ...changes.people},
    answersFile: changes.byPeople !== true,
  })
}

/** A room where everyone says yes and signs. */
export function willing(house: House): Room {
  return {
    begin: () => undefined,
    say: () => undefined,
    confirm: async () => true,
    text: async () => 'something',
    decide: async () => 'approve',
    signer: async (person) => house.founders.find((one) => one.person.id === person.id)?.signer ?? null,
    present: async (people) => people,
    otherwise: async () => null,
    rest: async () => undefined,
    saidBefore: () => ({deviations: [], pause: false}),
  }
}

export function contextIn(
  house: House,
  app: App,
  id: string,
  changes: {room?: Room; app?: Partial<CeremonyApp>} = {},
): RunContext {
  return contextOf({...ceremonyApp(app), ...changes.app}, changes.room ?? willing(house), id)
}

export function ceremonyIn(app: App, id: string): Ceremony {
  const ceremony = app.ledger.of(ceremonyFold).get(id)
  if (ceremony === undefined) throw new Error('the ceremony is in the ledger')
  return ceremony
}

/** What `ledger verify` says; with SECOND_VERIFIER=1 it is held against what test/verifier/whole says. */
export function problemsOf({world}: Pick<House, 'world'>): readonly unknown[] {
  const {problems} = verifyLedger({home: world.home, state: {path: world.state}, folds, pins: []})
  heldAgainst(world.home, problems)
  return problems
}

/** The ledger verifies, every step of the ceremony was done once, and the token holds one key of its name. */
export async function expectWhole(
  house: House,
  id: string,
  key = 'payments-jwt',
  steps = stepCount,
): Promise<void> {
  expect(problemsOf(house)).toEqual([])
  await house.using(async (app) => {
    const {done, keys, signOff} = ceremonyIn(app, id)
    expect(new Set(done.map(({step}) => step)).size).toBe(done.length)
    expect(done.length).toBe(steps - 1)
    expect(signOff).not.toBeNull()
    expect(keys).toEqual([{key, version: 1}])
    const {store} = await app.provider('main')
    const listed = []
    for await (const one of store.list()) listed.push(one)
    expect(listed.filter((one) => one.spec.label === key)).toHaveLength(1)
  })
}
