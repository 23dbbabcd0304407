/**
 * Judges an exported request without a ledger: every document is held against the digests in what will be signed, and
 * the question against the policy and the roster that it names. Nothing in the folder is believed.
 */
import {z} from 'zod'
import {KeyriteError} from '../../base/errors.ts'
import {jcs, type Json} from '../../base/jcs.ts'
import {sha256Hex, base64} from '../../base/bytes.ts'
import {enrolledKey, parseRoster, type Person, type Roster, type Statement} from '../../custody/index.ts'
import {
  erasedType,
  factsOf,
  isBlobRef,
  openOwn,
  parseCheckpoint,
  type Checkpoint,
  type Entry,
  type LedgerFacts,
} from '../../ledger/index.ts'
import {parseEntry} from '../../ledger/entry.ts'
import type {Operations} from '../operation.ts'
import {documentsNaming} from './export.ts'
import {demand, file, parseStatement, tampered, type Core, type Examined, type UseReader} from './core.ts'
import {foundingContent} from './founding.ts'
import {answersOf, decisions, type AfarUse, type Decision, type Files} from './layout.ts'
import {namedIn, namesIn} from './names.ts'
import {peopleIn, readFirst, readOpenings, readSources, type Open} from './openings.ts'
import {possessionContent, possessorIn} from './possession.ts'
import {followsHead, readProof} from './proof.ts'
import {approvedBy, readWriters} from './writers.ts'
import {questionContent} from './question.ts'

export interface Rules {
  readonly operations: Operations
  readonly now: Date
  readonly transcript: UseReader
  readonly certificate: UseReader
}

/**
 * @throws KeyriteError `REQUEST_TAMPERED` if anything does not agree with what would be signed, `REQUEST_STATE` if it has
 * expired, `NOT_PERMITTED` if this person may not answer it.
 */
export function examine(files: Files, rules: Rules): Examined {
  const readers: Readonly<Record<AfarUse, UseReader>> = {
    approval: questionContent,
    proposal: questionContent,
    founding: foundingContent,
    possession: possessionContent,
    transcript: rules.transcript,
    certificate: rules.certificate,
  }
  const {statements, statement} = inFile('statements', () => readStatements(files))
  const use = statement.use as AfarUse
  const reader = readers[use]
  const entry = inFile('entry', () => readEntry(files, statement))
  const openings = file(files, 'openings.json')
  const first = inFile('openings.json', () => readFirstEntry(readFirst(openings), statement))
  const note = Buffer.from(file(files, 'checkpoint')).toString('utf8')
  const {facts, changes: claimed} = inFile('writers', () =>
    readWriters(files.get('writers'), factsOf(first), parseCheckpoint(note)),
  )
  const checkpoint = inFile('checkpoint', () => readCheckpoint(note, facts, statement, entry))
  const sources = inFile('openings.json', () => sourcesIn(openings, facts))
  const proof = inFile('proof', () => readProof(file(files, 'proof'), entry, sources, checkpoint))
  const named = peopleIn(...statements.values(), file(files, 'entry'), ...documentsNaming(files))
  const fields = inFile('entry', () => reader.fields({entry, files}))
  const {open, erased} = inFile('openings.json', () =>
    readOpenings(openings, [...fields, ...namesIn([first, ...sources], named)], sources),
  )
  const roster = inFile('roster.json', () => readRoster(files, entry, [first, ...sources], open))
  const person = inFile('roster.json', () =>
    use === 'possession'
      ? asPlanned(possessorIn(files, entry, roster, open), statement)
      : personOf(roster, statement),
  )
  const changes = inFile('writers', () => approvedBy(claimed, roster, facts))
  const core: Core = {
    files,
    use,
    statements,
    statement,
    entry,
    first,
    facts,
    note,
    checkpoint,
    proof,
    changes,
    roster,
    person,
    open,
    erased,
    operations: rules.operations,
    now: rules.now,
  }
  return {...core, content: inFile('entry', () => reader.read(core))}
}

/** What is read of a document that may be anything: whatever is wrong with it is one kind of refusal. */
function inFile<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const own: readonly string[] = ['REQUEST_STATE', 'NOT_PERMITTED', 'REQUEST_TAMPERED', 'UNSUPPORTED']
    if (error instanceof KeyriteError && own.includes(error.code)) throw error
    const known = error instanceof TypeError || error instanceof KeyriteError || error instanceof z.ZodError
    if (!known) throw error
    throw tampered(name, error instanceof z.ZodError ? 'it is not of its form' : error.message, error)
  }
}

function readStatements(files: Files): {statements: Map<Decision, Uint8Array>; statement: Statement} {
  const statements = new Map(
    decisions.flatMap((decision): [Decision, Uint8Array][] => {
      const bytes = files.get(decision)
      return bytes === undefined ? [] : [[decision, bytes]]
    }),
  )
  const parsed = [...statements].map(([decision, bytes]) => ({decision, statement: parseStatement(bytes)}))
  const [one] = parsed
  demand(one !== undefined, 'there is none')
  const {statement} = one
  demand(statement.use in answersOf, `"${statement.use}" is not signed from afar`)
  demand(
    [...statements.keys()].join() === answersOf[statement.use as AfarUse].join(),
    `one of ${statement.use} takes ${answersOf[statement.use as AfarUse].join(' and ')}`,
  )
  for (const {decision, statement: other} of parsed) {
    demand(other.decision === decision, `"${decision}" says "${other.decision}"`)
    demand(
      jcs({...other, decision: 'attest'}) === jcs({...statement, decision: 'attest'}),
      'yes and no are not about the same',
    )
  }
  return {statements, statement}
}

function readEntry(files: Files, statement: Statement): Entry {
  const entry = parseEntry(file(files, 'entry'))
  demand(entry.leaf === statement.about, 'it is not the one that the statement is about')
  demand(statement.issued >= entry.time, 'the statement was issued before it')
  return entry
}

function readFirstEntry(bytes: Uint8Array, statement: Statement): Entry {
  const first = parseEntry(bytes)
  demand(
    first.leaf === statement.ledger,
    'the first entry is not that of the ledger that the statement names',
  )
  demand(first.seq === 0 && first.type === 'ledger.opened', 'the first entry opens no ledger')
  return first
}

function readCheckpoint(note: string, facts: LedgerFacts, statement: Statement, entry: Entry): Checkpoint {
  const checkpoint = openOwn(note, facts)
  const {size, root} = statement.checkpoint
  demand(checkpoint.size === size && base64(checkpoint.root) === root, 'it is not the one in the statement')
  demand(entry.seq < size || followsHead(entry, size), 'it does not cover the entry')
  demand(entry.ledger === facts.name, 'the entry is of another ledger')
  return checkpoint
}

function readRoster(files: Files, entry: Entry, sources: readonly Entry[], open: Open): Roster {
  const bytes = file(files, 'roster.json')
  const named = entry.data['roster']
  if (isBlobRef(named)) demand(named.blob === sha256Hex(bytes), 'it is not the one that the entry names')
  const parsed = parseRoster(bytes)
  const people = sources.flatMap(namedIn)
  // Everyone ever is in a roster: so no name can be hidden by changing an id where no digest holds the document.
  const stranger = people.find(({id}) => !parsed.some((one) => one.id === id))
  demand(
    stranger === undefined,
    `it lacks "${stranger?.id ?? ''}", whom ${sources.length > 1 ? 'an' : 'the first'} entry names`,
  )
  const text = (field: Json | undefined): string | null => {
    const value = open(field)
    return typeof value === 'string' ? value : null
  }
  return new Map(
    parsed.map((person) => {
      const names = people.find(({id}) => id === person.id)
      return [person.id, {...person, name: text(names?.name), address: text(names?.address)}]
    }),
  )
}

/** The entries that enrolled those whose names are needed, or erased what is: each of this ledger, and later than the one before. */
function sourcesIn(openings: Uint8Array, {name}: LedgerFacts): readonly Entry[] {
  const entries = readSources(openings).map(parseEntry)
  for (const [at, entry] of entries.entries()) {
    demand(
      (entry.type === 'custodian.enrolled' || entry.type === erasedType) && entry.ledger === name,
      'an entry in it neither enrols nor erases anything here',
    )
    demand(entry.seq > (entries[at - 1]?.seq ?? 0), 'its entries are not in order')
  }
  return entries
}

/** Somebody who is to have a key, as the plan has them. */
function asPlanned(person: Person, statement: Statement): Person {
  demand(person.id === statement.person, 'the statement is not of the person whom the plan is about')
  demand(
    [...person.roles].sort().join() === statement.roles.join(),
    'the roles in the statement are not those of the person',
  )
  demand(enrolledKey(person, statement.key) !== undefined, `key ${statement.key} is not the one of the plan`)
  return person
}

function personOf(roster: Roster, statement: Statement): Person {
  const person = roster.get(statement.person)
  demand(person !== undefined, `"${statement.person}" is not in it`)
  const wanted = statement.use === 'founding' ? 'unsigned' : 'active'
  demand(person.state === wanted, `"${statement.person}" is ${person.state}, not ${wanted}`)
  demand(
    person.roles.join() === statement.roles.join(),
    'the roles in the statement are not those of the person',
  )
  demand(enrolledKey(person, statement.key) !== undefined, `key ${statement.key} is not one of the person`)
  return person
}
