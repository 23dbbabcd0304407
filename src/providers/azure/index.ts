/**
 * Azure Key Vault, or Managed HSM: one vault.
 *
 * A version is known by Azure's own id of it. What keyrite has to know of it later stands in its tags.
 */
import type {Believing} from '../attesting.ts'
import type {Provider} from '../ports.ts'
import {keyBackups} from './backup.ts'
import {keyEvidence} from './evidence.ts'
import {keyGrants} from './grants.ts'
import {placeSettings} from './settings.ts'
import {keyLife} from './life.ts'
import {keyMove} from './move.ts'
import type {Place} from './place.ts'
import {Service} from './service.ts'
import {keySchedule} from './schedule.ts'
import {standingOf} from './standing.ts'
import {keyStore} from './store.ts'
import {keyTold} from './told.ts'
import {usageOf} from './usage.ts'
import {keyUse} from './use.ts'
import {wholeBackups} from './whole.ts'

export type {Place} from './place.ts'

/**
 * @param agent - who we are, for Azure's logs: `keyrite/VERSION`.
 * @param within - how long an answer is waited for, in ms, with all repetitions.
 * @param believing - whom attestations of its HSMs must lead to; nobody unless told.
 * @throws KeyriteError `CREDENTIALS_REFUSED`, `PROVIDER_UNREACHABLE`, `FILE_NOT_FOUND`, `USAGE`.
 */
export async function openVault(
  place: Place,
  agent: string,
  within?: number,
  believing: Believing | null = null,
): Promise<Provider> {
  const provider = providerOf(await Service.open(place, agent, within), believing)
  try {
    await provider.evidence.identity()
    return provider
  } catch (error) {
    await provider.close()
    throw error
  }
}

function providerOf(service: Service, believing: Believing | null): Provider {
  return {
    kind: 'azure',
    store: keyStore(service),
    use: keyUse(service),
    life: keyLife(service),
    move: keyMove(service),
    evidence: keyEvidence(service, believing),
    schedule: keySchedule(service),
    standing: async (policy, ids, principal) => standingOf(service, policy, ids, principal),
    probing: (intent) => providerOf(service.probing(intent), believing),
    usage: async (query) => usageOf(service, query),
    keyBackups: keyBackups(service),
    told: keyTold(service),
    ...(service.place.isHsm
      ? {wholeBackups: wholeBackups(service), grants: keyGrants(service), settings: placeSettings(service)}
      : {}),
    time: () => null,
    close: async () => {
      service.close()
    },
  }
}
