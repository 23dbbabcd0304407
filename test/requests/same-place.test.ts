/** Between the opening of a place and an act at it lies what people took to agree: the place may be another by then (T28). */
import {copyFileSync, mkdirSync, renameSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {proveKey} from '../../src/keys/index.ts'
import {apply, meet, requestAt, statusNow, type Request} from '../../src/requests/index.ts'
import {initToken, softHsm, type SoftHsm} from '../providers/pkcs11/softhsm.ts'
import {outcome, verified} from '../ledger/support.ts'
import {addHsm} from '../support/hsm-profile.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {testWith} from '../support/needs.ts'
import {addLocal} from '../support/profile.ts'
import {ask, contextOf, planned, sayAll} from './support.ts'

let made: TestLedger
let app: App
beforeEach(async () => {
  made = await makeLedger({people: 3})
  app = made.open()
})
afterEach(async () => {
  await app.close()
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

const metRequest = async (profile: string, name = 'payments'): Promise<Request> => {
  const context = contextOf(app)
  const asked = await ask(context, planned(app, {profile, name, algorithm: 'ec-p256'}))
  return meet(context, await sayAll(context, asked, made.founders))
}
const applied = (request: Request) => outcome(() => apply(contextOf(app), app.operations, request))

describe('a place that is another by the time of the act', () => {
  const file = (name: string): string => join(made.world.home, 'tokens', `${name}.token`)

  test('a local token that was put in its place is not touched: nothing is intended, and the approval stays', async () => {
    await addLocal(app, 'soft')
    await addLocal(app, 'other')
    await makeKey(app, made.founders, {name: 'first', profile: 'soft'})
    const request = await metRequest('soft')
    const entries = app.ledger.size
    renameSync(file('soft'), `${file('soft')}.away`)
    copyFileSync(file('other'), file('soft'))
    expect(await applied(request)).toBe('PROFILE_MOVED')
    expect(await outcome(() => proveKey({...contextOf(app), approved: 0}, 'first', 1))).toBe('PROFILE_MOVED')
    expect(app.ledger.size).toBe(entries)
    // Mended, the same approval carries it out.
    rmSync(file('soft'))
    renameSync(`${file('soft')}.away`, file('soft'))
    expect(await applied(request)).toBe('ok')
    expect(statusNow(app.ledger, requestAt(app.ledger, request.seq))).toBe('applied')
  })

  test('a copy of the local token in its place is not the token that is open', async () => {
    await addLocal(app, 'soft')
    const request = await metRequest('soft')
    copyFileSync(file('soft'), `${file('soft')}.copy`)
    renameSync(`${file('soft')}.copy`, file('soft'))
    expect(await applied(request)).toBe('UNSAFE_FILE')
    rmSync(file('soft'))
    expect(await applied(request)).toBe('FILE_NOT_FOUND')
  })

  testWith('softhsm2', 'a token that was exchanged while people agreed is not touched', async () => {
    const hsm: SoftHsm = softHsm()
    try {
      await addHsm(app, made.founders, 'hsm', hsm)
      await makeKey(app, made.founders, {name: 'first', profile: 'hsm'})
      const request = await metRequest('hsm')
      const entries = app.ledger.size
      const tokens = join(hsm.folder, 'tokens')
      renameSync(tokens, `${tokens}.away`)
      mkdirSync(tokens)
      // Taken out and nothing in its place: it may come back.
      expect(await applied(request)).toBe('PROVIDER_UNREACHABLE')
      initToken('lab', hsm.pin)
      expect(await applied(request)).toBe('PROFILE_MOVED')
      expect(app.ledger.size).toBe(entries)
      rmSync(tokens, {recursive: true})
      renameSync(`${tokens}.away`, tokens)
      expect(await applied(request)).toBe('ok')
    } finally {
      await app.logOut()
      hsm.remove()
    }
  })
})
