/** Taking a containment back: what every version was before, by the full quorum. */
import {parseJcs, isObject} from '../base/jcs.ts'
import {KeyriteError} from '../base/errors.ts'
import type {View} from '../ledger/index.ts'
import {changeState, keysFold, profileOf, tryerInWords, type KeyState} from '../keys/index.ts'
import type {Availability} from '../providers/ports.ts'
import {planFor, type Operation, type Plan} from '../requests/index.ts'
import {actOnVersion} from './disable.ts'
import {changeOf, drillMarked, drillOf, onEachVersion, phasesOf, stepOf} from './phases.ts'
import {stripped} from './rules.ts'
import {incidents, type Incident} from './state.ts'
import {giveBack} from './strip.ts'

export const keyUnrevoke: Operation = {
  name: 'key.unrevoke',
  ...onEachVersion({active: 'resume'}),
  inWords: (plan) => {
    const {key, incident, versions: all, drill} = changeOf(plan)
    const versions = all.filter(({act}) => act !== 'return')
    const rights =
      all.length === versions.length
        ? ''
        : `${versions.length === 0 ? '' : '; '}rights of others to use it that were taken away are given back`
    const back = drillMarked(
      drill,
      `Give key "${key}" back, which incident i${incident} contained: ${versions
        .map(
          ({version, act, to}) => `version ${version} is ${act === 'resume' ? 'active' : (to ?? '')} again`,
        )
        .join('; ')}${rights}, as it was before.`,
    )
    if (drill === true) return [back]
    return [back, 'If the key was in foreign hands, it is in foreign hands again.']
  },
  stillTrue(view, plan, name) {
    const {key} = changeOf(plan)
    const {act, version} = stepOf(name)
    const one = view
      .of(keysFold)
      .keys.get(key)
      ?.versions.find((each) => each.version === version)
    if (act !== 'resume' || typeof one?.containedBy === 'number') return
    throw new KeyriteError(
      'PLAN_MOVED',
      `cannot give version ${version} of key "${key}" back: it is ${one?.state ?? 'gone'} by now`,
      {hints: [`keyrite key show ${key}`]},
    )
  },
  async act(context, plan, name) {
    const {key, incident, versions} = changeOf(plan)
    const {act, version} = stepOf(name)
    const to = versions.find((one) => one.version === version)?.to ?? 'disabled'
    if (act === 'return') await giveBack(context, incident, version)
    else if (act === 'restore') await actOnVersion(context, {incident, version, act, to})
    else await changeState(context, {key, version, event: 'resume', enforced: null})
  },
}

/** @throws KeyriteError `KEY_STATE` if nothing of it is contained, `POLICY_REFUSES`. */
export function planUnrevoke(
  view: Pick<View, 'of' | 'blob'>,
  name: string,
): {plan: Plan; incident: Incident} {
  const key = view.of(keysFold).keys.get(name)
  const incident = [...view.of(incidents).all.values()].filter((one) => one.key === name).at(-1)
  if (key === undefined || incident === undefined) throw notContained(name)
  const resumed = key.versions
    .filter(({containedBy, state}) => containedBy !== null && state === 'suspended')
    .map(({version}) => ({act: 'resume', version}))
  const restored = incident.acts
    .filter(
      ({act, version, outcome}) =>
        act === 'disable' &&
        (outcome?.code ?? null) === null &&
        !incident.acts.some((one) => one.act === 'restore' && one.version === version && one.outcome?.ok) &&
        key.versions.some(
          (one) => one.version === version && ['pre-active', 'deactivated'].includes(one.state),
        ),
    )
    .map(({version}) => ({act: 'restore', version, to: availabilityBefore(view, incident, version)}))
  // After it is enabled: a service gives no grant of a disabled key.
  const returned = stripped(incident)
    .filter(({version}) => key.versions.some((one) => one.version === version && givable(one.state)))
    .map(({version}) => ({act: 'return', version}))
  const versions = [...resumed, ...restored, ...returned]
  if (versions.length === 0) throw notContained(name)
  const profile = profileOf(view, key.profile)
  const plan = planFor(view, {
    operation: 'key.unrevoke',
    class: key.spec.class,
    change: {class: key.spec.class, incident: incident.seq, key: name, versions, ...drillOf(incident)},
    phases: phasesOf(versions),
    profile,
    rests: [`key "${name}" is contained by incident ${incident.id}`, tryerInWords(view, key.profile)],
  })
  return {plan, incident}
}

/** What a version was available for, as it was saved before anything was done. */
function availabilityBefore(view: Pick<View, 'blob'>, {looked}: Incident, version: number): Availability {
  const facts = looked === null ? null : parseJcs(view.blob(looked.facts))
  const saved = isObject(facts) ? facts['saved'] : undefined
  const all =
    isObject(saved) && Array.isArray(saved['versions']) ? (saved['versions'] as readonly unknown[]) : []
  for (const one of all) {
    if (typeof one !== 'object' || one === null) continue
    const {version: number, availability} = one as {version?: unknown; availability?: unknown}
    if (
      number === version &&
      (availability === 'probe' || availability === 'enabled' || availability === 'historic')
    )
      return availability
  }
  return 'historic'
}

/** Whether somebody may be given a version in this state. */
function givable(state: KeyState): boolean {
  return ['pre-active', 'active', 'suspended', 'deactivated'].includes(state)
}

function notContained(name: string): KeyriteError {
  return new KeyriteError('KEY_STATE', `cannot give key "${name}" back: no incident contained it`, {
    hints: [`keyrite key show ${name}`, 'keyrite incident list'],
  })
}
