/** Who has which role, as flags say it. */
import {KeyriteError} from '../base/errors.ts'

/** @throws KeyriteError `USAGE`. */
export function fromFlags(participants: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    participants.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw new KeyriteError('USAGE', `expected ROLE=PERSON,PERSON, got "${text}"`)
      const people = text.slice(at + 1).split(',')
      return [text.slice(0, at), people.map((one) => one.trim())]
    }),
  )
}
