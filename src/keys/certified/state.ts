/** Who signed the outcome of a destruction, by the entry that says it was destroyed. */
import {Versions} from '../../base/versions.ts'

export interface Certified {
  readonly key: string
  readonly version: number
  /** SHA-256 of the text that they signed: all of them the same. */
  readonly text: string
  /** The entries of their signatures, by person. */
  readonly signed: ReadonlyMap<string, number>
}

export interface Certifications {
  /** By the seq of the outcome. */
  readonly all: Versions<number, Certified>
}

/** Where other folders find them in a view. */
export const certifications = {
  name: 'certifications',
  initial: (): Certifications => ({all: new Versions()}),
}
