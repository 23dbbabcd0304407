/** What the program runs in, as far as it can see: recorded, and in production refused where someone else could steer it (T18). */
import {KeyriteError} from '../base/errors.ts'
import {isSolo, type Policy} from '../policy/index.ts'
import type {ProfileFacts} from '../profiles/index.ts'

/** @throws KeyriteError `PRODUCTION_GUARD` naming the first guard that fails. */
export function guardProduction(
  profile: ProfileFacts | null,
  policy: Policy,
  seen: readonly string[],
  by: {readonly answersFile: boolean},
): void {
  if (profile?.environment !== 'production') return
  const refuse = (fact: string, hint: string): never => {
    throw new KeyriteError(
      'PRODUCTION_GUARD',
      `cannot go on with production profile "${profile.name}": ${fact}`,
      {hints: [hint]},
    )
  }
  if (by.answersFile) refuse('answers come from a file', 'run it in a terminal, with the people in the room')
  if (isSolo(policy)) refuse('its policy lets one person decide alone', 'keyrite policy explain policy.adopt')
  const [first] = seen
  if (first !== undefined) refuse(first, 'start keyrite in a clean environment')
}
