/** Replays requests, and holds every act to the approval that it cites. */
import type {Json} from '../base/jcs.ts'
import {sharedSet} from '../base/shared.ts'
import {policyFold, ruleFor} from '../policy/index.ts'
import {problem, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import {
  checkAnswer,
  checkMet,
  checkOpened,
  checkPossession,
  checkProposal,
  checkWithdrawn,
  profileStands,
  type AskedFault,
} from './checks.ts'
import {answered, clockSet, closed, met, opened, possessed, proposed, voidOf, voidOpen} from './changes.ts'
import {phaseOf, type Operation, type Operations} from './operation.ts'
import {isLeftByCeremony} from './place.ts'
import {requests, type Request, type Requests} from './state.ts'

const own = [
  'quorum.opened',
  'possession.signed',
  'proposal.signed',
  'approval.given',
  'quorum.met',
  'quorum.withdrawn',
  'clock.anomaly',
  'ceremony.aborted',
]

/** @param operations - all there are: what they write is judged here. @param askedFault - what a plan says of keys is judged by it. */
export function requestsFold(operations: Operations, askedFault: AskedFault): Fold<Requests> {
  const written = [...new Set([...operations.values()].flatMap((operation) => Object.keys(operation.writes)))]
  return {
    ...requests,
    types: [...own, ...written],

    /** What an entry cites allows something: a quorum that was met, or the policy that stands. */
    every(view: View, entry: Entry): readonly Problem[] {
      const {approved} = entry
      if (approved === null || approved === view.of(policyFold).seq) return []
      const request = citedBy(view.of(requests), entry)
      if (request === undefined && finishes(view, entry)) return []
      if (request === undefined)
        return [
          problem('approval', entry, `entry ${approved} is neither a quorum that was met nor the policy`),
        ]
      return request.withdrawn ? [problem('approval', entry, 'it cites a request that was withdrawn')] : []
    },

    check(view: View, entry: Entry): readonly Problem[] {
      switch (entry.type) {
        case 'quorum.opened':
          return checkOpened(view, entry, operations, askedFault)
        case 'proposal.signed':
          return checkProposal(view, entry)
        case 'possession.signed':
          return checkPossession(view, entry)
        case 'approval.given':
          return checkAnswer(view, entry)
        case 'quorum.met':
          return checkMet(view, entry)
        case 'quorum.withdrawn':
          return checkWithdrawn(view, entry)
        case 'clock.anomaly': // the ledger itself judges it
        case 'ceremony.aborted': // and this the fold of ceremonies
          return []
        default:
          return checkAct(view, entry, operations, askedFault)
      }
    },

    apply(view: View, entry: Entry): Requests {
      const state = view.of(requests)
      switch (entry.type) {
        case 'quorum.opened':
          return opened(view, state, entry)
        case 'proposal.signed':
          return proposed(view, state, entry)
        case 'possession.signed':
          return possessed(view, state, entry)
        case 'approval.given':
          return answered(view, state, entry)
        case 'quorum.met':
          return met(state, entry)
        case 'quorum.withdrawn':
          return closed(state, entry)
        case 'policy.adopted':
          return voidOpen(acted(view, entry, operations), `another policy was adopted at entry ${entry.seq}`)
        case 'clock.anomaly':
          return clockSet(state, entry)
        case 'ceremony.aborted':
          return voidOf(state, entry.ceremony, `its ceremony was aborted at entry ${entry.seq}`)
        default:
          return acted(view, entry, operations)
      }
    },

    *table(state: Requests): Generator<readonly [string, Json]> {
      for (const request of state.all.values()) yield [request.id, rowOf(request)]
    },

    *changed(before: Requests, after: Requests) {
      for (const seq of after.all.changedSince(before.all) ?? after.all.keys()) {
        const request = after.all.get(seq)
        if (request !== undefined) yield [request.id, rowOf(request)]
      }
    },
  }
}

/** What was begun under a policy is finished under it, also when another stands by then. */
function finishes(view: View, {data, approved}: Entry): boolean {
  const {intended} = data
  return typeof intended === 'number' && view.entry(intended)?.approved === approved
}

function rowOf({operation, planSha256, expires}: Request): Json {
  return {expires, operation, plan: planSha256}
}

/** The one check for everything that needs people: an act cites a quorum for the same operation and plan, once for each phase. */
function checkAct(
  view: View,
  entry: Entry,
  operations: Operations,
  askedFault: AskedFault,
): readonly Problem[] {
  const wrong = (message: string): Problem[] => [problem('approval', entry, message)]
  if (entry.approved === null)
    return writersOf(operations, entry).some(({unasked}) => unasked?.includes(entry.type))
      ? []
      : wrong('it cites no approval')
  const request = citedBy(view.of(requests), entry)
  if (request === undefined) return checkAutomatic(view, entry, operations)
  const operation = operations.get(request.operation)
  const phase = operation === undefined ? undefined : phaseOf(operation, view, entry)
  if (operation === undefined || phase === undefined)
    return wrong(`it cites an approval of "${request.operation}"`)
  const begins = operation.begins.includes(entry.type)
  const left = entry.ceremony === null && isLeftByCeremony(operation, request)
  if (entry.ceremony !== request.ceremony && !(operation.outlasts === true && left))
    return wrong(
      request.ceremony === null
        ? 'it was approved outside a ceremony'
        : 'it was approved for its ceremony, and is not part of it',
    )
  if (!profileStands(view, request.plan))
    return wrong('the profile that was approved is not the one that stands')
  const planned = request.plan.phases.find(({name}) => name === phase)
  if (planned === undefined) return wrong(`the approved plan has no phase "${phase}"`)
  if (begins) {
    if (request.begun.has(beginning(entry, phase)) || request.done.has(phase))
      return wrong(`phase "${phase}" of this approval was used already`)
    // What was over when the clock was set back does not begin again.
    const {latest} = planned
    if (latest !== null && [entry.time, request.setBack ?? ''].some((time) => time > latest))
      return wrong(`phase "${phase}" was approved until ${latest}`)
    const asked = askedFault(view, request.plan)
    if (asked !== undefined) return wrong(asked)
  }
  if (planned.earliest !== null && entry.time < planned.earliest)
    return wrong(`phase "${phase}" was approved from ${planned.earliest} on`)
  return operation.judge(view, request.plan, entry)
}

function writersOf(operations: Operations, {type}: Entry): readonly Operation[] {
  return [...operations.values()].filter((one) => Object.hasOwn(one.writes, type))
}

/** The policy itself may say that nobody is needed. */
function checkAutomatic(view: View, entry: Entry, operations: Operations): readonly Problem[] {
  const wrong = (message: string): Problem[] => [problem('approval', entry, message)]
  const {policy, seq} = view.of(policyFold)
  if (entry.approved !== seq) return [] // said before
  const writers = writersOf(operations, entry)
  const alone = writers.find((one) => one.automatic !== undefined)
  if (alone?.automatic !== undefined) return alone.automatic(view, entry)
  const matter = writers[0]?.matterOf(view, entry) ?? null
  if (matter === null) return wrong('the policy alone never allows this')
  const rule = ruleFor(policy, matter)
  return rule.people === 0 ? [] : wrong(`rule "${rule.id}" needs ${rule.people} people`)
}

function acted(view: View, entry: Entry, operations: Operations): Requests {
  const state = view.of(requests)
  const request = citedBy(state, entry)
  if (request === undefined) return state
  const operation = operations.get(request.operation)
  const phase = operation === undefined ? undefined : phaseOf(operation, view, entry)
  if (operation === undefined || phase === undefined) return state
  const begins = operation.begins.includes(entry.type)
  const failed = entry.type.endsWith('.failed') && operation.unasked?.includes(entry.type) !== true
  const ends = operation.ends?.includes(entry.type) ?? (!failed && (!begins || isWhole(operation, phase)))
  return change(state, {
    ...request,
    failed: request.failed || (failed && operation.goesOn !== true),
    begun: begins ? sharedSet([...request.begun, beginning(entry, phase)]) : request.begun,
    done: ends ? sharedSet([...request.done, phase]) : request.done,
  })
}

/** Whether one entry both begins and ends a phase: everything that may be written in it begins it. */
function isWhole({writes, begins}: Operation, phase: string): boolean {
  return Object.entries(writes).every(
    ([type, own]) => begins.includes(type) || (typeof own === 'string' && own !== phase),
  )
}

/** What begins a phase, once under one approval. */
function beginning({type}: Entry, phase: string): string {
  return `${phase} ${type}`
}

function citedBy(state: Requests, entry: Entry): Request | undefined {
  const seq = entry.approved === null ? undefined : state.byMet.get(entry.approved)
  return seq === undefined ? undefined : state.all.get(seq)
}

function change(state: Requests, request: Request): Requests {
  return {...state, all: state.all.with(request.seq, request)}
}
