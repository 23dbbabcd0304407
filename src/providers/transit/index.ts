/**
 * OpenBao, or Vault: the transit secrets engine, over plain HTTPS.
 *
 * A key is one key there, with its versions; its name bears what transit has no place for (`names.ts`). States are kept as
 * two numbers and a soft deletion (`states.ts`), which the server enforces and whoever may configure the key can set again.
 */
import type {Secret} from '../../base/secret.ts'
import type {Clock} from '../../base/world.ts'
import type {Provider} from '../ports.ts'
import {keyBackups} from './backup.ts'
import {keyEvidence} from './evidence.ts'
import {patience} from './http.ts'
import {keyLife} from './life.ts'
import {keyMove} from './move.ts'
import {Server, type Place} from './server.ts'
import {standingOf} from './standing.ts'
import {keySchedule} from './schedule.ts'
import {keyStore} from './store.ts'
import {usageIn} from './usage.ts'
import {keyUse} from './use.ts'

export type {Place} from './server.ts'

/**
 * @param token - stays the caller's to wipe; null where a file or an agent has it.
 * @throws KeyriteError `PROVIDER_UNREACHABLE` if it does not answer, is sealed or not to be trusted, `CREDENTIALS_REFUSED`,
 * `PROVIDER_FAILED` if there is no transit at the mount, `USAGE` for an address by http to another machine.
 */
export async function openTransit(
  place: Place,
  token: Secret | null,
  clock: Clock,
  within = patience,
): Promise<Provider> {
  const server = Server.at(place, token, within)
  try {
    // In this order each failure has one reason: it does not answer, it does not know us, there is no transit.
    await server.health()
    await server.logIn()
    await server.mount()
  } catch (error) {
    server.close()
    throw error
  }
  return providerOf(server, clock)
}

function providerOf(server: Server, clock: Clock): Provider {
  return {
    kind: 'transit',
    store: keyStore(server),
    use: keyUse(server),
    life: keyLife(server, clock),
    move: keyMove(server),
    evidence: keyEvidence(server),
    schedule: keySchedule(server),
    keyBackups: keyBackups(server),
    probing: (intent) => providerOf(server.probing(intent), clock),
    standing: async (policy, ids, principal) => standingOf(server, policy, ids, principal),
    usage: async (query) => usageIn(server.place, query),
    time: () => server.time(),
    async close() {
      server.close()
    },
  }
}
