/** Drawing on a tagged page: every stroke is either part of the structure that is read aloud, or said to be none of it. */
import type PDFDocument from 'pdfkit'
import {drawnSize, Faces, type Line, type Run, type Typesetter} from './faces.ts'

export type Doc = InstanceType<typeof PDFDocument>
export type Element = ReturnType<Doc['struct']>

export class Canvas {
  readonly doc: Doc
  readonly faces: Faces

  constructor(doc: Doc) {
    this.doc = doc
    this.faces = new Faces(doc as unknown as Typesetter)
  }

  /** A new element of the structure, under another. */
  element(parent: Element, tag: string, options: PDFKit.Mixins.StructureElementOptions = {}): Element {
    const made = this.doc.struct(tag, options)
    parent.add(made)
    return made
  }

  /** One line of text, its baseline at the size below `y`. */
  line(element: Element | null, line: Line, at: {x: number; y: number; size: number}): void {
    this.#marked(element, () => {
      let {x} = at
      for (const {face, text, width} of joined(line)) {
        this.doc
          .font(face)
          .fontSize(drawnSize(face, at.size))
          .text(text, x, at.y + at.size, {lineBreak: false, baseline: 'alphabetic'})
        x += width
      }
    })
  }

  /** A picture: of dark squares. */
  squares(element: Element, modules: readonly string[], at: {x: number; y: number; side: number}): void {
    const unit = at.side / (modules.length + 8)
    this.#marked(element, () => {
      for (const [y, row] of modules.entries())
        for (const {index, 0: run} of row.matchAll(/1+/g))
          this.doc.rect(at.x + (index + 4) * unit, at.y + (y + 4) * unit, run.length * unit, unit)
      this.doc.fill('black')
    })
  }

  /** Strokes and grounds that mean nothing to a reader who hears the page. */
  ornament(draw: (doc: Doc) => void): void {
    this.#marked(null, () => {
      draw(this.doc)
    })
  }

  #marked(element: Element | null, draw: () => void): void {
    if (element === null) {
      this.doc.markContent('Artifact', {type: 'Layout'})
      draw()
      this.doc.endMarkedContent()
      return
    }
    const content = this.doc.markStructureContent('Span')
    draw()
    this.doc.endMarkedContent()
    element.add(content)
  }
}

/** Neighbours of one face as one: their spaces are then in the text that is copied out. */
function joined(line: Line): readonly Run[] {
  const runs: Run[] = []
  for (const run of line) {
    const last = runs.at(-1)
    if (last?.face === run.face)
      runs[runs.length - 1] = {face: run.face, text: last.text + run.text, width: last.width + run.width}
    else runs.push(run)
  }
  return runs
}
