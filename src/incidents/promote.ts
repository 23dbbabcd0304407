/**
 * Another version in the place of one that is revoked: activated and proved, made primary, and given the aliases, each a phase
 * of its own. A standby, which a quorum approved beforehand, whoever contains a key may put there; anything else takes the
 * emergency quorum (`replace.ts`).
 */
import {z} from 'zod'
import {KeyriteError} from '../base/errors.ts'
import {
  aliasName,
  changeState,
  giveAlias,
  keysFold,
  keyVersion,
  makePrimary,
  proveWithin,
  standbyOf,
  type Key,
} from '../keys/index.ts'
import {problem, type Entry, type Problem, type View} from '../ledger/index.ts'
import {phase, type ActContext, type Phase, type PhaseOf} from '../requests/index.ts'
import {knownAliases} from './facts.ts'
import {requestOf, tookItsPlace} from './rules.ts'
import type {Incident} from './state.ts'

export const promotionSchema = z.strictObject({
  version: z.int().min(1),
  /** The version that is primary until then. */
  from: z.int().min(1),
  /** By which others reach what was primary, where its place has such names: they are moved. */
  aliases: z.array(aliasName),
})
export type Promotion = z.infer<typeof promotionSchema>

const primaryPhase: PhaseOf = (_view, {data}) => `primary-${Number(data['to'])}`
const aliasPhase: PhaseOf = (view, entry) => {
  const {data} =
    entry.type === 'key.alias.failed' ? (view.entry(Number(entry.data['intended'])) ?? entry) : entry
  return typeof data['alias'] === 'string' ? `alias:${data['alias']}` : undefined
}

/** What is written after a version was activated; that is a change of state like any other. */
export const promotionWrites = {
  'key.primary.intended': primaryPhase,
  'key.primary.changed': primaryPhase,
  'key.primary.failed': primaryPhase,
  'key.alias.intended': aliasPhase,
  'key.aliased': aliasPhase,
  'key.alias.failed': aliasPhase,
} as const
export const promotionBegins = ['key.primary.intended', 'key.alias.intended'] as const

export function promotionPhases({version, aliases}: Promotion): readonly Phase[] {
  return [`activate-${version}`, `primary-${version}`, ...aliases.map((alias) => `alias:${alias}`)].map(phase)
}

/** Whether a phase is one of these. */
export function promotes(name: string): boolean {
  return /^(activate-|primary-|alias:)/.test(name)
}

export function promotionInWords(key: string, {version, from, aliases}: Promotion): string {
  const names = aliases.length === 0 ? '' : `, and is given ${aliases.map((one) => `"${one}"`).join(', ')}`
  return `version ${version} of key "${key}" is activated, proved, and primary in place of version ${from}${names}`
}

/** The version that takes the place of the primary one, and its names. */
export function promotionTo(
  view: Pick<View, 'blob'>,
  key: Key,
  incident: Incident,
  version: number,
): Promotion {
  return {version, from: key.primary, aliases: [...knownAliases(view, key, incident)]}
}

/** The standby that one person may promote now; undefined where none waits, or others have looked at the incident already. */
export function promotable(
  view: Pick<View, 'of'>,
  key: Key,
  {ratified, replaced}: Incident,
): number | undefined {
  const standby = standbyOf(key)
  if (standby === undefined || ratified !== null || replaced !== null) return undefined
  return requestOf(view, standby.standby)?.operation === 'key.standby' ? standby.version : undefined
}

/**
 * What speaks against one person's putting a standby in its place; undefined if nothing does.
 * @param incident - undefined where it is withheld, as in a bundle.
 */
export function promotionFault(
  view: Pick<View, 'of'>,
  name: string,
  number: number,
  incident: Incident | undefined,
): string | undefined {
  const versions = view.of(keysFold).keys.get(name)?.versions ?? []
  const version = versions.find((one) => one.version === number)
  const approved = requestOf(view, version?.standby ?? null)?.operation === 'key.standby'
  const promoted = version?.state === 'active' && (incident === undefined || tookItsPlace(incident, number))
  if (!approved && !promoted) return `version ${number} is no standby that a quorum approved`
  if (incident !== undefined && incident.ratified !== null)
    return `incident ${incident.id} was ratified: now the emergency quorum replaces its key`
  const alive = versions.find((one) => one.state === 'active' && one.version !== number)
  return alive === undefined ? undefined : `version ${alive.version} is not contained`
}

/** @throws KeyriteError `PLAN_MOVED`, `KEY_STATE`. */
export function demandPromotable(
  view: Pick<View, 'of'>,
  name: string,
  {version: number, from}: Promotion,
  act: string,
): void {
  const key = view.of(keysFold).keys.get(name)
  const state = key?.versions.find((one) => one.version === number)?.state
  const right = act.startsWith('activate-') ? state === 'pre-active' : state === 'active'
  if (right && (!act.startsWith('primary-') || key?.primary === from)) return
  throw new KeyriteError(
    'PLAN_MOVED',
    `cannot put version ${number} in the place of key "${name}": ${right ? `version ${key?.primary ?? ''} is primary by now` : `it is ${state ?? 'not there'}`}`,
    {hints: [`keyrite key show ${name}`]},
  )
}

/** Whether an entry says of the version that takes its place what the plan says; undefined of any other. */
export function judgePromotion(
  promotion: Promotion | undefined,
  entry: Entry,
): readonly Problem[] | undefined {
  const {type, data} = entry
  const activates = type === 'key.state.intended' && data['to'] === 'active'
  if (!activates && !Object.hasOwn(promotionWrites, type)) return undefined
  const same =
    promotion !== undefined &&
    (type.startsWith('key.primary.')
      ? data['to'] === promotion.version && data['from'] === promotion.from
      : data['version'] === promotion.version) &&
    (data['alias'] === undefined || promotion.aliases.some((one) => one === data['alias']))
  return same ? undefined : [problem('plan', entry, 'it is not the version that the plan puts in its place')]
}

/** Does one of these phases. What a crash left open is finished, and nothing is done twice. */
export async function promote(
  context: ActContext,
  name: string,
  {version, from}: Promotion,
  act: string,
): Promise<void> {
  if (act.startsWith('alias:'))
    return giveAlias(context, {key: name, version, alias: act.slice('alias:'.length), taken: true})
  if (act.startsWith('primary-')) return makePrimary(context, name, {from, to: version, aliases: []})
  // In an emergency, too, nobody is given a key of which nobody knows that it works.
  if (keyVersion(context, name, version).version.tried?.ok !== true) await proveWithin(context, name, version)
  return changeState(context, {key: name, version, event: 'activate', enforced: null})
}
