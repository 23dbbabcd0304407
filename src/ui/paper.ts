/** What commands that make something for paper share. */
import {Flags} from '@oclif/core'
import {KeyriteError} from '../base/errors.ts'

export const paperFlag = Flags.string({
  summary: 'the size of the pages of a PDF',
  helpValue: 'SIZE',
  options: ['a4', 'letter'],
  default: 'a4',
})

/** An IANA time zone. */
export const zoneFlag = Flags.string({
  summary: 'the time zone of the room, beside UTC',
  helpValue: 'AREA/CITY',
  default: 'UTC',
  parse: async (text) => {
    try {
      return new Intl.DateTimeFormat('en', {timeZone: text}).resolvedOptions().timeZone
    } catch {
      throw new KeyriteError('USAGE', `cannot use time zone "${text}": expected a name such as Europe/Zurich`)
    }
  },
})
