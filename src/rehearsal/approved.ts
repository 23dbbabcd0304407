/** What a rehearsal makes beforehand is asked for, approved by everybody who is there, and done, as anything else. */
import type {App} from '../app.ts'
import {custodyFold, type Signer} from '../custody/index.ts'
import {answer, apply, meet, openRequest} from '../requests/index.ts'

/** @throws KeyriteError as the request itself does. */
export async function applyApproved(
  app: App,
  context: Parameters<typeof apply>[0],
  {plan, names}: Pick<Parameters<typeof openRequest>[1], 'plan' | 'names'>,
  standIns: ReadonlyMap<string, Signer>,
): Promise<void> {
  const {roster} = app.ledger.of(custodyFold)
  let request = await openRequest(context, {plan, names, reason: null, ticket: null, only: null})
  for (const {person: id} of request.who) {
    request = await meet(context, request)
    const [person, signer] = [roster.get(id), standIns.get(id)]
    if (request.met !== null || person === undefined || signer === undefined) continue
    request = await answer(context, request, {person, signer, decision: 'approve', reason: null})
  }
  await apply(context, app.operations, await meet(context, request))
}
