/** Flags whose value is a day, or a number of them. */
import {Flags} from '@oclif/core'
import {KeyriteError} from '../base/errors.ts'

/** A day (`2027-12-31`, meaning its first moment in UTC) or an RFC 3339 time in UTC. */
export function dateFlag(summary: string) {
  return Flags.custom<Date>({
    summary,
    helpValue: 'DATE',
    parse: async (text) => {
      const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{3})?)?Z)?$/.test(text)
        ? new Date(text)
        : new Date(Number.NaN)
      if (Number.isNaN(time.getTime()))
        throw new KeyriteError('USAGE', `expected a day such as 2027-12-31, got "${text}"`)
      return time
    },
  })()
}

/** A duration in whole days (`P30D`), as their number. @param dependsOn - flags without which it means nothing. */
export function daysFlag(summary: string, dependsOn: readonly string[] = []) {
  return Flags.custom<number>({
    summary,
    dependsOn: [...dependsOn],
    helpValue: 'P30D',
    parse: async (text) => {
      const [, weeks, days] = /^P(?:(\d{1,3})W)?(?:(\d{1,4})D)?$/.exec(text) ?? []
      if (weeks === undefined && days === undefined)
        throw new KeyriteError('USAGE', `expected whole days such as P30D, got "${text}"`)
      return 7 * Number(weeks ?? 0) + Number(days ?? 0)
    },
  })()
}
