/** Opens a ceremony: everything that can be known to be wrong is said before the first entry. */
import {hex} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {custodyFold} from '../custody/index.ts'
import {Blob, Private, type DraftObject, type View} from '../ledger/index.ts'
import {policyFold, ruleFor} from '../policy/index.ts'
import {demandAble, factsOf, type ProfileFacts} from '../profiles/index.ts'
import {keysFold, profileOf} from '../keys/index.ts'
import {demandFounded} from '../requests/index.ts'
import {instruments} from '../base/instruments.ts'
import {assigned} from './assigned.ts'
import {guardProduction} from './guards.ts'
import {counting, lint, profilesNamed, type Cast, type Finding} from './lint.ts'
import type {Offers} from './lint/capability.ts'
import type {Values} from './placeholders.ts'
import {isHidden, recorded} from './recorded.ts'
import type {Capabilities} from '../providers/ports.ts'
import type {CeremonyApp} from './run-context.ts'
import {fill, type Filled, type Loaded} from './template.ts'

export interface Opening {
  readonly loaded: Loaded
  readonly values: Values
  /** Who has which role, as they were typed. */
  readonly participants: Readonly<Record<string, readonly string[]>>
  readonly answersFile: boolean
}

/**
 * @returns the id of the ceremony, open.
 * @throws KeyriteError `FINDINGS` if it does not lint, `LEDGER_NOT_FOUNDED`, `PRODUCTION_GUARD`, `POLICY_REFUSES` where people do not fit their roles, and what opening the provider throws.
 */
export async function openCeremony(app: CeremonyApp, opening: Opening): Promise<string> {
  const {ledger} = app
  ledger.demandWriter()
  const {policy} = ledger.of(policyFold)
  demandFounded({ledger}, ruleFor(policy, {operation: 'custodian.change', class: null, kind: null}).people)
  const filled = fill(opening.loaded, opening.values)
  const profileName = profileNameOf(filled, ledger.view)
  const profile = profileName === undefined ? null : profileOf(ledger.view, profileName)
  const now = app.clock.now()
  const seen = instruments(process.env, process.execArgv)
  guardProduction(profile, policy, seen, {answersFile: opening.answersFile})
  // What is asked of the real place is not found at a stand-in for it: a waiver of that is none that nobody needs.
  const judged = (offers: Offers | null, cast: Cast | null): readonly Finding[] =>
    lint(opening.loaded, opening.values, ledger.view, offers, now, cast).filter(
      ({rule}) => rule !== 'waiver-unused' || !ledger.view.facts.rehearsal,
    )
  // First what needs no PIN: nobody types one for a ceremony that cannot be.
  demandClean(judged(null, null))
  const {roster} = ledger.of(custodyFold)
  const participants = assigned(roster, opening.loaded.template, opening.participants)
  const cast = new Map(
    participants.map(({role, people}) => [role, people.flatMap((id) => roster.get(id) ?? [])]),
  )
  // In a room full of people it is too late to find out that one of those is not here whom the policy wants.
  demandClean(judged(null, cast))
  const offers = new Map<string, Capabilities>()
  const making = profilesNamed(opening.loaded, opening.values)
  const asked = [...(profile === null ? [] : [profile.name]), ...making]
  for (const name of new Set(asked))
    offers.set(name, await (await app.provider(name)).evidence.capabilities())
  demandClean(judged(offers, cast))
  for (const name of making) await demandAble(name, await app.provider(name))
  const id = hex(app.random.bytes(16))
  const operator = participants.find(({role}) => role === 'operator') ?? participants[0]
  await ledger.append([
    {
      type: 'ceremony.opened',
      ceremony: id,
      actor: {person: operator?.people[0] ?? null, evidence: 'stated'},
      data: {
        template: new Blob(opening.loaded.bytes, 'application/yaml'),
        title: publicTitle(opening.loaded, filled.values),
        parameters: recorded(opening.loaded.template, filled.values, roster),
        participants: participants.map(({role, people}) => ({role, people: [...people]})),
        profile: profile === null ? null : recordedProfile(profile),
        location: new Private(filled.location),
        machine: {instruments: [...seen], node: process.versions.node, keyrite: app.tool.version},
      },
    },
  ])
  return id
}

/** The profile of the ceremony: the first that a step names, itself or by a key that lives there. */
function profileNameOf({acts}: Filled, view: Pick<View, 'of'>): string | undefined {
  const {keys} = view.of(keysFold)
  return acts
    .flatMap(({steps}) => steps)
    .flatMap((step) => {
      if ('profile' in step && step.profile !== undefined) return [step.profile]
      const key = 'key' in step && step.key !== undefined ? keys.get(step.key) : undefined
      return key === undefined ? [] : [key.profile]
    })[0]
}

/** @throws KeyriteError `FINDINGS`, with the first of them as its fact and the others as hints. */
function demandClean(findings: readonly Finding[]): void {
  const [first, ...others] = counting(findings).map(
    ({line, message, rule}) => `line ${line}: ${message} (${rule})`,
  )
  if (first === undefined) return
  throw new KeyriteError('FINDINGS', `cannot open the ceremony: ${first}`, {
    hints: [...others, 'keyrite ceremony lint FILE'],
  })
}

/** The title as it may stand in the clear: a parameter whose value is private keeps its name. */
function publicTitle({template}: Loaded, values: Values): string {
  return template.title.replace(/\$\{([a-z][a-z0-9-]*)\}/g, (all, name: string) => {
    const value = isHidden(template, name) ? undefined : values.get(name)
    return value === undefined ? all : String(value)
  })
}

function recordedProfile(profile: ProfileFacts): DraftObject {
  const {name, environment, identity} = factsOf(profile)
  return {name, environment, identity: {...identity}}
}
