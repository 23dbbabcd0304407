/**
 * `writers`: how the key under an export's checkpoint came to write, for somebody who has no ledger. A key that was handed
 * the ledger is vouched for by the one before it, which signed the tree that ends in the change. One that took over has
 * only the people who approved that: their signatures are held against the keys that the roster here gives them.
 */
import {z} from 'zod'
import {base64, fromBase64, fromHex} from '../../base/bytes.ts'
import {jcsBytes, parseJcs, type JsonObject} from '../../base/jcs.ts'
import {sha256Hex} from '../../base/bytes.ts'
import {
  namespaceOf,
  parsePublicKey,
  signedStatement,
  statementBytes,
  verifySshsig,
  type Roster,
} from '../../custody/index.ts'
import {
  openCheckpoint,
  keyAt,
  verifyInclusion,
  writerTypes,
  type Checkpoint,
  type Entry,
  type Ledger,
  type LedgerFacts,
  type WriterChange,
} from '../../ledger/index.ts'
import {parseEntry} from '../../ledger/entry.ts'
import {inclusionPath} from '../../ledger/merkle.ts'
import {noteAt} from '../../ledger/store.ts'
import {storedTree} from '../../ledger/stored-tree.ts'
import {withWriter} from '../../ledger/writers.ts'
import {openedSchema} from '../question.ts'
import {parsePlan} from '../plan.ts'
import {requests} from '../state.ts'
import {demand, type ChangeSeen} from './core.ts'
import {calledHere} from './subject.ts'

const text = z.string().max(100_000)
const change = z.strictObject({
  approvals: z.array(text).max(100),
  entry: text,
  hashes: z.array(text).max(64),
  note: text.nullable(),
  opened: text,
  plan: text,
  signed: z.array(text).max(64),
})
const schema = z.strictObject({
  changes: z.array(change).min(1).max(1_000),
  type: z.literal('keyrite.writers/1'),
})

/** The file; undefined while the key of the first entry writes. @param size - of the export's checkpoint. */
export function writersBytes(ledger: Ledger, size: number): Uint8Array | undefined {
  const changes = ledger.view.facts.writers.slice(1)
  return changes.length === 0
    ? undefined
    : jcsBytes({changes: changes.map((one) => changeOf(ledger, one, size)), type: 'keyrite.writers/1'})
}

function changeOf(ledger: Ledger, {seq, head}: WriterChange, size: number): JsonObject {
  const range = storedTree(ledger.store)
  const bytes = (at: number): string => base64(ledger.store.row(at)?.bytes ?? new Uint8Array())
  const met = ledger.view.entry(seq)?.approved ?? -1
  const request = ledger.of(requests).all.get(ledger.of(requests).byMet.get(met) ?? -1)
  if (request === undefined) throw new TypeError('a change of the writer was approved')
  const released = head === seq + 1
  return {
    approvals: request.answers.filter(({decision}) => decision === 'approve').map((one) => bytes(one.seq)),
    entry: bytes(seq),
    hashes: inclusionPath(seq, size, range).map(base64),
    note: released ? (noteAt(ledger.store, seq + 1) ?? null) : null,
    opened: bytes(request.seq),
    plan: base64(ledger.view.blob(request.planSha256)),
    signed: released ? inclusionPath(seq, seq + 1, range).map(base64) : [],
  }
}

/**
 * The facts with everyone who wrote, and each change in words.
 * @throws TypeError unless each change is under the checkpoint, and vouched for by the key before it or by people.
 */
export function readWriters(
  bytes: Uint8Array | undefined,
  first: LedgerFacts,
  {size, root}: Checkpoint,
): {readonly facts: LedgerFacts; readonly changes: readonly (ChangeSeen & {readonly evidence: Evidence})[]} {
  if (bytes === undefined) return {facts: first, changes: []}
  const parsed = schema.safeParse(parseJcs(bytes))
  demand(parsed.success, 'it is not of its form')
  let facts = first
  const changes = parsed.data.changes.map((one) => {
    const entry = parseEntry(fromBase64(one.entry))
    const leaf = fromHex(entry.leaf)
    demand(
      (writerTypes as readonly string[]).includes(entry.type),
      'it holds an entry that changes no writer',
    )
    demand(
      verifyInclusion(leaf, entry.seq, size, one.hashes.map(fromBase64), root),
      `entry ${entry.seq} is not in the tree of the checkpoint`,
    )
    const before = facts
    facts = withWriter(facts, entry, undefined)
    const {by, vkey, time, seq} = facts.writers.at(-1) ?? first.writers[0] ?? never()
    const evidence = {
      entry,
      opened: fromBase64(one.opened),
      plan: fromBase64(one.plan),
      approvals: one.approvals.map(fromBase64),
    }
    if (by === 'hand-over' || by === 'replacement') {
      const old = openCheckpoint(one.note ?? '', keyAt(before, entry.seq + 1))
      demand(
        old.size === seq + 1 && verifyInclusion(leaf, seq, old.size, one.signed.map(fromBase64), old.root),
        `the key before it did not sign entry ${seq}`,
      )
    }
    return {seq, time, by, before: before.vkey, vkey, approvedBy: [], evidence}
  })
  return {facts, changes}
}

interface Evidence {
  readonly entry: Entry
  readonly opened: Uint8Array
  readonly plan: Uint8Array
  readonly approvals: readonly Uint8Array[]
}

/** Whose approval of a change verifies by the keys that this roster gives them. @throws TypeError where a key took over with too few of them. */
export function approvedBy(
  changes: ReturnType<typeof readWriters>['changes'],
  roster: Roster,
  facts: LedgerFacts,
): readonly ChangeSeen[] {
  return changes.map(({evidence, ...seen}) => {
    const opened = parseEntry(evidence.opened)
    const data = openedSchema.parse(opened.data)
    const plan = parsePlan(evidence.plan)
    demand(
      data.plan.blob === sha256Hex(evidence.plan) && plan.change['vkey'] === seen.vkey,
      `what people approved is not the key of entry ${seen.seq}`,
    )
    const people = evidence.approvals.flatMap((bytes) => {
      const {statement, signature} = signedStatement(parseEntry(bytes).data)
      const person = roster.get(statement.person)
      const key = person?.keys
        .map((one) => parsePublicKey(one.key))
        .find((one) => one.fingerprint === statement.key)
      const fits =
        statement.about === opened.leaf &&
        statement.ledger === facts.fingerprint &&
        statement.plan_sha256 === data.plan.blob &&
        statement.use === 'approval' &&
        statement.decision === 'approve'
      if (person === undefined || key === undefined || !fits) return []
      const verdict = verifySshsig({
        signature: fromBase64(signature),
        message: statementBytes(statement),
        namespace: namespaceOf('approval', facts),
        key,
      })
      return verdict.kind === 'good' ? [person] : []
    })
    const different = [...new Map(people.map((person) => [person.id, person])).values()]
    const alone = seen.by === 'take-over' || seen.by === 'restore'
    demand(
      !alone || different.length >= data.needs.people,
      `the key of entry ${seen.seq} took over, and ${different.length} of the ${data.needs.people} approvals that it needed verify`,
    )
    return {...seen, approvedBy: different.map(calledHere)}
  })
}

/** What its signer is told. @param seen - how many entries they saw last. */
export function changeLines(changes: readonly ChangeSeen[], seen: number): readonly string[] {
  return changes
    .filter(({seq}) => seq >= seen)
    .flatMap(({seq, time, by, before, vkey, approvedBy: people}) => [
      `The key that writes this ledger CHANGED at entry ${seq}, ${time}, by ${by}${by === 'take-over' || by === 'restore' ? ', WITHOUT the machine that wrote it before' : ''}.`,
      `Before: ${before}`,
      `Since: ${vkey}`,
      people.length === 0
        ? 'No approval of it verifies by the keys in this folder: ask by another channel.'
        : `Approved by ${people.join(', ')}: signatures verified by the keys in this folder.`,
    ])
}

function never(): never {
  throw new TypeError('a ledger has a writer')
}
