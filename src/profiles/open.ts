/** Opens the provider of a profile, and makes sure that it is still the one that was approved. */
import {KeyriteError} from '../base/errors.ts'
import type {Secret} from '../base/secret.ts'
import type {Clock, Random} from '../base/world.ts'
import type {Provider} from '../providers/ports.ts'
import {openProvider, secretToAsk} from '../providers/registry.ts'
import type {LocalSettings} from './config.ts'
import type {ProfileFacts} from './fold.ts'
import {demandSamePlace} from './same-place.ts'

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
  const called = secretToAsk(profile.kind, local.settings)
  const pin = called === null ? null : await secret(called, profile, local.pinFile)
  try {
    const provider = await openProvider(profile.kind, {
      settings: local.settings,
      secret: pin,
      leastGeneration,
      clock,
      random,
    })
    try {
      await demandSamePlace(profile, provider)
      return provider
    } catch (error) {
      await provider.close()
      throw error
    }
  } finally {
    pin?.wipe()
  }
}
