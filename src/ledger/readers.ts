/** Who reads an entry of which type: the ledger itself, and the folds, left to right. */
import {exitOf, KeyriteError} from '../base/errors.ts'
import {branchProblems, branchType} from './branch.ts'
import {clockAnomaly} from './clock.ts'
import type {Entry} from './entry.ts'
import {erasedType} from './erasure.ts'
import {factsOf} from './facts.ts'
import {problem, type Fold, type Problem, type View} from './fold.ts'
import {changesWriter, writerProblems, writerTypes} from './writers.ts'

/** Entry types that the ledger reads itself. */
const own = ['ledger.opened', clockAnomaly, erasedType, ...writerTypes, branchType]

interface OfType {
  readonly judges: readonly Fold<unknown>[]
  readonly takers: readonly Fold<unknown>[]
}

export class Readers {
  readonly #folds: readonly Fold<unknown>[]
  readonly #known: ReadonlySet<string>
  readonly #byType = new Map<string, OfType>()

  constructor(folds: readonly Fold<unknown>[]) {
    this.#folds = folds
    this.#known = new Set([...own, ...folds.flatMap((fold) => fold.types)])
  }

  knows(type: string): boolean {
    return this.#known.has(type)
  }

  takersOf(type: string): readonly Fold<unknown>[] {
    return this.#of(type).takers
  }

  /** What is wrong with what an entry says, by the state before it. Whatever a fold throws is told of this entry. */
  problemsOf(view: View, entry: Entry): readonly Problem[] {
    try {
      if (entry.seq === 0) factsOf(entry)
      const found = ownProblems(view, entry)
      if (found.length > 0) return found
      const {judges, takers} = this.#of(entry.type)
      const all: Problem[] = []
      for (const fold of judges) {
        if (fold.every !== undefined) all.push(...fold.every(view, entry))
        if (takers.includes(fold)) all.push(...fold.check(view, entry))
      }
      return all
    } catch (error) {
      return [problem('data', entry, faultIn(error))]
    }
  }

  #of(type: string): OfType {
    const known = this.#byType.get(type)
    if (known !== undefined) return known
    const takers = this.#folds.filter((fold) => fold.types.includes(type))
    const judges = this.#folds.filter((fold) => fold.every !== undefined || takers.includes(fold))
    const readers = {judges, takers}
    this.#byType.set(type, readers)
    return readers
  }
}

function ownProblems(view: View, entry: Entry): readonly Problem[] {
  if (changesWriter(entry)) return writerProblems(view, entry)
  return entry.type === branchType ? branchProblems(view, entry) : []
}

/**
 * What a fold threw over an entry, in words. Whoever has the writer's key can append any bytes: nothing that an entry
 * says may stop a verification, so that it is told of this entry, and goes on. Only a store that fails ends it.
 */
export function faultIn(error: unknown): string {
  if (error instanceof KeyriteError && error.exit === exitOf.STORAGE) throw error
  if (error instanceof TypeError || error instanceof KeyriteError) return error.message
  return `it cannot be judged (${error instanceof Error ? error.name : 'unknown'})`
}
