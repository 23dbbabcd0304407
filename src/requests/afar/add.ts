/** Takes signatures that were made elsewhere: finds what each is an answer to, and refuses whatever is not one, saying why. */
import {base64} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {
  cloneFault,
  custodyFold,
  enrolledKey,
  fingerprintOf,
  namespaceOf,
  parsePublicKey,
  parseSshsig,
  rehearsalFault,
  statementBytes,
  verifySshsig,
  type Person,
  type Statement,
} from '../../custody/index.ts'
import {parseCheckpoint, Private, type Ledger} from '../../ledger/index.ts'
import {parseStatement} from './core.ts'
import {statementFor} from './export.ts'
import {answersOf, type AfarUse} from './layout.ts'
import {calledHere, refusePerson, type Subject} from './subject.ts'

/** Everything in a ledger that takes signatures. */
export interface Subjects {
  /** What a statement of this use about this entry is for, whatever its state. */
  about(seq: number, use: AfarUse): Subject | undefined
  /** All that still wait for somebody. */
  open(): readonly Subject[]
}

export interface Given {
  /** The SSHSIG blob. */
  readonly signature: Uint8Array
  /** The bytes that were signed, if they came along. */
  readonly statement: Uint8Array | undefined
  readonly reason: string | null
}

export interface Taken {
  readonly subject: Subject
  readonly person: Person
  readonly statement: Statement
}

/**
 * Verifies one signature and records it.
 * @throws KeyriteError `BAD_SIGNATURE`; `REPLAYED` for a good one of another ledger, request or history; `NOT_PERMITTED`
 * for who may not answer, or has; `REQUEST_STATE`, `QUORUM_MISSING` where nothing more is taken.
 */
export async function takeSigned(ledger: Ledger, subjects: Subjects, given: Given): Promise<Taken> {
  const taken =
    given.statement === undefined
      ? search(ledger, subjects, given)
      : judge(ledger, subjects, given, given.statement)
  const {subject, person, statement} = taken
  const reason = statement.decision === 'reject' && given.reason !== null ? new Private(given.reason) : null
  await ledger.append([
    {
      type: subject.entryType,
      actor: {person: person.id, evidence: 'signed'},
      ceremony: subject.ceremony,
      data: {
        ...subject.data,
        signature: base64(given.signature),
        statement: {...statement},
        ...(subject.entryType === 'approval.given' ? {reason} : {}),
      },
    },
  ])
  return taken
}

function judge(ledger: Ledger, subjects: Subjects, given: Given, bytes: Uint8Array): Taken {
  const statement = readStatement(bytes)
  const subject = subjectOf(ledger, subjects, statement)
  const {roster} = ledger.of(custodyFold)
  const person = subject.signer?.id === statement.person ? subject.signer : roster.get(statement.person)
  if (person === undefined)
    throw new KeyriteError(
      'NOT_PERMITTED',
      `cannot take a signature of "${statement.person}": they are not in the roster`,
      {
        hints: ['keyrite custodian list'],
      },
    )
  demandSigned(ledger, person, statement, given.signature)
  subject.demand(person, statement.key)
  demandSame(ledger, subject, person, statement)
  return {subject, person, statement}
}

function readStatement(bytes: Uint8Array): Statement {
  try {
    return parseStatement(bytes)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw bad(`what it is to be a signature of is no statement: ${error.message}`, error)
  }
}

function subjectOf(
  ledger: Ledger,
  subjects: Subjects,
  {ledger: named, about, use, decision}: Statement,
): Subject {
  const {fingerprint} = ledger.view.facts
  if (named !== fingerprint) throw replayed('it was made for another ledger')
  const seq = ledger.view.seqOf(about)
  if (seq === undefined) throw replayed('it is about an entry that this ledger does not have')
  const subject = use in answersOf ? subjects.about(seq, use as AfarUse) : undefined
  if (subject === undefined) throw replayed(`entry ${seq} takes no ${use}`)
  if (!answersOf[subject.use].includes(decision)) throw replayed(`${use} does not take "${decision}"`)
  return subject
}

function demandSigned(ledger: Ledger, person: Person, statement: Statement, signature: Uint8Array): void {
  const key = person.keys
    .map((one) => parsePublicKey(one.key))
    .find(({fingerprint}) => fingerprint === statement.key)
  if (key === undefined) throw bad(`key ${statement.key} is not one of ${calledHere(person)}`)
  const {facts} = ledger.view
  const fault = rehearsalFault(signature, statement.use, facts)
  if (fault !== undefined) throw replayed(fault)
  const namespace = namespaceOf(statement.use, facts)
  const verdict = verifySshsig({signature, message: statementBytes(statement), namespace, key})
  if (verdict.kind === 'bad') throw bad(verdict.reason)
  const cloned = cloneFault(ledger.of(custodyFold).counters, signature)
  if (cloned !== undefined) throw bad(cloned)
  if (verdict.kind === 'unsupported')
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot take the signature: it uses ${verdict.algorithm}, which is not known here`,
    )
}

/** What is left of a statement when ledger, entry, use, person and key are as they must be. */
function demandSame(ledger: Ledger, subject: Subject, person: Person, statement: Statement): void {
  if (statement.plan_sha256 !== subject.planSha256) throw replayed('it is about another plan')
  if (statement.roles.join() !== [...person.roles].sort().join())
    throw replayed(`the roles of ${calledHere(person)} are others by now`)
  const {size, root} = statement.checkpoint
  const least = leastSize(ledger, subject)
  if (size < least || size > ledger.checkpoint.size || ledger.view.rootAt(size) !== root)
    throw replayed('its signer saw another history: its checkpoint is not one of this ledger')
}

/** The smallest checkpoint that an answer may name: it covers what is answered, or is the head that a take-over follows. */
function leastSize(ledger: Ledger, {about}: Subject): number {
  return Math.min(about.seq + 1, ledger.checkpoint.size)
}

/** How many checkpoints back an export may lie to be found by its signature alone. */
const limit = 2_000

/** Tries what the exports of everything that waits would have asked this key for. */
function search(ledger: Ledger, subjects: Subjects, given: Given): Taken {
  const {namespace, publicKey} = readSignature(given.signature)
  const key = fingerprintOf(publicKey)
  const {facts} = ledger.view
  const all = subjects.open()
  for (const {use} of all) {
    const fault = rehearsalFault(given.signature, use, facts)
    if (fault !== undefined) throw replayed(fault)
  }
  const open = all.filter(({use}) => namespaceOf(use, facts) === namespace)
  const person = holderOf(ledger, key, open)
  if (person === undefined)
    throw new KeyriteError(
      'NOT_PERMITTED',
      `cannot take the signature: key ${key} is nobody's in the roster`,
      {
        hints: ['keyrite custodian list'],
      },
    )
  if (open.length === 0) throw bad(`nothing waits for a signature in namespace "${namespace}"`)
  for (const subject of open.filter(({signer}) => signer === null || signer.id === person.id)) {
    const statement = candidates(ledger, subject, person, key).find((one) =>
      isSigned(ledger, person, one, given.signature),
    )
    if (statement === undefined) continue
    subject.demand(person, key)
    return {subject, person, statement}
  }
  return refusePerson(
    person,
    'it is of nothing that waits for it here',
    'keyrite request add SIG STATEMENT, with the file that was signed',
  )
}

/** Whose this key is, in the roster or as something that waits here is to make it. */
function holderOf(ledger: Ledger, key: string, open: readonly Subject[]): Person | undefined {
  const planned = open.flatMap(({signer}) => signer ?? [])
  return [...planned, ...ledger.of(custodyFold).roster.values()].find(
    (person) => enrolledKey(person, key) !== undefined,
  )
}

function candidates(ledger: Ledger, subject: Subject, person: Person, key: string): Statement[] {
  const notes = ledger.store.checkpoints(leastSize(ledger, subject)).slice(-limit).reverse()
  return notes.flatMap(({note}) => {
    const checkpoint = parseCheckpoint(note)
    return answersOf[subject.use].map((decision) =>
      statementFor(ledger, subject, person, {key, decision, checkpoint}),
    )
  })
}

function isSigned(ledger: Ledger, person: Person, statement: Statement, signature: Uint8Array): boolean {
  try {
    demandSigned(ledger, person, statement, signature)
    return true
  } catch (error) {
    if (error instanceof KeyriteError && error.code === 'BAD_SIGNATURE') return false
    throw error
  }
}

function readSignature(blob: Uint8Array): ReturnType<typeof parseSshsig> {
  try {
    return parseSshsig(blob)
  } catch (error) {
    if (error instanceof TypeError) throw bad(`it is malformed: ${error.message}`, error)
    throw error
  }
}

/** @param fact - what is wrong with the signature itself. */
export function bad(fact: string, cause?: unknown): KeyriteError {
  return new KeyriteError('BAD_SIGNATURE', `cannot take the signature: ${fact}`, {
    hints: ['HOWTO.md in the folder of the export has the command that makes it'],
    cause,
  })
}

function replayed(fact: string): KeyriteError {
  return new KeyriteError('REPLAYED', `cannot take the signature: ${fact}`, {
    hints: ['keyrite request list', 'keyrite request export ID --for PERSON --out DIR'],
  })
}

/** Whether a signature is of these bytes, a statement, by the key and in the namespace that it names. */
export function signs(ledger: Ledger, subjects: Subjects, signature: Uint8Array, bytes: Uint8Array): boolean {
  const statement = readStatement(bytes)
  const planned = subjects.open().find(({signer}) => signer?.id === statement.person)?.signer
  const person =
    statement.use === 'possession' ? planned : ledger.of(custodyFold).roster.get(statement.person)
  return person !== undefined && person !== null && isSigned(ledger, person, statement, signature)
}
