/**
 * A document as PDF 1.7: tagged for those who hear it, fonts embedded, the same bytes for equal documents.
 *
 * Nothing in it knows a clock, a machine or chance: its dates are the content's own, its ids follow from those, and it is
 * deflated by code that comes with keyrite. Loaded where it is needed: it takes longer than the rest of a short run.
 */
import PDFDocument from 'pdfkit'
import {rehearsalMark} from '../../base/rehearsal.ts'
import type {Block, Doc as Content} from '../document.ts'
import {pieces, sizes} from './blocks.ts'
import {Canvas, type Doc} from './canvas.ts'
import type {Piece} from './pieces.ts'

export const papers = {a4: [595.28, 841.89], letter: [612, 792], a6: [297.64, 419.53]} as const
export type Paper = keyof typeof papers

/** In points; the left one is wide enough to punch, but for a card. */
const wide = {left: 68, right: 45, top: 64, bottom: 54}
const margins = {a4: wide, letter: wide, a6: {left: 20, right: 20, top: 14, bottom: 26}} as const
type Margin = (typeof margins)[Paper]
const footSize = 8

/** How much smaller a document is drawn that is to be one page, until it is one. */
const sizesToTry = [1, 0.94, 0.88, 0.82, 0.76, 0.7] as const

/** The file's bytes. */
export function pdfOf(content: Content, paper: Paper = 'a4'): Uint8Array {
  const scales = content.onePage === true ? sizesToTry : ([1] as const)
  let drawn = draw(content, paper, scales[0])
  for (const scale of scales.slice(1)) if (drawn.pages > 1) drawn = draw(content, paper, scale)
  return drawn.bytes
}

function draw(
  content: Content,
  paper: Paper,
  scale: number,
): {readonly bytes: Uint8Array; readonly pages: number} {
  const dated = content.dated ?? new Date(0)
  const doc = new PDFDocument({
    size: [...papers[paper]],
    margin: 0,
    autoFirstPage: false,
    bufferPages: true,
    // None by itself: one opened here would be opened again at every use of its name.
    font: null as unknown as string,
    pdfVersion: '1.7',
    tagged: true,
    lang: content.language,
    displayTitle: true,
    info: {
      Title: content.rehearsal === true ? `${rehearsalMark}: ${content.title}` : content.title,
      CreationDate: dated,
      ModDate: dated,
      Creator: 'keyrite',
    },
  })
  const canvas = new Canvas(doc)
  const margin = margins[paper]
  const root = doc.struct('Document')
  doc.addStructure(root)
  const [width, height] = papers[paper]
  const foot = footLines(canvas, content, width - margin.left - margin.right)
  const bottom = height - margin.bottom - foot.length * footSize * 1.25
  const room = {
    left: margin.left / scale,
    width: (width - margin.left - margin.right) / scale,
    top: margin.top / scale,
    bottom: bottom / scale,
    scale,
  }
  const setting = {canvas, width: room.width, parent: root, size: sizes.text}
  flow(
    doc,
    content.blocks.flatMap((block, at) => leading(block, content.blocks[at + 1], pieces(block, setting))),
    room,
  )
  number(canvas, content, foot, {bottom, margin, scale})
  const pages = doc.bufferedPageRange().count
  root.end()
  doc.end()
  return {bytes: bytesOf(doc), pages}
}

/** A paragraph that says what the rows below it are stays with the first of them. */
function leading(block: Block, next: Block | undefined, made: readonly Piece[]): readonly Piece[] {
  const leads = block.kind === 'paragraph' && ['sheet', 'table', 'code', 'qr'].includes(next?.kind ?? '')
  return leads ? made.map((piece) => ({...piece, keep: true})) : made
}

interface Room {
  readonly left: number
  readonly top: number
  readonly bottom: number
  readonly scale: number
}

/** Puts pieces on pages, one below the other. */
function flow(doc: Doc, all: readonly Piece[], {left, top, bottom, scale}: Room): void {
  const waiting = [...all]
  const full = bottom - top
  const page = {begun: false, empty: true, y: top}
  const begin = (head: Piece | undefined): void => {
    doc.addPage()
    if (scale !== 1) doc.scale(scale)
    head?.draw(left, top)
    Object.assign(page, {begun: true, empty: true, y: top + (head?.height ?? 0)})
  }
  const place = (piece: Piece, space: number): void => {
    piece.draw(left, page.y + space)
    page.y += space + piece.height
    page.empty = false
  }
  for (let piece = waiting.shift(); piece !== undefined; piece = waiting.shift()) {
    if (piece.fresh === true) {
      page.begun = false
      continue
    }
    if (!page.begun) begin(undefined)
    const space = page.empty ? 0 : piece.space
    const room = bottom - page.y - space
    const fits = Math.min(togetherness(piece, waiting), full) <= room || (page.empty && piece.height <= room)
    const tall = piece.height > full / 2 && room > full / 4
    const halves = !fits && (tall || page.empty) ? piece.split?.(room) : undefined
    if (halves !== undefined) {
      place(halves[0], space)
      waiting.unshift({...halves[1], ...(piece.head === undefined ? {} : {head: piece.head})})
      begin(piece.head)
    } else if (fits || page.empty) place(piece, space)
    else {
      waiting.unshift(piece)
      begin(piece.head)
    }
  }
}

/** The height of a piece with all that must not be parted from it. */
function togetherness(piece: Piece, rest: readonly Piece[]): number {
  let sum = piece.height
  let last = piece
  for (const next of rest) {
    if (!last.keep) break
    sum += next.space + next.height
    last = next
  }
  return sum
}

function footLines(canvas: Canvas, {running}: Content, width: number): readonly (readonly string[])[] {
  return (running?.foot ?? []).flatMap((text) =>
    canvas.faces.lines([text], width - 60, {size: footSize}).map((line) => line.map((run) => run.text)),
  )
}

/** What stands on every page: it is said to be none of what is read aloud. */
function number(
  canvas: Canvas,
  {running, rehearsal}: Content,
  foot: readonly (readonly string[])[],
  {bottom, margin, scale}: Pick<Room, 'bottom' | 'scale'> & {readonly margin: Margin},
): void {
  const {doc} = canvas
  const {count} = doc.bufferedPageRange()
  for (let at = 0; at < count; at++) {
    doc.switchToPage(at)
    const {width} = doc.page
    canvas.ornament(() => {
      if (scale !== 1) doc.scale(1 / scale)
      if (rehearsal === true) {
        doc.font('strong').fontSize(13).fillColor('#a40000')
        doc.text(rehearsalMark, width - margin.right - doc.widthOfString(rehearsalMark), 28, {
          lineBreak: false,
        })
      }
      doc.font('text').fontSize(9).fillColor('black')
      if (running !== undefined)
        doc.text(canvas.faces.shown(running.head, 'text'), margin.left, 32, {lineBreak: false})
      for (const [line, runs] of foot.entries())
        doc
          .font('text')
          .fontSize(footSize)
          .text(runs.join(''), margin.left, bottom + 14 + line * footSize * 1.25, {lineBreak: false})
      const page = `${at + 1} / ${count}`
      doc.font('strong').fontSize(10)
      doc.text(page, width - margin.right - doc.widthOfString(page), bottom + 14, {lineBreak: false})
    })
  }
}

/** Everything was written when the document ended: it compresses without waiting for anything. */
function bytesOf(doc: Doc): Uint8Array {
  const parts: Buffer[] = []
  for (let part = doc.read() as Buffer | null; part !== null; part = doc.read() as Buffer | null)
    parts.push(part)
  return Buffer.concat(parts)
}
