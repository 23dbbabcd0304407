/**
 * Text that is not ours (names, reasons, provider answers), made safe to show on a terminal or on paper.
 *
 * - What has no shape of its own is written out: controls, line and paragraph separators, bidi and other format
 *   characters, zero-width and default-ignorable ones (tags, variation selectors, fillers), private-use, unassigned,
 *   noncharacters, lone surrogates.
 * - The backslash itself is left alone, so paths stay readable and text may pass here twice. Text that already reads
 *   `\u{202e}` therefore looks the same as the character: for exact bytes look at the JSON, which is never shown this way.
 */
const hidden = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u
const everyHidden = new RegExp(hidden, 'gu')
const short: Readonly<Record<string, string>> = {'\n': '\\n', '\r': '\\r', '\t': '\\t'}

/** The text with every hidden character written as `\n`, `\r`, `\t` or `\u{202e}`. */
export function visible(text: string, options: {readonly keepNewlines?: boolean} = {}): string {
  const keep = options.keepNewlines === true
  return text.replace(everyHidden, (found) => (keep && found === '\n' ? found : escape(found)))
}

/** A value as indented JSON whose bytes move no terminal: what has no shape is written `\u202e`, and reads back the same. */
export function visibleJson(value: unknown): string {
  const units = (found: string): string =>
    Array.from(
      {length: found.length},
      (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join('')
  return JSON.stringify(value, null, 2).replace(everyHidden, (found) =>
    found === '\n' ? found : units(found),
  )
}

/** The same on one line of at most `limit` terminal columns, ending in `…` if something was cut; no escape is cut in two. */
export function visibleLine(text: string, limit: number): string {
  return cut(
    Array.from(text, (character) => (hidden.test(character) ? escape(character) : character)),
    limit,
  )
}

/** Text that is visible already, cut to at most `limit` terminal columns, ending in `…` if something was cut. */
export function truncate(text: string, limit: number): string {
  return cut(Array.from(text), limit)
}

function cut(pieces: readonly string[], limit: number): string {
  const whole = pieces.join('')
  if (columns(whole) <= limit) return whole
  let used = 1 // the ellipsis
  let line = ''
  for (const piece of pieces) {
    used += columns(piece)
    if (used > limit) break
    line += piece
  }
  return limit < 1 ? '' : `${line}…`
}

/** How many terminal columns a text takes that has been through `visible`; emoji and East Asian wide letters take two. */
export function columns(text: string): number {
  let sum = 0
  for (const character of text) sum += characterWidth(character)
  return sum
}

const stacked = /[\p{Mn}\p{Me}]/u
const emoji = /\p{Emoji_Presentation}/u
/** Blocks that are East Asian wide or full-width (Unicode Standard Annex 11), as first and last code point. */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x17000, 0x18d08],
  [0x1b000, 0x1b2fb],
  [0x20000, 0x3fffd],
]

function characterWidth(character: string): number {
  const point = character.codePointAt(0) ?? 0
  if (point < 0x300) return 1
  if (stacked.test(character)) return 0
  return emoji.test(character) || wide.some(([first, last]) => point >= first && point <= last) ? 2 : 1
}

function escape(character: string): string {
  return short[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
