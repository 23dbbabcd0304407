/** Replays rotations: opened, phase by phase, with the programs that ran, paused, given up or over. */
import type {Json} from '../../base/jcs.ts'
import {problem, type Entry, type Fold, type Problem, type View} from '../../ledger/index.ts'
import {hooksAfter, policyFold, type RotationPhase} from '../../policy/index.ts'
import {requests} from '../../requests/index.ts'
import {keysFold} from '../fold.ts'
import type {Key} from '../state.ts'
import {rotationSchemas, versionSchemas, type RotationEntry} from './entries.ts'
import {dueAfter, lastDone, phaseFault} from './rules.ts'
import {isRunning, rotations, type Rotation, type Rotations} from './state.ts'
import {nextVersion} from './versions.ts'

export const rotationsFold: Fold<Rotations> = {
  ...rotations,
  types: [
    ...Object.keys(rotationSchemas),
    'key.rotate.intended',
    'key.rotated',
    'key.primary.intended',
    'key.primary.changed',
    'key.state.intended',
    'key.state.changed',
  ],

  check(view: View, entry: Entry): readonly Problem[] {
    const fault = faultOf(view, entry)
    return fault === undefined ? [] : [problem('rotation', entry, fault)]
  },

  apply(view: View, entry: Entry): Rotations {
    const state = view.of(rotations)
    const name = textOf(entry.data['key'])
    const key = view.of(keysFold).keys.get(name)
    if (key === undefined) throw new TypeError('checked before')
    if (entry.type === 'rotation.opened') return with_(state, opened(entry, key))
    const rotation = state.last.get(name)
    if (rotation === undefined) return state
    const next = changed(view, entry, rotation)
    return next === rotation ? state : with_(state, next)
  },
}

function with_(state: Rotations, rotation: Rotation): Rotations {
  return {last: state.last.with(rotation.key, rotation)}
}

function faultOf(view: View, entry: Entry): string | undefined {
  const key = view.of(keysFold).keys.get(textOf(entry.data['key']))
  const rotation = key === undefined ? undefined : view.of(rotations).last.get(key.name)
  if (entry.type.startsWith('rotation.')) {
    const parsed = rotationSchemas[entry.type as RotationEntry].safeParse(entry.data)
    if (!parsed.success) return `${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`
    if (key === undefined) return 'there is no such key'
    return entry.type === 'rotation.opened'
      ? openingFault(view, entry, key, rotation)
      : besideFault(view, entry, key, rotation)
  }
  if (key === undefined || !entry.type.endsWith('.intended')) return undefined
  const phase = phaseOfIntent(entry)
  // Any other change of a state is none of a rotation's.
  if (
    phase === undefined ||
    (entry.type === 'key.state.intended' && entry.approved !== approvalOf(view, rotation)) ||
    (entry.type === 'key.primary.intended' && promotes(view, entry))
  )
    return undefined
  if (rotation === undefined) return 'no rotation of this key was opened'
  if (!concerns(entry, rotation, phase)) return 'it is not the version that the rotation is about'
  const fault = phaseFault(view, key, rotation, phase, entry.time)
  return fault === undefined ? undefined : `its rotation does not allow it: ${fault}`
}

/** Whether what it cites approved that another version takes the key's place in an emergency: that is no rotation. */
function promotes(view: Pick<View, 'of'>, {approved}: Entry): boolean {
  const {all, byMet} = view.of(requests)
  const operation = all.get(byMet.get(approved ?? -1) ?? -1)?.operation
  return operation === 'incident.contain' || operation === 'incident.replace'
}

/** What the acts of a rotation cite: its quorum, or the policy that stands. */
export function approvalOf(view: Pick<View, 'of'>, rotation: Rotation | undefined): number | undefined {
  return rotation?.automatic === true ? view.of(policyFold).seq : rotation?.approved
}

/** The phase that an intent begins, by what it says. */
export function phaseOfIntent({type, data}: Pick<Entry, 'type' | 'data'>): RotationPhase | undefined {
  if (type === 'key.rotate.intended') return 'version'
  if (type === 'key.primary.intended')
    return Number(data['to']) > Number(data['from']) ? 'primary' : 'rollback'
  if (data['from'] === 'pre-active' && data['to'] === 'active') return 'accept'
  return data['from'] === 'active' && data['to'] === 'deactivated' ? 'retire' : undefined
}

function concerns({data}: Entry, {from, to}: Rotation, phase: RotationPhase): boolean {
  switch (phase) {
    case 'version':
    case 'accept':
      return data['version'] === to
    case 'retire':
      return data['version'] === from
    case 'primary':
      return data['from'] === from && data['to'] === to
    case 'rollback':
      return data['from'] === to && data['to'] === from
  }
}

/** One rotation of a key at a time; only people open another over one that does not go on. */
function openingFault(view: View, entry: Entry, key: Key, last: Rotation | undefined): string | undefined {
  const {from, to, profile, automatic} = rotationSchemas['rotation.opened'].parse(entry.data)
  if (profile !== key.profile) return `key "${key.name}" lives in profile "${key.profile}"`
  if (from !== key.primary) return `the primary version of key "${key.name}" is ${key.primary}`
  if (automatic && isRunning(last)) return `the rotation of entry ${last.seq} is not over`
  if (!automatic && last?.approved === entry.approved) return 'this approval has opened a rotation already'
  if ((entry.approved === view.of(policyFold).seq) !== automatic)
    return 'whether it is automatic is not what its approval says'
  const state = key.versions.find(({version}) => version === to)?.state
  const taken = to > from && (state === 'pre-active' || state === 'active')
  return taken || to === nextVersion(key) ? undefined : `version ${to} can not take its place`
}

function besideFault(view: View, entry: Entry, key: Key, rotation: Rotation | undefined): string | undefined {
  if (entry.approved !== null) return 'it needs no approval, and cites one'
  if (rotation === undefined || rotation.seq !== entry.data['rotation'])
    return 'it is about no rotation of this key, or not about the last one'
  if (entry.type === 'rotation.hooked') {
    const {phase, hook, sha256, ok, exit} = rotationSchemas['rotation.hooked'].parse(entry.data)
    const named = hooksAfter(view.of(policyFold).policy, key.spec.class, phase).find(
      ({name}) => name === hook,
    )
    if (rotation.at[phase] === undefined) return `phase ${phase} was not done`
    if (named?.sha256 !== sha256) return `hook "${hook}" of this digest is not in the policy`
    return ok === (exit === 0) ? undefined : 'a program succeeds exactly if its exit status is 0'
  }
  if (entry.actor.person === null) return 'nobody says that they did it'
  if (rotation.stopped !== null || !isRunning(rotation)) return 'it is over, or given up'
  const paused = rotation.paused !== null
  if (entry.type === 'rotation.paused' && paused) return 'it is paused already'
  return entry.type === 'rotation.resumed' && !paused ? 'it is not paused' : undefined
}

function opened(entry: Entry, key: Key): Rotation {
  const {from, to, profile, verification, grace, automatic} = rotationSchemas['rotation.opened'].parse(
    entry.data,
  )
  const version = key.versions.find((one) => one.version === to)
  const at: Rotation['at'] = {
    ...(version === undefined ? {} : {version: version.createdAt}),
    ...(version?.state === 'active' ? {accept: version.activatedAt ?? entry.time} : {}),
  }
  const base = {verification, grace}
  const next =
    at.accept !== undefined
      ? dueAfter(base, 'accept', at.accept)
      : at.version !== undefined
        ? dueAfter(base, 'version', entry.time)
        : {phase: 'version' as const, due: entry.time}
  return {
    seq: entry.seq,
    key: key.name,
    profile,
    from,
    to,
    automatic,
    approved: entry.approved ?? -1,
    openedAt: entry.time,
    ...base,
    at,
    next,
    paused: null,
    stopped: null,
    hooks: [],
  }
}

function changed(view: View, entry: Entry, rotation: Rotation): Rotation {
  const word = {seq: entry.seq, at: entry.time, reason: reasonOf(view.open(entry.data['reason']))}
  switch (entry.type) {
    case 'rotation.paused':
      return {...rotation, paused: word}
    case 'rotation.resumed':
      return {...rotation, paused: null}
    case 'rotation.stopped':
      return {...rotation, stopped: word, paused: null, next: null}
    case 'rotation.hooked':
      return hooked(entry, rotation)
    case 'key.rotated':
      return versionSchemas['key.rotated'].parse(entry.data).version === rotation.to
        ? done(rotation, 'version', entry.time)
        : rotation
    case 'key.primary.changed':
      return entry.data['to'] === rotation.to
        ? overIfGone(view, done(rotation, 'primary', entry.time))
        : entry.data['to'] === rotation.from
          ? done(rotation, 'rollback', entry.time)
          : {...rotation, next: null} // another version took the place of both
    case 'key.state.changed':
      return moved(entry, rotation)
    default:
      return rotation
  }
}

function done(rotation: Rotation, phase: RotationPhase, time: string): Rotation {
  return {...rotation, at: {...rotation.at, [phase]: time}, next: dueAfter(rotation, phase, time)}
}

/** The overlap counts from when those who use the key were told, where programs tell them. */
function hooked(entry: Entry, rotation: Rotation): Rotation {
  const {phase, hook, sha256, ok} = rotationSchemas['rotation.hooked'].parse(entry.data)
  const hooks = [...rotation.hooks, {seq: entry.seq, at: entry.time, phase, hook, sha256, ok}]
  const counts = ok && rotation.next !== null && lastDone(rotation) === phase
  return {...rotation, hooks, ...(counts ? {next: dueAfter(rotation, phase, entry.time)} : {})}
}

/** Whoever changes the state of one of its versions otherwise may leave nothing to be done. */
function moved({data, time}: Entry, rotation: Rotation): Rotation {
  const {version, to: state} = data
  if (rotation.next === null) return rotation
  if (version === rotation.to) {
    if (state === 'active')
      return rotation.at.accept === undefined ? done(rotation, 'accept', time) : rotation
    return {...rotation, next: null}
  }
  if (version !== rotation.from || state === 'active') return rotation
  // What is not active needs not be retired; before that the new one still becomes primary.
  return rotation.at.primary === undefined
    ? rotation
    : state === 'deactivated'
      ? done(rotation, 'retire', time)
      : {...rotation, next: null}
}

function overIfGone(view: View, rotation: Rotation): Rotation {
  const old = view
    .of(keysFold)
    .keys.get(rotation.key)
    ?.versions.find(({version}) => version === rotation.from)
  return old?.state === 'active' ? rotation : {...rotation, next: null}
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function reasonOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}
