/** An incident as JSON documents have it (`keyrite.incident/1`): what happened, what is, and what is open, from the ledger alone. */
import {custodyFold, personRef} from '../custody/index.ts'
import {keysFold, proofOf, type Key} from '../keys/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {containSteps} from './contain.ts'
import {elapsedText} from './elapsed.ts'
import {impactOf, type Impact} from './impact.ts'
import {openSteps, type OpenStep} from './open-steps.ts'
import {reencryptList, type ToEncryptAgain} from './reencrypt.ts'
import {containments, isContained, limit, ratifyDue, stripped} from './rules.ts'
import {isOpen, type Incident, type Verdict} from './state.ts'

/** The version that took the place of what was contained. */
export interface Replacement {
  readonly version: number
  readonly from: number
  readonly by: 'standby' | 'quorum'
  readonly at: string
  /** What came of trying it when it was activated. */
  readonly proof: string
  readonly aliases: readonly string[]
}

export interface IncidentDocument {
  readonly id: string
  readonly key: string
  readonly profile: string
  readonly reason: string
  readonly ticket: string | null
  readonly status: 'open' | 'closed'
  /** An exercise on a test key. */
  readonly drill: boolean
  readonly startedAt: string
  readonly openedBy: ReturnType<typeof personRef>
  readonly containedBy: readonly ReturnType<typeof personRef>[]
  /** Whether every version that could be used is disabled, as its place said. */
  readonly contained: boolean
  readonly recorded: true
  readonly proof: Verdict
  /** From the start to the proof, or until now. */
  readonly elapsed: string
  readonly limit: string
  readonly lastSuccess: string | null
  readonly firstRefusal: string | null
  readonly refusals: number
  readonly replacement: Replacement | null
  /** From which rights to use it were taken away, which are not given back yet. */
  readonly stripped: readonly {readonly version: number; readonly taken: number; readonly left: number}[]
  readonly impact: Impact
  readonly reencrypt: readonly ToEncryptAgain[]
  readonly ratified: string | null
  readonly ratifyDue: string | null
  readonly outcome: string | null
  readonly notes: readonly {readonly at: string; readonly by: string | null; readonly note: string | null}[]
  readonly journals: readonly {readonly id: string; readonly stated: number; readonly second: boolean}[]
  readonly open: readonly OpenStep[]
}

export function incidentDocument(ledger: Ledger, incident: Incident): IncidentDocument {
  const {roster} = ledger.of(custodyFold)
  const key = ledger.of(keysFold).keys.get(incident.key)
  const proof = incident.proofs.at(-1)
  const due = ratifyDue(incident)
  const until = proof?.proof === 'proven' ? proof.at : ledger.time.toISOString()
  return {
    id: incident.id,
    key: incident.key,
    profile: incident.profile,
    reason: incident.reason,
    ticket: incident.ticket,
    status: isOpen(incident) ? 'open' : 'closed',
    drill: incident.drill,
    startedAt: incident.startedAt,
    openedBy: personRef(roster, incident.openedBy),
    containedBy: incident.containedBy.map((id) => personRef(roster, id)),
    contained: key !== undefined && isDone(key, incident),
    recorded: true,
    proof: proof?.proof ?? 'not-proven',
    elapsed: elapsedText(incident.startedAt, until),
    limit,
    lastSuccess: proof?.lastSuccess ?? incident.looked?.lastSuccess ?? null,
    firstRefusal: firstRefusalOf(incident),
    refusals: proof?.refusals ?? 0,
    replacement: key === undefined ? null : replacementIn(key, incident),
    stripped: stripped(incident).flatMap(({version, outcome}) => {
      const rights = outcome?.rights ?? null
      return rights === null ? [] : [{version, ...rights}]
    }),
    impact: impactOf(ledger, incident, key),
    reencrypt: key === undefined ? [] : reencryptList(ledger, key),
    ratified: incident.ratified?.at ?? null,
    ratifyDue: due,
    outcome: incident.closed?.outcome ?? null,
    notes: incident.notes.map(({at, by, words}) => ({at, by, note: words})),
    journals: incident.journals.map(({id, stated, second}) => ({id, stated, second})),
    open: isOpen(incident) ? openSteps(ledger, incident, key) : [],
  }
}

/** Since when it was refused, over all proofs in a row; none from before it was given back, or did something. */
function firstRefusalOf({proofs, acts}: Incident): string | null {
  const back = acts.filter(({act}) => act === 'resume' || act === 'restore').at(-1)?.seq ?? -1
  const last = proofs.findLastIndex(({proof, seq}) => proof !== 'proven' || seq < back)
  return proofs.slice(last + 1)[0]?.firstRefusal ?? proofs.at(-1)?.firstRefusal ?? null
}

function replacementIn({versions}: Key, {replaced}: Incident): Replacement | null {
  if (replaced === null) return null
  const {version: number, from, by, at} = replaced
  const version = versions.find((one) => one.version === number)
  const proof =
    version?.effect === null || version === undefined ? 'not-proven' : proofOf(version.effect.results)
  return {version: number, from, by, at, proof, aliases: version?.aliases ?? []}
}

/** Whether everything that could be used is contained, and no act is undecided. */
function isDone(key: Key, incident: Incident): boolean {
  const done = containments(incident)
  return (
    isContained(incident) &&
    containSteps(key, incident).length === 0 &&
    done.every(({outcome}) => outcome !== null)
  )
}
