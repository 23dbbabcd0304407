/** Reading a log while something more urgent goes on: it can be held, and ended; what was read until then counts. */
import type {UsageEvent} from '../../providers/usage.ts'

export class Pace {
  /** How many were read, and by whom: known before the end. */
  read = 0
  readonly callers = new Set<string>()
  #ended = false
  #cut = false
  #held: Promise<void> | undefined
  #go: (() => void) | undefined
  #stop: (() => void) | undefined

  /** No further answer is asked for until `go`; one that was asked for is not called back. */
  hold(): void {
    if (this.#ended) return
    this.#held ??= new Promise((resolve) => {
      this.#go = resolve
    })
  }

  go(): void {
    this.#go?.()
    this.#held = undefined
  }

  end(): void {
    this.#ended = true
    this.#stop?.()
    this.go()
  }

  /** Whether something may have been left unread. */
  get cut(): boolean {
    return this.#cut
  }

  async *of(events: AsyncIterable<UsageEvent>): AsyncIterable<UsageEvent> {
    const each = events[Symbol.asyncIterator]()
    for (;;) {
      await this.#held
      const next = this.#ended ? null : await this.#next(each)
      if (next === null) {
        this.#cut = true
        // What waits for an answer ends when that comes, and nobody waits for it.
        each.return?.().catch(() => undefined)
        return
      }
      if (next.done === true) return
      this.read++
      if (this.callers.size < mostCallers) this.callers.add(next.value.caller)
      yield next.value
    }
  }

  #next(each: AsyncIterator<UsageEvent>): Promise<IteratorResult<UsageEvent> | null> {
    return new Promise((resolve, reject) => {
      this.#stop = () => {
        resolve(null)
      }
      each.next().then(resolve, reject)
    })
  }
}

const mostCallers = 50
