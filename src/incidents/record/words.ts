/** What each entry of an incident says, in a sentence: on its timeline, and where a single entry is shown. */
import {isObject, type Json} from '../../base/jcs.ts'
import type {Entry} from '../../ledger/index.ts'

type Sentence = (data: Entry['data']) => string

const proofs: Readonly<Record<string, Sentence>> = {
  proven: (data) =>
    `It is dead: refused ${text(data['refusals'])} times in a row since ${text(data['first_refusal'])}.`,
  'still-usable': () => 'It CAN STILL BE USED: it was tried, and it did what it was asked.',
  'not-proven': () => 'It could not be tried, and so nothing is proved.',
}

/** Entries of incidents. */
export const incidentSentences: Readonly<Record<string, Sentence>> = {
  'incident.opened': (data) =>
    `Key ${text(data['key'])} is being revoked (${text(data['reason'])}): the clock starts.`,
  'incident.looked': (data) =>
    `It was looked at before anything was done${typeof data['last_success'] === 'string' ? `, and could be used at ${data['last_success']}` : ''}.`,
  'incident.act.intended': (data) =>
    rightsOf(data) ?? `Version ${text(data['version'])} is to be ${done(data)}.`,
  'incident.acted': (data) =>
    rightsOf(data) ??
    `Version ${text(data['version'])} was ${done(data)}: ${text(data['enforced'])} at its place.`,
  'incident.act.failed': (data) =>
    `Version ${text(data['version'])} was not ${done(data)}: ${text(data['code'])}.`,
  'incident.proof.intended': (data) =>
    `It is tried whether version ${text(data['versions'])} can still be used.`,
  'incident.proved': (data) => proofs[text(data['proof'])]?.(data) ?? 'It was tried.',
  'incident.proof.failed': (data) => `It could not be tried: ${text(data['code'])}.`,
  'incident.hooked': (data) =>
    `Program ${text(data['hook'])} ran after ${text(data['phase'])}: ${data['ok'] === true ? 'it says that it worked' : `IT FAILED (exit ${text(data['exit'])})`}.`,
  'incident.noted': () => 'A note was written.',
  'incident.ratified': () => 'Others looked at what was contained, and signed that.',
  'incident.closed': (data) => `It was closed (${text(data['outcome'])}).`,
  'incident.absorbed': (data) =>
    `The journal of what the ledger could not record was taken in; it began ${text(data['started'])}.`,
  'key.usage': (data) =>
    `The log of its place was read: ${text(data['events'])} uses by ${text(data['callers'])} callers, ${text(data['refused'])} refused.`,
}

/** Other entries that an incident brings with it. */
const others: Readonly<Record<string, Sentence>> = {
  'key.state.intended': (data) => `Version ${text(data['version'])} is to become ${text(data['to'])}.`,
  'key.state.changed': (data) => `Version ${text(data['version'])} is ${text(data['to'])}.`,
  'key.state.failed': (data) =>
    `Version ${text(data['version'])} did not change its state: ${text(data['code'])}.`,
  'quorum.opened': (data) => `People were asked for ${text(data['operation'])}.`,
  'approval.given': (data) => `A request was answered: ${decision(data['statement'])}.`,
  'quorum.met': (data) => `Enough people approved request r${text(data['opened'])}.`,
  'quorum.withdrawn': (data) => `Request r${text(data['opened'])} was withdrawn.`,
  'duty.opened': (data) => `A duty was left to people: ${text(data['name'])}, due ${text(data['due'])}.`,
  'duty.done': (data) => `Duty d${text(data['duty'])} was done.`,
  'duty.waived': (data) => `Duty d${text(data['duty'])} was put off until ${text(data['until'])}.`,
  'attempt.refused': (data) => `${text(data['operation'])} was refused: ${text(data['code'])}.`,
}

/** An entry that has none says its type. */
export function sentenceOf({type, data}: Pick<Entry, 'type' | 'data'>): string {
  return (incidentSentences[type] ?? others[type])?.(data) ?? `${type}.`
}

/** Of what is no change of the version itself. */
function rightsOf(data: Entry['data']): string | undefined {
  const {act, version, taken, left} = data
  if (act !== 'strip' && act !== 'return') return undefined
  const of = `Rights of others to use version ${text(version)}`
  if (taken === undefined) return `${of} are to be ${act === 'strip' ? 'taken away' : 'given back'}.`
  return act === 'strip'
    ? `${of} were taken away: ${text(taken)}, and ${text(left)} are left.`
    : `${of} were given back: ${text(left)}.`
}

function done(data: Entry['data']): string {
  return data['act'] === 'restore' ? 'given back' : 'disabled'
}

function decision(statement: Json | undefined): string {
  return isObject(statement) ? text(statement['decision']) : '?'
}

function text(value: Json | undefined): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return (value as readonly Json[]).map(text).join(', ')
  return value === undefined ? '?' : JSON.stringify(value)
}
