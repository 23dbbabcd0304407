/** Which keys are overdue: that follows from a replay, so it is loaded only where it is asked for. */
import {App} from '../app.ts'
import {keysFold, standing} from '../keys/index.ts'
import type {Surroundings} from '../surroundings.ts'

export function overdueKeys(world: Surroundings): ReadonlySet<string> {
  const {ledger} = new App(world)
  try {
    return new Set(
      [...ledger.of(keysFold).keys.values()]
        .filter((key) => standing(ledger, key).overdueBy !== null)
        .map(({name}) => name),
    )
  } finally {
    ledger.close()
  }
}
