/** What people have left to do: founders, rules, requests, duties, and acts that have no outcome yet. */
import type {App} from '../../app.ts'
import {certificatesFold} from '../../certificates/index.ts'
import {ceremonyFold} from '../../ceremony/fold.ts'
import {statusOfCeremony} from '../../ceremony/state.ts'
import {continuationFold, continuationInWords, custodyFold} from '../../custody/index.ts'
import {duties, dutyDocument, worstFirst} from '../../duties/index.ts'
import {dueEnds, keysFold} from '../../keys/index.ts'
import type {Ledger} from '../../ledger/index.ts'
import {isSolo, policyFold} from '../../policy/index.ts'
import {goesOnBy, requests, type Request} from '../../requests/index.ts'
import {sharesFold} from '../../shares/index.ts'
import {called} from '../actor.ts'
import {requestLine, waits} from '../show-request.ts'
import {ageFinding} from './machine.ts'
import {fault, good, note, warning, type Finding} from './finding.ts'

/** How soon a request that ends is worth a warning. */
const soonMs = 24 * 3_600_000

export function workFindings(app: App, env: NodeJS.ProcessEnv): Finding[] {
  const {ledger} = app
  const recipients = [...ledger.of(custodyFold).roster.values()].some(({recipient}) => recipient !== null)
  return [
    foundersFinding(ledger),
    ...continuationFindings(ledger),
    suspensionFinding(ledger),
    policyFinding(ledger),
    requestFinding(app),
    intentFinding(app),
    ceremonyFinding(ledger),
    dutyFinding(app),
    endFinding(ledger),
    ageFinding(recipients, env),
  ]
}

function foundersFinding(ledger: Ledger): Finding {
  const {roster, unsigned} = ledger.of(custodyFold)
  const [first, ...others] = unsigned.flatMap((id) => roster.get(id) ?? [])
  if (first === undefined) return good('founders', `all ${roster.size} have signed`)
  return fault(
    'founders',
    `not signed yet: ${[first, ...others].map(called).join(', ')}`,
    `keyrite request apply founding --sign-with ${first.address ?? first.id}=KEY`,
  )
}

/** One that ends by itself wants the roster quorum's word: then it lasts, or it is taken back. */
function suspensionFinding(ledger: Ledger): Finding {
  const {roster, suspensions} = ledger.of(custodyFold)
  const ending = [...suspensions]
    .flatMap(([id, {until}]) => (until === null ? [] : [{until, person: roster.get(id)}]))
    .sort((a, b) => (a.until < b.until ? -1 : 1))
  const [first] = ending
  if (first?.person === undefined) return good('suspensions', 'none waits for the quorum')
  return warning(
    'suspensions',
    `${ending.length} not confirmed, the first: ${called(first.person)}, until ${first.until}`,
    `keyrite custodian confirm ${first.person.address ?? first.person.id}`,
  )
}

/** Said, not judged: whoever reads it decides what so many old custodians are worth. */
function continuationFindings(ledger: Ledger): Finding[] {
  const said = continuationInWords(ledger.of(continuationFold))
  return said === null ? [] : [good('continues', `this ledger ${said}`)]
}

function policyFinding(ledger: Ledger): Finding {
  const {policy} = ledger.of(policyFold)
  return isSolo(policy)
    ? note(
        'policy',
        `"${policy.name}" is weak: one person alone can do everything; production is refused`,
        'keyrite policy show',
      )
    : good('policy', `"${policy.name}", which no person alone can act under`)
}

function requestFinding({ledger, operations}: App): Finding {
  const waiting = [...ledger.of(requests).all.values()]
    .filter((request) => waits(ledger, operations, request))
    .sort((a, b) => (a.expires < b.expires ? -1 : 1))
  const [first] = waiting
  if (first === undefined) return good('requests', 'nothing waits for people')
  const {next} = requestLine(ledger, operations, first)
  const met = waiting.find((request) => request.met !== null)
  if (met !== undefined)
    return warning(
      'requests',
      `${met.id} is approved and not done; ${sum(waiting)}`,
      requestLine(ledger, operations, met).next,
    )
  return Date.parse(first.expires) - ledger.time.getTime() < soonMs
    ? warning('requests', `${first.id} expires ${first.expires}; ${sum(waiting)}`, next)
    : note('requests', `${sum(waiting)}; the first expires ${first.expires}: ${first.id}`, next)
}

const sum = (waiting: readonly Request[]): string =>
  waiting.length === 1 ? 'one waits' : `${waiting.length} wait`

function intentFinding(app: App): Finding {
  const {ledger} = app
  const open = [
    ...ledger.of(keysFold).open.values(),
    ...ledger.of(certificatesFold).open.values(),
    ...ledger.of(sharesFold).open.values(),
  ]
  const [first] = open
  return first === undefined
    ? good('intents', 'nothing was left half-way')
    : fault(
        'intents',
        `${open.length} without an outcome, the first at entry ${first.seq}`,
        first.ceremony === null
          ? goesOn(app, first)
          : `keyrite ceremony resume ${first.ceremony.slice(0, 8)}`,
      )
}

/** What asks the provider what came of it; where people approved it, that is carrying it out. */
function goesOn(
  {ledger, operations}: App,
  intent: {readonly approved: number | null; readonly key?: string},
): string {
  const {all, byMet} = ledger.of(requests)
  const request = all.get(byMet.get(intent.approved ?? -1) ?? -1)
  if (request !== undefined) return goesOnBy(operations, request)
  return intent.key === undefined ? 'keyrite share list' : `keyrite key show ${intent.key}`
}

/** What was approved to be destroyed, and whose time has come: it does not happen by itself. */
function endFinding(ledger: Ledger): Finding {
  const [first, ...more] = dueEnds(ledger)
  if (first === undefined) return good('destructions', 'none waits for somebody to go on with it')
  const {key, version, since, kept, next} = first
  return warning(
    'destructions',
    `key "${key}" version ${version} since ${since.slice(0, 10)}${kept ? ', and it is kept by now' : ''}${more.length === 0 ? '' : `; ${more.length} more`}`,
    next,
  )
}

/** Held at this moment, or broken off: the ledger does not know which. */
function ceremonyFinding(ledger: Ledger): Finding {
  const open = [...ledger.of(ceremonyFold).values()].filter((one) =>
    ['running', 'stopped'].includes(statusOfCeremony(one)),
  )
  const [first] = open
  if (first === undefined) return good('ceremonies', 'none is unfinished')
  return note(
    'ceremonies',
    `${open.length} unfinished, the first: ${first.id.slice(0, 8)} ("${first.title}")`,
    `keyrite ceremony resume ${first.id.slice(0, 8)}`,
  )
}

function dutyFinding({ledger}: App): Finding {
  const over = worstFirst(ledger.of(duties).values(), ledger.time)
    .map((one) => dutyDocument(ledger, one))
    .filter(({overdue}) => overdue)
  const [first] = over
  if (first === undefined) return good('duties', 'none is overdue')
  const what = first.what ?? first.name
  return warning(
    'duties',
    `${over.length} overdue, the first: ${what} (${first.owner.name ?? first.owner.id}, ${first.due.slice(0, 10)})`,
    `keyrite duty done ${first.id} --evidence TEXT`,
  )
}
