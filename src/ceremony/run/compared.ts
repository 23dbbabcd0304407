/** What people read off a thing is held against what is known of it; something else is what it is only by a deviation that somebody decided. */
import {ceremonyOf, type RunContext} from '../run-context.ts'
import type {Deviation} from '../state.ts'
import {askUntil, type Question} from './ask-until.ts'

export interface Comparison {
  readonly isSame: (text: string) => boolean
  /** What is wrong with anything else: "this is not …". */
  readonly problem: string
  /** What is a deviation, and no typing error. */
  readonly deviates: string
}

/**
 * Another answer is asked for again; typed again it stops the ceremony, unless a deviation at this step was recorded.
 * @throws KeyriteError `STOPPED`.
 */
export function askCompared(
  context: RunContext,
  question: Question,
  {isSame, problem, deviates}: Comparison,
): Promise<string> {
  let last: string | null = null
  return askUntil(
    context,
    question,
    (text) => {
      if (isSame(text)) return {value: text}
      if (text === last && deviationAt(context, question.step) !== undefined) return {value: text}
      last = text
      return {problem}
    },
    [
      `${deviates}, that is a deviation: say who decides it, then go on`,
      `keyrite ceremony deviation ${context.id.slice(0, 8)} --step ${question.step} --what W --why W --decided-by P --agreed-by P`,
    ],
  )
}

/** What was recorded last as done otherwise at this step. */
export function deviationAt(context: RunContext, step: string): Deviation | undefined {
  return ceremonyOf(context).deviations.findLast((one) => one.step === step)
}
