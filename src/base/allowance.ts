/** A time for several answers together. It stands still while a person is asked: only what a place takes counts. */
export class Allowance {
  #until: number
  #asking = 0
  #stood = 0

  constructor(ms: number) {
    this.#until = performance.now() + ms
  }

  /** In ms; none is left below zero. */
  get left(): number {
    return this.#until - (this.#asking > 0 ? this.#stood : performance.now())
  }

  /** Does what waits for a person. */
  async standing<T>(work: () => Promise<T>): Promise<T> {
    if (this.#asking++ === 0) this.#stood = performance.now()
    try {
      return await work()
    } finally {
      if (--this.#asking === 0) this.#until += performance.now() - this.#stood
    }
  }

  /** Waits for an answer as long as there is time; what comes later is not waited for. @throws what `late` makes. */
  async within<T>(answer: Promise<T>, late: () => Error): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<never>((_resolve, reject) => {
      const look = (): void => {
        if (this.left > 0) timer = setTimeout(look, this.left)
        else reject(late())
      }
      look()
    })
    try {
      return await Promise.race([answer, over])
    } finally {
      clearTimeout(timer)
      answer.catch(() => undefined) // nobody waits for it any more
    }
  }
}
