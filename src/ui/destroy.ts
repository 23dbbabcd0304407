/** A destruction that was approved, and waits for its time. */
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {
  keysFold,
  parseDestruction,
  profileOf,
  whichVersion,
  type Key,
  type KeyDocument,
} from '../keys/index.ts'
import {readConfig} from '../profiles/index.ts'
import {providerKind} from '../providers/registry.ts'
import {goesOnOutside, requests, statusNow, type Request} from '../requests/index.ts'
import {demandName, gatherAndApply, type Final, type Manner} from './gather.ts'

/** The request that was met and not carried out to its end; undefined where there is none. @param version - the primary one where it is null. */
export function destructionUnderWay(
  {ledger}: Pick<App, 'ledger'>,
  name: string,
  version: number | null,
): Request | undefined {
  const key = ledger.of(keysFold).keys.get(name)
  const number = version ?? key?.primary
  const one = key?.versions.find((each) => each.version === number)
  return [...ledger.of(requests).all.values()].find((request) => {
    const {operation, plan, done, met} = request
    if (operation !== 'key.destroy' && operation !== 'key.destroy-held') return false
    if (plan.change['key'] !== name || plan.change['version'] !== number) return false
    if (!goesOnOutside({outlasts: true}, request)) return false
    // Of one that was cancelled nothing is gone on with.
    const scheduled = one?.state === 'destruction-scheduled'
    const own = scheduled ? one.scheduledBy === met || !begins(request) : !done.has('schedule-destruction')
    return own && statusNow(ledger, request) === 'met'
  })
}

/**
 * How many days a place waits that has one wait for a key and no other: so people approve what it does, and are not asked for
 * what it refuses. As the profile is set where the place gives no answer; null where it waits as it is told, or where it lies
 * is not known here.
 * @throws KeyriteError `UNSUPPORTED` where the place would refuse this end.
 */
export async function ownWaitAt(
  app: Pick<App, 'ledger' | 'world' | 'provider'>,
  {profile, primary, versions}: Key,
  number: number | null,
  purge: boolean,
): Promise<number | null> {
  const {ownWait} = providerKind(profileOf(app.ledger.view, profile).kind)
  const local = readConfig(app.world.home).get(profile)
  if (ownWait === undefined || local === undefined) return null
  const version = versions.find((one) => one.version === (number ?? primary))
  // What is scheduled waits already, and what is destroyed does not.
  if (version === undefined || version.state === 'destruction-scheduled' || version.state === 'destroyed')
    return null
  try {
    const {life} = await app.provider(profile)
    const days = await life.fixedWait?.(version.ref, purge)
    if (days !== undefined) return days
  } catch (error) {
    if (!(error instanceof KeyriteError) || error.code === 'UNSUPPORTED') throw error
  }
  return ownWait(local.settings)
}

function begins({plan}: Request): boolean {
  return plan.phases.some(({name}) => name === 'schedule-destruction')
}

/** Does what is due of it. @throws KeyriteError `KEY_STATE` saying until when it waits. */
export async function goOn(
  app: App,
  request: Request,
  manner: Pick<Manner, 'actor' | 'say'> & {readonly final: Final},
): Promise<void> {
  const due = waitsUntil(app, request)
  const {key, version} = parseDestruction(request.plan)
  const primary = app.ledger.of(keysFold).keys.get(key)?.primary === version
  const cancel = `keyrite key cancel-destroy ${key}${whichVersion({version, primary})}`
  if (due !== null)
    throw new KeyriteError('KEY_STATE', `cannot go on with key "${key}" yet: ${due.what} ${due.until}`, {
      hints: [`the same command on or after ${due.until}`, callOff(request, {key, cancel}, due.next)],
    })
  const next = request.plan.phases.find(({name}) => !request.done.has(name))
  // What can still be taken back is not called the end.
  const scheduled = {
    warning: `It is scheduled now, and can be used for nothing; it is not destroyed before its wait is over, and ${cancel} takes it back until then.`,
  }
  await demandName(app, {...(next?.name === 'schedule-destruction' ? scheduled : {}), ...manner.final})
  await gatherAndApply(app, request, {...manner, signWith: []})
}

/** What is scheduled is cancelled; before that there is only the request, which is withdrawn while nothing of it was done. */
function callOff(
  {id, begun}: Request,
  {key, cancel}: {readonly key: string; readonly cancel: string},
  next: string,
): string {
  if (next === 'destroy') return cancel
  return begun.size === 0
    ? `keyrite request withdraw ${id} --reason R`
    : `${cancel}, once it is scheduled; a hold keeps it from that: keyrite key hold ${key} …`
}

function waitsUntil(
  {ledger, operations}: Pick<App, 'ledger' | 'operations'>,
  {plan, operation, done}: Request,
): {readonly next: string; readonly what: string; readonly until: string} | null {
  const next = plan.phases.find(({name}) => !done.has(name))
  if (next === undefined) return null
  const until = operations.get(operation)?.notBefore?.(ledger.view, plan, next.name) ?? null
  if (until === null || ledger.time.toISOString() >= until) return null
  return {
    next: next.name,
    what: next.name === 'destroy' ? 'it can still be cancelled until' : 'what it made is still read until',
    until,
  }
}

/** What is to be done next, for whoever asked. */
export function endingLines(
  app: Pick<App, 'ledger' | 'operations'>,
  {name, versions}: KeyDocument,
): readonly string[] {
  return versions.flatMap(({version, primary, state, destroyAt}) => {
    // Without it the same words would end the primary version.
    const which = whichVersion({version, primary})
    if (state === 'destroyed')
      return [
        `Version ${version} is destroyed. What that does not reach its certificate says:`,
        `keyrite key destruction ${name}${which} --out FILE.pdf`,
      ]
    if (state === 'destruction-scheduled')
      return [
        `Version ${version} is not destroyed yet: it can be used for nothing, and is destroyed on or after ${destroyAt ?? ''}.`,
        `Then: keyrite key destroy ${name}${which} --reason R`,
        `To take it back: keyrite key cancel-destroy ${name}${which}`,
      ]
    if (state !== 'deactivated') return []
    const under = destructionUnderWay(app, name, version)
    const due = under === undefined ? null : waitsUntil(app, under)
    return [
      `Version ${version} is deactivated${due === null ? '' : `, and ${due.what} ${due.until}`}.`,
      `${due === null ? 'After its time of grace' : 'Then'}: keyrite key destroy ${name}${which} --reason R`,
    ]
  })
}
