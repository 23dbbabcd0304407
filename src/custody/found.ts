/** Founders: the people of the first entry, and their signatures under it. */
import {hex} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import type {JsonObject} from '../base/jcs.ts'
import type {Random} from '../base/world.ts'
import {jsonBlob, Private, type DraftObject, type Ledger} from '../ledger/index.ts'
import {custodyFold} from './fold.ts'
import type {Role} from './roles.ts'
import {rosterDocument, type Person} from './roster.ts'
import {signStatement} from './sign.ts'
import {parsePublicKey} from './ssh/public-key.ts'
import type {Signer} from './ssh/signer.ts'

export interface Founder {
  readonly name: string
  readonly address: string
  /** A public key line. */
  readonly key: string
  /** Further keys of theirs, each a public key line. */
  readonly others?: readonly string[]
  readonly roles: readonly Role[]
}

/** Gives each founder an id and a class of key. @throws KeyriteError `USAGE` where two share an address or a key, or a key cannot be used. */
export function foundPeople(founders: readonly Founder[], random: Random): readonly Person[] {
  const addresses = new Set(founders.map(({address}) => address.toLowerCase()))
  if (addresses.size !== founders.length)
    throw new KeyriteError('USAGE', 'cannot found: two people have one address', {
      hints: ['--person ADDRESS=KEY.pub, once for each person'],
    })
  const people = founders.map(({name, address, key, others = [], roles}): Person => {
    const keys = [key, ...others].map((line) => parsePublicKey(line))
    return {
      id: `p-${hex(random.bytes(8))}`,
      name,
      address,
      keys: keys.map(({sk, text}) => ({class: sk ? 'asserted' : 'stated', key: text})),
      recipient: null,
      roles: [...new Set(roles)].sort(),
      state: 'unsigned',
    }
  })
  const pairs = people.flatMap(({keys}) => keys.map(({key}) => parsePublicKey(key).pair))
  if (new Set(pairs).size !== pairs.length)
    throw new KeyriteError('USAGE', 'cannot found: two people have one key', {
      hints: ['each person signs with a key of their own'],
    })
  return people.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** What the first entry holds of people and policy. @param continues - what it says of a ledger whose quorum was lost. */
export function foundingData(
  people: readonly Person[],
  policy: JsonObject,
  continues: DraftObject | null = null,
): DraftObject {
  return {
    policy: jsonBlob(policy),
    roster: jsonBlob(rosterDocument(people)),
    people: people.map(({id, name, address}) => ({
      id,
      name: new Private(name),
      address: new Private(address),
    })),
    continues,
  }
}

/** Records one founder's signature under the first entry. @throws KeyriteError `NOT_PERMITTED` if they have signed, `BAD_SIGNATURE`. */
export async function signFounding(ledger: Ledger, person: Person, signer: Signer): Promise<void> {
  if (!ledger.of(custodyFold).unsigned.includes(person.id)) {
    throw new KeyriteError(
      'NOT_PERMITTED',
      `cannot sign again: ${person.name ?? person.id} has signed the founding of this ledger`,
      {hints: ['keyrite custodian list']},
    )
  }
  const {facts} = ledger.view
  const signed = await signStatement(person, signer, {
    use: 'founding',
    decision: 'attest',
    about: facts.fingerprint,
    planSha256: null,
    checkpoint: ledger.checkpoint,
    facts,
    issued: ledger.time,
  })
  await ledger.append([
    {
      type: 'founder.signed',
      actor: {person: person.id, evidence: 'signed'},
      data: {signature: signed.signature, statement: {...signed.statement}},
    },
  ])
}
