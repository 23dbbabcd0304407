/** What an append writes beside its entry does not grow with what stands in the ledger. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {ask, contextOf, planned, say} from '../requests/support.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {refused} from './support.ts'

let made: TestLedger
beforeEach(async () => {
  made = await makeLedger({people: 3})
})
afterEach(() => {
  made.remove()
})

test('a request, an answer and a refusal write as many side rows with twelve requests open as with none', async () => {
  await made.using(async (app) => {
    await addLocal(app, 'soft')
    const {store} = app.ledger
    const append = store.append.bind(store)
    let written = 0
    store.append = (batch, before) => {
      written += batch.side.put.length + batch.side.removed.length
      return append(batch, before)
    }
    const counted = async <T>(act: () => Promise<T>): Promise<readonly [T, number]> => {
      written = 0
      const result = await act()
      return [result, written]
    }
    const context = contextOf(app)
    const [founder] = made.founders
    if (founder === undefined) throw new Error('there are founders')
    const seen = new Set<string>()
    for (let at = 0; at < 12; at++) {
      const [request, asked] = await counted(() => ask(context, planned(app, {name: `key-${at}`})))
      const [, answered] = await counted(() => say(context, request, founder))
      const [, nothing] = await counted(() => app.ledger.append([refused('test')]))
      seen.add([asked, answered, nothing].join())
    }
    expect([...seen]).toEqual(['1,1,0'])
  })
})
