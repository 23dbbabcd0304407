/** Whether live keys are as they should be (K9): from the ledger alone, each fact with what says it. */
import type {Ledger} from '../../ledger/index.ts'
import {moduleOf, policyFold, protectionOf, wantsHardware} from '../../policy/index.ts'
import {profilesFold} from '../../profiles/index.ts'
import {commandAgain} from '../again.ts'
import {standing} from '../rotation/standing.ts'
import type {Classification} from '../spec.ts'
import type {Key, Version} from '../state.ts'
import {lastSeen, syncsFold} from '../sync/fold.ts'
import {datesInWords, isWithin, sameDates} from '../../providers/dates.ts'
import {datesOf, specDates} from '../dates.ts'
import {keysFold} from '../fold.ts'
import type {CheckFact} from './fact.ts'
import {judgeFips, type FipsAsked} from './fips.ts'

export interface Checked {
  readonly name: string
  readonly classification: Classification
  readonly checks: readonly CheckFact[]
}

/** What a classification asks for at least, where the policy asks for no more: hardware for what is restricted. */
const needsHardware: readonly Classification[] = ['restricted']

/** Keys of which nothing is left need no check. */
export function checkKey(ledger: Pick<Ledger, 'of' | 'time' | 'view'>, key: Key): Checked {
  const live = key.versions.filter(({state}) => state !== 'destroyed')
  const primary = key.versions.find(({version}) => version === key.primary)
  const checks =
    primary === undefined || live.length === 0
      ? []
      : [
          ...live.map((version) => level(ledger, key, version)),
          ...live.map((version) => judgeFips(version, ledger.time, fipsAsked(ledger, key))),
          size(ledger, key, primary),
          rotation(ledger, key),
          ...live.map((version) => exportability(key, version)),
          environment(ledger, key, primary),
          ...live.flatMap((version) => material(ledger, key, version)),
          ...live.flatMap((version) => dates(ledger, key, version)),
          ...live.map((version) => effect(ledger, key, version)),
          policy(ledger, key),
        ]
  return {name: key.name, classification: key.spec.classification, checks}
}

function level(ledger: Pick<Ledger, 'of'>, key: Key, {version, protection, seq}: Version): CheckFact {
  const environment = ledger.of(profilesFold).profiles.get(key.profile)?.environment ?? ''
  const wanted =
    needsHardware.includes(key.spec.classification) ||
    protectionOf(ledger.of(policyFold).policy, key.spec.classification).level === 'hardware' ||
    wantsHardware(ledger.of(policyFold).policy, {class: key.spec.class, environment})
  const ok = !wanted || protection.level === 'hardware'
  return {
    check: 'level',
    ok,
    fact: `version ${version}: ${protection.level}, ${wanted ? 'where hardware is asked for' : 'and no more is asked for'} (${key.spec.classification}, class ${key.spec.class}): ${protection.detail}`,
    evidence: protection.evidence,
    entry: seq,
    next: ok
      ? null
      : `make it anew in a profile whose keys lie in hardware: keyrite key create NAME --profile P`,
  }
}

/** What the policy asks, and what it states of the module, of this key. */
function fipsAsked(ledger: Pick<Ledger, 'of'>, {profile, spec}: Key): FipsAsked {
  const {policy: adopted} = ledger.of(policyFold)
  return {
    least: protectionOf(adopted, spec.classification).fips ?? null,
    stated: moduleOf(adopted, profile),
    classification: spec.classification,
  }
}

function size(ledger: Pick<Ledger, 'of'>, {spec}: Key, {seq}: Version): CheckFact {
  const {minimums} = ledger.of(policyFold).policy
  const ok = minimums.algorithms.includes(spec.algorithm)
  return {
    check: 'size',
    ok,
    fact: ok
      ? `${spec.algorithm} is one that the policy allows`
      : `${spec.algorithm} is less than the policy allows: ${minimums.algorithms.join(', ')}`,
    evidence: 'asserted',
    entry: seq,
    next: ok ? null : 'make a stronger one, move to it, and destroy this one',
  }
}

function rotation(ledger: Pick<Ledger, 'of' | 'time'>, key: Key): CheckFact {
  const {why, overdueBy, next, reason} = standing(ledger, key)
  const ok = overdueBy === null
  return {
    check: 'rotation',
    ok,
    fact: `${reason}: ${why}`,
    evidence: 'ledger',
    entry: null,
    next: ok ? null : (next ?? `keyrite rotation plan ${key.name}`),
  }
}

function exportability(key: Key, {version, tried, state}: Version): CheckFact {
  const probe = tried?.results.find((one) => one.probe === 'export-refused')
  const unknown = probe === undefined
  return {
    check: 'exportability',
    ok: unknown ? null : probe.ok,
    fact: `version ${version}: ${unknown ? 'nobody has tried whether it can leave' : probe.detail}`,
    evidence: probe?.evidence ?? 'ledger',
    entry: tried?.seq ?? null,
    next:
      unknown && state === 'active'
        ? `keyrite key prove ${key.name}`
        : probe?.ok === false
          ? 'make it anew where it cannot leave'
          : null,
  }
}

/** A place is of one environment, and a key's place is its own; so what is left is what stands above it. */
function environment(ledger: Pick<Ledger, 'of'>, key: Key, {seq}: Version): CheckFact {
  const of = (profile: string): string =>
    ledger.of(profilesFold).profiles.get(profile)?.environment ?? 'removed'
  const own = of(key.profile)
  const above = key.spec.parent === null ? undefined : ledger.of(keysFold).keys.get(key.spec.parent)
  const other = above === undefined ? own : of(above.profile)
  const ok = other === own
  return {
    check: 'environment',
    ok,
    fact: ok
      ? `${own}, and all that it stands under`
      : `${own}, under key "${above?.name ?? ''}" of ${other}`,
    evidence: 'ledger',
    entry: seq,
    next: ok ? null : `keyrite key set ${key.name} --parent KEY`,
  }
}

/** How long before its service deletes it by itself it is a finding. */
const soonMs = 30 * 86_400_000

/** Of what was brought to end by itself. */
function material(
  ledger: Pick<Ledger, 'time'>,
  {spec, name}: Key,
  {version, imported, seq}: Version,
): CheckFact[] {
  const ends = imported ? spec.material_ends : undefined
  if (ends === undefined) return []
  const left = Date.parse(ends) - ledger.time.getTime()
  const ok = left > soonMs
  return [
    {
      check: 'material',
      ok,
      fact: `version ${version}: its service ${left > 0 ? 'deletes' : 'was to delete'} it by itself at ${ends}`,
      evidence: 'asserted',
      entry: seq,
      next: ok
        ? null
        : `another key in its place, or the same material again at its service; keyrite key sync says what is there, keyrite key show ${name} its id`,
    },
  ]
}

/** Whether it is within the dates of its key, and who keeps them. */
function dates(
  ledger: Pick<Ledger, 'time'>,
  {name, spec}: Key,
  {version, dates: told, seq}: Version,
): CheckFact[] {
  const own = specDates(spec)
  if (own.from === null && own.until === null) return []
  const ok = isWithin(own, ledger.time)
  const kept = told !== undefined && sameDates(datesOf(told), own)
  const over = own.until !== null && ledger.time >= own.until
  return [
    {
      check: 'dates',
      ok,
      fact: `version ${version}: to be used ${datesInWords(own)}${ok ? '' : over ? ', which is over' : ', which has not begun'}; ${kept ? 'its service says that it refuses it outside of that' : 'recorded, and kept by nobody'}`,
      evidence: kept ? 'asserted' : 'ledger',
      entry: seq,
      next: ok
        ? null
        : over
          ? `keyrite rotation plan ${name}, or keyrite key set ${name} --expires DATE`
          : `keyrite key set ${name} --not-before DATE`,
    },
  ]
}

/** What its state asks for and was seen not to be so. */
function effect(ledger: Pick<Ledger, 'view'>, key: Key, version: Version): CheckFact {
  const {state, effect: now, enforced, seq} = version
  const bad = now?.results.filter(({ok}) => !ok) ?? []
  return {
    check: 'state',
    ok: bad.length === 0,
    fact: `version ${version.version}: ${state}, ${enforced} at its place${bad.length === 0 ? '' : `; ${bad.map(({detail}) => detail).join('; ')}`}`,
    evidence: now?.results[0]?.evidence ?? 'ledger',
    entry: now?.seq ?? seq,
    next:
      bad.length === 0 ? null : (commandAgain(ledger.view, key, version) ?? `keyrite key show ${key.name}`),
  }
}

function policy(ledger: Pick<Ledger, 'of' | 'view'>, key: Key): CheckFact {
  const last = ledger.of(syncsFold).get(key.profile)
  const found = lastSeen(ledger.view, key.profile)?.findings.filter((one) => one.key === key.name) ?? []
  const common = {check: 'policy', evidence: 'asserted', entry: last?.seq ?? null} as const
  if (last === undefined)
    return {
      ...common,
      ok: null,
      fact: 'the ledger was never held against its place',
      next: `keyrite key sync --profile ${key.profile}`,
    }
  return found.length === 0
    ? {
        ...common,
        ok: true,
        fact: `nothing of it was otherwise when it was held against its place, ${last.at}`,
        next: null,
      }
    : {
        ...common,
        ok: false,
        fact: `${found.map(({fact}) => fact).join('; ')} (${last.at})`,
        next: `keyrite key sync --profile ${key.profile}`,
      }
}
