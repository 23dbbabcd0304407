/** Side tables: caches for reading with other tools, written in the transaction of the entries that they follow from. */
import {sameBytes} from '../base/bytes.ts'
import type {Replay} from './replay.ts'
import type {Batch, SideRow} from './store.ts'

/** Every row as it must stand now. */
export function sideMap(replay: Replay): ReadonlyMap<string, SideRow> {
  return new Map([...replay.table()].map((one) => [`${one.fold}\0${one.id}`, one]))
}

/** What leads from the one to the other. */
export function sideChange(
  before: ReadonlyMap<string, SideRow>,
  after: ReadonlyMap<string, SideRow>,
): Batch['side'] {
  const same = (a: SideRow | undefined, b: SideRow): boolean => a !== undefined && sameBytes(a.row, b.row)
  return {
    put: [...after].filter(([key, row]) => !same(before.get(key), row)).map(([, row]) => row),
    removed: [...before].filter(([key]) => !after.has(key)).map(([, {fold, id}]) => ({fold, id})),
  }
}
