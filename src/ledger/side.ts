/** Side tables: caches for reading with other tools, written in the transaction of the entries that they follow from. */
import {sameBytes} from '../base/bytes.ts'
import {jcsBytes, type Json} from '../base/jcs.ts'
import type {AnyFold, Fold} from './fold.ts'
import type {Batch, SideRow} from './store.ts'

/** The states of folds, by their names. */
export type States = ReadonlyMap<string, unknown>

/** The rows that lead from the tables of some states to those of later ones. */
export function sideChange(folds: readonly AnyFold[], before: States, after: States): Batch['side'] {
  const put: SideRow[] = []
  const removed: {readonly fold: string; readonly id: string}[] = []
  for (const fold of folds as readonly Fold<unknown>[]) {
    const [old, now] = [before.get(fold.name), after.get(fold.name)]
    if (old === now || fold.table === undefined) continue
    for (const [id, row] of fold.changed?.(old, now) ?? compared(fold.table(old), fold.table(now))) {
      if (row === null) removed.push({fold: fold.name, id})
      else put.push({fold: fold.name, id, row: jcsBytes(row)})
    }
  }
  return {put, removed}
}

type Table = Iterable<readonly [id: string, row: Json]>

function* compared(before: Table, after: Table): Generator<readonly [id: string, row: Json | null]> {
  const old = new Map([...before].map(([id, row]) => [id, jcsBytes(row)]))
  for (const [id, row] of after) {
    const stood = old.get(id)
    old.delete(id)
    if (stood === undefined || !sameBytes(stood, jcsBytes(row))) yield [id, row]
  }
  for (const id of old.keys()) yield [id, null]
}
