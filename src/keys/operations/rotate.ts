/**
 * Rotating a key: one approved plan whose phases are days apart. `open` begins it, `version` makes the new material,
 * `accept` proves and activates it, `primary` makes it the one that is used, `retire` deactivates the old one; `rollback`
 * makes the old one primary again, and is done only where somebody wants it.
 */
import type {View} from '../../ledger/index.ts'
import {problem, type Entry, type Problem} from '../../ledger/index.ts'
import {KeyriteError} from '../../base/errors.ts'
import {scheduleOf, policyFold, type RotationPhase} from '../../policy/index.ts'
import {profilesFold} from '../../profiles/index.ts'
import type {ActContext, Operation, PhaseOf, Plan} from '../../requests/index.ts'
import {emergencyOf} from '../emergencies.ts'
import {keysFold} from '../fold.ts'
import {keyNamed} from '../known.ts'
import {keyVersion, proveWithin} from '../prove.ts'
import {rotationSchemas} from '../rotation/entries.ts'
import {phaseOfIntent} from '../rotation/fold.ts'
import {runHooks} from '../rotation/hooks.ts'
import {aliasesOf} from '../rotation/aliases.ts'
import {makePrimary, makeVersion} from '../rotation/acts.ts'
import {successor} from '../rotation/plan.ts'
import {phaseFault} from '../rotation/rules.ts'
import {materialOf, nativeWay, type Made} from '../rotation/native.ts'
import {isRunning, rotations, type Rotation} from '../rotation/state.ts'
import {dueOf} from '../rotation/status.ts'
import {changeState, textOf} from './move.ts'
import {rotateInWords} from '../rotation/in-words.ts'

/** Whether it is time for a phase is asked before (`notBefore`), and by the fold. */
const atLast = '9999'

/** Of an outcome, the phase is that of its intent. */
const phaseOf: PhaseOf = (view, entry) =>
  phaseOfIntent(
    entry.type.endsWith('.intended') ? entry : (view.entry(Number(entry.data['intended'])) ?? entry),
  )

const primaryWrites = {
  'key.primary.intended': phaseOf,
  'key.primary.changed': phaseOf,
  'key.primary.failed': phaseOf,
} as const

export const keyRotate: Operation = {
  name: 'key.rotate',
  writes: {
    'rotation.opened': 'open',
    'key.rotate.intended': 'version',
    'key.rotated': 'version',
    'key.rotate.failed': 'version',
    'key.state.intended': phaseOf,
    'key.state.changed': phaseOf,
    'key.state.failed': phaseOf,
    ...primaryWrites,
  },
  begins: ['key.rotate.intended', 'key.state.intended', 'key.primary.intended'],
  outlasts: true,
  inWords: rotateInWords,
  stillTrue: demandPhase,
  notBefore(view, {change}, phase) {
    const rotation = view.of(rotations).last.get(textOf(change['key']))
    return rotation?.next?.phase === phase ? rotation.next.due : null
  },
  judge,
  automatic,
  matterOf: () => null,
  act,
}

/** What an approval of a rotation does not allow any more is asked for anew. */
export const keyRollback: Operation = {
  name: 'key.rollback',
  writes: primaryWrites,
  begins: ['key.primary.intended'],
  inWords: ({change, profile}) => [
    `Make version ${textOf(change['to'])} of key "${textOf(change['key'])}" in profile "${profile?.name ?? ''}" primary again, in place of version ${textOf(change['from'])}, which stays accepted.`,
  ],
  stillTrue: (view, plan) => {
    demandPhase(view, plan, 'rollback')
  },
  judge: (_view, plan, entry) =>
    sameChange(plan, entry, entry.type.endsWith('.failed') ? ['key'] : ['key', 'from', 'to']),
  matterOf: () => null,
  act: (context, plan) => act(context, plan, 'rollback'),
}

/** @throws KeyriteError `ROTATION_STATE`, `KEY_NOT_FOUND`. */
function demandPhase(view: Pick<View, 'of'>, {change}: Plan, phase: string): void {
  const key = keyNamed(view, textOf(change['key']))
  const rotation = view.of(rotations).last.get(key.name)
  const refuse = (fact: string): KeyriteError =>
    new KeyriteError('ROTATION_STATE', `cannot ${verbs[phase] ?? phase} key "${key.name}": ${fact}`, {
      hints: ['keyrite rotation status', `keyrite key show ${key.name}`],
    })
  if (phase === 'open') {
    if (key.primary !== change['from'])
      throw refuse(`version ${key.primary} is primary, and another was when this was asked`)
    // Another version may have taken the number: a standby is not for a rotation.
    if (successor(key) !== change['to'])
      throw refuse(`version ${successor(key)} would take its place, and another was approved`)
    return
  }
  if (rotation === undefined) throw refuse('no rotation of it was opened')
  const fault = phaseFault(view, key, rotation, phase as RotationPhase, atLast)
  if (fault !== undefined) throw refuse(fault)
}

const verbs: Readonly<Record<string, string>> = {
  open: 'rotate',
  version: 'make another version of',
  accept: 'accept the new version of',
  primary: 'make the new version primary of',
  retire: 'retire the old version of',
  rollback: 'roll back',
}

function judge(view: View, plan: Plan, entry: Entry): readonly Problem[] {
  if (entry.type === 'rotation.opened')
    return sameChange(plan, entry, ['key', 'from', 'to', 'verification', 'grace'])
  // The rotation that this plan opened, and no other: the fold of rotations holds it to versions and order.
  const rotation = view.of(rotations).last.get(textOf(entry.data['key']))
  return rotation?.approved === entry.approved
    ? sameChange(plan, entry, ['key'])
    : [problem('plan', entry, 'its plan has opened no rotation of this key')]
}

function sameChange({change, profile}: Plan, entry: Entry, members: readonly string[]): readonly Problem[] {
  const {data} = entry
  const same = members.every((name) => data[name] === change[name]) && data['profile'] === profile?.name
  return same ? [] : [problem('plan', entry, 'what is done is not what the plan says')]
}

/** Where the policy itself approves a rotation: of this class, on the day, as its schedule has it, and after none that was given up. */
function automatic(view: View, entry: Entry): readonly Problem[] {
  const wrong = (message: string): Problem[] => [problem('approval', entry, message)]
  if (entry.type !== 'rotation.opened' && !entry.type.endsWith('.intended')) return []
  const key = view.of(keysFold).keys.get(textOf(entry.data['key']))
  if (key === undefined) return wrong('there is no such key')
  const emergency = emergencyOf(view, key.name)
  if (emergency !== null) return wrong(`incident ${emergency} about it is open`)
  const {policy} = view.of(policyFold)
  const schedule = scheduleOf(policy, key.spec.class)
  if (schedule.mode !== 'automatic')
    return wrong(`the policy does not rotate keys of class ${key.spec.class} alone`)
  if (entry.ceremony !== null) return wrong('what the policy does alone is part of no ceremony')
  const last = view.of(rotations).last.get(key.name)
  if (entry.type !== 'rotation.opened')
    return last?.automatic === true && isRunning(last) && phaseOfIntent(entry) !== 'rollback'
      ? []
      : wrong('the policy alone never allows this')
  const fault = automaticFault(key, schedule, last, entry.time)
  if (fault !== undefined) return wrong(fault)
  const {verification, grace} = rotationSchemas['rotation.opened'].parse(entry.data)
  return verification === schedule.verification && grace === schedule.grace
    ? []
    : wrong('its overlap is not that of the policy')
}

/** Why the policy does not open a rotation of this key by itself now; undefined if it may. */
export function automaticFault(
  key: Parameters<typeof dueOf>[0],
  schedule: Parameters<typeof dueOf>[1],
  last: Rotation | undefined,
  time: string,
): string | undefined {
  if (last !== undefined && (last.stopped !== null || last.at.rollback !== undefined))
    return 'the last rotation was given up, so people decide about the next'
  const due = dueOf(key, schedule)
  if (due === null) return 'no version of it is active'
  return time < due ? `it is not due before ${due}` : undefined
}

async function act(context: ActContext, {change}: Pick<Plan, 'change'>, phase: string): Promise<void> {
  const {ledger} = context
  const name = textOf(change['key'])
  if (phase === 'open') {
    const key = keyNamed(ledger, name)
    const [from, to] = [Number(change['from']), Number(change['to'])]
    await ledger.append([
      {
        type: 'rotation.opened',
        data: {
          key: name,
          profile: key.profile,
          from,
          to,
          due: change['due'] ?? null,
          verification: textOf(change['verification']),
          grace: textOf(change['grace']),
          automatic: context.approved === ledger.of(policyFold).seq,
        },
        actor: context.actor,
        ceremony: context.ceremony,
        approved: context.approved,
      },
    ])
    return
  }
  const rotation = ledger.of(rotations).last.get(name)
  if (rotation === undefined) throw new TypeError('a phase was demanded before')
  await doPhase(context, rotation, phase as RotationPhase)
  await runHooks(context, name)
}

/** Does the next phase of a rotation that the policy alone approves; what was begun under it is finished under it. */
export async function actAlone(
  context: Omit<ActContext, 'approved'>,
  change: Plan['change'],
  phase: 'open' | RotationPhase,
): Promise<void> {
  const {ledger} = context
  const open = [...ledger.of(keysFold).open.values()].find(
    ({key, kind}) => key === change['key'] && kind !== 'try' && kind !== 'create',
  )
  const approved = open?.approved ?? ledger.of(policyFold).seq
  await ledger.alone(async () => {
    // What another process has done in the meantime is not done again.
    const last = ledger.of(rotations).last.get(textOf(change['key']))
    const stands = phase === 'open' ? !isRunning(last) : last?.next?.phase === phase
    if (stands) await act({...context, approved}, {change}, phase)
  })
}

/** What a further version of it is, where it lies. */
function wayOf({ledger}: Pick<ActContext, 'ledger'>, name: string): Made {
  const key = keyNamed(ledger, name)
  const kind = ledger.of(profilesFold).profiles.get(key.profile)?.kind ?? ''
  return nativeWay(kind, materialOf(key)).made
}

async function doPhase(context: ActContext, {key, from, to}: Rotation, phase: RotationPhase): Promise<void> {
  switch (phase) {
    case 'version':
      return makeVersion(context, key, {number: to, made: wayOf(context, key), as: 'successor'})
    case 'accept':
      // What a new version can do is tried before anybody relies on it.
      if (keyVersion(context, key, to).version.tried?.ok !== true) await proveWithin(context, key, to)
      return changeState(context, {key, version: to, event: 'activate', enforced: null})
    case 'primary':
      return makePrimary(context, key, turn(context, key, from, to))
    case 'retire':
      return changeState(context, {key, version: from, event: 'deactivate', enforced: null})
    case 'rollback':
      return makePrimary(context, key, turn(context, key, to, from))
  }
}

/** Whoever uses the key by an alias uses the version that is primary: the alias goes with it. */
function turn(
  {ledger}: Pick<ActContext, 'ledger'>,
  name: string,
  from: number,
  to: number,
): Parameters<typeof makePrimary>[2] {
  return {from, to, aliases: aliasesOf(keyNamed(ledger, name).versions, from)}
}
