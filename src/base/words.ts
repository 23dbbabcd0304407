import {KeyriteError} from './errors.ts'
import {nearest} from './nearest.ts'
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
      const byte = byteOf[position % 2]?.get(word.toLowerCase())
      if (byte === undefined) throw wrongWord(word, position)
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

function wrongWord(word: string, position: number): KeyriteError {
  const place = `word ${position + 1} is "${word}"`
  if (byteOf[(position + 1) % 2]?.has(word.toLowerCase()) === true) {
    const due = position % 2 === 0 ? 'two' : 'three'
    return new KeyriteError(
      'USAGE',
      `cannot read the words: ${place}, and a word of ${due} syllables belongs there`,
      {hints: ['a word before it was left out, said twice or swapped: compare from the first word on']},
    )
  }
  const near = nearest(word, lists[position % 2 === 0 ? 0 : 1])
  return new KeyriteError(
    'USAGE',
    `cannot read the words: ${place}, which is not on the list for that place`,
    {
      hints: near.map((right) => `did you mean "${right}"?`),
    },
  )
}
