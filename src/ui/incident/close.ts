/** Closing an incident: first everything is looked at, then the key is called compromised where that is wished, then it is closed. */
import type {App} from '../../app.ts'
import {KeyriteError} from '../../base/errors.ts'
import {closingDraft, phaseName, type Incident} from '../../incidents/index.ts'
import {keysFold} from '../../keys/index.ts'
import {apply, requests, type ActContext} from '../../requests/index.ts'

/** @throws KeyriteError as `closingDraft`; `NOT_CONFIRMED`; what calling it compromised throws. */
export async function closeIncident(
  app: App,
  context: Omit<ActContext, 'approved'>,
  incident: Incident,
  closing: Parameters<typeof closingDraft>[2],
  confirm: () => Promise<void>,
): Promise<void> {
  const {ledger} = app
  const draft = closingDraft(ledger, incident, closing)
  if (closing.confirmed) {
    await confirm()
    await compromise(app, context, incident)
  }
  await ledger.append([{...draft, actor: context.actor}])
}

/** By the quorum that ratified it: each version that is not called so yet. */
async function compromise(
  app: App,
  context: Omit<ActContext, 'approved'>,
  incident: Incident,
): Promise<void> {
  const {ledger, operations} = app
  const {all, byMet} = ledger.of(requests)
  const approved = ledger.view.entry(incident.ratified?.seq ?? -1)?.approved ?? -1
  const request = all.get(byMet.get(approved) ?? -1)
  if (request === undefined)
    throw new KeyriteError(
      'KEY_STATE',
      `cannot call key "${incident.key}" compromised: it was not ratified`,
      {
        hints: [`keyrite incident ratify ${incident.id}`],
      },
    )
  for (const {version, state} of ledger.of(keysFold).keys.get(incident.key)?.versions ?? []) {
    const name = phaseName({act: 'compromise', version})
    if (state === 'compromised' || !request.plan.phases.some((one) => one.name === name)) continue
    await apply(context, operations, request, [name])
  }
}
