/**
 * The fonts that a PDF is set in, opened once for all documents of a process.
 *
 * To set a word takes a hundred times longer than to look up its shapes, and documents say the same words again and again:
 * what was set is kept. Code is set letter by letter: its face has one width, and no pairs of letters that change each other.
 */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {create, type Font, type GlyphRun} from 'fontkit'
import {packageRoot} from '../../base/package.ts'

export type Face = 'text' | 'strong' | 'code'

/** Embedded as subsets of what is used. */
const files: Readonly<Record<Face, string>> = {
  text: 'IBMPlexSans_400Regular.ttf',
  strong: 'IBMPlexSans_700Bold.ttf',
  code: 'IBMPlexMono_400Regular.ttf',
}
/** What is drawn of a run of text. */
type Run = Pick<GlyphRun, 'glyphs' | 'positions' | 'advanceWidth'>

export const faces = Object.keys(files) as readonly Face[]

/** How many words are kept of each face. */
const mostWords = 20_000

const opened = new Map<Face, Font>()

/** A font from what was built. */
export function fontOf(face: Face): Font {
  const known = opened.get(face)
  if (known !== undefined) return known
  const font = create(fontBytes(face))
  if (!('layout' in font)) throw new TypeError(`"${files[face]}" is not one font`)
  const quick = quickly(font, face === 'code')
  opened.set(face, quick)
  return quick
}

/** The font's file. An empty shape may lie at its very end, and is looked at beyond: hence the padding. */
function fontBytes(face: Face): Buffer {
  const file = readFileSync(join(packageRoot(), 'dist/fonts', files[face]))
  return Buffer.concat([file, Buffer.alloc(16)])
}

/** The same font, which remembers the words that it set; of code it keeps nothing, as that may be a share. */
function quickly(font: Font, isCode: boolean): Font {
  const words = new Map<string, Run>()
  const layout = (text: string): Run => {
    if (isCode) return isPlain.test(text) ? letters(font, text) : font.layout(text)
    const made = words.get(text) ?? font.layout(text)
    if (words.size >= mostWords) words.clear()
    words.set(text, made)
    return copyOf(made)
  }
  return Object.create(font, {layout: {value: layout}}) as Font
}

const isPlain = /^[ -~]*$/

function letters(font: Font, text: string): Run {
  const glyphs = font.glyphsForString(text)
  return run(
    glyphs,
    glyphs.map(({advanceWidth}) => ({xAdvance: advanceWidth, yAdvance: 0, xOffset: 0, yOffset: 0})),
  )
}

/** Whoever draws a run scales its positions, in place. */
const copyOf = ({glyphs, positions}: Run): Run =>
  run(
    glyphs,
    positions.map((one) => ({...one})),
  )

const run = (glyphs: Run['glyphs'], positions: Run['positions']): Run => ({
  glyphs,
  positions,
  get advanceWidth() {
    return positions.reduce((sum, {xAdvance}) => sum + xAdvance, 0)
  },
})
