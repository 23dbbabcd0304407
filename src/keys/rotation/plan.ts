/** The plan of a rotation: its phases with their dates, from the policy's schedule. */
import {KeyriteError} from '../../base/errors.ts'
import type {View} from '../../ledger/index.ts'
import {policyFold, scheduleOf} from '../../policy/index.ts'
import {planFor, type Phase} from '../../requests/index.ts'
import {keyNamed} from '../known.ts'
import {profileOf, type Planned} from '../plans.ts'
import type {Key} from '../state.ts'
import {aliasesOf} from './aliases.ts'
import {after} from './dates.ts'
import {materialOf, nativeWay} from './native.ts'
import {isRunning, rotations} from './state.ts'
import {dueOf} from './status.ts'
import {nextVersion} from './versions.ts'

/** How late a phase may begin under one approval; each further one may be as late again. */
const slack = 'P30D'

/** @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE`, `UNSUPPORTED`, `ROTATION_STATE`, `POLICY_REFUSES`. */
export function planRotate(view: Pick<View, 'of'>, name: string, now: Date): Planned {
  const key = keyNamed(view, name)
  const profile = profileOf(view, key.profile)
  const {algorithm, purpose} = key.spec
  demandActive(key)
  const way = nativeWay(profile.kind, materialOf(key))
  if (way.cannot !== null)
    throw new KeyriteError('UNSUPPORTED', `cannot rotate key "${name}": ${way.words}`, {
      hints: ['keyrite key create NAME, and let its users move to it'],
    })
  const {policy} = view.of(policyFold)
  const schedule = scheduleOf(policy, key.spec.class)
  const last = view.of(rotations).last.get(name)
  if (isRunning(last) && last.automatic && schedule.mode === 'automatic')
    throw new KeyriteError(
      'ROTATION_STATE',
      `cannot plan a rotation of key "${name}": one is running, by the policy`,
      {
        hints: [`keyrite rotation run ${name}`],
      },
    )
  const to = successor(key)
  const made = key.versions.find(({version}) => version === to)
  const {verification, grace} = schedule
  const aliases = aliasesOf(key.versions, key.primary)
  const plan = planFor(view, {
    operation: 'key.rotate',
    class: key.spec.class,
    change: {
      key: name,
      class: key.spec.class,
      algorithm,
      purpose,
      imported: materialOf(key).imported,
      from: key.primary,
      to,
      due: dueOf(key, schedule),
      verification,
      grace,
      strategy: purpose === 'wrap' ? 're-wrap' : 'new-version',
      ...(aliases.length === 0 ? {} : {aliases: [...aliases]}),
    },
    phases: phasesFrom(now, {verification, grace}, made?.state ?? null),
    profile,
    rests: [
      `version ${key.primary} of key "${name}" is primary and active`,
      ...(made === undefined ? [] : [`version ${to} of it is ${made.state}`]),
    ],
  })
  return {plan, names: {}}
}

/** To take a rotation back that no approval allows to be taken back any more. @throws KeyriteError as `planRotate`. */
export function planRollback(view: Pick<View, 'of'>, name: string): Planned {
  const key = keyNamed(view, name)
  const rotation = view.of(rotations).last.get(name)
  if (rotation === undefined)
    throw new KeyriteError('ROTATION_STATE', `cannot roll back key "${name}": it was never rotated`, {
      hints: [`keyrite key show ${name}`],
    })
  const profile = profileOf(view, key.profile)
  const {from, to} = rotation
  return {
    plan: planFor(view, {
      operation: 'key.rollback',
      class: key.spec.class,
      change: {key: name, class: key.spec.class, from: to, to: from},
      phases: [{name: 'rollback', earliest: null, latest: null}],
      profile,
      rests: [`version ${to} of key "${name}" is primary, and version ${from} is active`],
    }),
    names: {},
  }
}

function demandActive(key: Key): void {
  const primary = key.versions.find(({version}) => version === key.primary)
  if (primary?.state === 'active') return
  throw new KeyriteError(
    'KEY_STATE',
    `cannot rotate key "${key.name}": its primary version is ${primary?.state ?? 'gone'}`,
    {hints: [`keyrite key show ${key.name}`]},
  )
}

/** The version that takes over: one that a rotation made and did not bring to its end, else another one. A standby waits for an emergency. */
export function successor(key: Key): number {
  const waiting = key.versions.filter(
    ({version, state, standby}) =>
      version > key.primary && standby === null && (state === 'pre-active' || state === 'active'),
  )
  return waiting.length === 0 ? nextVersion(key) : Math.max(...waiting.map(({version}) => version))
}

/** From the day on which it is planned, so that the plan of a day has one digest. */
function phasesFrom(
  now: Date,
  {verification, grace}: {readonly verification: string; readonly grace: string},
  state: string | null,
): readonly Phase[] {
  const today = `${now.toISOString().slice(0, 10)}T00:00:00.000Z`
  const soon = after(today, slack)
  const primary = after(today, verification)
  const retire = after(primary, grace)
  const last = after(after(after(retire, slack), slack), slack)
  const at = (name: string, earliest: string | null, latest: string): Phase => ({name, earliest, latest})
  return [
    at('open', null, soon),
    ...(state === null ? [at('version', null, soon)] : []),
    ...(state === 'active' ? [] : [at('accept', null, after(soon, slack))]),
    at('primary', state === 'active' ? null : primary, after(after(primary, slack), slack)),
    at('retire', state === 'active' ? null : retire, last),
    {...at('rollback', null, last), needed: false},
  ]
}
