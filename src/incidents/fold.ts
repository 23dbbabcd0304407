/** Replays incidents: opened by one named person, contained, proved, ratified, closed. docs/ledger-format.md, section 6. */
import type {Json} from '../base/jcs.ts'
import {duties} from '../duties/index.ts'
import {keysFold} from '../keys/index.ts'
import {profilesFold} from '../profiles/index.ts'
import {problem, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import {changed} from './changes.ts'
import {judgeJournal} from './journal/judge.ts'
import {schemas, type IncidentType} from './entries.ts'
import {containments, isContained, peopleOf, requestOf, stripped, toRatify, waitsFor} from './rules.ts'
import {hookFault} from './hooks.ts'
import {promotionFault} from './promote.ts'
import {rowOf} from './row.ts'
import {incidents, isOpen, openOn, type Incident, type Incidents} from './state.ts'

/** Changes of state that may be containment, or take it back. */
const moves = ['key.state.intended', 'key.state.changed', 'key.state.failed']
/** What puts another version in its place. */
const places = ['key.standby.intended', 'key.primary.intended', 'key.primary.changed', 'key.alias.intended']

export const incidentsFold: Fold<Incidents> = {
  ...incidents,
  types: [...Object.keys(schemas), ...moves, ...places, 'key.usage'],

  check(view: View, entry: Entry): readonly Problem[] {
    if (entry.type === 'key.usage') return [] // judged among what is known of keys
    const fault = [...moves, ...places].includes(entry.type) ? moveFault(view, entry) : faultOf(view, entry)
    return fault === undefined ? [] : [problem('incident', entry, fault)]
  },

  apply: changed,

  *table({all}: Incidents): Generator<readonly [string, Json]> {
    for (const one of all.values()) yield [one.id, rowOf(one)]
  },

  *changed(before: Incidents, after: Incidents) {
    for (const seq of after.all.changedSince(before.all) ?? after.all.keys()) {
      const one = after.all.get(seq)
      if (one !== undefined) yield [one.id, rowOf(one)]
    }
  },
}

/** A containment, and what puts another version in its place, belongs to an open incident about its key, and nobody alone contains two. */
function moveFault(view: View, {type, data, approved, seq}: Entry): string | undefined {
  if (!type.endsWith('.intended')) return undefined
  const request = requestOf(view, approved)
  const incident = Number(request?.plan.change['incident'] ?? -1)
  // A bundle holds what was done to versions, and not the incident.
  const withheld = incident < seq && incident >= 0 && view.entry(incident) === undefined
  const number = Number(data['version'] ?? data['to'])
  const promotes =
    request?.operation === 'incident.contain' &&
    (type !== 'key.state.intended' || data['to'] === 'active') &&
    typeof data['key'] === 'string'
      ? promotionFault(view, data['key'], number, view.of(incidents).all.get(incident))
      : undefined
  if (withheld) return promotes
  const drill = drillFault(view, incident, approved)
  if (drill !== undefined) return drill
  if (request?.operation === 'incident.ratify')
    return (view.of(incidents).all.get(incident)?.ratified ?? null) === null
      ? 'its incident is not ratified'
      : undefined
  if (request?.operation === 'incident.replace') return openFault(view, incident, data['key'])
  if (request?.operation !== 'incident.contain') return undefined
  const contains = type === 'key.state.intended' && data['to'] !== 'active'
  if (contains) return containFault(view, incident, data['key'], approved)
  return openFault(view, incident, data['key']) ?? promotes
}

function openFault(view: View, seq: number, key: Json | undefined): string | undefined {
  const incident = view.of(incidents).all.get(seq)
  return incident === undefined || !isOpen(incident) || incident.key !== key
    ? 'it belongs to no open incident about this key'
    : undefined
}

/** What people signed said whether it was an exercise. */
function drillFault(view: View, seq: number, approved: number | null): string | undefined {
  const request = requestOf(view, approved)
  const about = view.of(incidents).all.get(seq)
  const asks = ['incident.contain', 'incident.replace', 'incident.ratify', 'key.unrevoke'].includes(
    request?.operation ?? '',
  )
  if (!asks || about === undefined || (request?.plan.change['drill'] === true) === about.drill)
    return undefined
  return about.drill ? 'its plan does not say that it is a drill' : 'its plan says that it is a drill'
}

function containFault(
  view: View,
  seq: Json | undefined,
  key: Json | undefined,
  approved: number | null,
): string | undefined {
  const incident = view.of(incidents).all.get(Number(seq))
  if (incident === undefined || !isOpen(incident) || incident.key !== key)
    return 'it belongs to no open incident about this key'
  const waiting = waitsFor(view, peopleOf(requestOf(view, approved)), incident.seq)
  return waiting === undefined
    ? undefined
    : `who approved it contained ${waiting.id} alone, and nobody has ratified that yet`
}

function faultOf(view: View, entry: Entry): string | undefined {
  const type = entry.type as IncidentType
  const parsed = schemas[type].safeParse(entry.data)
  if (!parsed.success) return `${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`
  const {data} = parsed
  if (entry.ceremony !== null) return 'it belongs to no ceremony'
  const key = view.of(keysFold).keys.get(data.key)
  if (key === undefined) return 'there is no such key'
  if ('profile' in data && data.profile !== key.profile) return `the key lives in profile "${key.profile}"`
  if (type === 'incident.opened') return openedFault(view, entry, data.key)
  if (type === 'incident.absorbed') return absorbedFault(view, entry)
  if (!('incident' in data)) return 'it is about no incident'
  const incident = view.of(incidents).all.get(data.incident)
  if (incident?.key !== data.key) return 'it is about no incident on this key'
  if (!isOpen(incident)) return 'the incident is closed'
  const named = ['incident.noted', 'incident.closed', 'incident.looked']
  if (named.includes(type) && entry.actor.person === null) return 'nobody says that they did it'
  if (type.startsWith('incident.act')) return actFault(view, entry, incident)
  if (type.startsWith('incident.pro')) return proofFault(view, entry, incident)
  if (type === 'incident.ratified') return ratifiedFault(view, entry, incident)
  if (type === 'incident.closed') return closedFault(view, entry, incident)
  if (type === 'incident.looked' && incident.looked !== null) return 'it was looked at before'
  if (type === 'incident.hooked')
    return hookFault(view, incident, schemas['incident.hooked'].parse(entry.data))
  return undefined
}

function openedFault(view: View, {actor, approved, data}: Entry, key: string): string | undefined {
  if (actor.person === null) return 'nobody says that they opened it'
  if (approved !== null) return 'nobody needs to approve it'
  const place = view.of(profilesFold).profiles.get(view.of(keysFold).keys.get(key)?.profile ?? '')
  if (data['drill'] === true && place?.environment !== 'test')
    return 'a drill is held on a key of a test profile'
  const other = openOn(view.of(incidents), key)
  return other === undefined ? undefined : `incident ${other.id} about this key is open`
}

function absorbedFault(view: View, {actor, data, time}: Entry): string | undefined {
  const {journal, incident: seq, key, started, second} = schemas['incident.absorbed'].parse(data)
  if (actor.person === null) return 'nobody says that they took it in'
  const all = [...view.of(incidents).all.values()]
  if (all.some(({journals}) => journals.some(({id}) => id === journal)))
    return 'this journal was taken in before'
  if (started > time) return 'it began later than it was taken in'
  const fault = journalFault(view, data)
  if (fault !== undefined) return fault
  const incident = view.of(incidents).all.get(seq)
  if (incident?.key !== key || !isOpen(incident)) return 'it is about no open incident on this key'
  if (incident.drill) return 'its incident is a drill'
  return second === incident.journals.length > 0 ? undefined : 'whether it is the first is not as it says'
}

/** The journal itself is judged again: what the entry says of it follows from its lines. */
function journalFault(view: View, data: Entry['data']): string | undefined {
  const {journal, lines, started, by, stated, reason, key} = schemas['incident.absorbed'].parse(data)
  try {
    const {opening, stated: counted, by: signers} = judgeJournal(view, view.blob(lines.blob))
    const same =
      opening.journal === journal &&
      opening.time === started &&
      opening.reason === reason &&
      opening.key === key &&
      counted === stated &&
      signers.join() === by.join()
    return same ? undefined : 'it is not what its journal says'
  } catch (error) {
    return `its journal does not count: ${error instanceof Error ? error.message : ''}`
  }
}

function actFault(view: View, entry: Entry, incident: Incident): string | undefined {
  const {version, act} = schemas['incident.act.intended'].safeParse(entry.data).data ?? entry.data
  const open = incident.acts.find((one) => one.version === version && one.act === act && one.outcome === null)
  if (entry.type === 'incident.act.intended') {
    const there = view
      .of(keysFold)
      .keys.get(incident.key)
      ?.versions.some((one) => one.version === version)
    if (there !== true) return 'there is no such version'
    if (open !== undefined) return `an intent of entry ${open.seq} is still open`
    const drill = drillFault(view, incident.seq, entry.approved)
    if (drill !== undefined) return drill
    const saved = Object.hasOwn(entry.data, 'saved')
    if (saved !== (act === 'strip')) return 'only of what is taken away is it saved what there was'
    return act === 'disable' || act === 'strip'
      ? containFault(view, incident.seq, incident.key, entry.approved)
      : undefined
  }
  if (open === undefined || open.seq !== entry.data['intended']) return 'it is the outcome of no open intent'
  return open.approved === entry.approved ? undefined : 'its approval is not that of its intent'
}

function proofFault(view: View, {type, data, approved}: Entry, incident: Incident): string | undefined {
  if (approved !== null) return 'nobody needs to approve it'
  const {proving} = view.of(incidents)
  const open = [...proving.values()].find((one) => one.incident === incident.seq)
  if (type === 'incident.proof.intended')
    return open === undefined ? undefined : `an intent of entry ${open.seq} is still open`
  if (open === undefined || open.seq !== data['intended']) return 'it is the outcome of no open intent'
  if (type !== 'incident.proved') return undefined
  const {proof, versions, refusals, first_refusal: first} = schemas['incident.proved'].parse(data)
  const worst = versions.some((one) => one.proof === 'still-usable')
    ? 'still-usable'
    : versions.some((one) => one.proof === 'not-proven')
      ? 'not-proven'
      : 'proven'
  if (proof !== worst) return 'it is not what its versions say'
  return proof === 'proven' && (first === null || refusals < 1) ? 'nothing was refused' : undefined
}

function ratifiedFault(view: View, {data, approved}: Entry, incident: Incident): string | undefined {
  if (incident.ratified !== null) return 'it was ratified before'
  const drill = drillFault(view, incident.seq, approved)
  if (drill !== undefined) return drill
  const by = peopleOf(requestOf(view, approved))
  if (by.some((one) => incident.containedBy.includes(one))) return 'whoever contained it does not ratify that'
  const {acts} = schemas['incident.ratified'].parse(data)
  const done = toRatify(view, incident).map(({seq}) => seq)
  return done.length === acts.length && done.every((seq) => acts.includes(seq))
    ? undefined
    : 'it is not about everything that was done'
}

function closedFault(view: View, {data}: Entry, incident: Incident): string | undefined {
  const {outcome, waived} = schemas['incident.closed'].parse(data)
  const owed = [...view.of(duties).values()].filter(
    ({source, done}) => source === incident.seq && done === null,
  )
  const left = owed.find(({seq}) => !waived.some(({duty}) => duty === seq))
  if (left !== undefined) return `duty ${left.id} is open, and was not waived`
  if (waived.some(({duty}) => !owed.some(({seq}) => seq === duty))) return 'it waives what nobody owes'
  const stands = isContained(incident) || stripped(incident).length > 0
  if (stands && incident.ratified === null) return 'what was contained was not ratified'
  if (outcome === 'over') return undefined
  if (view.of(incidents).all.get(Number(data['incident']))?.drill === true) return 'a drill confirms nothing'
  const versions = view.of(keysFold).keys.get(incident.key)?.versions ?? []
  const contained = new Set(containments(incident).map(({version}) => version))
  return versions.some(({version, compromisedAt}) => contained.has(version) && compromisedAt === null) ||
    contained.size === 0
    ? 'what was contained is not called compromised'
    : undefined
}
