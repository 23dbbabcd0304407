/** People of the roster, as documents and for reading. */
import {custodyFold, parsePublicKey, personRef, type Person} from '../custody/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {keyCounts, policyFold} from '../policy/index.ts'
import type {Print} from './print.ts'

interface Named {
  readonly id: string
  readonly name: string | null
}

export interface PersonDocument {
  readonly id: string
  readonly name: string | null
  readonly address: string | null
  readonly roles: readonly string[]
  readonly state: string
  /** Null unless they are suspended: since when, until when (null: until they are restored), and who signed for it. */
  readonly suspension: {
    readonly by: string
    readonly people: readonly Named[]
    readonly since: string
    readonly until: string | null
  } | null
  readonly keys: readonly {
    readonly fingerprint: string
    readonly type: string
    readonly class: string
    /** Whether it counts for plans of production. */
    readonly production: boolean
    /** Signatures whose counter was lower than one seen before: they came late. */
    readonly outOfOrder: readonly {
      readonly seq: number
      readonly counter: number
      readonly highest: number
    }[]
  }[]
  readonly recipient: string | null
  /** The command that deals with their state; null where nothing has to be done. */
  readonly next: string | null
}

export function personDocument(ledger: Pick<Ledger, 'of'>, person: Person): PersonDocument {
  const {policy} = ledger.of(policyFold)
  const {roster, suspensions, counters} = ledger.of(custodyFold)
  const suspension = suspensions.get(person.id)
  return {
    ...personRef(roster, person.id),
    address: person.address,
    roles: person.roles,
    state: person.state,
    suspension:
      suspension === undefined
        ? null
        : {
            by: suspension.by,
            people: suspension.people.map((id) => personRef(roster, id)),
            since: suspension.since,
            until: suspension.until,
          },
    keys: person.keys.map((key) => {
      const {fingerprint, type} = parsePublicKey(key.key)
      return {
        fingerprint,
        type,
        class: key.class,
        production: keyCounts(policy, 'production', key),
        outOfOrder: counters.outOfOrder
          .filter((one) => one.key === fingerprint)
          .map(({seq, counter, highest}) => ({seq, counter, highest})),
      }
    }),
    recipient: person.recipient,
    next: nextFor(person, suspension?.until ?? null),
  }
}

function nextFor({state, address, id}: Person, until: string | null): string | null {
  const typed = address ?? id
  if (state === 'unsigned') return `keyrite request apply founding --sign-with ${typed}=KEY`
  if (state !== 'suspended') return null
  return until === null
    ? `keyrite custodian restore ${typed}, or replace-key, or retire`
    : `keyrite custodian confirm ${typed}, or restore, before ${until}`
}

/** The state in few words: `active`, `suspended until 2026-11-25T03:00:00.000Z`. */
export function stateInWords({state, suspension}: PersonDocument): string {
  if (suspension === null) return state
  return suspension.until === null ? 'suspended until restored' : `suspended until ${suspension.until}`
}

/** @param person - what `custodian show --json` prints. */
export function personLines(print: Print, person: PersonDocument): string[] {
  const {suspension} = person
  const by = suspension?.people.map(({id, name}) => name ?? id).join(', ') ?? ''
  const late = person.keys.flatMap(({outOfOrder}) => outOfOrder)
  return print.facts([
    ['Name', person.name],
    ['Address', person.address],
    ['Id', person.id],
    ['Roles', person.roles],
    [
      'State',
      person.state === 'unsigned'
        ? 'unsigned: does not count until the founding is signed'
        : stateInWords(person),
    ],
    [
      'Suspended by',
      suspension === null
        ? null
        : `${suspension.by === 'holder' ? 'themselves' : by}, since ${suspension.since}`,
    ],
    ['Recipient', person.recipient],
    ...person.keys.map(
      ({fingerprint, type, class: trust, production}) =>
        [
          'Key',
          `${fingerprint} ${type}, ${trust}${production ? '' : ', does not count in production'}`,
        ] as const,
    ),
    ...late.map(
      ({seq, counter, highest}) =>
        [
          'Out of order',
          `entry ${seq} has counter ${counter} of the security key, after ${highest}: it was signed before that one`,
        ] as const,
    ),
    ['Next', person.next],
  ])
}
