/** What entries refer to: that blobs and private values are there, and are what they are called. */
import {parseJcs} from '../base/jcs.ts'
import {commitment, type Opening} from './draft.ts'
import type {Entry, Reference} from './entry.ts'
import {erasedType, Erasures} from './erasure.ts'
import {problem, type Problem} from './fold.ts'
import {KnownBlobs} from './known-blobs.ts'
import type {Seal, Source} from './source.ts'

/** What a bundle below level full may leave out: templates, and wrapped secrets. */
const withheld: ReadonlySet<string> = new Set(['application/yaml', 'application/octet-stream'])

export class Contents {
  #source: Source
  readonly #withheld: boolean
  readonly #erasures = new Erasures()
  readonly #blobs = new KnownBlobs()

  /** @param withheld - whether openings, templates and wrapped secrets may be missing without that being wrong. */
  constructor(source: Source, withheld: boolean) {
    this.#source = source
    this.#withheld = withheld
  }

  /** Looks things up elsewhere from now on. */
  over(source: Source): void {
    this.#source = source
  }

  /** @throws TypeError if it is not there. */
  blob(sha256: string): Uint8Array {
    const bytes = this.#blobs.get(sha256) ?? this.#source.blob(sha256)
    if (bytes === undefined || !this.#blobs.isBlob(bytes, sha256))
      throw new TypeError(`blob ${sha256.slice(0, 12)}… is missing or changed`)
    return bytes
  }

  holds(sha256: string): boolean {
    return (this.#blobs.get(sha256) ?? this.#source.blob(sha256)) !== undefined
  }

  /** What is wrong with what an entry refers to, added to `found`. */
  judge(entry: Entry, references: readonly Reference[], found: Problem[]): void {
    for (const reference of references) {
      if ('blob' in reference) this.#judgeBlob(entry, reference, found)
      else {
        const seal = sealOf(this.#source, reference.$)
        if (seal === 'changed')
          found.push(problem('opening', entry, `private value ${reference.$.slice(0, 12)}… was changed`))
        else if (seal === undefined && !this.#withheld) this.#erasures.miss(reference.$, entry.seq)
      }
    }
    if (entry.type === erasedType)
      found.push(...this.#erasures.judge(entry, (one) => this.#source.opening(one) !== undefined))
  }

  #judgeBlob(entry: Entry, {blob, size, type}: Extract<Reference, {blob: string}>, found: Problem[]): void {
    const bytes = this.#blobs.get(blob) ?? this.#source.blob(blob)
    if (bytes === undefined && this.#withheld && withheld.has(type)) return
    if (bytes === undefined) found.push(problem('blob', entry, `blob ${blob.slice(0, 12)}… is missing`))
    else if (!this.#blobs.isBlob(bytes, blob) || bytes.length !== size)
      found.push(problem('blob', entry, `blob ${blob.slice(0, 12)}… was changed`))
  }

  /** Takes an entry without a problem. */
  take(entry: Entry): void {
    if (entry.type === erasedType) this.#erasures.take(entry)
  }

  /** Openings that are missing and that no entry so far says to be erased. */
  unexplained(): Iterable<Problem> {
    return this.#erasures.unexplained()
  }

  /** How many private values were erased. */
  get erased(): number {
    return this.#erasures.count
  }

  /** What was to be stored was not: the source is asked again. */
  forget(): void {
    this.#blobs.forget()
  }
}

function sealOf(source: Source, one: string): Seal {
  if (source.seal !== undefined) return source.seal(one)
  const opening = source.opening(one)
  return opening === undefined ? undefined : opens(opening) ? 'whole' : 'changed'
}

/** Whether an opening is of its form, and of its commitment. */
export function opens(opening: Opening): boolean {
  try {
    parseJcs(opening.value)
    return opening.salt.length === 32 && commitment(opening.salt, opening.value) === opening.commitment
  } catch {
    return false
  }
}
