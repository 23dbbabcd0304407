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
  'destroy',
] as const
export type KeyEvent = (typeof keyEvents)[number]

/** From each state, the events it accepts and the state each leads to. From compromised no path leads to active. */
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
  'destruction-scheduled': {destroy: 'destroyed'},
  destroyed: {},
} as const satisfies Record<KeyState, Partial<Record<KeyEvent, KeyState>>>

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

/** The state that an event leads to; undefined where the state does not accept it. */
export function nextState(state: KeyState, event: KeyEvent): KeyState | undefined {
  const row: Partial<Record<KeyEvent, KeyState>> = lifecycle[state]
  return row[event]
}

/** Whether some event leads from one state to the other. */
export function leads(from: KeyState, to: KeyState): boolean {
  return Object.values<KeyState>(lifecycle[from]).includes(to)
}

/** @throws KeyriteError `KEY_STATE` saying what the key is, and what it can become. */
export function advance(key: string, state: KeyState, event: KeyEvent): KeyState {
  const next = nextState(state, event)
  if (next !== undefined) return next
  const can = Object.keys(lifecycle[state])
  throw new KeyriteError('KEY_STATE', `cannot ${event} key "${key}": it is ${state}`, {
    hints: [
      `keyrite key show ${key}`,
      can.length === 0 ? 'nothing can be done to it any more' : `what it accepts: ${can.join(', ')}`,
    ],
  })
}
