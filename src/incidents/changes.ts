/** How each entry changes what is known of incidents. Called only for entries without a problem. */
import {isObject, type Json, type JsonObject} from '../base/jcs.ts'
import type {Entry, View} from '../ledger/index.ts'
import type {Availability} from '../providers/ports.ts'
import {schemas} from './entries.ts'
import {peopleOf, requestOf} from './rules.ts'
import {
  incidents,
  openOn,
  type Caller,
  type ContainmentAct,
  type Incident,
  type Incidents,
  type Used,
} from './state.ts'

export function changed(view: View, entry: Entry): Incidents {
  const state = view.of(incidents)
  if (entry.type === 'incident.opened') return withIncident(state, opened(view, entry))
  if (entry.type.startsWith('key.state.')) return moved(view, state, entry)
  if (entry.type === 'key.usage') return used(view, state, entry)
  if (entry.type.startsWith('key.')) return replaced(view, state, entry)
  const incident = state.all.get(Number(entry.data['incident']))
  if (incident === undefined) throw new TypeError('checked before')
  return withIncident(proving(state, entry), next(view, entry, incident))
}

function withIncident(state: Incidents, incident: Incident): Incidents {
  return {...state, all: state.all.with(incident.seq, incident)}
}

function proving(state: Incidents, {type, seq, data}: Entry): Incidents {
  const open = state.proving
  if (type === 'incident.proof.intended') {
    const {incident, intent} = schemas['incident.proof.intended'].parse(data)
    return {...state, proving: open.with(seq, {seq, id: intent, incident})}
  }
  return type.startsWith('incident.pro') ? {...state, proving: open.without(Number(data['intended']))} : state
}

function opened(view: View, {seq, time, actor, data}: Entry): Incident {
  const {key, profile, reason, ticket, order, intent, drill = false} = schemas['incident.opened'].parse(data)
  return {
    ...{id: `i${seq}`, seq, key, profile, reason, order, intent, drill},
    ticket: textOf(view.open(ticket)),
    startedAt: time,
    openedBy: actor.person ?? '',
    looked: null,
    used: null,
    acts: [],
    containedBy: [],
    replaced: null,
    proofs: [],
    ratified: null,
    ratifiedTo: -1,
    notes: [],
    hooked: [],
    closed: null,
    journals: [],
  }
}

/** What the log of a place said of a key: kept of each key, and in the incident about it that is open. */
function used(view: View, state: Incidents, {seq, data}: Entry): Incidents {
  const {key, since, until, events, gaps, protecting} = data
  if (typeof key !== 'string' || typeof since !== 'string' || typeof until !== 'string')
    throw new TypeError('checked before')
  const said = view.open(data['found'])
  const callers =
    isObject(said) && Array.isArray(said['callers'])
      ? (said['callers'] as readonly Json[]).filter((one) => isObject(one))
      : null
  const one: Used = {
    ...{seq, since, until, events: Number(events)},
    protecting: typeof protecting === 'number' ? protecting : null,
    last:
      (callers ?? [])
        .flatMap(({last}) => (typeof last === 'string' ? last : []))
        .sort()
        .at(-1) ?? null,
    callers: callers?.flatMap(callerFrom) ?? null,
    gaps: Array.isArray(gaps) ? (gaps as readonly Json[]).filter((each) => typeof each === 'string') : [],
  }
  const next = {...state, used: state.used.with(key, one)}
  const incident = openOn(state, key)
  return incident === undefined ? next : withIncident(next, {...incident, used: one})
}

function callerFrom({caller, operations}: JsonObject): readonly Caller[] {
  if (typeof caller !== 'string') return []
  const all: readonly Json[] = Array.isArray(operations) ? (operations as readonly Json[]) : []
  return [{caller, uses: all.some((each) => each !== 'administer' && each !== 'read')}]
}

/** A change of state that an incident's approval allows, or that takes one back. */
function moved(view: View, state: Incidents, entry: Entry): Incidents {
  const request = requestOf(view, entry.approved)
  const incident = state.all.get(Number(request?.plan.change['incident'] ?? -1))
  if (incident === undefined) return state
  const {version, to} =
    entry.type === 'key.state.intended'
      ? entry.data
      : (view.entry(Number(entry.data['intended']))?.data ?? {})
  if (to !== 'suspended' && to !== 'active') return state
  const back = request?.operation === 'key.unrevoke' ? 'resume' : 'promote'
  return withIncident(
    state,
    withAct(view, entry, incident, {
      version: Number(version),
      act: to === 'suspended' ? 'suspend' : back,
      ends: entry.type !== 'key.state.intended',
    }),
  )
}

/** Another version is primary, by an approval that an incident's people gave. */
function replaced(view: View, state: Incidents, {type, seq, time, data, approved}: Entry): Incidents {
  const request = requestOf(view, approved)
  const incident = state.all.get(Number(request?.plan.change['incident'] ?? -1))
  if (incident === undefined || type !== 'key.primary.changed') return state
  const by = request?.operation === 'incident.replace' ? 'quorum' : 'standby'
  const one = {seq, at: time, version: Number(data['to']), from: Number(data['from']), by} as const
  return withIncident(state, {...incident, replaced: one})
}

function withAct(
  view: View,
  {seq, time, data, approved}: Entry,
  incident: Incident,
  {version, act, ends}: Pick<ContainmentAct, 'version' | 'act'> & {readonly ends: boolean},
): Incident {
  if (!ends) {
    const id = typeof data['intent'] === 'string' ? data['intent'] : ''
    const {saved} = data
    const blob = isObject(saved) && typeof saved['blob'] === 'string' ? saved['blob'] : null
    const one: ContainmentAct = {version, act, seq, id, begun: time, approved, saved: blob, outcome: null}
    const request = requestOf(view, approved)
    const contains = act === 'suspend' || act === 'disable'
    const ratifiable = contains || act === 'strip' || request?.operation === 'incident.contain'
    const by = ratifiable ? peopleOf(request) : []
    return {
      ...incident,
      // What is contained after others have looked is looked at again; and it is in nothing's place any more.
      ratified: contains || act === 'strip' ? null : incident.ratified,
      replaced: contains && incident.replaced?.version === version ? null : incident.replaced,
      acts: [...incident.acts, one],
      containedBy: [...new Set([...incident.containedBy, ...by])].sort(),
    }
  }
  const code = typeof data['code'] === 'string' ? data['code'] : null
  const enforced = typeof data['enforced'] === 'string' ? (data['enforced'] as Availability) : null
  const {taken, left} = data
  const rights = typeof taken === 'number' && typeof left === 'number' ? {taken, left} : null
  const outcome = {seq, at: time, ok: code === null, code, enforced, rights}
  return {
    ...incident,
    acts: incident.acts.map((one) => (one.seq === data['intended'] ? {...one, outcome} : one)),
  }
}

function next(view: View, entry: Entry, incident: Incident): Incident {
  const {seq, time, actor, data} = entry
  switch (entry.type) {
    case 'incident.looked': {
      const {facts, last_success: lastSuccess} = schemas['incident.looked'].parse(data)
      return {...incident, looked: {seq, at: time, facts: facts.blob, lastSuccess}}
    }
    case 'incident.act.intended':
    case 'incident.acted':
    case 'incident.act.failed': {
      const {version, act} = data as {version: number; act: ContainmentAct['act']}
      return withAct(view, entry, incident, {version, act, ends: entry.type !== 'incident.act.intended'})
    }
    case 'incident.proved': {
      const one = schemas['incident.proved'].parse(data)
      const {proof, last_success: lastSuccess, first_refusal: firstRefusal, refusals, versions} = one
      const tried = {seq, at: time, proof, lastSuccess, firstRefusal, refusals, versions}
      return {...incident, proofs: [...incident.proofs, tried]}
    }
    case 'incident.noted': {
      const words = textOf(view.open(data['note']))
      return {...incident, notes: [...incident.notes, {seq, at: time, by: actor.person, words}]}
    }
    case 'incident.hooked': {
      const {hook, phase, sha256, ok, exit} = schemas['incident.hooked'].parse(data)
      return {...incident, hooked: [...incident.hooked, {seq, at: time, hook, phase, sha256, ok, exit}]}
    }
    case 'incident.ratified':
      return {...incident, ratified: {seq, at: time}, ratifiedTo: seq}
    case 'incident.closed': {
      const {outcome, waived} = schemas['incident.closed'].parse(data)
      const each = waived.map(({duty, reason}) => ({duty, reason: textOf(view.open(reason))}))
      return {...incident, closed: {seq, at: time, by: actor.person, outcome, waived: each}}
    }
    case 'incident.absorbed': {
      const {journal, lines, started, by, stated, second} = schemas['incident.absorbed'].parse(data)
      const taken = {seq, at: time, id: journal, blob: lines.blob, stated, second}
      return {
        ...incident,
        // The clock started where the journal says, if that is sooner.
        startedAt: started < incident.startedAt ? started : incident.startedAt,
        containedBy: [...new Set([...incident.containedBy, ...by])].sort(),
        journals: [...incident.journals, taken],
      }
    }
    default:
      return incident
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
