import {columns} from '../base/visible.ts'

let segmenter: Intl.Segmenter | undefined

/**
 * The text, which must be visible already, as lines of at most `width` columns without trailing spaces; always at least
 * one. It is broken at spaces; what is longer than a line, such as a digest, wherever the line is full.
 */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const [index, word] of text.split(' ').entries()) {
    const longer = index === 0 ? word : `${line} ${word}`
    if (columns(longer) <= width) {
      line = longer
      continue
    }
    if (line.trim() !== '') lines.push(line.trimEnd())
    const parts = pieces(word, width)
    lines.push(...parts.slice(0, -1))
    line = parts.at(-1) ?? ''
  }
  lines.push(line.trimEnd())
  return lines
}

/** A word cut where the line is full, never within what is seen as one letter. */
function pieces(word: string, width: number): string[] {
  if (columns(word) <= width) return [word]
  const parts: string[] = []
  let part = ''
  // Made when it is needed: to load its tables takes as long as all the rest of a short run.
  segmenter ??= new Intl.Segmenter('und', {granularity: 'grapheme'})
  for (const {segment} of segmenter.segment(word)) {
    if (part !== '' && columns(part + segment) > width) {
      parts.push(part)
      part = ''
    }
    part += segment
  }
  parts.push(part)
  return parts
}

/** Filled up with spaces to a number of columns. */
export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)))
}

/** The lines with one prefix before the first and another before the rest, both of one width; no trailing spaces. */
export function hang(first: string, rest: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `${index === 0 ? first : rest}${line}`.trimEnd())
}
