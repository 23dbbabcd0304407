/**
 * AWS KMS, and whatever speaks as it does.
 *
 * Nothing here holds a secret of its own: credentials are found, kept and renewed by AWS's SDK. What keyrite knows of a key
 * stands in its tags. A key's versions are the materials that it was rotated to; what does not rotate has one.
 */
import type {Provider} from '../ports.ts'
import {Line, patience} from './client.ts'
import {keyEvidence} from './evidence.ts'
import {keyGrants} from './grants.ts'
import {keyPolicies} from './key-policy.ts'
import {whoAnswers, type Answered} from './identity.ts'
import {Keys} from './keys.ts'
import {keyLife} from './life.ts'
import {keyMove} from './move.ts'
import {keySchedule} from './schedule.ts'
import {keyService} from './service.ts'
import {placeOf} from './settings.ts'
import {keyStore, type Service} from './store.ts'
import {usageOf} from './usage.ts'
import {keyUse} from './use.ts'

export {patience} from './client.ts'

/** @throws KeyriteError `USAGE` for settings that cannot be, `PROVIDER_UNREACHABLE`, `CREDENTIALS_REFUSED`. */
export async function openAws(
  settings: Readonly<Record<string, string>>,
  within = patience,
): Promise<Provider> {
  const line = new Line(placeOf(settings), within)
  try {
    return providerOn(line, await whoAnswers(line))
  } catch (error) {
    line.close()
    throw error
  }
}

/** @param known - who answered before, if somebody asked. */
function providerOn(line: Line, known: Answered | undefined): Provider {
  const keys = new Keys(line)
  const ask = async (): Promise<Answered> => whoAnswers(line)
  let who = known
  const service: Service = {
    keys,
    async who() {
      line.demandOpen('use it')
      return (who ??= await ask())
    },
    alone: oneByOne(),
  }
  return {
    kind: 'aws',
    store: keyStore(service),
    use: keyUse(keys),
    life: keyLife(service),
    move: keyMove(service),
    evidence: keyEvidence(service, ask),
    service: keyService(service),
    schedule: keySchedule(keys),
    grants: keyGrants(keys),
    policies: keyPolicies(service),
    probing: (intent) => providerOn(line.probing(intent), who),
    usage: (query) => usageOf(keys, query),
    time: () => line.time,
    async close() {
      line.close()
    },
  }
}

/** Each work begins when the one before has ended, well or not. */
function oneByOne(): Service['alone'] {
  let last: Promise<unknown> = Promise.resolve()
  return async (work) => {
    const mine = last.then(work, work)
    last = mine.catch(() => undefined)
    return mine
  }
}
