/** Opens the provider of a profile, and makes sure that it is still the one that was approved. */
import {KeyriteError} from '../base/errors.ts'
import {jcs} from '../base/jcs.ts'
import type {Secret} from '../base/secret.ts'
import type {Clock, Random} from '../base/world.ts'
import type {Provider} from '../providers/ports.ts'
import {openProvider, providerKind} from '../providers/registry.ts'
import type {LocalSettings} from './config.ts'
import type {ProfileFacts} from './fold.ts'

export interface OpenProfile {
  readonly profile: ProfileFacts
  readonly local: LocalSettings | undefined
  readonly leastGeneration: number | null
  /** Asks for the PIN or password: from the file if there is one, else from the person. */
  readonly secret: (called: string, profile: ProfileFacts, pinFile: string | undefined) => Promise<Secret>
  readonly clock: Clock
  readonly random: Random
}

/** @throws KeyriteError `PROFILE_MOVED` if it answers with another identity, `CREDENTIALS_REFUSED`, `TOKEN_ROLLED_BACK`, and what else the provider throws. */
export async function openProfile({
  profile,
  local,
  leastGeneration,
  secret,
  clock,
  random,
}: OpenProfile): Promise<Provider> {
  if (local === undefined) {
    throw new KeyriteError(
      'PROFILE_NOT_FOUND',
      `cannot reach profile "${profile.name}" from here: config.yaml does not say where it lies`,
      {
        hints: [`keyrite profile check ${profile.name}`, 'copy its settings from the machine that added it'],
      },
    )
  }
  const called = providerKind(profile.kind).secret
  const pin = called === null ? null : await secret(called, profile, local.pinFile)
  try {
    const provider = await openProvider(profile.kind, {
      settings: local.settings,
      secret: pin,
      leastGeneration,
      clock,
      random,
    })
    const identity = await provider.evidence.identity()
    if (jcs(identity) === jcs(profile.identity)) return provider
    await provider.close()
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
  } finally {
    pin?.wipe()
  }
}

export function inWords(identity: Readonly<Record<string, string>>): string {
  return Object.entries(identity)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}
