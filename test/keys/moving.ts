/** Keys of a test ledger whose states change, by as many founders as the policy asks for. */
import type {App} from '../../src/app.ts'
import {keysFold, planMove, type MoveName, type Planned, type Version} from '../../src/keys/index.ts'
import type {Provider} from '../../src/providers/ports.ts'
import {apply, meet, requestAt, type Request} from '../../src/requests/index.ts'
import type {TestLedger} from '../support/ledger.ts'
import {ask, contextOf, sayAll, type Context} from '../requests/support.ts'

export interface Bench {
  readonly made: TestLedger
  readonly app: App
}

/** A request that everybody has approved, and nobody has applied. */
export async function approved({made, app}: Bench, planned: Planned): Promise<Request> {
  const context = contextOf(app)
  const request = await ask(context, planned, {reason: 'the test says so'})
  return meet(context, await sayAll(context, request, made.founders.slice(0, request.needs.people)))
}

export async function moved(bench: Bench, name: string, ...events: readonly MoveName[]): Promise<void> {
  for (const event of events)
    await act(bench, await approved(bench, planMove(bench.app.ledger.view, name, event)))
}

/** @param provider - acts in place of the real one */
export async function act({app}: Bench, request: Request, provider?: Provider): Promise<Request> {
  const context: Context = contextOf(app)
  const there = provider === undefined ? context : {...context, provider: () => Promise.resolve(provider)}
  return apply(there, app.operations, requestAt(app.ledger, request.seq))
}

export function versionOf({app}: Bench, name: string, number = 1): Version {
  const version = app.ledger
    .of(keysFold)
    .keys.get(name)
    ?.versions.find((one) => one.version === number)
  if (version === undefined) throw new Error(`there is no version ${number} of ${name}`)
  return version
}

/** The types of the entries on keys, from one seq on. */
export function typesSince({app}: Bench, from: number): readonly string[] {
  return Array.from(
    {length: app.ledger.size - from},
    (_, at) => app.ledger.view.entry(from + at)?.type ?? '',
  ).filter((type) => type.startsWith('key.'))
}

/** A wish to set nothing of a key; a test names what it sets. */
export const nothing = {
  owner: undefined,
  consumers: undefined,
  classification: undefined,
  expires: undefined,
  parent: undefined,
  labels: undefined,
}
