/** A place that gives bytes for a public key which are none. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {randomBytes} from 'node:crypto'
import {keysFold} from '../../src/keys/index.ts'
import {isOfAlgorithm} from '../../src/keys/verify-signature.ts'
import {outcome} from '../ledger/support.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'

let made: TestLedger
beforeAll(async () => {
  made = await makeLedger({people: 3})
})
afterAll(() => {
  made.remove()
})

test('bytes that are no public key are of no algorithm', () => {
  for (const bytes of [new Uint8Array(), randomBytes(32), Buffer.from('3000', 'hex')])
    for (const algorithm of ['ec-p256', 'rsa-2048', 'ed25519', 'ml-dsa-65'])
      expect(isOfAlgorithm(algorithm, bytes)).toBe(false)
})

// As fakecloud 0.51.0 has it, of ML-DSA: 32 bytes of chance.
test('a place that gives 32 bytes of chance for one made another key than was planned, and that is no bug of ours', async () => {
  await made.using(async (app) => {
    await addLocal(app, 'main')
    const own = await app.provider('main')
    app.lend('main', {...own, use: {...own.use, publicKey: async () => randomBytes(32)}})
    const making = makeKey(app, made.founders, {name: 'payments', profile: 'main'})
    expect(await outcome(() => making)).toBe('KEY_NOT_AS_PLANNED')
    expect(app.ledger.of(keysFold).keys.get('payments')).toBeUndefined()
  })
})
