/**
 * What a level withholds, to be looked for where it might stand all the same.
 *
 * - Letters are compared in any case and without accents; what is not a letter or digit only separates words.
 * - A short word must stand alone (with at most two letters after it, as in a genitive), a long one may stand in another.
 * - This errs towards finding: what is withheld for a word too many harms nobody.
 */
import {marksOfTemplate, readYaml} from '../../base/yaml.ts'
import type {Json} from '../../base/jcs.ts'

/** What somebody, or a machine, is called. */
export interface Person {
  readonly text: string
  /** Whether each word of it is a name. */
  readonly called: boolean
}

export class Hidden {
  readonly #words: readonly string[]
  readonly #whole: readonly string[]

  /** @param values - other texts that are withheld */
  constructor(people: readonly Person[], values: readonly string[]) {
    const long = values.filter((text) => squashed(text).length >= longEnough)
    this.#whole = unique([...people.map(({text}) => text), ...long])
    this.#words = unique([...this.#whole, ...people.flatMap(wordsOf)])
  }

  /** Whether anything that is withheld, or a word of somebody's name, may stand in a text. */
  mayStandIn(text: string): boolean {
    const place = new Place(text)
    return this.#words.some((word) => place.holds(word))
  }

  /** Whether it may stand in a template, whose texts may be spelled with escapes. */
  mayStandInTemplate(bytes: Uint8Array): boolean {
    const text = Buffer.from(bytes).toString('utf8')
    try {
      return [text, ...textsIn(readYaml(text, undefined, marksOfTemplate).value)].some((one) =>
        this.mayStandIn(one),
      )
    } catch {
      return true
    }
  }

  /** Everything that is withheld and stands whole in a text. */
  foundIn(text: string): readonly string[] {
    const place = new Place(text)
    return this.#whole.filter((one) => place.holds(one))
  }
}

const longEnough = 6

/** Scripts that are written without spaces between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u

class Place {
  readonly #spaced: string
  readonly #squashed: string

  constructor(text: string) {
    this.#spaced = ` ${plain(text)} `
    this.#squashed = squashed(text)
  }

  holds(wanted: string): boolean {
    const words = plain(wanted)
    const letters = words.replaceAll(' ', '')
    if (unspaced.test(letters)) return letters.length >= 2 && this.#squashed.includes(letters)
    // Digests hold any short word of hex digits by chance.
    if (letters.length >= longEnough && !/^[0-9a-f]+$/.test(letters)) return this.#squashed.includes(letters)
    if (letters.length < 3) return false
    const after = letters.length > 3 ? '[\\p{L}]{0,2}' : ''
    return new RegExp(` ${words}${after} `, 'u').test(this.#spaced)
  }
}

/** Letters and digits, in lower case and without accents, with one space between words. */
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

function squashed(text: string): string {
  return plain(text).replaceAll(' ', '')
}

/** The words of a name that begin with no small letter; of an address the words before the `@`. */
function wordsOf({text, called}: Person): readonly string[] {
  if (!called) return []
  const [local = '', domain] = text.split('@')
  if (domain !== undefined) return [local, ...local.split(/[^\p{L}\p{N}]+/u)]
  return text.split(/[^\p{L}\p{M}\p{N}]+/u).filter((word) => !/^\p{Ll}/u.test(word))
}

/** Every text in a value, wherever it stands; names of members too. */
export function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(textsIn)
  return Object.entries(value).flatMap(([name, one]) => [name, ...textsIn(one)])
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].filter((text) => squashed(text).length >= 2)
}
