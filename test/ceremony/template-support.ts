/** A small template that lints clean, ways to break it, and a ledger's view made of plain facts. */
import {KeyriteError} from '../../src/base/errors.ts'
import {parseTemplate, type Loaded} from '../../src/ceremony/template.ts'
import type {Person, Role} from '../../src/custody/index.ts'
import type {View} from '../../src/ledger/index.ts'
import {defaultPolicy, type Policy} from '../../src/policy/index.ts'
import type {Environment} from '../../src/profiles/index.ts'

export const small = `keyrite: ceremony/1
id: small
title: A small ceremony
purpose: Make a key.
location: Room 1
parameters:
  key-name: {type: key-label, text: Name of the key, default: small-key}
  profile: {type: profile, text: Where it will live}
roles:
  operator: {count: 1, excludes: [custodian, witness]}
  custodian: {minimum: 3}
  witness: {minimum: 3, excludes: [custodian]}
acts:
  - id: only
    title: The only act
    steps:
      - {id: settled, kind: confirm, checks: [device, access, multi-person, backup, documented, witnesses, audit-log, recording], by: operator, minutes: 1, text: All is ready.}
      - {id: clock, kind: clock, by: operator, minutes: 1, text: Compare the clocks.}
      - {id: machine, kind: machine, by: operator, minutes: 1, text: Record the machine.}
      - {id: read, kind: read-aloud, what: plan of approve, by: operator, minutes: 1, text: Read the plan.}
      - {id: approve, kind: quorum, for: [make, activate], by: custodian, minutes: 5, text: Sign the plan.}
      - id: make
        kind: key.create
        key: \${key-name}
        profile: \${profile}
        algorithm: rsa-4096
        scheme: rs256
        purpose: sign
        class: jwt-signing
        classification: restricted
        owner: alice
        by: operator
        minutes: 5
        text: Make the key.
      - {id: verify, kind: key.verify, key: "\${key-name}", by: operator, minutes: 1, text: Verify the key.}
      - {id: activate, kind: key.activate, key: "\${key-name}", by: operator, minutes: 1, text: Activate the key.}
      - {id: serial, kind: record, fields: [{name: serial, text: Serial number}], by: witness, minutes: 1, text: Write it down.}
      - {id: sign-off, kind: sign-off, by: operator, minutes: 5, text: Sign the record.}
after:
  - {id: inventory, text: Enter the key in the inventory., owner: operator, due: P1D}
`

/** A part of a text, and what stands in its place. */
export type Change = readonly [from: string, to: string]

/** @throws Error if a part is not in the text exactly once: then the row would test nothing. */
export function changed(text: string, changes: readonly Change[]): string {
  return changes.reduce((before, [from, to]) => {
    if (before.split(from).length !== 2)
      throw new Error(`"${from}" stands ${before.split(from).length - 1} times`)
    return before.replace(from, () => to)
  }, text)
}

export function load(text: string): Loaded {
  return parseTemplate(Buffer.from(text, 'utf8'), 'a.yaml')
}

/** The line (from 1) that holds a mark. */
export function lineOf(text: string, mark: string): number {
  const at = text.split('\n').findIndex((line) => line.includes(mark))
  if (at < 0) throw new Error(`no line holds "${mark}"`)
  return at + 1
}

export interface Facts {
  readonly people?: number
  readonly roles?: readonly Role[]
  readonly policy?: Policy
  readonly environment?: Environment
  /** Names, active unless a state stands with them. */
  readonly keys?: readonly (
    string | {readonly name: string; readonly state: string; readonly proved: boolean}
  )[]
}

/** What the ledger would answer: a profile "local", and people who are all alike. */
export function viewOf({
  people = 7,
  roles = ['custodian'],
  policy = defaultPolicy,
  environment = 'test',
  keys = [],
}: Facts = {}): Pick<View, 'of'> {
  const roster = new Map(
    Array.from({length: people}, (_, at) => personOf(at, roles)).map((one) => [one.id, one]),
  )
  const profile = {name: 'local', kind: 'local', environment, identity: {}, prover: null, addedAt: ''}
  const states: Readonly<Record<string, unknown>> = {
    custody: {roster},
    policy: {policy, sha256: '', seq: 0},
    profiles: {profiles: new Map([['local', profile]]), generations: new Map()},
    keys: {keys: new Map(keys.map(keyOf)), open: new Map()},
  }
  return {
    of: (fold) =>
      Object.hasOwn(states, fold.name)
        ? (states[fold.name] as ReturnType<typeof fold.initial>)
        : fold.initial(),
  }
}

function keyOf(key: NonNullable<Facts['keys']>[number]): readonly [name: string, key: object] {
  const {name, state, proved} = typeof key === 'string' ? {name: key, state: 'active', proved: true} : key
  const version = {version: 1, state, tried: proved ? {ok: true} : null}
  return [name, {name, profile: 'local', spec: {class: 'jwt-signing'}, versions: [version], primary: 1}]
}

function personOf(at: number, roles: readonly Role[]): Person {
  const id = `p-${String(at).padStart(16, '0')}`
  return {id, name: null, address: null, keys: [], recipient: null, roles, state: 'active'}
}

/** The error of a text that is refused. */
export function refusal(work: () => unknown): KeyriteError {
  try {
    work()
  } catch (error) {
    if (error instanceof KeyriteError) return error
    throw error
  }
  throw new Error('nothing was refused')
}
