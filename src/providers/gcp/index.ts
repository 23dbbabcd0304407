/**
 * Google Cloud KMS: one key ring. Keys in its software or its HSMs, as the profile says.
 *
 * A version is known by its number. What keyrite has to know of a key later stands in its labels.
 */
import {agentName} from '../../base/package.ts'
import type {Believing} from '../attesting.ts'
import type {Provider} from '../ports.ts'
import {keyDeletion} from './deletion.ts'
import {keyEvidence} from './evidence.ts'
import {keyGrants} from './grants.ts'
import {keyLife} from './life.ts'
import {keyMove} from './move.ts'
import {placeFrom} from './place.ts'
import {randomOf} from './random.ts'
import {keyRights} from './rights.ts'
import {keySchedule} from './schedule.ts'
import {Service, type Place} from './service.ts'
import {standingOf} from './standing.ts'
import {keyStore} from './store.ts'
import {usageOf} from './usage.ts'
import {keyUse} from './use.ts'

export type {Place} from './service.ts'

/** From the settings of a profile, with our own name. @throws KeyriteError as `openKeyRing`, `USAGE` for a setting that is not of its form. */
export async function openFrom(
  settings: Readonly<Record<string, string>>,
  within: number | undefined,
  believing: Believing | null,
): Promise<Provider> {
  return openKeyRing(placeFrom(settings), agentName(), within, believing)
}

/**
 * @param agent - who we are, for Google's logs: `keyrite/VERSION`.
 * @param within - how long an answer is waited for, in ms; as long as the calls have it where it is absent.
 * @param believing - whom attestations of its HSMs must lead to; nobody unless told.
 * @throws KeyriteError `CREDENTIALS_REFUSED`, `PROVIDER_UNREACHABLE`, `PROVIDER_FAILED` if there is no such key ring.
 */
export async function openKeyRing(
  place: Place,
  agent: string,
  within?: number,
  believing: Believing | null = null,
): Promise<Provider> {
  const provider = providerOf(await Service.open(place, agent, within ?? null), believing)
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
    kind: 'gcp',
    store: keyStore(service),
    use: keyUse(service),
    life: keyLife(service),
    move: keyMove(service),
    evidence: keyEvidence(service, believing),
    schedule: keySchedule(service),
    random: (count) => randomOf(service, count),
    rights: keyRights(service),
    grants: keyGrants(service, keyRights(service)),
    deletion: keyDeletion(service),
    standing: async (policy, ids, principal) => standingOf(service, policy, ids, principal),
    probing: (intent) => providerOf(service.probing(intent), believing),
    usage: (query) => usageOf(service, query),
    time: () => null,
    close: () => service.close(),
  }
}
