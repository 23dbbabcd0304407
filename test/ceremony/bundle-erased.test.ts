/** A bundle after private values were erased: it says so, and nothing else is missing from it. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {packageRoot} from '../../src/base/package.ts'
import {makeBundle} from '../../src/ceremony/bundle/index.ts'
import {apply, meet, placesIn, placesOf, planErase} from '../../src/requests/index.ts'
import {ask, contextOf, sayAll} from '../requests/support.ts'
import {rules, tool, verdictOf} from './bench.ts'
import {finishedCeremony, type Finished} from './finished.ts'

let finished: Finished
beforeAll(async () => {
  finished = await finishedCeremony()
}, 60_000)
afterAll(() => {
  finished.remove()
})

const made = (): Promise<ReadonlyMap<string, Uint8Array>> =>
  finished.using((app) =>
    makeBundle({
      ledger: app.ledger,
      rules,
      ceremony: finished.ceremonyIn(app),
      tool,
      packageRoot: packageRoot(),
      level: 'full',
    }),
  )

/** @param which - of each entry, what is to go. */
async function erase(
  which: (app: Parameters<Parameters<Finished['using']>[0]>[0]) => Parameters<typeof planErase>[1],
): Promise<void> {
  await finished.using(async (app) => {
    const context = contextOf(app)
    const request = await ask(
      context,
      {plan: planErase(app.ledger.view, which(app)), names: {}},
      {reason: 'asked for'},
    )
    const met = await meet(context, await sayAll(context, request, finished.founders.slice(0, 3)))
    await apply(context, app.operations, met)
  })
}

describe('a bundle, after a person’s name was erased,', () => {
  test('verifies, holds the entry that says so, and calls them by their id', async () => {
    const before = await made()
    expect(Buffer.from(before.get('openings.json') ?? '').includes('person8@example.com')).toBe(true)
    const gone = finished.founders.find(({person}) => person.address === 'person8@example.com')?.person
    await erase((app) => {
      const first = app.ledger.view.entry(0)
      return first === undefined || gone === undefined ? [] : placesOf(gone.id, first)
    })
    const files = await made()
    expect(verdictOf(files).problems).toEqual([])
    expect(Buffer.concat([...files.values()]).includes('person8@example.com')).toBe(false)
    expect(Buffer.from(files.get('minutes.txt') ?? '').includes(gone?.id ?? '')).toBe(true)
    // What was given out before still verifies, and still says the name.
    expect(verdictOf(before).problems).toEqual([])
  })

  test('still misses nothing else: an opening taken out is a problem', async () => {
    const files = new Map(await made())
    const openings = JSON.parse(Buffer.from(files.get('openings.json') ?? '').toString()) as Record<
      string,
      unknown
    >
    const [first] = Object.keys(openings)
    Reflect.deleteProperty(openings, first ?? '')
    files.set('openings.json', Buffer.from(JSON.stringify(openings)))
    expect(verdictOf(files).problems.map(({rule}) => rule)).toContain('opening')
  })

  test('is made without a value that the ceremony itself was filled in with: its minutes say that it was erased', async () => {
    await erase((app) => {
      const opened = Array.from({length: app.ledger.size}, (_, seq) => app.ledger.view.entry(seq)).find(
        (entry) => entry?.type === 'ceremony.opened',
      )
      return opened === undefined ? [] : placesIn(opened)
    })
    const files = await made()
    expect(verdictOf(files).problems).toEqual([])
    const text = Buffer.from(files.get('minutes.txt') ?? '')
      .toString()
      .replace(/\s+/g, ' ')
    expect(text).toContain('Location [erased] Recording [erased]')
    expect(text).not.toContain('[withheld]')
    const all = Buffer.concat([...files.values()]).toString('latin1')
    expect(all).not.toContain('Camera 2, tape 17')
    expect(all).not.toContain('Room 4, cellar')
  })
})
