/** The operations that change the state of a version, and nothing else: one for each event that has a command of its own. */
import {KeyriteError} from '../../base/errors.ts'
import type {View} from '../../ledger/index.ts'
import type {Operation, Plan} from '../../requests/index.ts'
import {demandNotContained} from '../contained.ts'
import {availabilityOf, keyStates, verbOf, type KeyEvent} from '../lifecycle.ts'
import {demandProtected} from '../protected.ts'
import type {Version} from '../state.ts'
import {changeState, demandMove, judgeMove, stateWrites, textOf} from './move.ts'

/** The events that have a command of their own, and what each means for whoever uses the key. */
export const moves = {
  activate: 'from then on it signs, encrypts, or whatever its purpose is',
  suspend: 'nothing can be done with it, nor with what it made, until it is resumed',
  resume: 'it is used again as before',
  deactivate:
    'it never signs or encrypts again; what it made before is still verified and decrypted. There is no way back',
  compromise:
    'it is not trusted any more, nothing is done with it, and no path leads back: another key must take its place',
} as const satisfies Partial<Record<KeyEvent, string>>
export type MoveName = keyof typeof moves

export const keyActivate = stateOperation('activate')
export const keySuspend = stateOperation('suspend')
export const keyResume = stateOperation('resume')
export const keyDeactivate = stateOperation('deactivate')
export const keyCompromise = stateOperation('compromise')

function stateOperation(event: MoveName): Operation {
  return {
    name: `key.${event}`,
    writes: stateWrites,
    begins: ['key.state.intended'],
    inWords: (plan) => moveInWords(plan, event),
    stillTrue(view, plan) {
      demandReady(view, plan, event)
    },
    judge: judgeMove,
    matterOf: () => null,
    act: (context, {change}) =>
      changeState(context, {
        key: textOf(change['key']),
        version: Number(change['version']),
        event,
        enforced: change['enforced'] === true,
      }),
  }
}

function moveInWords({change, profile}: Plan, event: MoveName): readonly string[] {
  const [key, version] = [textOf(change['key']), textOf(change['version'])]
  const verb = verbOf(event)
  const what =
    event === 'compromise'
      ? `Call key "${key}" version ${version} compromised`
      : `${verb[0]?.toUpperCase() ?? ''}${verb.slice(1)} key "${key}" version ${version}`
  return [
    `${what}, in profile "${profile?.name ?? ''}" (${typeof change['from'] === 'string' ? `${change['from']} ` : ''}-> ${textOf(change['to'])}): ${moves[event]}.`,
    ...enforcedInWords(change['to'], change['enforced'], profile?.kind ?? ''),
  ]
}

/** What the provider itself sees to, and what is only written down: said before anyone confirms. */
export function enforcedInWords(to: unknown, enforced: unknown, kind: string): readonly string[] {
  const state = keyStates.find((one) => one === to)
  if (state === undefined || state === 'destroyed') return []
  const allows = {
    probe: 'only probes',
    enabled: 'both ways of use',
    historic: 'only reading what was made before',
    disabled: 'no use at all',
  }[availabilityOf[state]]
  if (enforced === null)
    return [
      `Enforced only where this server can (${kind}): ${allows}. That is asked when it is done, and tried; else it is only recorded.`,
    ]
  return [
    enforced === true
      ? `Enforced by the provider itself (${kind}): ${allows}. It is tried there afterwards, what must work and what must not.`
      : `RECORDED, NOT ENFORCED: a provider of kind ${kind} cannot hold it to ${allows}. Whoever may use the key there still can.`,
  ]
}

/** @throws KeyriteError `KEY_STATE`, `KEY_NOT_FOUND`. */
export function demandReady(view: Pick<View, 'of'>, plan: Pick<Plan, 'change'>, event: KeyEvent): Version {
  const {name, version} = demandMove(view, plan, event)
  if (event === 'resume' || event === 'deactivate') demandNotContained(name, version)
  // Before anyone is asked to sign for what could not be done.
  if (event === 'activate' && version.tried?.ok !== true)
    throw new KeyriteError('KEY_STATE', `cannot activate key "${name}": it was not proved yet`, {
      hints: [`keyrite key prove ${name}`],
    })
  if (event === 'activate') demandProtected(view, name, version)
  return version
}
