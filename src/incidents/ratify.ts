/** Ratifying: people other than those who contained a key look at what was really done. Then it may be called compromised for good. */
import {KeyriteError} from '../base/errors.ts'
import type {View} from '../ledger/index.ts'
import {problem} from '../ledger/index.ts'
import {changeState, keysFold, profileOf} from '../keys/index.ts'
import {type Operation, type Plan, planFor} from '../requests/index.ts'
import {changeOf, drillMarked, drillOf, judgeStep, phasesOf, statePhase, stepOf} from './phases.ts'
import {containments, toRatify} from './rules.ts'
import {incidents, type Incident} from './state.ts'

const stateTo = statePhase({compromised: 'compromise'})

export const incidentRatify: Operation = {
  name: 'incident.ratify',
  writes: {
    'incident.ratified': 'ratify',
    'key.state.intended': stateTo,
    'key.state.changed': stateTo,
    'key.state.failed': stateTo,
  },
  begins: ['incident.ratified', 'key.state.intended'],
  goesOn: true,
  formed: (plan) => void changeOf(plan),
  inWords: (plan) => {
    const {key, incident, versions, acts = [], drill} = changeOf(plan)
    const done = drillMarked(
      drill,
      `Ratify what was done in incident i${incident}: key "${key}" in profile "${plan.profile?.name ?? ''}" was contained, and a standby put in its place where one was, by entries ${acts.join(', ')}. Whoever did that does not sign this.`,
    )
    if (drill === true) return [done, 'It was a drill: nothing more comes of it, whatever is signed.']
    return [
      done,
      `After that, and only by \`keyrite incident close i${incident} --confirmed-compromise\`, version ${versions.map(({version}) => version).join(', ')} may be called compromised: from there no path leads back.`,
      'A no undoes nothing by itself: it asks for an unrevocation.',
    ]
  },
  stillTrue(view, plan, name) {
    const {incident: seq, acts = [], key} = changeOf(plan)
    const incident = view.of(incidents).all.get(seq)
    const done = incident === undefined ? [] : toRatify(view, incident).map((one) => one.seq)
    const moved =
      name === 'ratify' && (done.length !== acts.length || !done.every((one) => acts.includes(one)))
    if (incident !== undefined && !moved && (name === 'ratify' || incident.ratified !== null)) return
    throw new KeyriteError(
      'PLAN_MOVED',
      `cannot go on with what was asked of key "${key}": ${moved ? 'more was contained since' : 'it is not ratified'}`,
      {hints: [`keyrite incident ratify i${seq}`]},
    )
  },
  judge(view, plan, entry) {
    const {acts = []} = changeOf(plan)
    if (entry.type !== 'incident.ratified') return judgeStep(view, plan, entry)
    const {data} = entry
    const change = changeOf(plan)
    const said = Array.isArray(data['acts']) ? data['acts'] : []
    const same =
      data['key'] === change.key && data['incident'] === change.incident && said.join() === acts.join()
    return same ? [] : [problem('plan', entry, 'it is not what was approved')]
  },
  matterOf: () => null,
  async act(context, plan, name) {
    const {key, incident, acts = []} = changeOf(plan)
    const {ledger, actor, ceremony, approved} = context
    if (name === 'ratify') {
      const data = {incident, key, acts: [...acts]}
      await ledger.append([{type: 'incident.ratified', data, actor, ceremony, approved}])
      return
    }
    await changeState(context, {key, version: stepOf(name).version, event: 'compromise', enforced: null})
  },
}

/** @throws KeyriteError `KEY_STATE` if there is nothing to ratify, or it was; `POLICY_REFUSES`. */
export function planRatify(view: Pick<View, 'of'>, incident: Incident): Plan {
  const done = toRatify(view, incident)
  const key = view.of(keysFold).keys.get(incident.key)
  if (done.length === 0 || key === undefined || incident.ratified !== null)
    throw new KeyriteError(
      'KEY_STATE',
      `cannot ratify incident ${incident.id}: ${incident.ratified === null ? 'nothing was contained' : `it was ratified ${incident.ratified.at}`}`,
      {hints: [`keyrite incident show ${incident.id}`]},
    )
  const profile = profileOf(view, key.profile)
  const versions = [...new Set(containments(incident).map(({version}) => version))].map((version) => ({
    act: 'compromise',
    version,
  }))
  return planFor(view, {
    operation: 'incident.ratify',
    class: key.spec.class,
    change: {
      acts: done.map(({seq}) => seq),
      apart: [...incident.containedBy],
      class: key.spec.class,
      incident: incident.seq,
      key: key.name,
      versions,
      ...drillOf(incident),
    },
    // Calling it compromised is not part of ratifying: whoever closes the incident so does that.
    phases: ['ratify', ...phasesOf(versions).map((one) => ({...one, needed: false as const}))],
    profile,
    rests: [`incident ${incident.id} about key "${key.name}" is open`],
  })
}
