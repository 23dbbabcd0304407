/** Whether a change of the roster fits people and policy: pure, for the plan, for whoever signs it from afar, and for the act. */
import {
  attestationFault,
  custodyFold,
  entryOf,
  isPersonId,
  keysFault,
  nameOf,
  parseAttestation,
  parseChange,
  parsePublicKey,
  stateFault,
  type Change,
  type EnrolledKey,
  type Person,
  type Roster,
} from '../../custody/index.ts'
import {KeyriteError} from '../../base/errors.ts'
import {jcs, type JsonObject} from '../../base/jcs.ts'
import {eligible, meetable, policyFold, ruleFor, type Policy} from '../../policy/index.ts'
import type {View} from '../../ledger/index.ts'
import type {Grounds} from '../operation.ts'
import type {Plan} from '../plan.ts'

/** What is wrong with a plan for `custodian.change`, as people and policy are; undefined if it fits. */
export function changeFault({change: wanted}: Plan, grounds: Grounds): string | undefined {
  const change = parseChange(wanted)
  const person = grounds.roster.get(change.person)
  if (change.act === 'enroll') {
    if (person !== undefined) return 'they are in the roster already'
    return newKeyFault(change, [], grounds)
  }
  if (person === undefined) return 'they are not in the roster'
  const fault = stateFault(entryOf[change.act], person, grounds.custody)
  if (fault !== undefined) return fault
  if (change.act === 'replace-key') return newKeyFault(change, person.keys, grounds)
  if (change.act === 'set-recipient' && change.recipient === person.recipient)
    return 'it is their recipient already'
  if (change.act === 'retire' && !rosterQuorumLeft(grounds.policy, grounds.roster, person.id))
    return 'too few people would be left to change the roster'
  return undefined
}

function newKeyFault(
  {keys, attestation}: Extract<Change, {keys: unknown}>,
  before: readonly EnrolledKey[],
  {roster, custody, policy, time}: Grounds,
): string | undefined {
  const fault = keysFault(
    {holders: custody?.holders ?? holdersOf(roster)},
    keys,
    before,
    attestation !== null,
  )
  if (fault !== undefined || attestation === null || time === null) return fault
  const key = addedKey(keys, before)
  const unproved =
    key === undefined
      ? 'no key is new'
      : attestationFault(parseAttestation(attestation), parsePublicKey(key.key), {
          roots: policy.attestation_roots ?? [],
          time: new Date(time),
        })
  return unproved === undefined ? undefined : `the attestation does not vouch for the key: ${unproved}`
}

/** The key that a change brings. */
export function addedKey(
  keys: readonly EnrolledKey[],
  before: readonly EnrolledKey[],
): EnrolledKey | undefined {
  return keys.find(({key}) => !before.some((one) => one.key === key))
}

function holdersOf(roster: Roster): ReadonlyMap<string, string> {
  return new Map(
    [...roster.values()].flatMap(({id, keys}) =>
      keys.map(({key}) => [parsePublicKey(key).pair, id] as const),
    ),
  )
}

/** Whether a change of the roster could still be approved without this person. */
export function rosterQuorumLeft(policy: Policy, roster: Roster, without: string): boolean {
  const rule = ruleFor(policy, {operation: 'custodian.change', class: null, kind: null})
  return meetable(
    rule,
    eligible(rule, roster).filter(({id}) => id !== without),
  )
}

/** Whom a plan for `custodian.suspend` suspends. @throws TypeError if it is no such plan. */
export function suspendedBy(change: JsonObject): string {
  const {person} = change
  if (jcs(change) !== jcs({act: 'suspend', person: person ?? null}) || !isPersonId(person))
    throw new TypeError('the plan is not one to suspend somebody')
  return person
}

/** What is wrong with a plan for `custodian.suspend`, whoever signs it; undefined if it fits. */
export function suspendFault({change}: Plan, {roster, custody}: Grounds): string | undefined {
  const person = roster.get(suspendedBy(change))
  return person === undefined
    ? 'they are not in the roster'
    : stateFault('custodian.suspended', person, custody)
}

/** What is wrong with a suspension that people other than its holder signed; undefined if they may. */
export function leadFault(
  person: string,
  by: readonly string[],
  {
    policy,
    roster,
    contested,
  }: Pick<Grounds, 'policy' | 'roster'> & {
    readonly contested: ReadonlyMap<string, ReadonlySet<string>>
  },
): string | undefined {
  if (by.includes(person)) return undefined
  if (by.some((one) => contested.get(person)?.has(one)))
    return 'an earlier suspension of theirs by the same person ended without the roster quorum confirming it'
  return rosterQuorumLeft(policy, roster, person)
    ? undefined
    : 'too few people would be left to change the roster, and so to restore anybody'
}

export function refusesLead(roster: Roster, person: string, fault: string): KeyriteError {
  const typed = roster.get(person)?.address ?? person
  return new KeyriteError('POLICY_REFUSES', `cannot suspend ${nameOf(roster, person)}: ${fault}`, {
    hints: [
      `they themselves can: keyrite custodian suspend ${typed} --sign-with ${typed}=KEY`,
      `keyrite custodian retire ${typed}, which the roster quorum approves`,
    ],
  })
}

/** What `leadFault` judges by, as it stands. */
export function leading(view: Pick<View, 'of'>): Parameters<typeof leadFault>[2] {
  const {roster, contested} = view.of(custodyFold)
  return {policy: view.of(policyFold).policy, roster, contested}
}

/** A suspension is refused to whoever may not have it before they sign, so that it stays open for its holder. @throws KeyriteError `POLICY_REFUSES`. */
export function demandLead(view: Pick<View, 'of'>, {operation, change}: Plan, by: Pick<Person, 'id'>): void {
  if (operation !== 'custodian.suspend') return
  const person = suspendedBy(change)
  const fault = leadFault(person, [by.id], leading(view))
  if (fault !== undefined) throw refusesLead(view.of(custodyFold).roster, person, fault)
}
