/** What a command that was killed left half-way, outside ceremonies: found by the next one, which says so and sees to it. */
import {duties} from '../duties/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {requestAt, requests} from '../requests/index.ts'
import {oweFirstDrill} from './drills.ts'
import {sharesFold} from './fold.ts'
import {oweAfterRecovery} from './owed.ts'
import {statusOfSet, type ShareSet} from './state.ts'

/** Sets of which not all shares were given out: the key that the others would be of is gone with its process. */
export function brokenOff(ledger: Pick<Ledger, 'of'>): readonly ShareSet[] {
  return [...ledger.of(sharesFold).sets.values()].filter(
    (one) => statusOfSet(one) === 'unfinished' && one.ceremony === null,
  )
}

/** Makes such a set void, unless another process is still giving its shares out: that is waited for. @returns whether it was. */
export function voidBrokenOff(ledger: Ledger, {set}: ShareSet, person: string): Promise<boolean> {
  return ledger.alone(async () => {
    if (!brokenOff(ledger).some((one) => one.set === set)) return false
    const actor = {person, evidence: 'stated'} as const
    await ledger.append([{type: 'shares.void', actor, ceremony: null, data: {set, reason: 'broken-off'}}])
    return true
  })
}

/** The first drill of a set, where nothing says yet when it is due. */
export async function settleSplit(ledger: Ledger, set: ShareSet, person: string): Promise<void> {
  const {drills} = ledger.of(sharesFold)
  if ([...drills.values()].some((drill) => drill.set === set.set)) return
  await oweFirstDrill(ledger, set, person)
}

/** A recovery that was recorded, and after which nothing is owed: whoever ran it may have got nothing. */
export interface Recorded {
  readonly entry: number
  readonly duty: string
}

/** What is owed after each recovery that ended before it was. */
export function settleRecoveries(
  ledger: Ledger,
  set: ShareSet,
  person: string,
): Promise<readonly Recorded[]> {
  return ledger.alone(async () => {
    const made: Recorded[] = []
    for (const entry of ledger.of(sharesFold).sets.get(set.set)?.recoveries ?? []) {
      const {approved = null, ceremony = null} = ledger.view.entry(entry) ?? {}
      const owed = [...ledger.of(duties).values()].some(({source}) => source === entry)
      if (owed || ceremony !== null) continue
      const asked = ledger.of(requests).byMet.get(approved ?? -1)
      const owners = asked === undefined ? [person] : requestAt(ledger, asked).who.map((one) => one.person)
      const duty = await oweAfterRecovery(ledger, {...set, recoveries: [entry]}, owners, person)
      made.push({entry, duty})
    }
    return made
  })
}
