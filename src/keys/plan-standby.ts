/**
 * The plan of a standby: another version of a key that is made and proved beforehand, and waits unused. Who approves it
 * approves with it that one person puts it in the key's place in an emergency: that is a phase of the same plan.
 */
import {KeyriteError} from '../base/errors.ts'
import type {View} from '../ledger/index.ts'
import {phase, planFor} from '../requests/index.ts'
import {keyNamed} from './known.ts'
import {profileOf, type Planned} from './plans.ts'
import {materialOf, nativeWay} from './rotation/native.ts'
import {isRunning, rotations} from './rotation/state.ts'
import {nextVersion} from './rotation/versions.ts'
import type {Key, Version} from './state.ts'
import {tryerInWords} from './who-tries.ts'

/** The version that waits to be promoted; undefined where none does. */
export function standbyOf({versions}: Pick<Key, 'versions'>): Version | undefined {
  return versions.find(({standby, state}) => standby !== null && state === 'pre-active')
}

/** What takes the place of a key in an emergency: the standby that waits, else another version, and how that is made. @throws KeyriteError `UNSUPPORTED`. */
export function replacementOf(
  view: Pick<View, 'of'>,
  key: Key,
): {readonly version: number; readonly made: 'version' | 'key' | 'standby'} {
  const standby = standbyOf(key)
  if (standby !== undefined) return {version: standby.version, made: 'standby'}
  return {version: nextVersion(key), made: wayToWait(profileOf(view, key.profile).kind, key)}
}

/** @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE`, `EXISTS`, `ROTATION_STATE`, `UNSUPPORTED`, `POLICY_REFUSES`. */
export function planStandby(view: Pick<View, 'of'>, name: string): Planned {
  const key = keyNamed(view, name)
  demandStandby(view, key)
  const profile = profileOf(view, key.profile)
  const {algorithm, class: of} = key.spec
  const version = nextVersion(key)
  const plan = planFor(view, {
    operation: 'key.standby',
    class: of,
    change: {key: name, class: of, algorithm, version, made: wayToWait(profile.kind, key)},
    phases: ['make', {...phase('promote'), needed: false}],
    profile,
    rests: [
      `key "${name}" is in use, and no standby of it waits`,
      `the next version of it is ${version}`,
      tryerInWords(view, key.profile),
    ],
  })
  return {plan, names: {}}
}

function wayToWait(kind: string, key: Key): 'version' | 'key' {
  const way = nativeWay(kind, materialOf(key))
  if (way.cannot !== 'unsupported') return way.waiting
  throw new KeyriteError('UNSUPPORTED', `cannot make a further version of key "${key.name}": ${way.words}`)
}

/** @param number - the version that was approved; null while it is only planned. @throws KeyriteError `KEY_STATE`, `EXISTS`, `ROTATION_STATE`, `PLAN_MOVED`. */
export function demandStandby(view: Pick<View, 'of'>, key: Key, number: number | null = null): void {
  const {name} = key
  const cannot = `cannot make a standby for key "${name}"`
  const hints = [`keyrite key show ${name}`]
  const state = key.versions.find(({version}) => version === key.primary)?.state
  // What was contained already needs a replacement: that is for the people whom an incident calls.
  if (state !== 'active')
    throw new KeyriteError('KEY_STATE', `${cannot}: its primary version is ${state ?? 'gone'}`, {hints})
  const waiting = standbyOf(key)
  if (waiting !== undefined)
    throw new KeyriteError('EXISTS', `${cannot}: version ${waiting.version} waits already`, {hints})
  const rotation = view.of(rotations).last.get(name)
  if (isRunning(rotation) && rotation.at.version === undefined)
    throw new KeyriteError(
      'ROTATION_STATE',
      `${cannot}: a rotation is about to make version ${rotation.to} of it`,
      {hints: [`keyrite rotation run ${name}`]},
    )
  const next = nextVersion(key)
  if (number !== null && number !== next)
    throw new KeyriteError('PLAN_MOVED', `${cannot}: version ${number} was approved, and ${next} is next`, {
      hints: [...hints, `keyrite key standby ${name}`],
    })
}
