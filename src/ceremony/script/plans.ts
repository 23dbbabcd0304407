/** The digest of each quorum's plan, as the ceremony will ask for it. */
import {KeyriteError} from '../../base/errors.ts'
import {custodyFold} from '../../custody/index.ts'
import type {View} from '../../ledger/index.ts'
import {planDigest} from '../../requests/index.ts'
import {allSteps, planOfQuorum} from '../plans.ts'
import type {Values} from '../placeholders.ts'
import type {Loaded} from '../template.ts'
import {withBlanks} from './values.ts'

/** A quorum step: the digest of its plan, hex, or why it cannot be printed. */
export type Printed =
  | {readonly step: string; readonly sha256: string}
  | {readonly step: string; readonly sha256: null; readonly because: string}

export function printedPlans(
  view: Pick<View, 'of'> | null,
  loaded: Loaded,
  values: Values,
): readonly Printed[] {
  const {filled} = withBlanks(loaded, values)
  return allSteps(filled)
    .filter(({kind}) => kind === 'quorum')
    .map(({id}) => printed(view, loaded, values, id))
}

function printed(view: Pick<View, 'of'> | null, loaded: Loaded, values: Values, step: string): Printed {
  const none = (because: string): Printed => ({step, sha256: null, because})
  if (view === null) return none('there is no ledger here, so policy, people and profile are not known')
  // A plan that a blank goes into changes with what is written there: another text, or somebody of the roster.
  const [somebody = ''] = view.of(custodyFold).roster.keys()
  const digestWith = (person: string | null): string =>
    planDigest(planOfQuorum(view, withBlanks(loaded, values, person).filled, step).plan)
  try {
    const sha256 = digestWith(null)
    return sha256 === digestWith(somebody)
      ? {step, sha256}
      : none('it depends on a value that stands blank here')
  } catch (error) {
    if (error instanceof KeyriteError) return none(error.message)
    throw error
  }
}
