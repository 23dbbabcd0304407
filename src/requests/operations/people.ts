/** Changing the roster, and suspending somebody in it. */
import {KeyriteError} from '../../base/errors.ts'
import {jcs, type Json, type JsonObject} from '../../base/jcs.ts'
import {sha256Hex} from '../../base/bytes.ts'
import {
  approversOf,
  custodyFold,
  entryOf,
  nameOf,
  parseChange,
  untilOf,
  type Change,
} from '../../custody/index.ts'
import {isBlobRef, jsonBlob, problem, type DraftObject, type Entry, type View} from '../../ledger/index.ts'
import {policyFold} from '../../policy/index.ts'
import type {Grounds, Operation} from '../operation.ts'
import {possessionStands} from '../possession.ts'
import {requests, type Request} from '../state.ts'
import type {Plan} from '../plan.ts'
import {changeFault, leadFault, leading, refusesLead, suspendFault, suspendedBy} from './people-rules.ts'
import {changeInWords, suspensionInWords} from './people-words.ts'

const changes = Object.values(entryOf)

export const custodianChange: Operation = {
  name: 'custodian.change',
  writes: Object.fromEntries(changes.map((type) => [type, 'change'])),
  begins: changes,
  formed: ({change}) => void parseChange(change),
  fault: changeFault,
  inWords: ({change}) => changeInWords(parseChange(change)),
  stillTrue: (view, plan) => {
    demandStill(view, plan, changeFault)
  },
  judge: (view, plan, entry) => {
    const wrong = (message: string) => [problem('plan', entry, message)]
    const request = cited(view, entry)
    if (!possessionStands(view, request))
      return [problem('possession', entry, 'nobody has shown that they hold the key that it brings')]
    const change = parseChange(plan.change)
    if (entry.type !== entryOf[change.act]) return wrong(`the plan is to ${change.act}`)
    if (jcs(comparable(entry.data)) !== jcs(comparable(said(change, request))))
      return wrong('the change is not the one of the plan')
    const fault = changeFault(plan, grounds(view, entry.time))
    return fault === undefined ? [] : wrong(fault)
  },
  matterOf: () => null,
  act: async ({ledger, actor, ceremony, approved}, plan) => {
    const change = parseChange(plan.change)
    const data = said(change, cited(ledger.view, {approved}))
    await ledger.append([{type: entryOf[change.act], data, actor, ceremony, approved}])
  },
}

export const custodianSuspend: Operation = {
  name: 'custodian.suspend',
  writes: {'custodian.suspended': 'suspend'},
  begins: ['custodian.suspended'],
  formed: ({change}) => void suspendedBy(change),
  fault: suspendFault,
  inWords: ({change}) => suspensionInWords(suspendedBy(change)),
  stillTrue: (view, plan) => {
    demandStill(view, plan, suspendFault)
  },
  judge: (view, plan, entry) => {
    const wrong = (rule: string, message: string) => [problem(rule, entry, message)]
    const {reason} = askedFor(view, cited(view, entry)).data
    if (
      entry.data['person'] !== plan.change['person'] ||
      jcs(entry.data['reason'] ?? null) !== jcs(reason ?? null)
    )
      return wrong('plan', 'the suspension is not the one of the plan')
    const fault = leadFault(suspendedBy(plan.change), approversOf(view, entry), leading(view))
    return fault === undefined ? [] : wrong('suspension', fault)
  },
  matterOf: () => null,
  act: async ({ledger, actor, ceremony, approved}, {change}) => {
    const {view} = ledger
    const person = suspendedBy(change)
    const people = approversOf(view, {approved})
    const fault = leadFault(person, people, leading(view))
    if (fault !== undefined) throw refusesLead(view.of(custodyFold).roster, person, fault)
    const by = people.includes(person) ? 'holder' : 'security-lead'
    const {reason} = askedFor(view, cited(view, {approved})).data
    await ledger.append([
      {
        type: 'custodian.suspended',
        data: {person, by, reason: reason ?? null},
        dated: (time) => ({until: untilOf(by, time)}),
        actor,
        ceremony,
        approved,
      },
    ])
  },
}

/** What the entry says of an approved change. */
function said(change: Change, {hidden}: Pick<Request, 'hidden'>): DraftObject {
  const facts = Object.fromEntries(Object.entries(change).filter(([member]) => member !== 'act'))
  if (!('attestation' in change)) return facts
  const attestation = change.attestation === null ? null : jsonBlob(change.attestation)
  if (change.act !== 'enroll') return {...facts, attestation}
  return {...facts, attestation, name: hidden['name'] ?? null, address: hidden['address'] ?? null}
}

/** The same with blobs as their digests, whether they stand there or are referred to. */
function comparable(data: DraftObject): JsonObject {
  const {attestation, ...rest} = data
  const digest =
    attestation === null || attestation === undefined
      ? null
      : isBlobRef(attestation as Json)
        ? (attestation as {readonly blob: string}).blob
        : sha256Hex((attestation as {readonly bytes: Uint8Array}).bytes)
  return {...(rest as JsonObject), attestation: digest}
}

function demandStill(view: View, plan: Plan, rule: NonNullable<Operation['fault']>): void {
  const fault = rule(plan, grounds(view, null))
  if (fault === undefined) return
  const {person} = plan.change
  const {act} = plan.change
  const name = typeof person === 'string' ? nameOf(view.of(custodyFold).roster, person) : 'them'
  throw new KeyriteError(
    'PLAN_MOVED',
    `cannot ${typeof act === 'string' ? act : 'change'} ${name}: ${fault}`,
    {
      hints: ['keyrite custodian list', 'ask anew'],
    },
  )
}

function grounds(view: Pick<View, 'of'>, time: string | null): Grounds {
  const custody = view.of(custodyFold)
  return {policy: view.of(policyFold).policy, roster: custody.roster, time, custody}
}

/** The request that an act cites. @throws TypeError if there is none, which the fold has ruled out. */
function cited(view: Pick<View, 'of'>, {approved}: Pick<Entry, 'approved'>): Request {
  const {all, byMet} = view.of(requests)
  const request = approved === null ? undefined : all.get(byMet.get(approved) ?? -1)
  if (request === undefined) throw new TypeError('it cites no request')
  return request
}

function askedFor(view: Pick<View, 'entry'>, {seq}: Request): Entry {
  const entry = view.entry(seq)
  if (entry === undefined) throw new TypeError('the request is not here')
  return entry
}
