import {KeyriteError} from './errors.ts'
import {nearest} from './nearest.ts'
import {visibleLine} from './visible.ts'
import {evenWords, oddWords} from './wordlist.ts'

const lists = [evenWords, oddWords] as const
const byteOf = lists.map((list) => new Map(list.map((word, byte) => [word.toLowerCase(), byte])))

/** One PGP word a byte, to be read aloud and compared: two syllables at even positions, three at odd ones. */
export function words(bytes: Uint8Array): string[] {
  return Array.from(bytes, (byte, position) => {
    const word = lists[position % 2 === 0 ? 0 : 1][byte]
    if (word === undefined) throw new TypeError(`no word for byte ${byte}`)
    return word
  })
}

/**
 * The bytes that the words say; letter case does not matter.
 * @throws KeyriteError `USAGE` naming the first wrong word, by its place counted from 1, and what it probably is.
 */
export function fromWords(said: readonly string[]): Buffer {
  return Buffer.from(
    said.map((word, position) => {
      const byte = byteOf[position % 2]?.get(plain(word))
      if (byte === undefined) throw wrongWord(said, position)
      return byte
    }),
  )
}

/** The words as printed: four a line, each line numbered by its first word, at most 57 columns wide; 8 lines for 32 bytes. */
export function wordLines(bytes: Uint8Array): string[] {
  const all = words(bytes)
  const digits = String(all.length).length
  const lines: string[] = []
  for (let first = 0; first < all.length; first += 4) {
    const four = all.slice(first, first + 4).map((word, index) => word.padEnd(widths[index % 2] ?? 0))
    lines.push(`${String(first + 1).padStart(digits)}  ${four.join('  ')}`.trimEnd())
  }
  return lines
}

const widths = lists.map((list) => Math.max(...list.map((word) => word.length)))

/** Some lists print Yucatán with its accent. */
function plain(word: string): string {
  return word
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
}

function wrongWord(said: readonly string[], position: number): KeyriteError {
  const word = plain(said[position] ?? '')
  const shown = `cannot read word ${position + 1} "${visibleLine(said[position] ?? '', 30)}"`
  if (byteOf[(position + 1) % 2]?.has(word) === true) {
    const doubled = position > 0 && plain(said[position - 1] ?? '') === word
    const fact = doubled ? 'it is there twice' : 'a word before it was left out or is there twice'
    return new KeyriteError('USAGE', `${shown}: ${fact}`, {
      hints: ['read the words again: those of two and of three syllables take turns'],
    })
  }
  const [near] = nearest(word, lists[position % 2 === 0 ? 0 : 1])
  if (near === undefined)
    return new KeyriteError(
      'USAGE',
      `${shown}: it is not on the list for its place, and no word there is near`,
    )
  return new KeyriteError('USAGE', `${shown}: the nearest is "${near}"`, {
    hints: [`if it is "${near}", give that word`],
  })
}
