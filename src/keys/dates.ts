/** From when on and until when something new may be protected with a key: what its spec says, and what its service keeps. */
import {z} from 'zod'
import {KeyriteError} from '../base/errors.ts'
import {datesInWords, sameDates, type Dates} from '../providers/dates.ts'
import type {Description} from '../providers/ports.ts'
import {keepsDates} from '../providers/of-kind.ts'
import type {KeyPlanSpec} from './spec.ts'

const time = z.iso.datetime({precision: 3}).nullable()
/** As they stand in entries and plans. */
export const datesSchema = z.strictObject({from: time, until: time})
export type DatesText = z.infer<typeof datesSchema>

export function textOfDates({from, until}: Dates): DatesText {
  return {from: from?.toISOString() ?? null, until: until?.toISOString() ?? null}
}

export function datesOf({from, until}: DatesText): Dates {
  const date = (text: string | null): Date | null => (text === null ? null : new Date(text))
  return {from: date(from), until: date(until)}
}

type Dated = Pick<KeyPlanSpec, 'expires' | 'not_before'>

export function specDates({expires, not_before: from}: Dated): Dates {
  return datesOf({from: from ?? null, until: expires})
}

/** What a place of this kind is to keep; undefined where it keeps nothing, or there is nothing to keep. */
export function datesToKeep(kind: string, spec: Dated): Dates | undefined {
  const dates = specDates(spec)
  return keepsDates(kind) && (dates.from !== null || dates.until !== null) ? dates : undefined
}

/** @throws KeyriteError `UNSUPPORTED` where nobody would keep a first day, `USAGE` where the last comes first. */
export function demandDates(key: string, kind: string, spec: Dated): void {
  const {from, until} = specDates(spec)
  if (from === null) return
  if (!keepsDates(kind))
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot keep key "${key}" from use before ${from.toISOString()}: a place of kind ${kind} keeps no such date`,
      {hints: [`keyrite key activate ${key}, on that day: until then it is used for nothing`]},
    )
  if (until !== null && from >= until)
    throw new KeyriteError(
      'USAGE',
      `cannot begin key "${key}" at ${from.toISOString()}: it ends at ${until.toISOString()}`,
      {hints: ['--not-before DATE, before --expires DATE']},
    )
}

/** @throws KeyriteError `KEY_NOT_AS_PLANNED` if the service says other dates. */
export function demandKept(key: string, wanted: Dates | undefined, now: Description | undefined): void {
  if (wanted === undefined || (now?.dates !== undefined && sameDates(wanted, now.dates))) return
  throw new KeyriteError(
    'KEY_NOT_AS_PLANNED',
    `cannot accept key "${key}": it was to be used ${datesInWords(wanted)}, and its service says ${now?.dates === undefined ? 'nothing of that' : datesInWords(now.dates)}`,
    {changed: true, hints: ['look at the provider']},
  )
}

/** For people, of a plan. Empty where its service keeps nothing. */
export function keptInWords(kind: string, spec: Dated): readonly string[] {
  const dates = datesToKeep(kind, spec)
  return dates === undefined
    ? []
    : [
        `Its service itself is told to sign, encrypt and wrap with it only ${datesInWords(dates)}; what was made with it is verified, decrypted and unwrapped at any time.`,
      ]
}
