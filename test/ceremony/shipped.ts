/** Every template that ships, with people for its roles and answers for its questions: enough to run it to the end. */
import {shippedTemplate} from '../../src/ceremony/shipped.ts'
import {fill, type Filled, type Step, type Value} from '../../src/ceremony/template.ts'
import {standIns} from '../../src/ceremony/parameters.ts'
import type {House} from './room.ts'

export type People = Readonly<Record<string, readonly string[]>>

const keyMakers: People = {
  'security-officer': ['carol'],
  operator: ['frank'],
  custodian: ['alice', 'bob', 'dan'],
  witness: ['grace', 'person7', 'person8'],
}

/** What stands on bags, where the template knows it beforehand. */
const numbers: Readonly<Record<string, string>> = {delivery: 'A 1001'}

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
    name: 'share-verification-quarterly',
    people: {'security-officer': ['alice'], custodian: ['carol', 'dan'], auditor: ['grace']},
    values: {set: 'escrow-1'},
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
export function answersTo(steps: readonly Step[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    steps.flatMap((step): [string, unknown][] => {
      if (step.kind === 'record')
        return [
          [step.id, {answer: Object.fromEntries(step.fields.map(({name}) => [name, `${name} of today`]))}],
        ]
      if (step.kind === 'photo') return [[step.id, {answer: {reference: `camera 1, ${step.id}`}}]]
      if (step.kind === 'bag' && step.action !== 'destroy')
        return [[step.id, {answer: {number: numbers[step.bag] ?? `number of ${step.bag}`, confirm: 'yes'}}]]
      return []
    }),
  )
}

/** Writes an answers file that carries a trial to its end. */
export function answersOf(house: House, trial: Trial): string {
  const everybody = [...new Set(Object.values(trial.people).flat())]
  return house.answers({
    parameters: valuesOf(trial),
    participants: trial.people,
    signers: Object.fromEntries(everybody.map((handle) => [handle, house.keyOf(handle)])),
    steps: answersTo(filledTrial(trial).acts.flatMap(({steps}) => steps)),
  })
}
