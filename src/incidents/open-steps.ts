/** What is open in an incident, and what deals with each. */
import {statusOfDuty, type Duty} from '../duties/index.ts'
import {standbyOf, type Key} from '../keys/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {containSteps} from './contain.ts'
import {hooksLeft} from './hooks.ts'
import {owedBy} from './open.ts'
import {drillMarked} from './phases.ts'
import {promotable} from './promote.ts'
import {containments, isContained, ratifyDue, stripped} from './rules.ts'
import type {Incident} from './state.ts'

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

/** Worst first: what makes the key dead, then what is overdue, then what is due next. */
export function openSteps(ledger: Ledger, incident: Incident, key: Key | undefined): readonly OpenStep[] {
  const first = untilDead(incident, key)
  const later = afterwards(ledger, incident)
  // What nobody wants to replace does not stand in the way of closing.
  return [...first, ...(first.length + later.length === 0 ? [] : replacing(ledger, incident, key)), ...later]
}

const step = (what: string, command: string): OpenStep => ({
  what,
  words: null,
  due: null,
  overdue: false,
  command,
})

const dueStep = (
  now: string,
  due: string,
  {what, words, command}: Omit<OpenStep, 'due' | 'overdue'>,
): OpenStep => ({
  what,
  words,
  due,
  overdue: now > due,
  command,
})

function untilDead(incident: Incident, key: Key | undefined): OpenStep[] {
  const left = key === undefined ? [] : containSteps(key, incident)
  const undecided = containments(incident).filter(({outcome}) => outcome === null)
  const resume = `keyrite incident resume ${incident.id}`
  const proof = incident.proofs.at(-1)?.proof
  return [
    ...(left.length + undecided.length === 0 || (incident.acts.length > 0 && !isContained(incident))
      ? []
      : [
          step(
            `version ${[...new Set([...left, ...undecided].map(({version}) => version))].join(', ')} is not contained`,
            resume,
          ),
        ]),
    ...(isContained(incident) && proof !== 'proven'
      ? [step(proof === 'still-usable' ? 'the key can still be used' : 'its end is not proved', resume)]
      : []),
  ]
}

function replacing(ledger: Ledger, incident: Incident, key: Key | undefined): OpenStep[] {
  if (key === undefined || incident.replaced !== null) return []
  if (incident.order === 'contain' && !isContained(incident)) return []
  return [
    promotable(ledger, key, incident) === undefined || !isContained(incident)
      ? step('no other key is in its place', `keyrite incident replace ${incident.id}`)
      : step(
          `version ${standbyOf(key)?.version ?? ''}, a standby, waits to take its place`,
          `keyrite key promote ${key.name}`,
        ),
  ]
}

/** What is due first comes first; what has no date, before that. */
function afterwards(ledger: Ledger, incident: Incident): OpenStep[] {
  const now = ledger.time.toISOString()
  const {id} = incident
  const due = ratifyDue(incident)
  const [hook] = hooksLeft(ledger.view, incident)
  return [
    ...(hook === undefined || !isContained(incident)
      ? []
      : [step(`hook "${hook.name}" (${hook.phase}) has not succeeded`, `keyrite incident resume ${id}`)]),
    ...(due === null || (!isContained(incident) && stripped(incident).length === 0)
      ? []
      : [
          dueStep(now, due, {
            what: 'others ratify what was done',
            words: null,
            command: `keyrite incident ratify ${id}`,
          }),
        ]),
    ...owedBy(ledger, incident)
      .filter((duty) => statusOfDuty(duty, ledger.time) !== 'waived')
      .map((duty) =>
        dueStep(now, duty.due, {
          what: duty.name,
          words: inShort(duty, incident),
          command: commandOf(duty, id),
        }),
      ),
  ].sort((a, b) => Date.parse(a.due ?? '') - Date.parse(b.due ?? ''))
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
