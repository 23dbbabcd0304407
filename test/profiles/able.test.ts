import {expect, test} from '@jest/globals'
import {canBeMended, demandAble} from '../../src/profiles/index.ts'
import type {CheckLine} from '../../src/providers/ports.ts'

const fine: CheckLine = {name: 'answers', ok: true, detail: 'yes', fix: null}
const loose: CheckLine = {name: 'token file', ok: false, detail: 'others may read it', fix: 'chmod 600 F'}
const apart: CheckLine = {
  ...{name: 'custom key store', ok: false, detail: 'payments, DISCONNECTED'},
  ...{fix: 'keyrite profile check PROFILE', needed: true},
}
const denied: CheckLine = {...apart, name: 'list keys', code: 'CREDENTIALS_REFUSED', fix: null}
const thrown = async (act: Promise<void>): Promise<unknown> => act.catch((error: unknown) => error)
const at = (...lines: readonly CheckLine[]) => ({evidence: {check: async () => lines}}) as never

test('a place where no key can be made is refused by what stands in the way, and by nothing else', async () => {
  await demandAble('hsm', at(fine, {...apart, ok: true}, loose))
  expect(await thrown(demandAble('hsm', at(fine, loose, apart)))).toMatchObject({
    code: 'PROVIDER_FAILED',
    message: 'cannot make keys in profile "hsm": custom key store: payments, DISCONNECTED',
    hints: ['keyrite profile check hsm'],
  })
  expect(await thrown(demandAble('hsm', at(denied, apart)))).toMatchObject({code: 'CREDENTIALS_REFUSED'})
})

test('a place that is only added may be without rights, or a store that is not connected, until a key is made', async () => {
  await demandAble('hsm', at(denied, apart), canBeMended)
  const broken = at(denied, {...denied, code: 'PROVIDER_FAILED'})
  expect(await thrown(demandAble('hsm', broken, canBeMended))).toMatchObject({code: 'PROVIDER_FAILED'})
})
