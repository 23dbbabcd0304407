/** What stands on the screen where a plan is read aloud: what will be done, and not only its digest. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {walk} from '../../src/ceremony/engine.ts'
import {statusOfCeremony} from '../../src/ceremony/state.ts'
import {ceremonyIn, contextIn, makeHouse, openIn, quickTemplate, willing, type House} from './room.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  house.remove()
})

describe('a plan that is read aloud', () => {
  test('stands there in words, as it stands where it is signed, and with the same digest', async () => {
    const said: string[] = []
    await house.using(async (app) => {
      const id = await openIn(house, app, {template: quickTemplate, key: 'aloud'})
      await walk(
        contextIn(house, app, id, {room: {...willing(house), say: (lines) => void said.push(...lines)}}),
      )
      expect(statusOfCeremony(ceremonyIn(app, id))).toBe('signed-off')
    })
    const [aloud = '', signed = '', ...more] = said
      .join('\n')
      .split(/^The plan, by its digest:$/m)
      .map((part, at, all) => (at + 1 < all.length ? part : part.split('\n\n').slice(0, 2).join('\n')))
    expect(more.length).toBe(1)
    const words =
      /Make key "aloud" in profile "main"[\s\S]*Then, when it has been proved to work, make it active\./
    expect(aloud).toMatch(words)
    expect(words.exec(aloud)?.[0]).toBe(words.exec(signed)?.[0])
    const digests = said.join('\n').match(/The plan, by its digest:\nSHA-256 .*\n.*/g) ?? []
    expect(digests.length).toBe(2)
    expect(digests[0]).toBe(digests[1])
  })
})
