/** Schemas that remember what they read last: several rules in a row ask for the data of the same entry. */
import type {z} from 'zod'

/** What reads as a schema does. */
export interface Reader<T> {
  safeParse(data: unknown): z.ZodSafeParseResult<T>
  /** @throws ZodError if it is not of its form. */
  parse(data: unknown): T
}

/** For data that never changes, as what was read from bytes does not. */
export function lately<T>(schema: z.ZodType<T>): Reader<T> {
  let last: {readonly data: unknown; readonly result: z.ZodSafeParseResult<T>} | undefined
  const safeParse = (data: unknown): z.ZodSafeParseResult<T> => {
    if (last !== undefined && last.data === data) return last.result
    const result = schema.safeParse(data)
    last = {data, result}
    return result
  }
  return {
    safeParse,
    parse: (data) => {
      const result = safeParse(data)
      if (!result.success) throw result.error
      return result.data
    },
  }
}
