/** The faces that a PDF is set in, and text as lines of them. */
import {visible} from '../../base/visible.ts'
import type {Inline} from '../document.ts'
import {faces, fontOf, type Face} from './fonts.ts'

/** The part of the page's program that setting text needs. */
export interface Typesetter {
  registerFont(name: string, font: ReturnType<typeof fontOf>): unknown
  font(name: string): {fontSize(size: number): {widthOfString(text: string): number}}
  readonly _font: {readonly font: {hasGlyphForCodePoint(point: number): boolean}}
}

export interface Run {
  readonly face: Face
  readonly text: string
  readonly width: number
}
export type Line = readonly Run[]

interface Style {
  readonly size: number
  /** What plain text is set in. */
  readonly face?: Face
}

export class Faces {
  readonly #doc: Typesetter
  readonly #drawable = new Map<string, boolean>()

  constructor(doc: Typesetter) {
    this.#doc = doc
    for (const face of faces) doc.registerFont(face, fontOf(face))
  }

  width(text: string, face: Face, size: number): number {
    return this.#doc.font(face).fontSize(drawnSize(face, size)).widthOfString(text)
  }

  /** Text as it can be drawn: what the face has no shape for is written out as `\u{…}`, never left out. */
  shown(text: string, face: Face): string {
    return Array.from(visible(text), (character) =>
      this.#has(character, face) ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
    ).join('')
  }

  /** Lines of at most `width` points: broken at spaces, and within what is longer than a line. */
  lines(text: readonly Inline[], width: number, {size, face = 'text'}: Style): readonly Line[] {
    const lines: Run[][] = [[]]
    let used = 0
    const space = this.width(' ', face, size)
    for (const [at, word] of this.#words(text, size, face).entries()) {
      const wide = word.reduce((sum, run) => sum + run.width, 0)
      const gap = at === 0 ? 0 : space
      if (used > 0 && used + gap + wide > width) {
        lines.push([])
        used = 0
      } else if (gap > 0) {
        lines.at(-1)?.push({face, text: ' ', width: space})
        used += gap
      }
      for (const run of word) {
        for (const piece of this.#fitting(run, size, width - used, width)) {
          if (used > 0 && used + piece.width > width + 0.01) {
            lines.push([])
            used = 0
          }
          lines.at(-1)?.push(piece)
          used += piece.width
        }
      }
    }
    return lines
  }

  #words(text: readonly Inline[], size: number, plain: Face): readonly (readonly Run[])[] {
    const words: Run[][] = [[]]
    for (const piece of text) {
      const face = typeof piece === 'string' ? plain : 'strong' in piece ? 'strong' : 'code'
      const raw = typeof piece === 'string' ? piece : 'strong' in piece ? piece.strong : piece.code
      for (const [at, word] of this.shown(raw, face).split(' ').entries()) {
        if (at > 0) words.push([])
        if (word !== '') words.at(-1)?.push({face, text: word, width: this.width(word, face, size)})
      }
    }
    return words
  }

  /** A run, cut where the line is full if it is longer than a whole one: behind a hyphen where it has one, as names have. */
  #fitting(run: Run, size: number, left: number, width: number): readonly Run[] {
    if (run.width <= width || run.width <= left) return [run]
    const pieces: Run[] = []
    let text = ''
    let room = left > width / 3 ? left : width
    const put = (): void => {
      pieces.push({face: run.face, text, width: this.width(text, run.face, size)})
      text = ''
    }
    for (const character of run.text) {
      if (text !== '' && this.width(text + character, run.face, size) > room) {
        const rest = text.slice(text.lastIndexOf('-') + 1)
        const cut = rest === '' || rest === text ? '' : rest
        text = text.slice(0, text.length - cut.length)
        put()
        text = cut
        room = width
      }
      text += character
    }
    put()
    return pieces
  }

  #has(character: string, face: Face): boolean {
    const name = face + character
    const known = this.#drawable.get(name)
    if (known !== undefined) return known
    this.#doc.font(face)
    const point = character.codePointAt(0) ?? 0
    const has = isLeftToRight(point) && this.#doc._font.font.hasGlyphForCodePoint(point)
    this.#drawable.set(name, has)
    return has
  }
}

/** Code is wide: a little smaller it is as dark as the text around it, and a digest stays on one line of a table. */
export function drawnSize(face: Face, size: number): number {
  return face === 'code' ? size * 0.9 : size
}

/** Scripts that are written to the left, or whose letters join, are not set here. */
function isLeftToRight(point: number): boolean {
  return point < 0x590 || point >= 0x1e00
}
