/** Which subsets of a set's shares are tried when it is made. */

const most = 1000
const drawn = 100

/** All of them where there are at most 1 000, else the first, the last and 100 drawn ones; places from 0 on. */
export function* chosenSubsets(
  of: number,
  size: number,
  draw: (count: number) => Uint8Array,
): Generator<readonly number[]> {
  if (countOf(of, size) <= most) {
    yield* subsets(of, size)
    return
  }
  yield Array.from({length: size}, (_, at) => at)
  yield Array.from({length: size}, (_, at) => of - size + at)
  for (let left = drawn; left > 0; left--) yield shuffled(of, draw).slice(0, size)
}

/** Every subset, each in order. */
export function* subsets(of: number, size: number, from = 0): Generator<readonly number[]> {
  if (size === 0) yield []
  else
    for (let first = from; first <= of - size; first++)
      for (const rest of subsets(of, size - 1, first + 1)) yield [first, ...rest]
}

function countOf(of: number, size: number): number {
  let count = 1
  for (let at = 1; at <= size && count <= most; at++) count = (count * (of - size + at)) / at
  return count
}

function shuffled(of: number, draw: (count: number) => Uint8Array): number[] {
  const weights = Buffer.from(draw(4 * of))
  return Array.from({length: of}, (_, at) => at).sort(
    (a, b) => weights.readUInt32BE(4 * a) - weights.readUInt32BE(4 * b),
  )
}
