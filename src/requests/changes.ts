/** How each entry changes what is known of requests. Called only for entries without a problem. */
import {custodyFold, enrolledKey, signedStatement} from '../custody/index.ts'
import {setBackFrom, type Entry, type View} from '../ledger/index.ts'
import {shared, sharedSet} from '../base/shared.ts'
import type {OperationName} from '../policy/index.ts'
import {metSchema, withdrawnSchema} from './checks.ts'
import {parsePlan} from './plan.ts'
import {possessor} from './possession.ts'
import {openedSchema} from './question.ts'
import type {Answer, Request, Requests} from './state.ts'

export function opened(view: View, state: Requests, entry: Entry): Requests {
  const data = openedSchema.parse(entry.data)
  const {roster} = view.of(custodyFold)
  const request: Request = {
    id: `r${entry.seq}`,
    seq: entry.seq,
    leaf: entry.leaf,
    operation: data.operation as OperationName,
    plan: parsePlan(view.blob(data.plan.blob)),
    planSha256: data.plan.blob,
    policySha256: shared(data.policy.blob),
    rosterSha256: shared(data.roster.blob),
    needs: shared(data.needs),
    who: shared(data.who.map((id) => ({person: id, key: id, roles: roster.get(id)?.roles ?? []}))),
    author: entry.actor.person,
    openedAt: entry.time,
    expires: data.expires,
    ceremony: entry.ceremony,
    names: shared(
      Object.fromEntries(
        Object.entries(data.names).map(([party, field]) => [party, textOf(view.open(field))]),
      ),
    ),
    hidden: data.names,
    answers: [],
    proposed: false,
    possession: null,
    met: null,
    withdrawn: false,
    voided: null,
    setBack: null,
    begun: sharedSet([]),
    done: sharedSet([]),
    failed: false,
  }
  return change(state, request)
}

export function proposed(view: View, state: Requests, entry: Entry): Requests {
  return change(state, {...about(view, state, entry), proposed: true})
}

export function possessed(view: View, state: Requests, entry: Entry): Requests {
  const request = about(view, state, entry)
  const {person, key} = signedStatement(entry.data).statement
  const enrolled = possessor(request, view.of(custodyFold).roster)
  const keyClass = (enrolled === null ? undefined : enrolledKey(enrolled, key)?.class) ?? 'stated'
  return change(state, {
    ...request,
    possession: {seq: entry.seq, at: entry.time, person, key, class: keyClass},
  })
}

export function answered(view: View, state: Requests, entry: Entry): Requests {
  const request = about(view, state, entry)
  const {statement} = signedStatement(entry.data)
  const person = view.of(custodyFold).roster.get(statement.person)
  const answer: Answer = {
    seq: entry.seq,
    at: entry.time,
    person: shared(statement.person),
    key: shared(statement.key),
    roles: person?.roles ?? [],
    decision: statement.decision === 'approve' ? 'approve' : 'reject',
    class: person === undefined ? 'stated' : (enrolledKey(person, statement.key)?.class ?? 'stated'),
  }
  return change(state, {...request, answers: [...request.answers, answer]})
}

export function met(state: Requests, entry: Entry): Requests {
  const {opened: seq, external = ''} = metSchema.parse(entry.data)
  const after = change(state, {...at(state, seq), met: entry.seq})
  const newest = external > (state.external ?? '') ? external : state.external
  return {...after, byMet: after.byMet.with(entry.seq, seq), external: newest}
}

/** A person has set the ledger's clock back: what was asked before, by a time that is given up, cannot be met any more. */
export function clockSet(state: Requests, entry: Entry): Requests {
  const reached = setBackFrom(entry)
  if (reached === null) return state
  const open = voidOpen(state, `the clock was set back at entry ${entry.seq}`)
  const after = [...open.all.values()]
    .filter(({setBack}) => reached > (setBack ?? ''))
    .reduce((all, request) => change(all, {...request, setBack: reached}), open)
  return {...after, external: null}
}

export function closed(state: Requests, entry: Entry): Requests {
  return change(state, {...at(state, withdrawnSchema.parse(entry.data).opened), withdrawn: true})
}

/** Ends every request that is not met: what it was asked under no longer stands, so it is asked anew. */
export function voidOpen(state: Requests, because: string): Requests {
  const open = [...state.all.values()].filter(
    ({met: seq, withdrawn, voided}) => seq === null && !withdrawn && voided === null,
  )
  return open.reduce((after, one) => change(after, {...one, voided: because}), state)
}

/** Ends every request of a ceremony that was not carried out: what it approved is done nowhere else. */
export function voidOf(state: Requests, ceremony: string | null, because: string): Requests {
  const own = [...state.all.values()].filter(
    (one) => one.ceremony === ceremony && !one.withdrawn && one.voided === null,
  )
  return own.reduce((after, one) => change(after, {...one, voided: because}), state)
}

function about(view: View, state: Requests, entry: Entry): Request {
  return at(state, view.seqOf(signedStatement(entry.data).statement.about) ?? -1)
}

function at(state: Requests, seq: number): Request {
  const request = state.all.get(seq)
  if (request === undefined) throw new TypeError('checked before')
  return request
}

function change(state: Requests, request: Request): Requests {
  return {...state, all: state.all.with(request.seq, request)}
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
