/** Waits for an answer no longer than that; what comes later is not waited for. @throws what `late` makes. */
export async function within<T>(ms: number, answer: Promise<T>, late: () => Error): Promise<T> {
  const timer: {stop?: () => void} = {}
  const ends = new Promise<never>((_resolve, reject) => {
    const set = setTimeout(
      () => {
        reject(late())
      },
      Math.max(0, ms),
    )
    timer.stop = () => {
      clearTimeout(set)
    }
  })
  try {
    return await Promise.race([answer, ends])
  } finally {
    timer.stop?.()
    answer.catch(() => undefined) // nobody waits for it any more
  }
}
