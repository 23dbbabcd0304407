/** Ends of keys whose time has come, and that wait for somebody to go on with them. It follows from the ledger alone, so nobody has to remember it. */
import type {Ledger} from '../ledger/index.ts'
import {requests, statusNow, type Request} from '../requests/index.ts'
import {keptBy} from './kept.ts'
import {keyDestroy, keyDestroyHeld, parseDestruction} from './operations/destroy.ts'
import {keysFold} from './fold.ts'
import type {Key, Version} from './state.ts'

export interface DueEnd {
  readonly key: string
  readonly version: number
  /** What is to be done: it is taken out of the service for good, or that wait begins as its time of grace is over. */
  readonly step: 'destroy' | 'schedule-destruction'
  /** When its time had come, RFC 3339. */
  readonly since: string
  /** Whether something stands against it by now: a hold, or a rule of retention. */
  readonly kept: boolean
  /** Of the key: a person, or a party. */
  readonly owner: string
  /** What is typed to go on with it. */
  readonly next: string
}

/** The longest wait first. */
export function dueEnds(ledger: Pick<Ledger, 'of' | 'view' | 'time'>): readonly DueEnd[] {
  const now = ledger.time.toISOString()
  const graces = endedGraces(ledger, now)
  return [...ledger.of(keysFold).keys.values()]
    .flatMap((key) =>
      key.versions.flatMap((version) => {
        const since = sinceWhen(version, graces.get(`${key.name} ${version.version}`), now)
        return since === undefined ? [] : [dueEnd(ledger, key, version, since)]
      }),
    )
    .toSorted((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : a.key < b.key ? -1 : 1))
}

function sinceWhen({state, destroyAt}: Version, grace: string | undefined, now: string): string | undefined {
  if (state === 'deactivated') return grace
  return state === 'destruction-scheduled' && destroyAt !== null && destroyAt <= now ? destroyAt : undefined
}

function dueEnd(
  {view, time}: Pick<Ledger, 'view' | 'time'>,
  key: Key,
  version: Version,
  since: string,
): DueEnd {
  const kept = keptBy(view, key, version, time.toISOString()).length > 0
  const which = version.version === key.primary ? '' : ` --version ${version.version}`
  return {
    key: key.name,
    version: version.version,
    step: version.state === 'deactivated' ? 'schedule-destruction' : 'destroy',
    since,
    kept,
    owner: key.spec.owner,
    next: kept ? `keyrite key show ${key.name}` : `keyrite key destroy ${key.name}${which} --reason R`,
  }
}

/** When the time of grace was over of what people approved to destroy, took out of use, and did not go on with. */
function endedGraces(ledger: Pick<Ledger, 'of' | 'view' | 'time'>, now: string): ReadonlyMap<string, string> {
  const phase = 'schedule-destruction'
  const under = (request: Request): readonly (readonly [string, string])[] => {
    const operation = [keyDestroy, keyDestroyHeld].find(({name}) => name === request.operation)
    const {plan, done} = request
    if (operation === undefined || statusNow(ledger, request) !== 'met') return []
    if (done.has(phase) || !plan.phases.some(({name}) => name === phase)) return []
    const from = operation.notBefore?.(ledger.view, plan, phase) ?? null
    const {key, version} = parseDestruction(plan)
    return from === null || from > now ? [] : [[`${key} ${version}`, from]]
  }
  return new Map([...ledger.of(requests).all.values()].flatMap(under))
}
