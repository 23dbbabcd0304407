/**
 * The words most like a mistyped one, nearest first, and in their own order where equally near.
 * Empty if none is near enough: one slip for words up to four letters, then one for every three letters, at most four.
 */
export function nearest(word: string, among: Iterable<string>, count = 1): string[] {
  const wanted = Array.from(word.toLowerCase())
  const bound = Math.min(4, Math.max(1, Math.floor(wanted.length / 3)))
  const found: {readonly candidate: string; readonly slips: number}[] = []
  for (const candidate of new Set(among)) {
    const letters = Array.from(candidate.toLowerCase())
    if (Math.abs(letters.length - wanted.length) > bound) continue
    const slips = slipsBetween(wanted, letters)
    if (slips <= bound) found.push({candidate, slips})
  }
  found.sort((a, b) => a.slips - b.slips)
  return found.slice(0, count).map(({candidate}) => candidate)
}

/**
 * Damerau-Levenshtein distance in its restricted form (optimal string alignment): letters left out, put in, changed, or
 * swapped with their neighbour, each counting one.
 */
function slipsBetween(a: readonly string[], b: readonly string[]): number {
  let beforeLast: number[] = []
  let last = Array.from({length: b.length + 1}, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1))
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) least = Math.min(least, at(beforeLast, j - 2) + 1)
      row.push(least)
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
