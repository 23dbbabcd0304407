/** Every template that ships, with people for its roles and answers for its questions: enough to run it to the end. */
import {shippedTemplate} from '../../src/ceremony/shipped.ts'
import {fill, type Filled, type Step, type Value} from '../../src/ceremony/template.ts'
import {standIns} from '../../src/ceremony/parameters.ts'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {generateIdentity, identityToRecipient} from 'age-encryption'
import SetRecipient from '../../src/commands/custodian/set-recipient.ts'
import {Secret} from '../../src/base/secret.ts'
import {materialSha256, type KeyWish} from '../../src/keys/index.ts'
import {makeKey} from '../support/ledger.ts'
import {runJson} from '../support/run.ts'
import type {House} from './room.ts'

export type People = Readonly<Record<string, readonly string[]>>

const keyMakers: People = {
  'security-officer': ['carol'],
  operator: ['frank'],
  custodian: ['alice', 'bob', 'dan'],
  witness: ['grace', 'person7', 'person8'],
}

const keyChangers: People = {
  'security-officer': ['carol'],
  operator: ['frank'],
  custodian: ['alice', 'bob'],
  witness: ['grace', 'person7'],
}
/** A key that was made elsewhere: PKCS#8 of an Ed25519 key, always the same. */
export const broughtKey = Buffer.concat([
  Buffer.from('302e020100300506032b657004220420', 'hex'),
  Buffer.alloc(32, 9),
])
const broughtSha256 = materialSha256('ed25519', new Secret(Buffer.from(broughtKey)))

const today = new Date().toISOString().slice(0, 10)

/** Keys that are there before: one that signs, one that wraps, and one that is not needed any more. */
export async function prepareKeys(house: House): Promise<void> {
  await house.using(async (app) => {
    const made = (wish: Partial<KeyWish> & Pick<KeyWish, 'name'>): Promise<void> =>
      makeKey(app, house.founders, {profile: 'main', ...wish})
    await made({name: 'old-signing', algorithm: 'ed25519', class: 'artifact-signing'})
    await made({name: 'old-wrapping', algorithm: 'aes-256', purpose: 'wrap', class: 'kek'})
    writeFileSync(join(house.dir, 'brought.der'), broughtKey, {mode: 0o600})
    await made({name: 'old-mac', algorithm: 'hmac-sha256', purpose: 'mac', class: 'mac'})
  })
}

/** What stands on bags, where the template knows it beforehand. */
const numbers: Readonly<Record<string, string>> = {delivery: 'A 1001'}

export const escrowHolders = ['alice', 'bob', 'dan'] as const
const escrowPeople: People = {
  'security-officer': ['erin'],
  operator: ['frank'],
  custodian: ['alice', 'bob', 'dan'],
  witness: ['grace', 'person7'],
}

export interface Trial {
  readonly name: string
  readonly people: People
  /** Values beside those that every template gets: what is made is small, so that it is made at once. */
  readonly values: Readonly<Record<string, Value>>
  /** The key that it makes; null where it makes none. */
  readonly key: string | null
}

/** All but the RSA one, whose key takes seconds: `ceremony run` has a test of its own for it. */
export const trials: readonly Trial[] = [
  {name: 'data-encryption-aes-256', people: keyMakers, values: {}, key: 'data-encryption'},
  {
    name: 'kek-dual-approval',
    people: {...keyMakers, 'security-lead': ['alice'], ciso: ['bob']},
    values: {},
    key: 'kek',
  },
  {
    name: 'emergency-revocation',
    people: {...keyMakers, 'emergency-contact': ['erin']},
    values: {'revoked-key': 'old-key', ticket: 'INC-2'},
    key: 'replacement',
  },
  {
    name: 'artifact-signing',
    people: {...keyMakers, 'release-manager': ['erin']},
    values: {algorithm: 'ed25519'},
    key: 'artifact-signing',
  },
  {
    name: 'hsm-commissioning',
    people: {
      'security-officer': ['carol'],
      operator: ['frank'],
      'card-holder': ['alice', 'bob', 'dan'],
      witness: ['grace', 'person7'],
    },
    values: {
      serial: 'SN 1',
      'delivery-bag': numbers['delivery'] ?? '',
      firmware: '7.1',
      'firmware-sha256': 'ab',
    },
    key: null,
  },
  {
    name: 'root-ca',
    people: keyMakers,
    values: {
      algorithm: 'ec-p256',
      organization: 'Example',
      'common-name': 'Example Root CA',
      'not-before': '2026-11-01',
      'not-after': '2046-10-31',
    },
    key: 'root-ca',
  },
  {
    name: 'annual-security-review',
    people: {'security-officer': ['alice'], auditor: ['grace'], operator: ['frank'], ciso: ['bob']},
    values: {},
    key: null,
  },
  {
    name: 'escrow-split',
    people: escrowPeople,
    values: {holders: [...escrowHolders]},
    key: null,
  },
  {name: 'escrow-recovery', people: escrowPeople, values: {ticket: 'INC-1'}, key: 'recovered'},
  {
    name: 'recovery-drill-quarterly',
    people: {
      'drill-leader': ['erin'],
      operator: ['frank'],
      custodian: ['alice', 'bob', 'dan'],
      observer: ['grace'],
    },
    // The set that the trial of the split made.
    values: {set: 'escrow'},
    key: 'drill-key',
  },
  {
    name: 'share-verification-quarterly',
    people: {'security-officer': ['erin'], custodian: ['alice', 'bob', 'dan'], auditor: ['grace']},
    values: {},
    key: null,
  },
  {
    name: 'key-import',
    people: {...keyMakers, bringer: ['erin']},
    values: {algorithm: 'ed25519', sha256: broughtSha256, origin: 'the old data centre'},
    key: 'imported',
  },
  {
    name: 'key-rotation',
    people: keyChangers,
    values: {'key-name': 'old-signing', on: today},
    key: null,
  },
  {
    name: 'key-destruction',
    people: {...keyChangers, custodian: ['alice', 'bob', 'dan'], 'data-owner': ['erin']},
    values: {'key-name': 'old-mac', on: today},
    key: null,
  },
  {
    name: 'emergency-contact-drill',
    people: {
      'drill-leader': ['alice'],
      observer: ['grace'],
      'emergency-contact': ['carol', 'dan', 'erin'],
    },
    values: {},
    key: null,
  },
]

const usual: Readonly<Record<string, Value>> = {
  profile: 'main',
  owner: 'alice',
  location: 'Room 4',
  recording: 'Camera 2',
}

/** The values of a trial, of the parameters that its template has. */
export function valuesOf({name, values}: Trial): Readonly<Record<string, Value>> {
  const {parameters} = shippedTemplate(name).template
  return Object.fromEntries(Object.entries({...usual, ...values}).filter(([one]) => parameters.has(one)))
}

export function filledTrial(trial: Trial): Filled {
  const loaded = shippedTemplate(trial.name)
  const given = new Map(Object.entries(valuesOf(trial)))
  return fill(loaded, standIns(loaded.template.parameters, given))
}

/** What somebody would type at every question of these steps. */
export function answersTo(steps: readonly Step[], folder: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    steps.flatMap((step): [string, unknown][] => {
      if (step.kind === 'record')
        return [
          [step.id, {answer: Object.fromEntries(step.fields.map(({name}) => [name, `${name} of today`]))}],
        ]
      if (step.kind === 'photo') return [[step.id, {answer: {reference: `camera 1, ${step.id}`}}]]
      if (step.kind === 'bag' && step.action !== 'destroy')
        return [[step.id, {answer: {number: numbers[step.bag] ?? `number of ${step.bag}`, confirm: 'yes'}}]]
      if (step.kind === 'key.import') return [[step.id, {answer: {file: join(folder, 'brought.der')}}]]
      if (step.kind.startsWith('shares.') || step.kind === 'share.check')
        return [[step.id, {answer: shareAnswers(folder)}]]
      return []
    }),
  )
}

/** The secret and the age keys of the holders lie in the house; shares, where the split put them. */
export function shareAnswers(folder: string): Readonly<Record<string, string>> {
  const shares = join(folder, 'shares')
  const fields: readonly (readonly [string, string])[] = [
    ['secret', join(folder, 'escrowed')],
    ['out', shares],
    ...escrowHolders.flatMap(
      (handle, at) =>
        [
          [`share-${at + 1}`, shares],
          [`identity-${at + 1}`, join(folder, `${handle}.age`)],
        ] as const,
    ),
  ]
  return Object.fromEntries(fields)
}

/** Before shares are split: a secret, and an age recipient in the roster for everybody who holds one. */
export async function prepareEscrow(house: House): Promise<void> {
  writeFileSync(join(house.dir, 'escrowed'), Buffer.alloc(32, 7), {mode: 0o600})
  for (const handle of escrowHolders) {
    const identity = await generateIdentity()
    writeFileSync(join(house.dir, `${handle}.age`), `${identity}\n`, {mode: 0o600})
    const recipient = await identityToRecipient(identity)
    const signers = [handle, 'carol', 'erin', 'frank'].flatMap((one) => [
      '--sign-with',
      `${one}=${house.keyOf(one)}`,
    ])
    const argv = [handle, recipient, '--as', handle, ...signers]
    const {exit} = await runJson(SetRecipient, 'custodian set-recipient', argv, house.world)
    if (exit !== 0) throw new Error(`${handle} has a recipient`)
  }
}

/** Writes an answers file that carries a trial to its end. */
export function answersOf(house: House, trial: Trial): string {
  const everybody = [...new Set(Object.values(trial.people).flat())]
  return house.answers({
    parameters: valuesOf(trial),
    participants: trial.people,
    signers: Object.fromEntries(everybody.map((handle) => [handle, house.keyOf(handle)])),
    steps: answersTo(
      filledTrial(trial).acts.flatMap(({steps}) => steps),
      house.dir,
    ),
  })
}

/** The one in which the two offices sign, one that makes a certificate, a secret that is recovered, a key from outside, and those that change a key that is there. */
export const walkedInShortRuns: readonly string[] = [
  'kek-dual-approval',
  'root-ca',
  'escrow-split',
  'escrow-recovery',
  'key-import',
  'key-rotation',
  'key-destruction',
]
