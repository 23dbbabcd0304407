/** A question that is asked again where the answer cannot be right: a typing error is no reason to stop a ceremony. */
import {KeyriteError} from '../../base/errors.ts'
import type {RunContext} from '../run-context.ts'

/** What an answer comes to, or in words why it cannot be. */
export type Judged<T> = {readonly value: T} | {readonly problem: string}

export interface Question {
  readonly step: string
  readonly field: string
  readonly question: string
}

/** @throws KeyriteError `STOPPED` when the same wrong answer is given twice: then it is no typing error. */
export async function askUntil<T>(
  {room, id}: {readonly room: Pick<RunContext['room'], 'text' | 'say'>; readonly id: string},
  {step, field, question}: Question,
  judge: (text: string) => Judged<T> | Promise<Judged<T>>,
  hints: readonly string[] = [],
): Promise<T> {
  let before: string | null = null
  for (;;) {
    const text = (await room.text(step, field, question)).trim()
    const judged = await judge(text)
    if ('value' in judged) return judged.value
    if (text === before)
      throw new KeyriteError('STOPPED', `step "${step}": ${judged.problem}`, {
        hints: [
          ...hints,
          `keyrite ceremony resume ${id.slice(0, 8)}`,
          `keyrite ceremony abort ${id.slice(0, 8)} --reason R`,
        ],
      })
    before = text
    room.say([`${capital(judged.problem)}. Look again, and type it again.`])
  }
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
