/** Keys that are revoked in a test ledger, at a real local token or one whose answers are changed. */
import {KeyriteError, type ErrorCode} from '../../src/base/errors.ts'
import {
  applyEach,
  findIncident,
  incidentDocument,
  look,
  openIncident,
  planContain,
  proveDead,
  type Incident,
  type IncidentDocument,
} from '../../src/incidents/index.ts'
import {keysFold, type Key} from '../../src/keys/index.ts'
import type {Provider} from '../../src/providers/ports.ts'
import {meet, openRequest, requestAt, type Request} from '../../src/requests/index.ts'
import type {Bench} from '../keys/moving.ts'
import type {Founder} from '../support/ledger.ts'
import {contextOf, say, type Context} from '../requests/support.ts'

export interface Night extends Bench {
  readonly context: Context
  /** Whoever contains: an emergency contact. */
  readonly by: Founder
}

export function nightOf(bench: Bench, by: Founder, provider?: Provider): Night {
  const context = contextOf(bench.app, by)
  return {
    ...bench,
    by,
    context: provider === undefined ? context : {...context, provider: () => Promise.resolve(provider)},
  }
}

export function keyAt({app}: Bench, name: string): Key {
  const key = app.ledger.of(keysFold).keys.get(name)
  if (key === undefined) throw new Error(`there is no key ${name}`)
  return key
}

export async function opened(night: Night, name: string): Promise<Incident> {
  const opening = {reason: 'key-compromise', ticket: null, order: 'contain'} as const
  const incident = await openIncident(night.context, keyAt(night, name), opening)
  return (await look(night.context, incident)).incident
}

/** The request to contain it, met. */
export async function signed(night: Night, incident: Incident): Promise<Request> {
  const {context, app, by} = night
  const plan = planContain(app.ledger.view, incident)
  const asking = {plan, names: {}, reason: null, ticket: null, only: null}
  return meet(context, await say(context, await openRequest(context, asking), by))
}

/** Contains what a request approves, and says which versions could not be. */
export async function contained(night: Night, request: Request): Promise<readonly (ErrorCode | null)[]> {
  const {context, app} = night
  const now = requestAt(app.ledger, request.seq)
  const steps = await applyEach(context, app.operations, now, () => undefined)
  return steps.map(({failure}) => failure?.code ?? null)
}

export function proved(night: Night, incident: Incident, withinMs = 1_000) {
  return proveDead(night.context, incident, {withinMs, progress: () => undefined})
}

export function documentOf({app}: Bench, {id}: Incident): IncidentDocument {
  return incidentDocument(app.ledger, findIncident(app.ledger, id))
}

export const failing = (code: ErrorCode) => (): Promise<never> =>
  Promise.reject(new KeyriteError(code, 'cannot: the test says so'))

/** A place, some of whose answers are others. */
export function other(
  real: Provider,
  change: {
    readonly life?: Partial<Provider['life']>
    readonly use?: Partial<Provider['use']>
    readonly evidence?: Partial<Provider['evidence']>
    readonly store?: Partial<Provider['store']>
  },
): Provider {
  return {
    ...real,
    life: {...real.life, ...change.life},
    use: {...real.use, ...change.use},
    evidence: {...real.evidence, ...change.evidence},
    store: {...real.store, ...change.store},
  }
}
