/** A certificate is signed as it was approved, once, whatever happens between intent and outcome. */
import {X509Certificate} from 'node:crypto'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import {KeyriteError, type ErrorCode} from '../../src/base/errors.ts'
import {
  certificatesFold,
  certificatesOf,
  planCertificate,
  type CertificateWish,
} from '../../src/certificates/index.ts'
import type {Provider} from '../../src/providers/ports.ts'
import {apply, meet, planDigest, requestAt, type Request} from '../../src/requests/index.ts'
import {outcome, verified} from '../ledger/support.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {ask, contextOf, sayAll, type Context} from '../requests/support.ts'

let made: TestLedger
let app: App
let context: Context
let real: Provider
beforeEach(async () => {
  made = await makeLedger({people: 3})
  app = made.open()
  await addLocal(app, 'soft')
  real = await app.provider('soft')
  context = contextOf(app)
})
afterEach(async () => {
  await app.close()
  expect(verified(made.world).problems).toEqual([])
  made.remove()
})

const wish: CertificateWish = {
  key: 'root',
  profile: {
    subject: {organization: 'Example', 'common-name': 'Example Root CA'},
    authority: true,
    'path-length': 1,
    usage: ['crl-sign', 'key-cert-sign'],
    'extended-usage': [],
    names: [],
    permitted: [],
    excluded: [],
    policies: [],
  },
  validity: {'not-before': '2026-11-01', 'not-after': '2046-10-31'},
  toCome: null,
}

/** Approved by three people. */
async function approved(change: Partial<CertificateWish> = {}): Promise<Request> {
  const request = await ask(context, planCertificate(app.ledger.view, {...wish, ...change}))
  return meet(context, await sayAll(context, request, made.founders))
}

const root = (algorithm: 'ed25519' | 'ec-p384' = 'ec-p384', activate = true): Promise<void> =>
  makeKey(app, made.founders, {
    name: 'root',
    profile: 'soft',
    algorithm,
    class: 'root',
    activate,
    purpose: 'sign',
  })
const types = (): string[] =>
  Array.from({length: app.ledger.size}, (_, seq) => app.ledger.view.entry(seq)?.type ?? '').filter((type) =>
    type.startsWith('certificate.'),
  )
/** The same provider, which signs in another way. */
function signing(sign: Provider['use']['sign']): Context {
  return {...context, provider: () => Promise.resolve({...real, use: {...real.use, sign}})}
}
const own = (): {readonly seq: number; readonly der: Uint8Array} => {
  const [one] = certificatesOf(app.ledger.of(certificatesFold), 'root')
  if (one === undefined) throw new Error('a certificate was made')
  return {seq: one.seq, der: app.ledger.view.blob(one.sha256)}
}

test('what was approved is signed by the key, recorded with its bytes, and read as it was meant', async () => {
  await root()
  await apply(context, app.operations, await approved())
  expect(types()).toEqual(['certificate.make.intended', 'certificate.made'])
  const {seq, der} = own()
  const read = new X509Certificate(der)
  expect([read.subject, read.verify(read.publicKey)]).toEqual(['O=Example\nCN=Example Root CA', true])
  expect(read.validToDate.toISOString()).toBe('2046-10-31T23:59:59.000Z')
  const intent = app.ledger.view.entry(Number(app.ledger.view.entry(seq)?.data['intended']))
  expect(intent?.data['serial']).toBe(read.serialNumber.toLowerCase())
})

test('a request and a certificate of one key stand side by side', async () => {
  await root('ed25519')
  await apply(context, app.operations, await approved({validity: null}))
  await apply(context, app.operations, await approved())
  expect(certificatesOf(app.ledger.of(certificatesFold), 'root').map(({form}) => form)).toEqual([
    'request',
    'self-signed',
  ])
})

test('one approval allows one certificate', async () => {
  await root()
  const request = await approved()
  await apply(context, app.operations, request)
  await apply(context, app.operations, requestAt(app.ledger, request.seq))
  expect(types()).toEqual(['certificate.make.intended', 'certificate.made'])
})

describe('the plan', () => {
  test('of a key that is to come has the digest that it has when the key is there', async () => {
    const toCome = {
      profile: 'soft',
      class: 'root',
      algorithm: 'ec-p384',
      purpose: 'sign',
      expires: null,
    } as const
    const before = planDigest(planCertificate(app.ledger.view, {...wish, toCome}).plan)
    await root()
    expect(planDigest(planCertificate(app.ledger.view, wish).plan)).toBe(before)
    expect(planCertificate(app.ledger.view, wish).plan).toMatchObject({
      operation: 'certificate.sign',
      rule: 'grave-key-generation',
      change: {
        form: 'self-signed',
        usage: ['key-cert-sign', 'crl-sign'],
        not_before: '2026-11-01T00:00:00.000Z',
      },
    })
  })

  test.each<[name: string, code: ErrorCode, change: Partial<CertificateWish>]>([
    ['of a key that nobody makes', 'KEY_NOT_FOUND', {key: 'other'}],
    [
      'that ends before it begins',
      'UNSUPPORTED',
      {validity: {'not-before': '2026-11-01', 'not-after': '2026-10-01'}},
    ],
    [
      'of an authority that signs no certificates',
      'UNSUPPORTED',
      {profile: {...wish.profile, usage: ['crl-sign']}},
    ],
  ])('%s is refused before anybody is asked', async (_, code, change) => {
    await root()
    expect(await outcome(() => planCertificate(app.ledger.view, {...wish, ...change}))).toBe(code)
  })
})

test('a key that is not active signs nothing, and nothing is begun', async () => {
  await root('ec-p384', false)
  const request = await approved()
  expect(await outcome(() => apply(context, app.operations, request))).toBe('KEY_STATE')
  expect(types()).toEqual([])
})

test('a certificate that would have ended already is not made', async () => {
  await root()
  const request = await approved({validity: {'not-before': '2020-01-01', 'not-after': '2025-12-31'}})
  expect(await outcome(() => apply(context, app.operations, request))).toBe('PLAN_MOVED')
  expect(types()).toEqual([])
})

test('a key that is there to do something else than sign is refused', async () => {
  await makeKey(app, made.founders, {
    name: 'root',
    profile: 'soft',
    algorithm: 'hmac-sha256',
    class: 'mac',
    purpose: 'mac',
  })
  expect(await outcome(() => approved())).toBe('UNSUPPORTED')
})

describe('between intent and outcome', () => {
  test('a signature that was lost is given again over the same bytes, with the same serial number', async () => {
    await root()
    const request = await approved()
    const messages: string[] = []
    const lost = signing(async (ref, message) => {
      await real.use.sign(ref, message)
      messages.push(Buffer.from(message).toString('hex'))
      throw new KeyriteError('PROVIDER_UNREACHABLE', 'cannot say: the answer was lost')
    })
    expect(await outcome(() => apply(lost, app.operations, request))).toBe('PROVIDER_UNREACHABLE')
    expect(types()).toEqual(['certificate.make.intended'])
    expect(app.ledger.of(certificatesFold).open.size).toBe(1)
    const again = signing((ref, message) => {
      messages.push(Buffer.from(message).toString('hex'))
      return real.use.sign(ref, message)
    })
    await apply(again, app.operations, requestAt(app.ledger, request.seq))
    expect(messages).toHaveLength(2)
    expect(messages[1]).toBe(messages[0])
    expect(types()).toEqual(['certificate.make.intended', 'certificate.made'])
    expect(app.ledger.of(certificatesFold).open.size).toBe(0)
  })

  test('what another approval has begun comes first', async () => {
    await root()
    const [first, second] = [await approved(), await approved({validity: null})]
    const lost = signing(() => Promise.reject(new KeyriteError('NETWORK', 'cannot: the test says so')))
    expect(await outcome(() => apply(lost, app.operations, first))).toBe('NETWORK')
    expect(await outcome(() => apply(context, app.operations, second))).toBe('INDETERMINATE')
    await apply(context, app.operations, requestAt(app.ledger, first.seq))
    await apply(context, app.operations, second)
    expect(certificatesOf(app.ledger.of(certificatesFold), 'root')).toHaveLength(2)
  })

  test('a signature that is not the key’s is refused, recorded as a failure, and its approval is used up', async () => {
    await root()
    const request = await approved()
    const wrong = signing((ref) => real.use.sign(ref, Buffer.from('something else')))
    expect(await outcome(() => apply(wrong, app.operations, request))).toBe('KEY_NOT_AS_PLANNED')
    expect(types()).toEqual(['certificate.make.intended', 'certificate.make.failed'])
    expect(await outcome(() => apply(context, app.operations, requestAt(app.ledger, request.seq)))).toBe(
      'REQUEST_STATE',
    )
  })
})
