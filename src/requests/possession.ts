/** Possession: before a change of the roster brings a key or a recipient, whose it is to be signs for it with that key. */
import {
  custodyFold,
  enrolledKey,
  parseChange,
  parsePublicKey,
  signStatement,
  type Person,
  type Roster,
  type Signer,
} from '../custody/index.ts'
import type {View} from '../ledger/index.ts'
import {requestAt} from './ask.ts'
import type {ActContext} from './operation.ts'
import {addedKey} from './operations/people-rules.ts'
import type {Plan} from './plan.ts'
import type {Request} from './state.ts'

/** Who must sign, as the plan has them and with the keys that they may use; null where nobody must. */
export function possessor({plan, names}: Pick<Request, 'plan' | 'names'>, roster: Roster): Person | null {
  if (plan.operation !== 'custodian.change') return null
  const change = parseChange(plan.change)
  if (change.act === 'enroll')
    return {
      id: change.person,
      name: names['name'] ?? null,
      address: names['address'] ?? null,
      keys: change.keys,
      recipient: change.recipient,
      roles: change.roles,
      state: 'active',
    }
  const person = roster.get(change.person)
  if (person === undefined) return null
  if (change.act === 'set-recipient') return person
  if (change.act !== 'replace-key') return null
  const key = addedKey(change.keys, person.keys)
  return {...person, keys: key === undefined ? [] : [key]}
}

/** Whether a plan brings a key that was not in the roster. */
export function bringsKey({change}: Plan): boolean {
  return ['enroll', 'replace-key'].includes(parseChange(change).act)
}

/** Whether a plan needs such a signature. */
export function needsPossession({operation, change}: Plan): boolean {
  return (
    operation === 'custodian.change' &&
    ['enroll', 'replace-key', 'set-recipient'].includes(parseChange(change).act)
  )
}

/** Whether the signature that it needs is there, by a key that counts still. */
export function possessionStands(view: Pick<View, 'of'>, {plan, possession}: Request): boolean {
  if (!needsPossession(plan)) return true
  if (possession === null) return false
  const {act, person} = parseChange(plan.change)
  const signer = view.of(custodyFold).roster.get(person)
  return (
    act !== 'set-recipient' || (signer !== undefined && enrolledKey(signer, possession.key) !== undefined)
  )
}

/** What is missing of it, in words; empty where nothing is. */
export function possessionMissing(view: Pick<View, 'of'>, request: Request): string {
  if (request.done.size > 0 || possessionStands(view, request)) return ''
  const person = possessor(request, view.of(custodyFold).roster)
  if (person === null) return ''
  const keys = person.keys.map(({key}) => parsePublicKey(key).fingerprint)
  return `the signature of ${person.name ?? person.id}, which shows that they hold ${keys.join(' or ')}`
}

/** Signs and records possession. @throws KeyriteError `BAD_SIGNATURE`, and what refuses the entry. */
export async function givePossession(
  {ledger, ceremony}: Pick<ActContext, 'ledger' | 'ceremony'>,
  request: Request,
  signer: Signer,
): Promise<Request> {
  const person = possessor(request, ledger.of(custodyFold).roster)
  if (person === null) throw new TypeError('nobody has to show that they hold a key')
  const signed = await signStatement(person, signer, {
    use: 'possession',
    decision: 'attest',
    about: request.leaf,
    planSha256: request.planSha256,
    checkpoint: ledger.checkpoint,
    facts: ledger.view.facts,
    issued: ledger.time,
  })
  await ledger.append([
    {
      type: 'possession.signed',
      data: {signature: signed.signature, statement: {...signed.statement}},
      actor: {person: person.id, evidence: 'signed'},
      ceremony,
    },
  ])
  return requestAt(ledger, request.seq)
}
