/** Planned and taken minutes, by act and step: what a rehearsal is for. */
import type {Filled} from '../ceremony/filled.ts'
import type {Ceremony} from '../ceremony/state.ts'
import {facts, heading, paragraph, table, type Block, type Doc} from '../paper/document.ts'

export interface StepTime {
  readonly id: string
  /** As printed: act and step, `2.3`. */
  readonly number: string
  readonly planned: number
  /** In minutes; null while it is not done. */
  readonly taken: number | null
}

export interface ActTime {
  readonly id: string
  readonly title: string
  readonly planned: number
  /** Of the steps that are done. */
  readonly taken: number
  readonly steps: readonly StepTime[]
}

export interface TimePlan {
  readonly planned: number
  readonly taken: number
  readonly acts: readonly ActTime[]
}

export function timePlanOf(ceremony: Ceremony, filled: Pick<Filled, 'acts'>): TimePlan {
  const acts = filled.acts.map(({id, title, steps}, act): ActTime => {
    const times = steps.map((step, at): StepTime => ({
      id: step.id,
      number: `${act + 1}.${at + 1}`,
      planned: step.minutes,
      taken: takenFor(ceremony, step),
    }))
    return {
      id,
      title,
      planned: sum(times.map((one) => one.planned)),
      taken: sum(times.map(done)),
      steps: times,
    }
  })
  return {planned: sum(acts.map((one) => one.planned)), taken: sum(acts.map((one) => one.taken)), acts}
}

function takenFor(
  {done: steps, opened, signOff, signed}: Ceremony,
  {id, kind}: {readonly id: string; readonly kind: string},
): number | null {
  const one = steps.find(({step}) => step === id)
  if (one !== undefined) return minutes(one.started, one.at)
  // The sign-off begins when the step before it is done, and lasts until the last signature.
  if (kind !== 'sign-off' || signOff === null) return null
  return minutes(steps.at(-1)?.at ?? opened.time, signed.at(-1)?.at ?? signOff.at)
}

function minutes(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 600) / 100
}

const done = ({taken}: StepTime): number => taken ?? 0
const sum = (numbers: readonly number[]): number =>
  Math.round(numbers.reduce((all, one) => all + one, 0) * 100) / 100

/** `4.5`, `< 0.1`; what was not done is a dash. */
export function inMinutes(taken: number | null): string {
  if (taken === null) return '-'
  return taken > 0 && taken < 0.1 ? '< 0.1' : (Math.round(taken * 10) / 10).toString()
}

/** Rows of a table: acts, and below each its steps. */
export function timeRows({acts, planned, taken}: TimePlan): readonly (readonly string[])[] {
  return [
    ...acts.flatMap((act, at) => [
      [`${at + 1}`, act.title, inMinutes(act.planned), inMinutes(act.taken)],
      ...act.steps.map((step) => [step.number, step.id, inMinutes(step.planned), inMinutes(step.taken)]),
    ]),
    ['', 'All', inMinutes(planned), inMinutes(taken)],
  ]
}

export const timeHeads = ['Step', 'What', 'Planned, min', 'Taken, min'] as const

/** The time plan as a document. */
export function timePage(
  plan: TimePlan,
  about: {
    readonly title: string
    readonly facts: readonly (readonly [string, string])[]
    readonly note: string
  },
): Doc {
  const blocks: readonly Block[] = [
    heading(1, `Time plan: ${about.title}`),
    facts(about.facts),
    paragraph(about.note),
    table({columns: timeHeads, rows: timeRows(plan)}),
  ]
  return {title: `Time plan: ${about.title}`, language: 'en', rehearsal: true, blocks}
}
