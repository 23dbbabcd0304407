/** Waivers, as the run says them and looks at them again. */
import {KeyriteError} from '../base/errors.ts'
import type {Filled} from './filled.ts'
import type {Waiver} from './outline.ts'

/** Whether a waiver holds no more: its day, in UTC, is over. */
export function hasExpired({until}: Pick<Waiver, 'until'>, now: Date): boolean {
  return now.toISOString().slice(0, 10) > until
}

/** The rule, and the point of it that is let pass. */
export function waivedRule({rule, point}: Pick<Waiver, 'rule' | 'point'>): string {
  return point === undefined ? rule : `${rule} (${point})`
}

export function waiverInWords(one: Waiver): string {
  const {step, reason, by, until} = one
  return `Waived by ${by} until ${until}${step === undefined ? '' : ` at step "${step}"`}: ${waivedRule(one)}: ${reason}`
}

/**
 * What is let pass must still be let pass by what is left to do.
 * @param done - ids of the steps that are done: what was let pass at one of them is past.
 * @throws KeyriteError `FINDINGS` naming the first waiver whose day is over.
 */
export function demandWaivers(
  {waivers}: Pick<Filled, 'waivers'>,
  done: readonly string[],
  now: Date,
  id: string,
): void {
  const over = waivers.find(
    (one) => hasExpired(one, now) && (one.step === undefined || !done.includes(one.step)),
  )
  if (over === undefined) return
  throw new KeyriteError(
    'FINDINGS',
    `cannot go on: ${over.by} let "${over.rule}" pass until ${over.until}, and that day is over`,
    {
      hints: [
        `keyrite ceremony abort ${id.slice(0, 8)} --reason R`,
        'keyrite ceremony lint FILE, for the ceremony that is held instead',
      ],
    },
  )
}
