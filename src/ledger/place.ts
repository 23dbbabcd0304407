/** Whether an entry stands where it may: number, chain, time, ledger. */
import {timeProblems} from './clock.ts'
import {noPrev, type Entry} from './entry.ts'
import {problem, type LedgerFacts, type Problem} from './fold.ts'

/** What is known of the entries before it. */
export interface Standing {
  readonly last: Entry | undefined
  /** The seq that a complete ledger would hold next. */
  readonly size: number
  readonly facts: LedgerFacts | undefined
  /** Whether entries may be left out. */
  readonly gaps: boolean
}

export function placeProblems(entry: Entry, {last, size, facts, gaps}: Standing): Problem[] {
  const found: Problem[] = []
  if (entry.seq < size || (entry.seq > size && !gaps)) {
    found.push(problem('seq', entry, `expected entry ${size}, got ${entry.seq}`))
  }
  const before = leafBefore(entry, last)
  if (before !== undefined && entry.prev !== before)
    found.push(problem('prev', entry, 'prev is not the leaf hash of the entry before'))
  found.push(...timeProblems(entry, last))
  if (facts !== undefined && entry.ledger !== facts.name)
    found.push(problem('ledger', entry, `belongs to ledger "${entry.ledger}"`))
  if ((entry.seq === 0) !== (entry.type === 'ledger.opened'))
    found.push(problem('type', entry, 'ledger.opened is the first entry, and only that'))
  return found
}

/** Undefined where the entry before is left out. */
function leafBefore({seq}: Entry, last: Entry | undefined): string | undefined {
  if (last === undefined) return seq === 0 ? noPrev : undefined
  return last.seq === seq - 1 ? last.leaf : undefined
}
