/** People of the roster, as documents and for reading. */
import {custodyFold, parsePublicKey, personRef, type Person} from '../custody/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {keyCounts, policyFold} from '../policy/index.ts'

export interface PersonDocument {
  readonly id: string
  readonly name: string | null
  readonly address: string | null
  readonly roles: readonly string[]
  readonly state: string
  readonly keys: readonly {
    readonly fingerprint: string
    readonly type: string
    readonly class: string
    /** Whether it counts for plans of production. */
    readonly production: boolean
  }[]
  readonly recipient: string | null
}

export function personDocument(ledger: Pick<Ledger, 'of'>, person: Person): PersonDocument {
  const {policy} = ledger.of(policyFold)
  return {
    ...personRef(ledger.of(custodyFold).roster, person.id),
    address: person.address,
    roles: person.roles,
    state: person.state,
    keys: person.keys.map((key) => {
      const {fingerprint, type} = parsePublicKey(key.key)
      return {fingerprint, type, class: key.class, production: keyCounts(policy, 'production', key)}
    }),
    recipient: person.recipient,
  }
}
