/** What an aborted ceremony began: nobody asks any more what came of it, and what its place has by it is none of this ledger's. */
import type {Versions} from '../base/versions.ts'
import type {Entry} from '../ledger/index.ts'

/** The intents that have no outcome yet, without those of the ceremony that this entry ends. @param under - the ceremony that approved an intent, where it may lie outside it. */
export function withoutGivenUp<Intent extends {readonly ceremony: string | null}>(
  open: Versions<number, Intent>,
  {ceremony}: Pick<Entry, 'ceremony'>,
  under: (intent: Intent) => string | null = () => null,
): Versions<number, Intent> {
  const own = [...open].filter(([, intent]) => intent.ceremony === ceremony || under(intent) === ceremony)
  return own.reduce((rest, [seq]) => rest.without(seq), open)
}
