/** What is gone on with after a crash, by a word that a process can be given: `r12`, `rotation tokens`, `rewrap kek`, `wrap kek orders`, `prove tokens`. */
import type {App} from '../../src/app.ts'
import {custodyFold} from '../../src/custody/index.ts'
import {advance, envelopes, proveKey, rewrapAll, wrapDataKey} from '../../src/keys/index.ts'
import {apply, findRequest, type ActContext} from '../../src/requests/index.ts'

export async function workOn(app: App, given: Omit<ActContext, 'approved'>, work: string): Promise<void> {
  const [what = '', name = '', more = ''] = work.split(' ')
  const [person = null] = app.ledger.of(custodyFold).roster.keys()
  const context = {...given, approved: 0, actor: {person, evidence: 'stated'} as const}
  switch (what) {
    case 'rotation':
      await advance(context, app.operations, name)
      return
    case 'rewrap':
      await rewrapAll(context, name, () => undefined)
      return
    case 'wrap':
      // The same command again says that there is one.
      if (app.ledger.of(envelopes).all.has(more)) return
      await wrapDataKey(context, {name: more, key: name, classification: 'internal', wrapped: null})
      return
    case 'prove':
      await proveKey(context, name, 1)
      return
    default:
      await apply(context, app.operations, findRequest(app.ledger, what))
  }
}
