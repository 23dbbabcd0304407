/** What is known of an exported request while it is judged, and what each use adds. */
import {KeyriteError} from '../../base/errors.ts'
import {parseJcs, type Json} from '../../base/jcs.ts'
import {statementSchema, type Person, type Roster, type Statement} from '../../custody/index.ts'
import type {Checkpoint, Entry, LedgerFacts, WriterChange} from '../../ledger/index.ts'
import type {Operations} from '../operation.ts'
import type {AfarUse, Decision, Files} from './layout.ts'
import type {Erasure, Open} from './openings.ts'
import type {Proof} from './proof.ts'

/** What holds for every use, before what it asks is looked at. */
export interface Core {
  readonly files: Files
  readonly use: AfarUse
  readonly statements: ReadonlyMap<Decision, Uint8Array>
  readonly statement: Statement
  readonly entry: Entry
  readonly first: Entry
  readonly facts: LedgerFacts
  readonly note: string
  readonly checkpoint: Checkpoint
  readonly proof: Proof
  /** Every change of the key that writes. */
  readonly changes: readonly ChangeSeen[]
  /** With the names that the openings give. */
  readonly roster: Roster
  readonly person: Person
  readonly open: Open
  /** What the words would show, and was erased. */
  readonly erased: readonly Erasure[]
  readonly operations: Operations
  readonly now: Date
}

/** One change of the key, as its reader is told of it. */
export interface ChangeSeen {
  readonly seq: number
  readonly time: string
  readonly by: WriterChange['by']
  readonly before: string
  readonly vkey: string
  readonly approvedBy: readonly string[]
}

/** What a use adds: what would be signed, in words. */
export interface Content {
  /** `r41`, `founding`, `ceremony 1a2b…`. */
  readonly id: string
  /** What is read aloud, hex: of the plan, or the leaf hash of what is signed. */
  readonly digest: string
  readonly digestOf: string
  /** The plan, and what stands around it. */
  readonly lines: readonly string[]
  /** What each answer does. */
  readonly effects: Readonly<Partial<Record<Decision, string>>>
  readonly environment: string | null
}

export interface Examined extends Core {
  readonly content: Content
}

/** A use that a folder above brings: which private values its words need, and what it says. */
export interface UseReader {
  /** @throws TypeError where a document is not what the statement says. */
  fields(parts: Pick<Core, 'entry' | 'files'>): readonly Json[]
  /** @throws TypeError the same; KeyriteError where it is in order and may not be signed. */
  read(core: Core): Content
}

/** One refusal for whatever is wrong with a document. */
export function tampered(name: string, fact: string, cause?: unknown): KeyriteError {
  return new KeyriteError('REQUEST_TAMPERED', `cannot sign this request: ${name}: ${fact}`, {
    hints: [
      'sign nothing; ask by another channel for a new export',
      'keyrite request export ID --for PERSON --out DIR',
    ],
    cause,
  })
}

/** A document that every reader demands. @throws KeyriteError `REQUEST_TAMPERED`. */
export function file(files: Files, name: string): Uint8Array {
  const bytes = files.get(name)
  if (bytes === undefined) throw tampered(name, 'it is missing')
  return bytes
}

/** @throws TypeError unless it holds. */
export function demand(holds: boolean, fact: string): asserts holds {
  if (!holds) throw new TypeError(fact)
}

/** @throws TypeError if the bytes are not a statement in its one spelling. */
export function parseStatement(bytes: Uint8Array): Statement {
  const parsed = statementSchema.safeParse(parseJcs(bytes))
  if (!parsed.success)
    throw new TypeError(`${parsed.error.issues[0]?.path.join('.') ?? ''} is not of its form`)
  return parsed.data
}
