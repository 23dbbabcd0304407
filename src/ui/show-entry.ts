/** Entries of the ledger in words: private values opened, people by name. */
import {isObject, type Json} from '../base/jcs.ts'
import {custodyFold, personRef} from '../custody/index.ts'
import {doubtfulIn, isBlobRef, isPrivate, type Entry, type Ledger} from '../ledger/index.ts'
import {drillMarked, drillOfEntry, incidentSentences} from '../incidents/index.ts'
import type {Fact} from './print.ts'

export interface EntryDocument {
  readonly seq: number
  readonly time: string
  readonly type: string
  readonly inWords: string
  readonly actor: {readonly id: string; readonly name: string | null} | null
  readonly evidence: string
  readonly host: Json
  readonly approved: number | null
  readonly ceremony: string | null
  readonly leaf: string
  /** As recorded, with private values opened where they are here. */
  readonly data: Json
}

/** What each type of entry says; the others say their type. */
const sentences: Readonly<Record<string, (data: Entry['data']) => string>> = {
  'ledger.opened': (data) => `The ledger of ${text(data['organisation'])} was opened.`,
  'founder.signed': () => 'A founder signed the founding.',
  'profile.added': (data) =>
    `Profile ${text(data['name'])} (${text(data['kind'])}, ${text(data['environment'])}) was added.`,
  'profile.removed': (data) => `Profile ${text(data['name'])} was removed.`,
  'place.make.intended': (data) => `The place of profile ${text(data['name'])} is to be made.`,
  'place.made': (data) => `The place of profile ${text(data['name'])} was made.`,
  'place.make.failed': (data) =>
    `The place of profile ${text(data['name'])} was not made: ${text(data['code'])}.`,
  'policy.adopted': () => 'Another policy was adopted.',
  'openings.erased': (data) =>
    `${Array.isArray(data['commitments']) ? data['commitments'].length : 0} private values were erased.`,
  'quorum.opened': (data) => `People were asked for ${text(data['operation'])}.`,
  'proposal.signed': () => 'The author of a request signed it.',
  'approval.given': (data) => `A request was answered: ${decision(data['statement'])}.`,
  'quorum.met': (data) => `Enough people approved request r${text(data['opened'])}.`,
  'quorum.withdrawn': (data) => `Request r${text(data['opened'])} was withdrawn.`,
  'attempt.refused': (data) => `${text(data['operation'])} was refused: ${text(data['code'])}.`,
  'writer.changed': (data) => `Who writes the ledger changed, by ${text(data['by'])}.`,
  'ledger.restored': (data) => `An older state of ${restoredFrom(data['from'])} entries was restored.`,
  'branch.absorbed': (data) => `Another copy was seen: ${text(data['at'])} entries are in common.`,
  'key.created': (data) => `Key ${text(data['key'])} was made.`,
  'key.adopted': (data) => `Key ${text(data['key'])} was taken over.`,
  'key.adopt.finished': (data) =>
    `Keys were taken over: ${text(data['adopted'])}, and ${text(data['left'])} left out.`,
  'key.synced': (data) =>
    `The ledger was held against profile ${text(data['profile'])}: ${text(data['findings'])} findings.`,
  'key.tried': (data) => `Key ${text(data['key'])} was tried.`,
  'key.state.changed': (data) => `Key ${text(data['key'])} changed its state to ${text(data['to'])}.`,
  'key.create.intended': (data) => `Key ${text(data['key'])} is to be made.`,
  'key.create.failed': (data) => `A key was not made: ${text(data['code'])}.`,
  'key.try.intended': (data) => `Key ${text(data['key'])} is to be tried.`,
  'key.try.failed': (data) => `A key was not tried: ${text(data['code'])}.`,
  'key.state.intended': (data) => `Key ${text(data['key'])} is to become ${text(data['to'])}.`,
  'key.state.failed': (data) => `A key did not change its state: ${text(data['code'])}.`,
  'key.grant.intended': (data) =>
    data['policy'] === undefined
      ? `A grant of key ${text(data['key'])} is to be given to ${text(data['grantee'])}.`
      : `The policy of key ${text(data['key'])} is to become ${text(data['policy'])}.`,
  'key.granted': (data) =>
    data['policy'] === undefined
      ? `A grant of key ${text(data['key'])} was given to ${text(data['grantee'])}.`
      : `The policy of key ${text(data['key'])} is ${text(data['policy'])}.`,
  'key.grant.failed': (data) => `A grant was not given: ${text(data['code'])}.`,
  'key.ungrant.intended': (data) =>
    `The grant of key ${text(data['key'])} to ${text(data['grantee'])} is to be taken away.`,
  'key.ungranted': (data) =>
    `The grant of key ${text(data['key'])} to ${text(data['grantee'])} was taken away.`,
  'key.ungrant.failed': (data) => `A grant was not taken away: ${text(data['code'])}.`,
  'backup.take.intended': (data) => `A backup of key ${text(data['key'])} is to be taken.`,
  'backup.taken': (data) =>
    `A backup of key ${text(data['key'])} was taken, with SHA-256 ${text(data['sha256'])}.`,
  'backup.take.failed': (data) => `A backup was not taken: ${text(data['code'])}.`,
  'backup.put.intended': (data) =>
    `Key ${text(data['key'])} is to be put back into profile ${text(data['profile'])}.`,
  'backup.put': (data) => `Key ${text(data['key'])} was put back into profile ${text(data['profile'])}.`,
  'backup.put.failed': (data) => `A key was not put back: ${text(data['code'])}.`,
  'backup.start.intended': (data) =>
    `A backup of ${text(data['profile'])} to ${text(data['to'])} is to be made.`,
  'backup.started': (data) => `A backup of ${text(data['profile'])} is at ${text(data['folder'])}.`,
  'backup.start.failed': (data) => `A backup was not made: ${text(data['code'])}.`,
  'backup.load.intended': (data) =>
    `The backup at ${text(data['from'])} is to be taken in by ${text(data['profile'])}.`,
  'backup.loaded': (data) => `The backup at ${text(data['from'])} was taken in by ${text(data['profile'])}.`,
  'backup.load.failed': (data) => `A backup was not taken in: ${text(data['code'])}.`,
  'backup.domain.intended': (data) =>
    `The security domain of ${text(data['profile'])} is to be given to holders, of whom ${text(data['needed'])} open it.`,
  'backup.domain.given': (data) =>
    `The security domain of ${text(data['profile'])} was given out, with SHA-256 ${text(data['sha256'])}.`,
  'backup.domain.load.intended': (data) =>
    `The security domain with SHA-256 ${text(data['domain'])} is to be taken in by ${text(data['profile'])}.`,
  'backup.domain.loaded': (data) =>
    `The security domain with SHA-256 ${text(data['domain'])} was taken in by ${text(data['profile'])}.`,
  'backup.domain.load.failed': (data) => `A security domain was not taken in: ${text(data['code'])}.`,
  'profile.setting.intended': (data) =>
    `${text(data['setting'])} of ${text(data['profile'])} is to be set to ${text(data['value'])}.`,
  'profile.setting.set': (data) =>
    `${text(data['setting'])} of ${text(data['profile'])} was set to ${text(data['value'])}.`,
  'profile.setting.failed': (data) => `A setting was not set: ${text(data['code'])}.`,
  'backup.domain.failed': (data) => `A security domain was not given out: ${text(data['code'])}.`,
  'backup.copy.intended': (data) =>
    `Backup ${text(data['backup'])} is to be copied to ${text(data['region'])}.`,
  'backup.copied': (data) => `Backup ${text(data['backup'])} was copied to ${text(data['region'])}.`,
  'backup.copy.failed': (data) => `A backup was not copied: ${text(data['code'])}.`,
  'backup.delete.intended': (data) => `Backup ${text(data['backup'])} is to be deleted.`,
  'backup.deleted': (data) =>
    `Backup ${text(data['backup'])} was deleted, and is gone at ${text(data['gone_at'])}.`,
  'backup.delete.failed': (data) => `A backup was not deleted: ${text(data['code'])}.`,
  'backup.restore.intended': (data) => `The deletion of backup ${text(data['backup'])} is to be taken back.`,
  'backup.restored': (data) => `The deletion of backup ${text(data['backup'])} was taken back.`,
  'backup.restore.failed': (data) => `A backup was not restored: ${text(data['code'])}.`,
  'ceremony.opened': () => 'A ceremony was opened.',
  'ceremony.stopped': (data) => `A ceremony stopped at step ${text(data['step'])}.`,
  'ceremony.paused': (data) => `A ceremony paused before step ${text(data['step'])}.`,
  'participant.present': () => 'A participant signed that they are here.',
  'deviation.recorded': (data) => `A deviation was recorded at step ${text(data['step'])}.`,
  'ceremony.resumed': (data) => `A ceremony went on with step ${text(data['step'])}.`,
  'ceremony.aborted': () => 'A ceremony was ended for good.',
  'step.done': (data) => `Step ${text(data['step'])} was done.`,
  'signoff.opened': (data) => `The transcript of a ceremony was closed, round ${text(data['round'])}.`,
  'transcript.signed': () => 'A participant signed the transcript.',
  'bundle.made': () => 'A bundle was made.',
  'duty.opened': () => 'A duty was left to people.',
  'duty.done': (data) => `Duty d${text(data['duty'])} was done.`,
  'duty.waived': (data) => `Duty d${text(data['duty'])} was put off.`,
  'possession.signed': () => 'A person signed with the key that is to count.',
  'custodian.enrolled': () => 'A person was enrolled.',
  'custodian.suspended': () => 'A person was suspended.',
  'custodian.confirmed': () => 'A suspension was confirmed.',
  'custodian.restored': () => 'A suspended person was restored.',
  'custodian.retired': () => 'A person was retired.',
  'custodian.key.replaced': () => 'A person’s keys were replaced.',
  'custodian.recipient.set': () => 'A person’s recipient was set.',
  'clock.anomaly': (data) => `The clock was confirmed as ${text(data['wall'])}.`,
  ...incidentSentences,
}

export function entryDocument(ledger: Ledger, entry: Entry): EntryDocument {
  const {roster} = ledger.of(custodyFold)
  const {seq, time, type, actor, approved, ceremony, leaf} = entry
  return {
    seq,
    time,
    type,
    inWords: drillMarked(
      drillOfEntry(ledger.view, entry) !== undefined,
      sentences[type]?.(entry.data) ?? `${type}.`,
    ),
    actor: actor.person === null ? null : personRef(roster, actor.person),
    evidence: actor.evidence,
    host: opened(ledger, actor.host),
    approved,
    ceremony,
    leaf,
    data: opened(ledger, entry.data),
  }
}

/** Private values as themselves, or as withheld where their opening is not here. */
function opened(ledger: Pick<Ledger, 'view'>, value: Json): Json {
  if (isPrivate(value)) return ledger.view.open(value) ?? {withheld: value.$}
  if (Array.isArray(value)) return (value as readonly Json[]).map((one) => opened(ledger, one))
  if (!isObject(value) || isBlobRef(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, opened(ledger, one)]))
}

/** Everything that an entry says, as facts to be read. */
export function entryFacts(ledger: Ledger, entry: EntryDocument): Fact[] {
  const {roster} = ledger.of(custodyFold)
  const named = (line: string): string =>
    line.replace(/\bp-[0-9a-f]{16}\b/g, (id) => roster.get(id)?.name ?? id)
  const by =
    entry.actor === null ? 'nobody named' : `${entry.actor.name ?? entry.actor.id} (${entry.evidence})`
  return [
    ['Entry', entry.seq],
    ['Time', entry.time],
    ['Type', entry.type],
    ['In words', entry.inWords],
    ['By', `${by}, on ${text(entry.host)}`],
    ['Approved by', entry.approved === null ? null : `entry ${entry.approved}`],
    ['Ceremony', entry.ceremony],
    ['Doubtful', doubt(ledger, entry)],
    ['Leaf', entry.leaf],
    ...flat('', entry.data).map(([name, value]): Fact => [name, named(value)]),
  ]
}

function doubt({view}: Ledger, {seq}: EntryDocument): string | null {
  return doubtfulIn(view.facts, (at) => view.entry(at)).includes(seq)
    ? 'yes: whoever stole the key before it was replaced can have written it'
    : null
}

/** `plan.profile.name` and its value, for every value in it. */
function flat(path: string, value: Json): (readonly [string, string])[] {
  if (isBlobRef(value)) return [[path, `${value.type}, ${value.size} bytes, SHA-256 ${value.blob}`]]
  const below = (name: string): string => (path === '' ? name : `${path}.${name}`)
  if (isObject(value)) return Object.entries(value).flatMap(([name, one]) => flat(below(name), one))
  if (Array.isArray(value) && (value as readonly Json[]).some((one) => typeof one === 'object'))
    return (value as readonly Json[]).flatMap((one, at) => flat(below(String(at)), one))
  return value === null ? [] : [[path, text(value)]]
}

function restoredFrom(value: Json | undefined): string {
  return isObject(value) ? text(value['size']) : '?'
}

function decision(statement: Json | undefined): string {
  return isObject(statement) ? text(statement['decision']) : '?'
}

function text(value: Json | undefined): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return (value as readonly Json[]).map(text).join(', ')
  return value === undefined ? '?' : JSON.stringify(value)
}
