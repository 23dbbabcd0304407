/** What a block is set into. */
import type {Canvas, Element} from './canvas.ts'

export interface Setting {
  readonly canvas: Canvas
  readonly width: number
  /** Where it belongs in what is read aloud. */
  readonly parent: Element
  readonly size: number
}
