/** What is said around a rehearsal: who plays whom and what stands in, and at the end what it took. */
import {visible} from '../base/visible.ts'
import type {CeremonyDocument} from '../ceremony/document.ts'
import {allSteps} from '../ceremony/plans.ts'
import {fill} from '../ceremony/template.ts'
import type {Ceremony} from '../ceremony/state.ts'
import type {RehearsalPlaces} from '../rehearsal/places.ts'
import type {Prepared} from '../rehearsal/rehearsal.ts'
import {standInWords} from '../rehearsal/tokens.ts'
import {inMinutes, timeHeads, timeRows, type TimePlan} from '../rehearsal/times.ts'
import type {Print} from './print.ts'

/** Before the first step. */
export function openingLines({cast, replaced, values, loaded, stand}: Prepared): readonly string[] {
  const people = [...loaded.template.roles.keys()].map((role) => {
    const parts = cast.parts.filter((one) => one.role === role)
    return `${role}: ${parts.map(({player}) => player.name).join(', ')}`
  })
  const called = standInWords(stand)
  const things = fill(loaded, values).materials.map(
    ({id, kind, profile}) =>
      `${id} (${kind})${profile === undefined ? '' : `: ${called} "${profile}" stands in for it`}`,
  )
  return [
    'This is a rehearsal: nothing in it is done to a real key, and nothing signed in it counts anywhere else.',
    ...replaced.map(
      ({parameter, typed, token}) =>
        `${parameter}: ${called} "${token}" stands in for ${typed === null ? 'the place where the key will live' : `profile "${typed}"`}. It is no hardware.`,
    ),
    ...people,
    ...(things.length === 0 ? [] : [`Materials, or what stands in for them: ${things.join('; ')}.`]),
  ]
}

/** What the steps recorded as not met, each once. */
export function notMetIn({done}: Ceremony): readonly {readonly step: string; readonly fact: string}[] {
  return done.flatMap(({step, result}) => {
    const facts = result['not_met']
    return Array.isArray(facts) ? facts.map((fact) => ({step, fact: String(fact)})) : []
  })
}

export interface Rehearsed {
  readonly document: CeremonyDocument
  readonly places: RehearsalPlaces
  readonly plan: TimePlan
  readonly notMet: readonly {readonly step: string; readonly fact: string}[]
  readonly inEarnest: readonly string[]
  readonly unattended: boolean
  /** How to do it again from a step on, where it did not come to its end. */
  readonly again: string
}

export function rehearsedLines(print: Print, one: Rehearsed): readonly string[] {
  const {document, places, plan, notMet, inEarnest, unattended} = one
  const whole = document.status === 'rehearsed'
  return [
    '',
    ...timeLines(print, plan, whole),
    '',
    ...(unattended ? ['Nobody was there: what was taken is the time of the machine alone.', ''] : []),
    ...print.facts([
      ['Title', document.title],
      ['Status', whole ? 'rehearsed' : `${document.status}, not to the end`],
      ['Planned', `${inMinutes(plan.planned)} min`],
      ['Taken', `${inMinutes(plan.taken)} min`],
      ['Steps', `${document.steps.done} of ${document.steps.of} done`],
    ]),
    ...(unattended ? [] : listed('Longer than planned:', longer(plan))),
    ...listed(
      'Not met in rehearsal (in earnest the ceremony stops there):',
      notMet.map(({step, fact}) => `${step}: ${fact}`),
    ),
    ...listed('In earnest this is in the way:', inEarnest),
    '',
    'Its keys are gone: it can be read, not gone on with. It lies in',
    `  ${places.dir}`,
    '',
    'Next:',
    ...(whole
      ? [`  open ${places.bundle}/minutes.html`, `  keyrite ceremony verify ${places.bundle} --rehearsal`]
      : [`  ${one.again}`, `  read ${places.dir}/time-plan.txt`]),
    `  keyrite --home ${places.home} ceremony show ${document.id.slice(0, 8)}`,
    `  rm -r ${places.dir}, when you have seen enough`,
  ]
}

/** Steps that took half a minute more than they should, in words. */
function longer({acts}: TimePlan): readonly string[] {
  return acts
    .flatMap(({steps}) => steps)
    .flatMap(({number, id, planned, taken}) =>
      taken === null || taken < planned + 0.5
        ? []
        : [`${number} ${id}: ${inMinutes(taken)} min, planned ${inMinutes(planned)}`],
    )
}

/** In columns; with `--plain`, and where there is no terminal, a line a step. What did not come to its end has its acts only. */
function timeLines(print: Print, plan: TimePlan, whole: boolean): readonly string[] {
  const shown = whole ? plan : {...plan, acts: plan.acts.map((act) => ({...act, steps: []}))}
  if (!print.plain) return print.table(timeHeads, timeRows(shown), '')
  return timeRows(shown).map(
    ([number = '', what = '', planned = '', taken = '']) =>
      `${visible(`${number} ${what}`.trim())}: planned ${planned} min, taken ${taken} min`,
  )
}

function listed(head: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : ['', head, ...items.map((one) => `  - ${one}`)]
}

/** The step to begin again with, where it did not come to its end. */
export function nextStepOf({loaded, values}: Prepared, {steps}: CeremonyDocument): string {
  return steps.next ?? allSteps(fill(loaded, values)).at(-1)?.id ?? ''
}
