/** The checkpoints that a store holds, each held against the entries that it covers as soon as those are here. */
import {base64} from '../base/bytes.ts'
import type {LedgerFacts, Problem} from './fold.ts'
import {openCheckpoint, parseCheckpoint, type VerifierKey} from './note.ts'
import type {NoteRow, Store} from './store.ts'
import {keyAt} from './writers.ts'

/** How many are read at once. */
const piece = 256

/** What is known of the entries: a replay. */
export interface Covered {
  readonly size: number
  readonly opened: boolean
  readonly facts: LedgerFacts
  rootAt(size: number): string | undefined
}

export class StoredCheckpoints {
  readonly #store: Pick<Store, 'checkpoints' | 'notes'>
  readonly #covered: Covered
  readonly #deep: boolean
  readonly #found = new Map<number, Problem>()
  readonly #first: number
  /** The name of the ledger, and what a note says of it before its size and after its root, as bytes. */
  #name = ''
  #origin = ''
  #signed = ''
  #piece: readonly NoteRow[] = []
  #next = 0
  #newest = 0

  /** @param first - the size of the first that is looked at. @param deep - whether each signature is verified. */
  constructor(store: Pick<Store, 'checkpoints' | 'notes'>, covered: Covered, first: number, deep: boolean) {
    this.#store = store
    this.#covered = covered
    this.#deep = deep
    this.#first = first
    this.#piece = store.notes(first, piece)
  }

  /** Judges those over the entries that are here by now, while the roots of their sizes are still at hand. */
  catchUp(): void {
    const {size} = this.#covered
    for (let one = this.#one; one !== undefined && one.size <= size; one = this.#one) this.#take(one)
  }

  get #one(): NoteRow | undefined {
    if (this.#next === piece) {
      this.#piece = this.#store.notes((this.#piece.at(-1)?.size ?? 0) + 1, piece)
      this.#next = 0
    }
    return this.#piece[this.#next]
  }

  #take(one: NoteRow): void {
    this.#next += 1
    this.#newest = one.size
    if (!this.#deep && this.#isGood(one)) return
    const found = this.#fault(one)
    if (found !== undefined) this.#found.set(one.size, {...found, seq: one.size - 1})
  }

  /** Whether a note is, byte by byte, a checkpoint of its size and root; false says nothing. */
  #isGood({size, note}: NoteRow): boolean {
    const root = this.#covered.rootAt(size)
    if (root === undefined || !this.#covered.opened) return false
    const {name} = this.#covered.facts
    if (name !== this.#name) {
      this.#name = name
      this.#origin = `${latin1(name)}\n`
      this.#signed = `\n\n${latin1(`— ${name} `)}`
    }
    const start = `${this.#origin}${size}\n${root}`
    signature.lastIndex = start.length + this.#signed.length
    return note.startsWith(start) && note.startsWith(this.#signed, start.length) && signature.test(note)
  }

  #fault({size, note: bytes}: NoteRow): Pick<Problem, 'rule' | 'message'> | undefined {
    const note = Buffer.from(bytes, 'latin1').toString('utf8')
    try {
      const covered = this.#covered
      const checkpoint = parseCheckpoint(note)
      if (checkpoint.size !== size)
        return {
          rule: 'checkpoint',
          message: `the checkpoint stored for ${size} entries is one for ${checkpoint.size}`,
        }
      if (size > covered.size)
        return {
          rule: 'checkpoint',
          message: `a checkpoint covers ${size} entries, the ledger has ${covered.size}: entries are missing`,
        }
      if (base64(checkpoint.root) !== covered.rootAt(size))
        return {rule: 'root', message: `the root over ${size} entries is not that of the checkpoint`}
      // Whoever changes the writer says so before the first checkpoint by the new key.
      if (covered.opened && this.#deep) return badSignature(note, keyAt(covered.facts, size))
    } catch (error) {
      return {rule: 'checkpoint', message: error instanceof Error ? error.message : 'not a checkpoint'}
    }
    return undefined
  }

  /** What is wrong with them, in order; asked when the last entry was taken. */
  *problems(): Generator<Problem> {
    for (let one = this.#one; one !== undefined; one = this.#one) this.#take(one)
    for (const size of this.#withinRuns()) {
      const found = this.#found.get(size)
      if (found === undefined || found.rule === signatureRule)
        this.#found.set(size, {
          rule: 'writer-run',
          seq: size - 1,
          message: 'a checkpoint lies within the run in which the writer changed',
        })
    }
    yield* [...this.#found].sort(([a], [b]) => a - b).map(([, found]) => found)
  }

  /** The size of the newest; 0 where there is none. */
  get newest(): number {
    return this.#newest
  }

  /** The sizes of those that lie where none may be. */
  *#withinRuns(): Generator<number> {
    if (!this.#covered.opened) return
    for (const {head, from} of this.#covered.facts.writers)
      for (let next = Math.max(head + 1, this.#first); next < from; next += 1) {
        const [one] = this.#store.checkpoints(next, 1)
        if (one === undefined || one.size >= from) break
        next = one.size
        yield next
      }
  }
}

/** 68 bytes in their one spelling, and the end of the line. */
const signature = /[A-Za-z0-9+/]{90}[AEIMQUYcgkosw048]=\n$/y
/** The bytes of a text as letters. */
function latin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}

const signatureRule = 'checkpoint-signature'

/** What is wrong with the signature of a checkpoint. */
export function badSignature(note: string, key: VerifierKey): Pick<Problem, 'rule' | 'message'> | undefined {
  try {
    openCheckpoint(note, key)
    return undefined
  } catch (error) {
    return {rule: signatureRule, message: error instanceof Error ? error.message : 'not a checkpoint'}
  }
}
