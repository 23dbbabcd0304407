/** Plans to change the roster. Each refuses at once what could never be applied. */
import {hex} from '../../base/bytes.ts'
import {KeyriteError, type ErrorCode} from '../../base/errors.ts'
import type {JsonObject} from '../../base/jcs.ts'
import type {Random} from '../../base/world.ts'
import {
  attestationDocument,
  custodyFold,
  demandRecipient,
  parsePublicKey,
  peopleCalled,
  type Attestation,
  type Change,
  type EnrolledKey,
  type Person,
  type Role,
} from '../../custody/index.ts'
import type {Ledger} from '../../ledger/index.ts'
import {policyFold, type OperationName} from '../../policy/index.ts'
import {statusNow} from '../ask.ts'
import type {Plan} from '../plan.ts'
import {planFor} from '../plan-for.ts'
import {requests, type Request} from '../state.ts'
import {changeFault, leadFault, refusesLead, suspendFault} from './people-rules.ts'

export interface PlannedChange {
  readonly plan: Plan
  readonly names: Readonly<Record<string, string>>
}

export interface Enrolment {
  readonly address: string
  readonly name: string
  /** A public key line. */
  readonly key: string
  readonly attestation: Attestation | null
  readonly recipient: string | null
  readonly roles: readonly Role[]
}

type Where = Pick<Ledger, 'of' | 'time'>

/** @throws KeyriteError `EXISTS` for an address or a key that somebody has, `POLICY_REFUSES` for an attestation that does not hold, `USAGE`. */
export function planEnroll(ledger: Where, wish: Enrolment, random: Random): PlannedChange {
  const {roster} = ledger.of(custodyFold)
  const [taken] = peopleCalled(roster, wish.address).filter(({state}) => state !== 'retired')
  if (taken !== undefined)
    throw new KeyriteError(
      'EXISTS',
      `cannot enrol "${wish.address}": ${taken.name ?? taken.id} is called so in the roster`,
      {hints: [`keyrite custodian show ${taken.id}`]},
    )
  const key = newKey(wish.key, wish.attestation)
  const names = {name: wish.name, address: wish.address}
  const change: Change = {
    act: 'enroll',
    person: idOf(ledger, key, names) ?? `p-${hex(random.bytes(8))}`,
    keys: [key],
    roles: [...new Set(wish.roles)].sort(),
    recipient: wish.recipient === null ? null : demandRecipient(wish.recipient),
    attestation: wish.attestation === null ? null : attestationDocument(wish.attestation),
  }
  return planned(ledger, change, names, `enrol "${wish.address}"`, [
    'nobody in the roster has this key, or had it',
    'whoever is enrolled has signed with it',
  ])
}

/** Asking again for what is asked already is the same plan: so is the id. */
function idOf(ledger: Where, key: EnrolledKey, names: PlannedChange['names']): string | undefined {
  const same = ({plan, names: given, ...rest}: Request): boolean =>
    plan.change['act'] === 'enroll' &&
    JSON.stringify(plan.change['keys']) === JSON.stringify([key]) &&
    given['name'] === names['name'] &&
    given['address'] === names['address'] &&
    ['open', 'met'].includes(statusNow(ledger, {plan, names: given, ...rest}))
  const person = [...ledger.of(requests).all.values()].find(same)?.plan.change['person']
  return typeof person === 'string' ? person : undefined
}

/** @param keep - fingerprints of keys that go on counting beside the new one. @throws KeyriteError as `planEnroll`, `NOT_FOUND`. */
export function planReplaceKey(
  ledger: Where,
  person: Person,
  wish: {
    readonly key: string
    readonly attestation: Attestation | null
    readonly keep: readonly string[]
  },
): PlannedChange {
  const kept = wish.keep.map((fingerprint) => {
    const found = person.keys.find(({key}) => parsePublicKey(key).fingerprint === fingerprint)
    if (found !== undefined) return found
    throw new KeyriteError(
      'NOT_FOUND',
      `cannot keep key ${fingerprint}: it is not one of ${called(person)}`,
      {
        hints: [`keyrite custodian show ${person.address ?? person.id}`],
      },
    )
  })
  const change: Change = {
    act: 'replace-key',
    person: person.id,
    keys: [...kept, newKey(wish.key, wish.attestation)],
    attestation: wish.attestation === null ? null : attestationDocument(wish.attestation),
  }
  return planned(ledger, change, {}, `replace the key of ${called(person)}`, [
    'nobody in the roster has the new key, or had it',
    'they have signed with it',
  ])
}

/** @throws KeyriteError `USAGE` for what is no age recipient. */
export function planSetRecipient(ledger: Where, person: Person, recipient: string | null): PlannedChange {
  const change: Change = {
    act: 'set-recipient',
    person: person.id,
    recipient: recipient === null ? null : demandRecipient(recipient),
  }
  const rests = ['they are active, and have signed for it with a key of theirs']
  return planned(ledger, change, {}, `set the recipient of ${called(person)}`, rests)
}

export function planConfirm(ledger: Where, person: Person): PlannedChange {
  const change: Change = {act: 'confirm', person: person.id}
  return planned(ledger, change, {}, `confirm the suspension of ${called(person)}`, [
    'they are suspended, by somebody else than themselves',
  ])
}

export function planRestore(ledger: Where, person: Person): PlannedChange {
  const change: Change = {act: 'restore', person: person.id}
  return planned(ledger, change, {}, `restore ${called(person)}`, ['they are suspended'])
}

export function planRetire(ledger: Where, person: Person): PlannedChange {
  const change: Change = {act: 'retire', person: person.id}
  return planned(ledger, change, {}, `retire ${called(person)}`, [
    'enough people are left to change the roster',
  ])
}

/** @param by - who asks for it. @throws KeyriteError `PERSON_STATE`, `POLICY_REFUSES` where whoever asks may not have it so. */
export function planSuspend(ledger: Where, person: Person, by: Person | null): PlannedChange {
  const {roster, contested} = ledger.of(custodyFold)
  const {policy} = ledger.of(policyFold)
  const plan = planOf(ledger, 'custodian.suspend', {act: 'suspend', person: person.id}, 'suspend', [
    'they are active',
  ])
  const fault = suspendFault(plan, groundsOf(ledger))
  if (fault !== undefined) throw refused('PERSON_STATE', `suspend ${called(person)}`, fault, person.id)
  const lead = leadFault(person.id, by === null ? [] : [by.id], {policy, roster, contested})
  if (lead !== undefined && by?.id !== person.id) throw refusesLead(roster, person.id, lead)
  return {plan, names: {}}
}

function newKey(line: string, attestation: Attestation | null): EnrolledKey {
  const {text, sk} = parsePublicKey(line)
  return {class: attestation !== null ? 'attested' : sk ? 'asserted' : 'stated', key: text}
}

function planned(
  ledger: Where,
  change: Change,
  names: PlannedChange['names'],
  what: string,
  rests: readonly string[],
): PlannedChange {
  const plan = planOf(ledger, 'custodian.change', change, 'change', rests)
  const fault = changeFault(plan, groundsOf(ledger))
  if (fault !== undefined) throw refused(codeOf(fault), what, fault, change.person)
  return {plan, names}
}

function codeOf(fault: string): ErrorCode {
  if (fault.includes('stands, or stood, under')) return 'EXISTS'
  if (fault.startsWith('the attestation') || fault.startsWith('too few')) return 'POLICY_REFUSES'
  return 'PERSON_STATE'
}

function refused(code: ErrorCode, what: string, fault: string, person: string): KeyriteError {
  // Whoever has the key already, and not the one who was to get it: they are in no roster yet.
  const [, holder] = /under "(p-[0-9a-f]{16})"$/.exec(fault) ?? []
  return new KeyriteError(code, `cannot ${what}: ${fault}`, {
    hints: [
      code === 'POLICY_REFUSES' ? 'keyrite policy show' : `keyrite custodian show ${holder ?? person}`,
      'keyrite custodian list',
    ],
  })
}

function planOf(
  ledger: Where,
  operation: OperationName,
  change: object,
  name: string,
  rests: readonly string[],
): Plan {
  return planFor(ledger, {
    operation,
    class: null,
    change: change as JsonObject,
    phases: [name],
    profile: null,
    rests,
  })
}

function groundsOf(ledger: Where): Parameters<typeof changeFault>[1] {
  const custody = ledger.of(custodyFold)
  return {
    policy: ledger.of(policyFold).policy,
    roster: custody.roster,
    time: ledger.time.toISOString(),
    custody,
  }
}

function called({name, id}: Person): string {
  return name ?? id
}
