/** An incident as JSON documents have it (`keyrite.incident/1`): what happened, what is, and what is open, from the ledger alone. */
import {durationText, parseDuration} from '../base/duration.ts'
import {isObject, parseJcs, type Json} from '../base/jcs.ts'
import {custodyFold, personRef} from '../custody/index.ts'
import {statusOfDuty, type Duty} from '../duties/index.ts'
import {keysFold, proofOf, standbyOf, type Key} from '../keys/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {owedBy} from './open.ts'
import {reencryptList, type ToEncryptAgain} from './reencrypt.ts'
import {containSteps} from './contain.ts'
import {drillMarked} from './phases.ts'
import {hooksLeft} from './hooks.ts'
import {promotable} from './promote.ts'
import {containments, isContained, limit, ratifyDue, stripped} from './rules.ts'
import {isOpen, type Incident, type Verdict} from './state.ts'

/** Something that is not over, and what deals with it. */
export interface OpenStep {
  /** Nothing private. */
  readonly what: string
  /** The same for those who may read names; null where there is nothing more to say, or it is withheld. */
  readonly words: string | null
  readonly due: string | null
  readonly overdue: boolean
  readonly command: string
}

export interface Impact {
  readonly declared: readonly {readonly kind: string; readonly name: string}[]
  readonly observed: readonly {readonly kind: string; readonly detail: string}[]
  readonly unknown: readonly string[]
}

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

export function elapsedText(from: string, to: string): string {
  return durationText(Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 1_000) * 1_000))
}

/** Worst first: what makes the key dead, then what is overdue, then what is due next. */
function openSteps(ledger: Ledger, incident: Incident, key: Key | undefined): readonly OpenStep[] {
  const now = ledger.time.toISOString()
  const step = (
    what: string,
    command: string,
    due: string | null = null,
    words: string | null = null,
  ): OpenStep => ({
    what,
    words,
    due,
    overdue: due !== null && now > due,
    command,
  })
  const {id} = incident
  const left = key === undefined ? [] : containSteps(key, incident)
  const undecided = containments(incident).filter(({outcome}) => outcome === null)
  const proof = incident.proofs.at(-1)
  const first = [
    ...(left.length + undecided.length === 0 || (incident.acts.length > 0 && !isContained(incident))
      ? []
      : [
          step(
            `version ${[...new Set([...left, ...undecided].map(({version}) => version))].join(', ')} is not contained`,
            `keyrite incident resume ${id}`,
          ),
        ]),
    ...(isContained(incident) && proof?.proof !== 'proven'
      ? [
          step(
            proof?.proof === 'still-usable' ? 'the key can still be used' : 'its end is not proved',
            `keyrite incident resume ${id}`,
          ),
        ]
      : []),
  ]
  const due = ratifyDue(incident)
  const replacing =
    key === undefined ||
    incident.replaced !== null ||
    (incident.order === 'contain' && !isContained(incident))
      ? []
      : [
          promotable(ledger, key, incident) === undefined || !isContained(incident)
            ? step('no other key is in its place', `keyrite incident replace ${id}`)
            : step(
                `version ${standbyOf(key)?.version ?? ''}, a standby, waits to take its place`,
                `keyrite key promote ${key.name}`,
              ),
        ]
  const hooks = hooksLeft(ledger.view, incident)
  const later = [
    ...(hooks[0] === undefined || !isContained(incident)
      ? []
      : [
          step(
            `hook "${hooks[0].name}" (${hooks[0].phase}) has not succeeded`,
            `keyrite incident resume ${id}`,
          ),
        ]),
    ...(due === null || (!isContained(incident) && stripped(incident).length === 0)
      ? []
      : [step('others ratify what was done', `keyrite incident ratify ${id}`, due)]),
    ...owedBy(ledger, incident)
      .filter((duty) => statusOfDuty(duty, ledger.time) !== 'waived')
      .map((duty) => step(duty.name, commandOf(duty, id), duty.due, inShort(duty, incident))),
  ].sort((a, b) => Date.parse(a.due ?? '') - Date.parse(b.due ?? ''))
  // What nobody wants to replace does not stand in the way of closing.
  return [...first, ...(first.length + later.length === 0 ? [] : replacing), ...later]
}

/** A duty that a command meets names that. */
function commandOf({name, id}: Duty, incident: string): string {
  return name.endsWith('post-mortem')
    ? `keyrite incident postmortem ${incident} --out FILE`
    : `keyrite duty show ${id}`
}

const always: readonly (readonly [ends: string, words: string])[] = [
  ['post-mortem', 'the post-mortem'],
  ['breach-assessed', 'decide on notifying the breach'],
  ['encrypt-again', 'encrypt again what lay under it'],
]

/** In a line, without what stands above it on the same screen, and without the command that stands beside it. */
function inShort({name, what}: Duty, {id, key, drill}: Incident): string | null {
  const known = always.find(([ends]) => name.endsWith(ends))
  if (known !== undefined) return drillMarked(drill, known[1])
  if (what === null) return null
  return what
    .replace(`, revoked in incident ${id}`, '')
    .replace(/: keyrite [^:]*$/, '')
    .replace(`, which stands under key "${key}"`, '')
    .replace(` in place of key "${key}"`, '')
}

/** What is known to hang on the key, what its place saw, and what nobody here knows. */
function impactOf(ledger: Ledger, {looked, used, key: name}: Incident, key: Key | undefined): Impact {
  const facts = looked === null ? null : parseJcs(ledger.view.blob(looked.facts))
  const impact = isObject(facts) ? facts['impact'] : null
  const found = isObject(impact) ? impact : {}
  const observed = isObject(found['observed']) ? found['observed'] : null
  return {
    declared: [
      ...texts(found['consumers']).map((id) => ({kind: 'consumer', name: key?.names[id] ?? id})),
      ...texts(found['children']).map((name) => ({kind: 'child', name})),
    ],
    observed: [
      ...(used?.callers ?? []).map(({caller, uses}) => ({
        kind: uses ? 'user' : 'administrator',
        detail: called(ledger, caller),
      })),
      ...(observed === null
        ? []
        : [
            ...texts(observed['aliases']).map((name) => ({kind: 'alias', detail: name})),
            ...texts(observed['replicas']).map((name) => ({kind: 'replica', detail: name})),
            ...(observed['grants'] === 0
              ? []
              : [{kind: 'grants', detail: String(Number(observed['grants']))}]),
            ...(typeof observed['last_use'] === 'string'
              ? [
                  {
                    kind: 'last use',
                    detail:
                      `${observed['last_use']} ${typeof observed['last_operation'] === 'string' ? observed['last_operation'] : ''}`.trim(),
                  },
                ]
              : []),
          ]),
    ],
    unknown: [
      ...(looked === null ? ['nothing was looked at yet'] : []),
      ...(used === null
        ? [
            `who used it, and who uses it without being declared: keyrite key usage ${name} reads the log of its place`,
          ]
        : used.gaps),
    ],
  }
}

/** Where a log is the ledger, it names people by their ids. */
function called(ledger: Ledger, caller: string): string {
  return personRef(ledger.of(custodyFold).roster, caller).name ?? caller
}

function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

/** How much of the time is used up, for every line of a screen: `T+04:12 of 60:00`. */
export function clockText(startedAt: string, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(startedAt)) / 1_000))
  const [whole, rest] = [Math.floor(seconds / 60), seconds % 60]
  const two = (number: number): string => String(number).padStart(2, '0')
  return `T+${two(whole)}:${two(rest)} of ${two(parseDuration(limit) / 60_000)}:00`
}
