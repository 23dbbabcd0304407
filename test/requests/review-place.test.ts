/** An approval is used where it was given, and what the provider refused is not called applied. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import RequestApply from '../../src/commands/request/apply.ts'
import {abort} from '../../src/ceremony/engine.ts'
import {KeyriteError} from '../../src/base/errors.ts'
import {allSteps} from '../../src/ceremony/plans.ts'
import {runQuorum, type QuorumStepLike} from '../../src/ceremony/run/quorum.ts'
import {keysFold} from '../../src/keys/index.ts'
import {apply, requests, requestAt, statusOf, type Request} from '../../src/requests/index.ts'
import type {App} from '../../src/app.ts'
import {contextFor} from '../../src/ui/gather.ts'
import {contextIn, makeHouse, openIn, type House} from '../ceremony/room.ts'
import {outcome, verified} from '../ledger/support.ts'
import {runCommand} from '../support/run.ts'

let house: House
beforeEach(async () => {
  house = await makeHouse()
})
afterEach(() => {
  house.remove()
})

/** A ceremony whose quorum is met, and its request. */
async function approved(app: App): Promise<{readonly id: string; readonly request: Request}> {
  const id = await openIn(house, app)
  const context = contextIn(house, app, id)
  const quorum = allSteps(context.filled).find((step): step is QuorumStepLike => step.kind === 'quorum')
  if (quorum === undefined) throw new Error('the template has a quorum')
  await runQuorum(context, quorum)
  const request = [...app.ledger.of(requests).all.values()].find((one) => one.ceremony === id)
  if (request === undefined) throw new Error('it was asked for')
  return {id, request}
}

test('what was approved in a ceremony is not done outside it, also when it was aborted', async () => {
  await house.using(async (app) => {
    const {id, request} = await approved(app)
    const outside = (): Promise<Request> => apply(contextFor(app, null), app.operations, request)
    expect(await outcome(outside)).toBe('REQUEST_STATE')
    await abort(contextIn(house, app, id), 'the room was evacuated')
    expect(await outcome(outside)).toBe('REQUEST_STATE')
    const ran = await runCommand(RequestApply, 'request apply', [request.id, '--as', 'alice'], house.world)
    expect(ran.exit).toBe(5)
    expect(app.ledger.of(keysFold).keys.size).toBe(0)
  })
})

test('an entry that says so has no effect either', async () => {
  await house.using(async (app) => {
    const {request} = await approved(app)
    const intended = app.ledger.append([
      {
        type: 'key.create.intended',
        actor: {person: null, evidence: 'stated'},
        approved: request.met,
        data: {key: 'payments-jwt', version: 1, profile: 'main', intent: '0'.repeat(32), before: []},
      },
    ])
    await expect(intended).rejects.toThrow('approved for its ceremony')
  })
})

test('what the provider refused has failed: it is not applied, and its approval is used up', async () => {
  await house.using(async (app) => {
    const {id, request} = await approved(app)
    const context = {...contextFor(app, null), ceremony: id}
    const provider = await app.provider('main')
    const refusing = {
      ...provider,
      store: {
        ...provider.store,
        find: async () => ({kind: 'none'}) as const,
        create: () => Promise.reject(new KeyriteError('UNSUPPORTED', 'cannot make it')),
      },
    }
    const failing = {...context, provider: async () => refusing}
    expect(await outcome(() => apply(failing, app.operations, request, ['create']))).toBe('UNSUPPORTED')
    expect(statusOf(requestAt(app.ledger, request.seq), app.ledger.time)).toBe('failed')
    expect(await outcome(() => apply(context, app.operations, request, ['create']))).toBe('REQUEST_STATE')
    expect(await outcome(() => apply(context, app.operations, request))).toBe('REQUEST_STATE')
    expect(app.ledger.of(keysFold).keys.size).toBe(0)
  })
  expect(verified(house.world).problems).toEqual([])
})
