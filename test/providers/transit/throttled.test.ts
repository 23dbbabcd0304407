/** A server that asks for fewer questions: between keyrite and an OpenBao, which answers all others. */
import {afterAll, beforeAll, expect} from '@jest/globals'
import type {Provider} from '../../../src/providers/ports.ts'
import type {OpenBao} from '../../backends/openbao.ts'
import {testWhen} from '../../support/needs.ts'
import {enabled, intent, labelled, specOf} from '../support.ts'
import {openAs, openbao, placeOf, startTransit} from './bao.ts'
import {Way} from './proxy.ts'

const box: {bao?: OpenBao; way?: Way; open?: Provider} = {}
const way = (): Way => box.way ?? missing()
const open = (): Provider => box.open ?? missing()
const thrown = async (act: Promise<unknown>): Promise<unknown> => act.catch((error: unknown) => error)

beforeAll(async () => {
  if (!openbao.present) return
  box.bao = await startTransit()
  box.way = await Way.to(box.bao.port)
  box.open = await openAs(placeOf(box.bao, {address: box.way.url}), box.bao.token)
})
afterAll(async () => {
  await box.open?.close()
  await box.way?.close()
  await box.bao?.stop()
})

testWhen(
  openbao,
  'a server that asks for fewer questions is said to, nothing is made by that, and the same again does it once',
  async () => {
    const {store, use} = open()
    const signs = await enabled(open(), specOf('ec-p256'))
    const made = intent()
    const words = {
      code: 'PROVIDER_FAILED',
      message: expect.stringContaining('the server asks for fewer questions (429)'),
      hints: expect.arrayContaining(['wait, then the same command again']),
    }
    way().throttles = /^(POST|PUT) /
    expect(await thrown(store.create(specOf('aes-256', {label: 'slowly'}), made))).toMatchObject(words)
    expect(await thrown(use.sign(signs, labelled('now')))).toMatchObject(words)
    expect(await store.find(made, [])).toEqual({kind: 'none'})
    way().throttles = /./
    // Not known is not "none".
    expect(await thrown(store.find(made, []))).toMatchObject(words)
    expect(await thrown(open().evidence.identity())).toMatchObject(words)
    way().throttles = null
    const ref = await store.create(specOf('aes-256', {label: 'slowly'}), made)
    expect(await store.find(made, [])).toEqual({kind: 'one', ref})
    expect(await use.verify(signs, labelled('now'), await use.sign(signs, labelled('now')))).toBe(true)
  },
)

function missing(): never {
  throw new Error('it is made before the tests')
}
