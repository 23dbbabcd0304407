/** Judges one signed statement against the ledger as it stood before it: each way of being wrong has its own sentence. */
import {fromBase64} from '../base/bytes.ts'
import type {Json} from '../base/jcs.ts'
import {problem, type Entry, type LedgerFacts, type Problem, type View} from '../ledger/index.ts'
import type {Person, PersonState, Roster} from './roster.ts'
import {parsePublicKey} from './ssh/public-key.ts'
import {verifySshsig} from './ssh/sshsig.ts'
import {
  isStatement,
  namespaceOf,
  rehearsalFault,
  statementBytes,
  statementSchema,
  type Statement,
  type Use,
} from './statement.ts'

/** What a statement must say to count here. */
export interface Expected {
  readonly use: Use
  readonly decisions: readonly Statement['decision'][]
  /** The entry that it is about. */
  readonly about: Entry
  readonly planSha256: string | null
  /** The states in which their signature counts. */
  readonly state: PersonState | readonly PersonState[]
  /** Whether the entry is in a run under no checkpoint: then its signer saw the head before it. */
  readonly run?: boolean
}

export interface SignedStatement {
  readonly statement: Statement
  /** SSHSIG blob, base64. */
  readonly signature: string
}

/** Reads the two members that every entry with a statement has. @throws TypeError if they are not of their form. */
export function signedStatement(data: Readonly<Record<string, Json>>): SignedStatement {
  if (lastRead?.data === data) return lastRead.signed
  const signed = readSigned(data)
  lastRead = {data, signed}
  return signed
}

/** What was read last: each entry's statement is asked for several times in a row. */
let lastRead: {readonly data: unknown; readonly signed: SignedStatement} | undefined

function readSigned(data: Readonly<Record<string, Json>>): SignedStatement {
  const signature = data['signature']
  if (isStatement(data['statement']) && typeof signature === 'string')
    return {statement: data['statement'], signature}
  const statement = statementSchema.safeParse(data['statement'])
  if (!statement.success)
    throw new TypeError(`statement: ${statement.error.issues[0]?.path.join('.') ?? ''} is not of its form`)
  if (typeof signature !== 'string') throw new TypeError('signature is not of its form')
  return {statement: statement.data, signature}
}

/** What is wrong with a statement in `entry`; nothing, if it counts. */
export function judgeStatement(
  view: View,
  entry: Entry,
  roster: Roster,
  {statement, signature}: SignedStatement,
  expected: Expected,
): Problem[] {
  const wrong = (message: string): Problem[] => [problem('statement', entry, message)]
  if (entry.actor.person !== statement.person || entry.actor.evidence !== 'signed')
    return [problem('actor', entry, `it is signed by "${statement.person}", and says otherwise`)]
  const person = roster.get(statement.person)
  if (person === undefined) return wrong(`"${statement.person}" is not in the roster`)
  const states: readonly PersonState[] = [expected.state].flat()
  if (!states.includes(person.state))
    return wrong(`"${statement.person}" is ${person.state}, not ${states.join(' or ')}`)
  if (statement.use !== expected.use)
    return wrong(`it is a ${statement.use} statement, not one of ${expected.use}`)
  if (!expected.decisions.includes(statement.decision))
    return wrong(`decision "${statement.decision}" does not fit ${expected.use}`)
  if (statement.ledger !== view.facts.fingerprint) return wrong('it was signed for another ledger')
  if (statement.about !== expected.about.leaf) return wrong('it is about another entry')
  if (statement.plan_sha256 !== expected.planSha256) return wrong('it was signed over another plan')
  if (statement.roles.join() !== [...person.roles].sort().join())
    return wrong('the roles are not those of the roster')
  const {size, root} = statement.checkpoint
  const least = expected.about.seq + (expected.run === true ? 0 : 1)
  if (size < least || size > (expected.run === true ? least : entry.seq))
    return wrong('its checkpoint does not lie between what it is about and itself')
  const known = view.rootAt(size)
  if (known !== undefined && known !== root)
    return wrong('its signer saw another history: the checkpoint is not one of this ledger')
  return judgeSignature(person, statement, signature, view.facts).map((message) =>
    problem('signature', entry, message),
  )
}

function judgeSignature(
  person: Person,
  statement: Statement,
  signature: string,
  facts: LedgerFacts,
): string[] {
  const key = person.keys
    .map((enrolled) => parsePublicKey(enrolled.key))
    .find((one) => one.fingerprint === statement.key)
  if (key === undefined) return [`key ${statement.key} is not one of ${person.id}`]
  const blob = fromBase64(signature)
  const fault = rehearsalFault(blob, statement.use, facts)
  if (fault !== undefined) return [`the signature of ${person.id} does not count: ${fault}`]
  const verdict = verifySshsig({
    signature: blob,
    message: statementBytes(statement),
    namespace: namespaceOf(statement.use, facts),
    key,
  })
  switch (verdict.kind) {
    case 'good':
      return []
    case 'bad':
      return [`the signature of ${person.id} is bad: ${verdict.reason}`]
    case 'unsupported':
      return [`the signature of ${person.id} uses ${verdict.algorithm}, which this keyrite does not know`]
  }
}
