/** What each answer of AWS tells besides: who gave it, and when. */

/** As much of a client of AWS's SDK as is needed here. */
interface Client {
  readonly middlewareStack: {
    add(
      middleware: (
        next: (args: never) => Promise<{response: unknown}>,
      ) => (args: never) => Promise<{response: unknown}>,
      options: {step: 'deserialize'; priority: 'low'; name: string},
    ): void
  }
}

export class Answered {
  /** The newest Date of an answer, and when it came, by a clock that nobody sets. */
  #date: {readonly said: number; readonly at: number} | undefined
  #host: string | undefined

  /** Who really answered: `kms.eu-central-1.amazonaws.com`, with the scheme and port where they are not the usual ones. */
  get host(): string | undefined {
    return this.#host
  }

  /** What time it is there; null before the first answer that says it. */
  get time(): Date | null {
    return this.#date === undefined ? null : new Date(this.#date.said + (performance.now() - this.#date.at))
  }

  /** Reads every answer of this client from now on. */
  of<C>(client: C & Client): C {
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args)
        this.#note((args as {request: unknown}).request, result.response)
        return result
      },
      {step: 'deserialize', priority: 'low', name: 'keyriteNotes'},
    )
    return client
  }

  #note(request: unknown, response: unknown): void {
    const {
      protocol = '',
      hostname = '',
      port,
    } = request as {protocol?: string; hostname?: string; port?: number}
    const shown = port === undefined ? hostname : `${hostname}:${port}`
    this.#host = protocol === 'https:' ? shown : `${protocol}//${shown}`
    const said = Date.parse((response as {headers?: Record<string, string>}).headers?.['date'] ?? '')
    if (!Number.isNaN(said) && said >= (this.#date?.said ?? 0)) this.#date = {said, at: performance.now()}
  }
}
