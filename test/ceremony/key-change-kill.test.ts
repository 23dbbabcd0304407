/** A ceremony that rotates a key, and one that ends a key, are broken off at every entry: each step is done once, and one version is made. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {resume, walk} from '../../src/ceremony/engine.ts'
import {openCeremony} from '../../src/ceremony/open.ts'
import {shippedTemplate} from '../../src/ceremony/shipped.ts'
import {statusOfCeremony} from '../../src/ceremony/state.ts'
import {keysFold} from '../../src/keys/index.ts'
import {ceremonyApp} from '../../src/ui/ceremony.ts'
import {makeKey} from '../support/ledger.ts'
import {failing, PowerCut, shapeOf} from './power-cut.ts'
import {ceremonyIn, contextIn, makeHouse, problemsOf, type House} from './room.ts'
import {trials} from './shipped.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
}, 60_000)
afterAll(() => {
  house.remove()
})

const slow = process.env['SLOW'] === '1'

async function open(app: App, template: string, key: string): Promise<string> {
  await makeKey(app, house.founders, {
    name: key,
    profile: 'main',
    algorithm: 'ed25519',
    class: 'artifact-signing',
  })
  const loaded = shippedTemplate(template)
  const values = {wait: 'P30D', grace: 'P30D', location: 'Room 4', recording: 'Camera 2'}
  const all = {...values, 'key-name': key, on: app.ledger.time.toISOString().slice(0, 10)}
  return openCeremony(ceremonyApp(app), {
    loaded,
    values: new Map(Object.entries(all).filter(([name]) => loaded.template.parameters.has(name))),
    participants: trials.find(({name}) => name === template)?.people ?? {},
    answersFile: true,
  })
}

const statesOf = (app: App, key: string): readonly string[] =>
  (app.ledger.of(keysFold).keys.get(key)?.versions ?? []).map(({version, state}) => `${version} ${state}`)

test.each([
  ['key-rotation', ['1 active', '2 active']],
  ['key-destruction', ['1 deactivated']],
])(
  'a power cut at each entry of %s in turn: each step is done once, and nothing is made or ended twice',
  async (template, states) => {
    await house.using(async (app) => {
      const id = await open(app, template, `${template}-whole`)
      await walk(contextIn(house, app, id))
      const whole = shapeOf(app, id)
      expect(statesOf(app, `${template}-whole`)).toEqual(states)
      for (const when of slow ? (['before', 'after'] as const) : (['after'] as const)) {
        const key = `${template}-${when}`
        const broken = await open(app, template, key)
        let cuts = 0
        // Each time it comes one entry further than before. One says that it goes on: it is not the one that is cut at.
        while (statusOfCeremony(ceremonyIn(app, broken)) !== 'signed-off') {
          const nth = (when === 'before' ? 2 : 1) + (cuts === 0 ? 0 : 1)
          const context = contextIn(house, app, broken, {app: {ledger: failing(app.ledger, nth, when)}})
          await (cuts === 0 ? walk : resume)(context).catch((error: unknown) => {
            if (!(error instanceof PowerCut)) throw error
            cuts++
          })
        }
        expect(cuts).toBeGreaterThan(20)
        expect(shapeOf(app, broken)).toEqual(whole)
        expect(statesOf(app, key)).toEqual(states)
      }
    })
    expect(problemsOf(house)).toEqual([])
  },
  300_000,
)
