/** The one wait before destruction that a place has for its keys, held against the policy's: where it is shorter none of them can be destroyed. */
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {destructionOf, policyFold} from '../policy/index.ts'
import {providerKind} from '../providers/registry.ts'
import type {Place} from './add-profile.ts'
import {counted} from './print.ts'

type Asked = Pick<Place, 'name' | 'kind' | 'environment' | 'settings'>

/** @returns what is wrong with it, as a fact; null where nothing is, or its place waits as it is told. @throws KeyriteError `USAGE` for settings that are not of their form. */
export async function shortWait(
  {ledger}: Pick<App, 'ledger'>,
  {kind, environment, settings}: Omit<Asked, 'name'>,
): Promise<string | null> {
  const days = await providerKind(kind).ownWait?.(settings)
  const {waitDays: least} = destructionOf(ledger.of(policyFold).policy)
  // Keys to test with wait as they are told.
  if (days === undefined || environment === 'test' || days >= least) return null
  return `what is made there waits ${counted(days, 'day')} before it is destroyed, which nobody can change later, and the policy asks ${counted(least, 'day')} at least: none of it could be destroyed`
}

/**
 * Said while it can still be chosen; where the place was made with it, it is for whoever adds it to know.
 * @throws KeyriteError `POLICY_REFUSES`.
 */
export async function demandLongWait(app: App, place: Asked, say: (line: string) => void): Promise<void> {
  const fact = await shortWait(app, place)
  if (fact === null) return
  const {waitFlag} = providerKind(place.kind)
  if (waitFlag === undefined) {
    say(`Warning: ${fact}.`)
    return
  }
  const {waitDays} = destructionOf(app.ledger.of(policyFold).policy)
  throw new KeyriteError('POLICY_REFUSES', `cannot add profile "${place.name}": ${fact}`, {
    hints: [`${waitFlag} ${waitDays}, or more, and the rest as it was`, 'keyrite policy show'],
  })
}
