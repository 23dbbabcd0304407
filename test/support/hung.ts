/** A server that was stopped in its middle (SIGSTOP) hangs; until the signal has reached it, it still answers. */
const mostAnswers = 200

/** Asks until it is given up. @returns what was thrown then. @throws Error if the server goes on answering. */
export async function hung(ask: () => Promise<unknown>): Promise<unknown> {
  for (let answered = 0; answered < mostAnswers; answered++) {
    try {
      await ask()
    } catch (error) {
      return error
    }
  }
  throw new Error(`it answered ${mostAnswers} times after it was stopped`)
}
