/** A deviation: something was done otherwise than the template has it. What, why, who decided it, who agreed. */
import {KeyriteError} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import {Private} from '../ledger/index.ts'
import {stepsOf} from './order.ts'
import {actorOf, ceremonyOf, type RunContext} from './run-context.ts'
import {everyone, statusOfCeremony, type Deviation} from './state.ts'

/** A deviation as somebody says it; people by id. */
export interface Deviating {
  readonly step: string
  readonly what: string
  readonly why: string
  readonly decidedBy: string
  readonly agreedBy: readonly string[]
}

/** @throws KeyriteError `CEREMONY_STATE` if it was aborted, `USAGE` for a step or people that it does not have, or without words. */
export async function recordDeviation(
  context: Pick<RunContext, 'app' | 'id'>,
  said: Deviating,
): Promise<Deviation> {
  const {ledger} = context.app
  demandPossible(context, said)
  await ledger.append([
    {
      type: 'deviation.recorded',
      actor: actorOf(context),
      ceremony: context.id,
      data: {
        step: said.step,
        what: new Private(said.what),
        why: new Private(said.why),
        decided_by: said.decidedBy,
        agreed_by: [...said.agreedBy],
      },
    },
  ])
  const recorded = ceremonyOf(context).deviations.at(-1)
  if (recorded === undefined) throw new TypeError('the deviation that was recorded is there')
  return recorded
}

function demandPossible(context: Pick<RunContext, 'app' | 'id'>, said: Deviating): void {
  const ceremony = ceremonyOf(context)
  const short = ceremony.id.slice(0, 8)
  const refuse = (fact: string, hint: string): never => {
    throw new KeyriteError('USAGE', `cannot record the deviation: ${fact}`, {hints: [hint]})
  }
  if (statusOfCeremony(ceremony) === 'aborted')
    throw new KeyriteError(
      'CEREMONY_STATE',
      `cannot record a deviation of ceremony ${short}: it is aborted`,
      {
        hints: [`keyrite ceremony show ${short}`],
      },
    )
  const steps = stepsOf(context.app.ledger.view.blob(ceremony.template)).map(({id}) => id)
  if (!steps.includes(said.step)) {
    const near = nearest(said.step, steps)
    refuse(
      `the template has no step "${said.step}"${near.length === 0 ? '' : `: did you mean ${near.join(' or ')}?`}`,
      `its steps are ${steps.join(', ')}`,
    )
  }
  if (said.what.trim() === '' || said.why.trim() === '')
    refuse('it says nothing', 'say what was done otherwise, and why')
  if (said.agreedBy.length === 0) refuse('nobody agreed to it', 'say who agreed: --agreed-by PERSON')
  const stranger = [said.decidedBy, ...said.agreedBy].find((id) => !everyone(ceremony).includes(id))
  if (stranger !== undefined)
    refuse('whoever decides or agrees takes part in the ceremony', `keyrite ceremony show ${short}`)
}
