/** Sets as the ledger knows them, in the forms that others use. */
import {fromHex} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {custodyFold, nameOf} from '../custody/index.ts'
import type {Ledger, View} from '../ledger/index.ts'
import {sharesFold} from './fold.ts'
import type {Wrapped} from './format.ts'
import {headName, type Head} from './head.ts'
import type {SetFacts} from './split.ts'
import type {Drill, Holder, ShareSet} from './state.ts'

/** What shares of it are held against. */
export function factsOf({set, kcv, threshold, holders}: ShareSet): SetFacts {
  return {
    set: fromHex(set),
    kcv: fromHex(kcv),
    threshold,
    holders: holders.length,
    commitments: holders.map(({commitment}) => fromHex(commitment)),
  }
}

export function wrappedOf(view: Pick<View, 'blob'>, one: ShareSet): Wrapped {
  return {set: fromHex(one.set), kcv: fromHex(one.kcv), bytes: Buffer.from(view.blob(one.wrapped))}
}

/** What stands above the rows. @param holder - null for the wrapped secret alone. */
export function headOf(ledger: Pick<Ledger, 'of' | 'view'>, one: ShareSet, holder: Holder | null): Head {
  const {roster} = ledger.of(custodyFold)
  return {
    holder: holder === null ? null : headName(nameOf(roster, holder.person)),
    ledger: ledger.view.facts.fingerprint,
    entry: one.seq,
  }
}

/** Finds the set that someone typed: its name (the newest), or the first letters of its id. @throws KeyriteError `SET_NOT_FOUND`. */
export function findSet(ledger: Pick<Ledger, 'of'>, typed: string): ShareSet {
  const [found, ...others] = setsCalled(ledger, typed)
  if (found !== undefined && others.length === 0) return found
  throw new KeyriteError(
    'SET_NOT_FOUND',
    others.length > 0 ? `cannot tell which set "${typed}" is` : `cannot find a set of shares "${typed}"`,
    {hints: ['keyrite share list']},
  )
}

/** @throws KeyriteError `SET_STATE` for one that is void. */
export function demandRecovers(one: ShareSet): ShareSet {
  if (one.void === null) return one
  throw new KeyriteError(
    'SET_STATE',
    `cannot use set "${one.name}": it is void, as not all of its shares were given out`,
    {
      hints: ['keyrite share list', 'split the secret anew: keyrite share split'],
    },
  )
}

/** The drill of a set that waits for receipts. */
export function openDrill(ledger: Pick<Ledger, 'of'>, one: ShareSet): Drill | undefined {
  return [...ledger.of(sharesFold).drills.values()].find(
    (drill) => drill.set === one.set && missingIn(drill, one).length > 0,
  )
}

/** Whose receipt a drill has not. */
export function missingIn({receipts}: Drill, {holders}: ShareSet): readonly Holder[] {
  return holders.filter(({person}) => receipts[person] === undefined)
}

/** @param typed - a name, or the first 4 or more hex digits of what a set is called. */
export function setsCalled(ledger: Pick<Ledger, 'of'>, typed: string): readonly ShareSet[] {
  const all = [...ledger.of(sharesFold).sets.values()]
  const named = all.filter(({name}) => name === typed).at(-1)
  if (named !== undefined) return [named]
  return /^[0-9a-f]{4,32}$/.test(typed) ? all.filter(({set}) => set.startsWith(typed)) : []
}
