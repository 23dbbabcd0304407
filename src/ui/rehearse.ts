/** What is said around a rehearsal: who plays whom and what stands in, and at the end what it took. */
import {visible} from '../base/visible.ts'
import type {CeremonyDocument} from '../ceremony/document.ts'
import {allSteps} from '../ceremony/plans.ts'
import {fill} from '../ceremony/template.ts'
import type {Ceremony} from '../ceremony/state.ts'
import type {RehearsalPlaces} from '../rehearsal/places.ts'
import type {Prepared} from '../rehearsal/rehearsal.ts'
import {inMinutes, timeHeads, timeRows, type TimePlan} from '../rehearsal/times.ts'
import type {Print} from './print.ts'

/** Before the first step. */
export function openingLines({cast, replaced, values, loaded}: Prepared): readonly string[] {
  const people = [...loaded.template.roles.keys()].map((role) => {
    const parts = cast.parts.filter((one) => one.role === role)
    return `${role}: ${parts.map(({player}) => player.name).join(', ')}`
  })
  const things = fill(loaded, values).materials.map(
    ({id, kind, profile}) =>
      `${id} (${kind})${profile === undefined ? '' : `: software token "${profile}" stands in for it`}`,
  )
  return [
    'This is a rehearsal: nothing in it is done to a real key, and nothing signed in it counts anywhere else.',
    ...replaced.map(
      ({parameter, typed, token}) =>
        `${parameter}: software token "${token}" stands in for ${typed === null ? 'the place where the key will live' : `profile "${typed}"`}. It is no hardware.`,
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
    ...timeLines(print, plan),
    '',
    ...(unattended ? ['Nobody was there: what was taken is the time of the machine alone.', ''] : []),
    ...print.facts([
      ['Title', document.title],
      ['Status', whole ? 'rehearsed' : `${document.status}, not to the end`],
      ['Planned', `${inMinutes(plan.planned)} min`],
      ['Taken', `${inMinutes(plan.taken)} min`],
      ['Everything', places.dir],
      ['Ledger', places.home],
    ]),
    ...listed(
      'Not met in rehearsal (in earnest the ceremony stops there):',
      notMet.map(({step, fact}) => `${step}: ${fact}`),
    ),
    ...listed('In earnest, in the real ledger, this is in the way:', inEarnest),
    '',
    'The keys of stand-ins, tokens and ledger are gone: it can be read, not gone on with.',
    '',
    'Next:',
    ...(whole
      ? [`  open ${places.bundle}/minutes.html`, `  keyrite ceremony verify ${places.bundle} --rehearsal`]
      : [`  ${one.again}`]),
    `  keyrite --home ${places.home} ceremony show ${document.id.slice(0, 8)}`,
    `  rm -r ${places.dir}, when you have seen enough`,
  ]
}

/** In columns; with `--plain`, and where there is no terminal, a line a step. */
function timeLines(print: Print, plan: TimePlan): readonly string[] {
  if (!print.plain) return print.table(timeHeads, timeRows(plan), '')
  return timeRows(plan).map(
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
