/**
 * The states of a key version, and from each what may become of it.
 * Source: NIST SP 800-57 Part 1 Rev. 5, section 7, with the waiting period before destruction made visible.
 */
import {KeyriteError} from '../base/errors.ts'
import type {Availability} from '../providers/ports.ts'

export const keyStates = [
  'pre-active',
  'active',
  'suspended',
  'deactivated',
  'compromised',
  'destruction-scheduled',
  'destroyed',
] as const
export type KeyState = (typeof keyStates)[number]

export const keyEvents = [
  'activate',
  'suspend',
  'resume',
  'deactivate',
  'compromise',
  'schedule-destruction',
  'cancel-destroy',
  'destroy',
] as const
export type KeyEvent = (typeof keyEvents)[number]

/** Stands for the state from which a destruction was scheduled: where cancelling leads back to. */
export const whereItCameFrom = 'where-it-came-from'

/**
 * From each state, the events it accepts and the state each leads to. From compromised no path leads to active, and that what
 * is destroyed was compromised too is a fact that changes nothing.
 */
export const lifecycle = {
  'pre-active': {
    activate: 'active',
    compromise: 'compromised',
    'schedule-destruction': 'destruction-scheduled',
    destroy: 'destroyed',
  },
  active: {suspend: 'suspended', deactivate: 'deactivated', compromise: 'compromised'},
  suspended: {resume: 'active', deactivate: 'deactivated', compromise: 'compromised'},
  deactivated: {'schedule-destruction': 'destruction-scheduled', compromise: 'compromised'},
  compromised: {'schedule-destruction': 'destruction-scheduled'},
  'destruction-scheduled': {'cancel-destroy': whereItCameFrom, destroy: 'destroyed'},
  destroyed: {compromise: 'destroyed'},
} as const satisfies Record<KeyState, Partial<Record<KeyEvent, KeyState | typeof whereItCameFrom>>>

/** What each state allows, as a provider is asked to enforce it (lifecycle.md, "allowed use by state"). */
export const availabilityOf: Readonly<Record<KeyState, Availability>> = {
  'pre-active': 'probe',
  active: 'enabled',
  suspended: 'disabled',
  deactivated: 'historic',
  compromised: 'disabled',
  'destruction-scheduled': 'disabled',
  destroyed: 'disabled',
}

/** What an event would be done to: a state and, while its destruction is scheduled, the state before that. */
export interface Standing {
  readonly state: KeyState
  readonly cameFrom: KeyState | null
}

/** The state that an event leads to; undefined where the state does not accept it. */
export function nextState({state, cameFrom}: Standing, event: KeyEvent): KeyState | undefined {
  const row: Partial<Record<KeyEvent, KeyState | typeof whereItCameFrom>> = lifecycle[state]
  const next = row[event]
  return next === whereItCameFrom ? (cameFrom ?? undefined) : next
}

/** The one event that leads from one state to the other, wherever it came from; undefined where none does. */
export function eventBetween(from: KeyState, to: KeyState): KeyEvent | undefined {
  return keyEvents.find((event) =>
    event === 'cancel-destroy'
      ? from === 'destruction-scheduled' && schedulable(to)
      : nextState({state: from, cameFrom: null}, event) === to,
  )
}

/** Whether some event leads from where it stands to the other state. */
export function leads(standing: Standing, to: KeyState): boolean {
  return keyEvents.some((event) => nextState(standing, event) === to)
}

function schedulable(state: KeyState): boolean {
  return nextState({state, cameFrom: null}, 'schedule-destruction') !== undefined
}

/** What people type for an event, and what it does, in words: `suspend`. */
const said = {
  activate: ['activate', 'key activate NAME'],
  suspend: ['suspend', 'key suspend NAME'],
  resume: ['resume', 'key resume NAME'],
  deactivate: ['deactivate', 'key deactivate NAME'],
  compromise: ['call compromised', 'key compromise NAME --reason R'],
  'schedule-destruction': ['destroy', 'key destroy NAME --reason R'],
  'cancel-destroy': ['cancel the destruction of', 'key cancel-destroy NAME'],
  destroy: ['destroy', 'key destroy NAME'],
} as const satisfies Record<KeyEvent, readonly [verb: string, command: string]>

export function verbOf(event: KeyEvent): string {
  return said[event][0]
}

/** @param since - what made it so, for whoever finds it changed. @throws KeyriteError `KEY_STATE` saying what the key is, and what to type instead. */
export function advance(key: string, standing: Standing, event: KeyEvent, since = ''): KeyState {
  const next = nextState(standing, event)
  if (next !== undefined) return next
  const {state} = standing
  const can = keyEvents.filter((one) => nextState(standing, one) !== undefined)
  throw new KeyriteError('KEY_STATE', `cannot ${verbOf(event)} key "${key}": it is ${state}${since}`, {
    hints: [
      `keyrite key show ${key}`,
      ...[...new Set(can.map((one) => said[one][1]))].map((line) => `keyrite ${line.replace('NAME', key)}`),
      ...wayOut(state, event),
    ],
  })
}

/** Why there is none, or what comes first. */
function wayOut(state: KeyState, event: KeyEvent): readonly string[] {
  if (state === 'destroyed') return ['what is destroyed stays so: make another key']
  if (state === 'compromised' && event !== 'compromise')
    return ['from compromised no path leads back: make another key, and have this one destroyed']
  if (event === 'schedule-destruction' || event === 'destroy')
    return state === 'active' || state === 'suspended'
      ? ['deactivate it first: what it made can still be read']
      : []
  return []
}
