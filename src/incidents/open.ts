/** Opening an incident, writing in it, and closing it: by a named person, whom nobody needs to approve. */
import {hex} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import {duties, findDuty} from '../duties/index.ts'
import {profileOf, type Key} from '../keys/index.ts'
import {Private, type Draft, type Ledger} from '../ledger/index.ts'
import type {ActContext} from '../requests/index.ts'
import {drillOf} from './phases.ts'
import {hooksLeft} from './hooks.ts'
import {containments, isContained, stripped} from './rules.ts'
import {incidents, openOn, type Incident, type Order, type Reason} from './state.ts'

type Acting = Pick<ActContext, 'ledger' | 'random' | 'actor'>

export interface Opening {
  readonly reason: Reason
  readonly ticket: string | null
  readonly order: Order
  readonly drill?: boolean
}

/** The clock starts with this entry. An incident about the key that is open already is gone on with, by its own clock. */
export async function openIncident(
  {ledger, random, actor}: Acting,
  key: Key,
  {reason, ticket, order, drill = false}: Opening,
): Promise<Incident> {
  const open = openOn(ledger.of(incidents), key.name)
  if (open !== undefined) {
    demandSame(open, drill)
    return open
  }
  if (drill) demandTestKey(ledger, key)
  const [entry] = await ledger.append([
    {
      type: 'incident.opened',
      data: {
        key: key.name,
        profile: key.profile,
        reason,
        ticket: ticket === null ? null : new Private(ticket),
        order,
        intent: hex(random.bytes(16)),
        ...drillOf({drill}),
      },
      actor,
    },
  ])
  return at(ledger, entry?.seq ?? -1)
}

/** A drill is never gone on with in earnest, nor the other way round. @throws KeyriteError `KEY_STATE`. */
function demandSame({id, key, drill}: Incident, wanted: boolean): void {
  if (drill === wanted) return
  throw new KeyriteError(
    'KEY_STATE',
    wanted
      ? `cannot hold a drill on key "${key}": incident ${id} about it is open, and is none`
      : `cannot revoke key "${key}" in earnest: drill ${id} about it is open`,
    {
      hints: wanted
        ? [`keyrite revoke ${key}`, `keyrite incident show ${id}`]
        : [`keyrite incident resume ${id}, which contains it all the same`, `keyrite incident close ${id}`],
    },
  )
}

/** @throws KeyriteError `PRODUCTION_GUARD`. */
export function demandTestKey(ledger: Pick<Ledger, 'view'>, {name, profile}: Key): void {
  const {environment} = profileOf(ledger.view, profile)
  if (environment === 'test') return
  throw new KeyriteError(
    'PRODUCTION_GUARD',
    `cannot hold a drill on key "${name}": its profile "${profile}" is ${environment}, and a drill takes the key out of use`,
    {hints: ['keyrite profile list', 'keyrite revoke KEY --drill, with a key of a test profile']},
  )
}

/** Finds the incident that somebody typed: `i41`, `41`, or the key that an open one is about. @throws KeyriteError `NOT_FOUND`. */
export function findIncident(ledger: Pick<Ledger, 'of'>, typed: string): Incident {
  const {all} = ledger.of(incidents)
  const seq = /^i?(\d{1,15})$/.exec(typed)?.[1]
  const found = (seq === undefined ? undefined : all.get(Number(seq))) ?? openOn({all}, typed)
  if (found !== undefined) return found
  const near = nearest(
    typed,
    [...all.values()].flatMap(({id, key}) => [id, key]),
  )
  throw new KeyriteError('NOT_FOUND', `cannot find incident "${typed}"`, {
    hints: [...near.map((one) => `keyrite incident show ${one}`), 'keyrite incident list'],
  })
}

/** @throws KeyriteError `KEY_STATE` unless something took the place of its key, which may be contained, too. */
export function demandReplaced(key: string, incident: Incident | undefined): void {
  if (incident !== undefined && incident.replaced !== null) return
  throw new KeyriteError(
    'KEY_STATE',
    `cannot contain what took the place of key "${key}": ${incident === undefined ? 'no incident about it is open' : `nothing did, in incident ${incident.id}`}`,
    {hints: [`keyrite revoke ${key}, which contains every version of it that is in use`]},
  )
}

/** @throws KeyriteError `KEY_STATE` if it is closed. */
export function demandOpenIncident({id, closed}: Incident, wish: string): void {
  if (closed === null) return
  throw new KeyriteError('KEY_STATE', `cannot ${wish} incident ${id}: it was closed ${closed.at}`, {
    hints: [`keyrite incident show ${id}`],
  })
}

export async function noteIncident(
  {ledger, actor}: Pick<ActContext, 'ledger' | 'actor'>,
  incident: Incident,
  words: string,
): Promise<Incident> {
  demandOpenIncident(incident, 'write in')
  const data = {incident: incident.seq, key: incident.key, note: new Private(words)}
  await ledger.append([{type: 'incident.noted', data, actor}])
  return at(ledger, incident.seq)
}

export interface Closing {
  readonly confirmed: boolean
  /** Duties that are not waited for: ids or names. */
  readonly waive: readonly string[]
  readonly reason: string | null
}

/**
 * The entry that closes it.
 * @throws KeyriteError `KEY_STATE` if it is closed, or what was contained is not ratified; `DUTY_STATE` naming the duties that
 * are open; `USAGE` where a waiver has no reason; `DUTY_NOT_FOUND`.
 */
export function closingDraft(ledger: Ledger, incident: Incident, {confirmed, waive, reason}: Closing): Draft {
  demandOpenIncident(incident, 'close')
  if (incident.drill && confirmed)
    throw new KeyriteError(
      'KEY_STATE',
      `cannot call key "${incident.key}" compromised: incident ${incident.id} is a drill`,
      {hints: [`keyrite incident close ${incident.id}`, `keyrite key compromise ${incident.key} --reason R`]},
    )
  if (incident.drill && isContained(incident))
    throw new KeyriteError(
      'KEY_STATE',
      `cannot close drill ${incident.id}: key "${incident.key}" is still contained by it`,
      {hints: [`keyrite unrevoke ${incident.key} --reason "end of the drill"`]},
    )
  if ((isContained(incident) || stripped(incident).length > 0) && incident.ratified === null)
    throw new KeyriteError(
      'KEY_STATE',
      `cannot close incident ${incident.id}: what was contained was not ratified by others`,
      {hints: [`keyrite incident ratify ${incident.id}`, `keyrite unrevoke ${incident.key}`]},
    )
  if (confirmed && containments(incident).length === 0)
    throw new KeyriteError(
      'KEY_STATE',
      `cannot call key "${incident.key}" compromised: nothing was contained`,
      {
        hints: [`keyrite key compromise ${incident.key} --reason R`],
      },
    )
  if (waive.length > 0 && reason === null)
    throw new KeyriteError('USAGE', 'cannot waive a duty without a reason', {hints: ['--reason R']})
  const [hook] = hooksLeft(ledger.view, incident)
  if (hook !== undefined)
    throw new KeyriteError(
      'KEY_STATE',
      `cannot close incident ${incident.id}: hook "${hook.name}" of phase ${hook.phase} has not succeeded`,
      {hints: [`keyrite incident resume ${incident.id}`, 'keyrite policy adopt FILE, without it']},
    )
  const owed = owedBy(ledger, incident)
  const waived = waive.map((typed) => {
    const own = owed.find(({id, name}) => id === typed || name === typed)
    return own ?? findDuty(ledger, typed)
  })
  const left = owed.filter((one) => !waived.includes(one))
  if (left.length > 0)
    throw new KeyriteError(
      'DUTY_STATE',
      `cannot close incident ${incident.id}: ${left.length === 1 ? 'a duty is' : `${left.length} duties are`} open: ${left.map(({id, name}) => `${id} ${name}`).join(', ')}`,
      {
        hints: [
          `keyrite duty done ${left[0]?.id ?? ''} --evidence TEXT`,
          `keyrite incident close ${incident.id} --waive ${left[0]?.name ?? ''} --reason R`,
        ],
      },
    )
  return {
    type: 'incident.closed',
    data: {
      incident: incident.seq,
      key: incident.key,
      outcome: confirmed ? 'confirmed-compromise' : 'over',
      waived: waived.map(({seq}) => ({duty: seq, reason: new Private(reason ?? '')})),
    },
    actor: {person: null, evidence: 'stated'},
  }
}

/** The duties that came of it and that nobody has done. */
export function owedBy(ledger: Pick<Ledger, 'of'>, incident: Incident) {
  return [...ledger.of(duties).values()].filter(({source, done}) => source === incident.seq && done === null)
}

function at(ledger: Ledger, seq: number): Incident {
  const incident = ledger.of(incidents).all.get(seq)
  if (incident === undefined) throw new TypeError('recorded before')
  return incident
}
