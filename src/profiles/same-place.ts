/** Whether a place is still the one that was approved: asked when it is opened, and again right before each act. */
import {KeyriteError} from '../base/errors.ts'
import {jcs} from '../base/jcs.ts'
import type {Provider} from '../providers/ports.ts'
import type {ProfileFacts} from './fold.ts'

/** @throws KeyriteError `PROFILE_MOVED` if another identity answers, and what asking for it throws. */
export async function demandSamePlace(
  profile: Pick<ProfileFacts, 'name' | 'identity'>,
  {evidence}: Pick<Provider, 'evidence'>,
): Promise<void> {
  const identity = await evidence.identity()
  if (jcs(identity) === jcs(profile.identity)) return
  throw new KeyriteError(
    'PROFILE_MOVED',
    `cannot use profile "${profile.name}": it is approved for ${inWords(profile.identity)}, and ${inWords(identity)} answers`,
    {
      hints: [
        `keyrite profile show ${profile.name}`,
        'mend config.yaml, or add the other place as a profile of its own',
      ],
    },
  )
}

export function inWords(identity: Readonly<Record<string, string>>): string {
  return Object.entries(identity)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}
