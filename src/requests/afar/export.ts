/** Makes the folder that goes to a person: statements to sign, and everything that they stand on. */
import {KeyriteError} from '../../base/errors.ts'
import {
  custodyFold,
  parsePublicKey,
  rosterDocument,
  statementBytes,
  type Person,
  type Statement,
} from '../../custody/index.ts'
import {jcsBytes} from '../../base/jcs.ts'
import {parseCheckpoint, type Checkpoint, type Ledger} from '../../ledger/index.ts'
import {base64} from '../../base/bytes.ts'
import {statusNow} from '../ask.ts'
import {requests} from '../state.ts'
import {answersOf, type Decision, type Files} from './layout.ts'
import {enrolments, erasures, namesIn} from './names.ts'
import {openingsBytes, peopleIn} from './openings.ts'
import {proofBytes} from './proof.ts'
import {calledHere, entryAt, type Subject} from './subject.ts'
import {writersBytes} from './writers.ts'

/**
 * The one statement that an export at this checkpoint asks this person for. Nothing in it is chosen freely, so that a bare
 * signature can be matched with it: `issued` is the time of the newest entry that the checkpoint covers.
 */
export function statementFor(
  ledger: Ledger,
  subject: Subject,
  person: Person,
  {
    key,
    decision,
    checkpoint,
  }: {readonly key: string; readonly decision: Decision; readonly checkpoint: Checkpoint},
): Statement {
  return {
    about: subject.about.leaf,
    checkpoint: {root: base64(checkpoint.root), size: checkpoint.size},
    decision,
    issued: issuedAt(ledger, subject, checkpoint.size),
    key,
    ledger: ledger.view.facts.fingerprint,
    person: person.id,
    plan_sha256: subject.planSha256,
    roles: [...person.roles].sort(),
    type: 'keyrite.statement/1',
    use: subject.use,
  }
}

/** For the question of a take-over, which no checkpoint covers yet, its own time. */
function issuedAt(ledger: Ledger, {about}: Subject, size: number): string {
  return about.seq === size ? about.time : entryAt(ledger, size - 1).time
}

/** The key to ask for: the one that was named, else the first that may sign. @throws KeyriteError `NOT_FOUND`, and what the subject throws. */
export function chooseKey(subject: Subject, person: Person, named: string | undefined): string {
  const keys = person.keys.map(({key}) => parsePublicKey(key).fingerprint)
  if (named !== undefined) {
    if (!keys.includes(named))
      throw new KeyriteError(
        'NOT_FOUND',
        `cannot ask ${calledHere(person)} for a signature by ${named}: it is not a key of theirs`,
        {
          hints: keys.map((key) => `--key ${key}`),
        },
      )
    subject.demand(person, named)
    return named
  }
  let refused: unknown
  for (const key of keys) {
    try {
      subject.demand(person, key)
      return key
    } catch (error) {
      refused ??= error
    }
  }
  throw refused
}

/** @param since - a size that the person's own pin has, where the ledger cannot know it. */
export function exportFiles(
  ledger: Ledger,
  subject: Subject,
  person: Person,
  key: string,
  since: number | undefined,
): Files {
  const checkpoint = parseCheckpoint(ledger.note)
  const statements = answersOf[subject.use].map((decision): [string, Uint8Array] => [
    decision,
    statementBytes(statementFor(ledger, subject, person, {key, decision, checkpoint})),
  ])
  const entry = ledger.store.row(subject.about.seq)?.bytes ?? new Uint8Array()
  const roster = jcsBytes(rosterDocument(ledger.of(custodyFold).roster.values()))
  const documents = new Map([['roster.json', roster], ...subject.documents])
  const named = peopleIn(...statements.map(([, bytes]) => bytes), entry, ...documentsNaming(documents))
  const writers = writersBytes(ledger, checkpoint.size)
  const enrolled = enrolments(ledger, named)
  const fields = [...subject.fields, ...namesIn([entryAt(ledger, 0), ...enrolled], named)]
  const sources = [...enrolled, ...erasures(ledger, fields)].sort((a, b) => a.seq - b.seq)
  return new Map([
    ...statements,
    ['entry', entry],
    ...documents,
    ['openings.json', openingsBytes(ledger, fields, sources)],
    ['checkpoint', Buffer.from(ledger.note)],
    [
      'proof',
      proofBytes(
        ledger,
        subject.about,
        [...seenBy(ledger, person), ...(since === undefined ? [] : [since])],
        sources,
      ),
    ],
    ...(writers === undefined ? [] : [['writers', writers] as const]),
  ])
}

/** The documents whose people are called by name; the roster has everyone ever, and is looked at for keys and roles. */
export function documentsNaming(files: Files): readonly (Uint8Array | undefined)[] {
  return [files.get('plan.json'), files.get('transcript.jsonl')]
}

/** Sizes at which this person was shown the ledger: their last statement's, and where they may have been asked since. */
function seenBy(ledger: Ledger, person: Person): number[] {
  const open = [...ledger.of(requests).all.values()].filter((one) => statusNow(ledger, one) === 'open')
  return [lastStatement(ledger, person.id), ...open.map(({seq}) => seq + 1)]
}

function lastStatement(ledger: Ledger, person: string): number {
  for (let seq = ledger.size - 1; seq > 0; seq--) {
    const entry = ledger.view.entry(seq)
    const statement = entry?.data['statement'] as Statement | undefined
    if (statement?.person === person) return statement.checkpoint.size
  }
  return 0
}
