/** Whether a journal is what it says: of this ledger, signed by people who may contain, over all that it holds but its end. */
import {fromBase64, sha256Hex} from '../../base/bytes.ts'
import {jcsBytes} from '../../base/jcs.ts'
import {
  custodyFold,
  isMet,
  namespaceOf,
  parsePublicKey,
  rosterDocument,
  verifySshsig,
  type Approver,
} from '../../custody/index.ts'
import {keysFold, profileOf} from '../../keys/index.ts'
import type {View} from '../../ledger/index.ts'
import {eligible, keyCounts, needsOf, policyFold, ruleFor} from '../../policy/index.ts'
import {lineBytes, parseJournal, type Line, type Opening, type Signed} from './format.ts'

export interface Judged {
  readonly opening: Opening
  readonly lines: readonly Line[]
  /** How many lines stand after the last signature: nobody vouches for them. */
  readonly stated: number
  /** Who signed its start. */
  readonly by: readonly string[]
}

/** @throws TypeError saying what is wrong with it. */
export function judgeJournal(view: View, bytes: Uint8Array): Judged {
  const lines = parseJournal(bytes)
  const [opening] = lines
  if (opening?.type !== 'opened') throw new TypeError('its first line does not open it')
  const {checkpoint, key: name, profile, ledger} = opening
  if (ledger !== view.facts.fingerprint) throw new TypeError('it is of another ledger')
  if (view.rootAt(checkpoint.size) !== checkpoint.root)
    throw new TypeError('its checkpoint is none of this ledger')
  if (opening.prev !== rootHex(checkpoint.root)) throw new TypeError('it does not begin at its checkpoint')
  const key = view.of(keysFold).keys.get(name)
  if (key?.profile !== profile) throw new TypeError('there is no such key in that profile')
  const signed = lines.filter((one) => one.type === 'signed')
  const start = signed.filter(({over}) => over === 0)
  const counted = start.flatMap((one) => counting(view, one, lines, key.spec.class, profile))
  const {policy} = view.of(policyFold)
  const {kind} = profileOf(view, profile)
  const rule = ruleFor(policy, {operation: 'incident.contain', class: key.spec.class, kind})
  if (!isMet(needsOf(rule), counted))
    throw new TypeError('too few people who may contain this key signed its start')
  const firstAct = lines.find(({type}) => type === 'intended')?.seq ?? lines.length
  if (start.some(({seq}) => seq > firstAct)) throw new TypeError('something was done before it was signed')
  for (const one of signed) if (one.over !== 0) counting(view, one, lines, key.spec.class, profile)
  const last = signed.at(-1)
  const covered = last?.over === 0 ? 0 : (last?.seq ?? 0)
  const stated = lines.filter(({seq, type}) => seq > covered && type !== 'signed').length
  return {opening, lines, stated, by: [...new Set(counted.map(({person}) => person))].sort()}
}

/** The signer of a line, if the signature is good and counts. @throws TypeError if it is bad. */
function counting(
  view: View,
  {person: id, key: fingerprint, signature, over}: Signed,
  lines: readonly Line[],
  className: Parameters<typeof ruleFor>[1]['class'],
  profile: string,
): readonly Approver[] {
  const person = view.of(custodyFold).roster.get(id)
  const enrolled = person?.keys.find(({key}) => parsePublicKey(key).fingerprint === fingerprint)
  const line = lines[over]
  if (person === undefined || enrolled === undefined || line === undefined)
    throw new TypeError(`a signature is by nobody of the roster (${id})`)
  const verdict = verifySshsig({
    signature: fromBase64(signature),
    message: lineBytes(line),
    namespace: namespaceOf('journal', view.facts),
    key: parsePublicKey(enrolled.key),
  })
  if (verdict.kind !== 'good') throw new TypeError(`the signature of ${id} is bad`)
  const {policy} = view.of(policyFold)
  const {kind, environment} = profileOf(view, profile)
  const rule = ruleFor(policy, {operation: 'incident.contain', class: className, kind})
  const may = eligible(rule, view.of(custodyFold).roster).some((one) => one.id === id)
  return may && keyCounts(policy, environment, enrolled)
    ? [{person: id, key: fingerprint, roles: person.roles}]
    : []
}

export function rootHex(root: string): string {
  return Buffer.from(fromBase64(root)).toString('hex')
}

/** The digest of the people as they stand, as a journal names it. */
export function rosterDigest(view: Pick<View, 'of'>): string {
  return sha256Hex(jcsBytes(rosterDocument(view.of(custodyFold).roster.values())))
}
