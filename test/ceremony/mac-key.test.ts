/** A key that makes message authentication codes, through a whole ceremony: nothing in it knows signing keys alone. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {keysFold} from '../../src/keys/index.ts'
import {makeHouse, problemsOf, shortTemplate, type House} from './room.ts'
import {minutes, run} from './walked.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  house.remove()
})

const template = shortTemplate
  .replace('algorithm: ec-p256, scheme: "${scheme}"', 'algorithm: hmac-sha256')
  .replace('purpose: sign, class: jwt-signing', 'purpose: mac, class: mac')
  .replace(
    'The operator makes the key.',
    '"The operator makes the key; no scheme such as ${scheme} is chosen."',
  )

test('a MAC key is approved, made, tried and activated, and the minutes say what was tried', async () => {
  expect(template).toContain('purpose: mac, class: mac')
  await house.using(async (app) => {
    const {id, error} = await run(house, app, template, {}, 'webhooks')
    expect(error).toBeNull()
    const key = app.ledger.of(keysFold).keys.get('webhooks')
    expect(key?.spec).toMatchObject({algorithm: 'hmac-sha256', purpose: 'mac', class: 'mac'})
    const [version] = key?.versions ?? []
    expect([version?.state, version?.tried?.ok]).toEqual(['active', true])
    const probes = version?.tried?.results.map(({probe}) => probe) ?? []
    expect(probes.some((probe) => probe.includes('mac'))).toBe(true)
    expect(probes.some((probe) => probe.includes('sign'))).toBe(false)
    expect(await minutes(app, id)).toMatch(/webhooks.*hmac-sha256/)
  })
  expect(problemsOf(house)).toEqual([])
})
