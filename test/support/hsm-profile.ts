/** A profile on a SoftHSM2 token, added as `keyrite profile add` does, with the approvals of founders. */
import type {App} from '../../src/app.ts'
import {Secret} from '../../src/base/secret.ts'
import {custodyFold} from '../../src/custody/index.ts'
import {answer, apply, meet, openRequest} from '../../src/requests/index.ts'
import {planProfile, rememberPlace, type Place} from '../../src/ui/add-profile.ts'
import {contextFor} from '../../src/ui/gather.ts'
import type {SoftHsm} from '../providers/pkcs11/softhsm.ts'
import type {Founder} from './ledger.ts'

export async function addHsm(
  app: App,
  founders: readonly Founder[],
  name: string,
  {module, serial, pin}: Pick<SoftHsm, 'module' | 'serial' | 'pin'>,
  pinFile?: string,
): Promise<void> {
  const place: Place = {
    name,
    kind: 'pkcs11',
    environment: 'test',
    settings: {module, serial},
    prover: null,
    pinFile,
  }
  const context = contextFor(app, founders[0]?.person ?? null)
  const plan = await planProfile(app, place, new Secret(Buffer.from(pin)))
  rememberPlace(app, place)
  let request = await openRequest(context, {plan, names: {}, reason: null, ticket: null, only: null})
  for (const {person, signer} of founders.filter((_, at) => at < request.needs.people)) {
    const enrolled = app.ledger.of(custodyFold).roster.get(person.id)
    if (enrolled === undefined) throw new Error('a founder is in the roster')
    request = await answer(context, request, {person: enrolled, signer, decision: 'approve', reason: null})
  }
  await apply(context, app.operations, await meet(context, request))
}
