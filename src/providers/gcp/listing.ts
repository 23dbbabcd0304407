/** Lists, page by page. What is listed is looked at again by whoever asked: not every server keeps to a filter. */
import {KeyriteError} from '../../base/errors.ts'

/** The most that is read of one list: a server that never ends it is no reason to wait for ever. */
const mostPages = 10_000

/**
 * @param ask - one page, and the token of the next; empty or absent at the end.
 * @throws KeyriteError `PROVIDER_FAILED` where a page leads back to itself, and what `ask` throws.
 */
export async function* pages<T>(
  what: string,
  ask: (token: string) => Promise<{readonly items: readonly T[]; readonly next: string | null | undefined}>,
): AsyncGenerator<T> {
  const seen = new Set<string>()
  for (let token = ''; ;) {
    const {items, next} = await ask(token)
    yield* items
    if (next === null || next === undefined || next === '') return
    if (seen.has(next) || seen.size > mostPages)
      throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: its pages lead back to one another`, {
        hints: ['keyrite profile check PROFILE'],
      })
    seen.add(next)
    token = next
  }
}

export async function allOf<T>(list: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of list) all.push(one)
  return all
}
