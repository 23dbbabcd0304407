/** A view with what time has changed since its last entry. */
import type {Json} from '../base/jcs.ts'
import type {Entry} from './entry.ts'
import type {Handle, LedgerFacts, View} from './fold.ts'

export class ViewAt implements View {
  readonly #view: View
  readonly #time: () => Date

  constructor(view: View, time: () => Date) {
    this.#view = view
    this.#time = time
  }

  of<S>(fold: Handle<S>): S {
    const state = this.#view.of(fold)
    return fold.tick === undefined ? state : fold.tick(state, this.#time().toISOString())
  }

  blob(sha256: string): Uint8Array {
    return this.#view.blob(sha256)
  }

  holds(sha256: string): boolean {
    return this.#view.holds(sha256)
  }

  open(field: Json | undefined): Json | undefined {
    return this.#view.open(field)
  }

  entry(seq: number): Entry | undefined {
    return this.#view.entry(seq)
  }

  seqOf(leaf: string): number | undefined {
    return this.#view.seqOf(leaf)
  }

  rootAt(size: number): string | undefined {
    return this.#view.rootAt(size)
  }

  get facts(): LedgerFacts {
    return this.#view.facts
  }
}
