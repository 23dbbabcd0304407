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
  demandIdentity(profile, await evidence.identity())
}

/** @throws KeyriteError `PROFILE_MOVED` if that is another than was approved. */
export function demandIdentity(
  profile: Pick<ProfileFacts, 'name' | 'identity'>,
  identity: Readonly<Record<string, string>>,
): void {
  if (jcs(identity) === jcs(profile.identity)) return
  const [approved, answers] = difference(profile.identity, identity)
  throw new KeyriteError(
    'PROFILE_MOVED',
    `cannot use profile "${profile.name}": it is approved for ${inWords(approved)}, and ${inWords(answers)} answers`,
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

/** What the two do not have in common. */
function difference(
  approved: Readonly<Record<string, string>>,
  answers: Readonly<Record<string, string>>,
): readonly [Readonly<Record<string, string>>, Readonly<Record<string, string>>] {
  const names = [...new Set([...Object.keys(approved), ...Object.keys(answers)])].filter(
    (name) => approved[name] !== answers[name],
  )
  const of = (one: Readonly<Record<string, string>>) =>
    Object.fromEntries(names.map((name) => [name, one[name] ?? 'none']))
  return [of(approved), of(answers)]
}
