/** A flag whose value is a day. */
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
