/** What goes wrong between here and Azure: asked of the stand-in, which does it on purpose. Here it is a vault, with keys in software. */
import {generateKeyPairSync, verify} from 'node:crypto'
import {afterAll, beforeAll, describe, expect} from '@jest/globals'
import {openVault} from '../../../src/providers/azure/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import type {Fault} from '../../standins/azure/world.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {all, described, enabled, intent, outcome, secretOf, specOf} from '../support.ts'
import {placeOf} from './place.ts'
import {startStandin, type Standin} from './standin.ts'

describe('trouble with Azure Key Vault', () => {
  const box: {standin?: Standin; open?: Provider} = {}
  const standin = (): Standin => box.standin ?? missing()
  const open = (): Provider => box.open ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin('vault')
    box.open = await openVault(placeOf(box.standin, 'vault'), 'keyrite/test')
  })
  afterAll(async () => {
    await box.open?.close()
    await box.standin?.stop()
  })
  const trouble = (route: string, fault: Fault, times = 1) => standin().ask({faults: [{route, fault, times}]})

  testWith('openssl', 'a vault has no symmetric keys, and what is in software is called so', async () => {
    expect(await outcome(open().store.create(specOf('aes-256'), intent()))).toBe('UNSUPPORTED')
    const ref = await open().store.create(specOf('ec-p256'), intent())
    expect(await open().evidence.protection(ref)).toMatchObject({level: 'software', evidence: 'asserted'})
  })

  testWith('openssl', 'a reply that is lost after a key was made: it is found, and made once', async () => {
    const [made, spec] = [intent(), specOf('ec-p256')]
    await trouble('create', 'cut')
    expect(await outcome(open().store.create(spec, made))).toBe('PROVIDER_UNREACHABLE')
    expect(await open().store.find(made, [])).toMatchObject({kind: 'one', ref: {key: spec.label}})
    expect(await outcome(open().store.create(spec, made))).toBe('KEY_EXISTS')
    expect((await all(open().store)).filter(({ref}) => ref.key === spec.label)).toHaveLength(1)
  })

  testWith(
    'openssl',
    'a reply that is lost after a rotation: the version is found, and made once',
    async () => {
      const first = await enabled(open(), specOf('ec-p256'))
      const made = intent()
      await trouble('create', 'cut')
      expect(await outcome(open().life.rotate(first.key, made))).toBe('PROVIDER_UNREACHABLE')
      expect(await open().store.find(made, [first])).toMatchObject({kind: 'one', ref: {key: first.key}})
      expect(await outcome(open().life.rotate(first.key, made))).toBe('KEY_EXISTS')
      expect((await all(open().store)).filter(({ref}) => ref.key === first.key)).toHaveLength(2)
    },
  )

  testWith(
    'openssl',
    'a pair from outside goes into software as a JWK, once, also where the reply is lost; a name that is given gets no further version',
    async () => {
      const outside = [
        [specOf('ec-p256'), generateKeyPairSync('ec', {namedCurve: 'P-256'})],
        [specOf('rsa-2048'), generateKeyPairSync('rsa', {modulusLength: 2048})],
      ] as const
      for (const [spec, {privateKey, publicKey}] of outside) {
        const made = intent()
        const pkcs8 = () => secretOf(privateKey.export({format: 'der', type: 'pkcs8'}))
        await trouble('import', 'cut')
        expect(await outcome(open().move.import(spec, pkcs8(), made))).toBe('PROVIDER_UNREACHABLE')
        const found = await open().store.find(made, [])
        const ref = found.kind === 'one' ? found.ref : missing()
        const spki = publicKey.export({format: 'der', type: 'spki'})
        expect(Buffer.from(await open().use.publicKey(ref))).toEqual(spki)
        const signature = await open().use.sign(ref, Buffer.from('x'))
        expect(
          verify('sha256', Buffer.from('x'), {key: publicKey, dsaEncoding: 'ieee-p1363'}, signature),
        ).toBe(true)
        await standin().ask({})
        expect(await outcome(open().move.import(spec, pkcs8(), made))).toBe('KEY_EXISTS')
        expect(await outcome(open().move.import(spec, pkcs8(), intent()))).toBe('KEY_EXISTS')
        expect(await outcome(open().store.create(spec, intent()))).toBe('KEY_EXISTS')
        // Refused before the call that would have made a further version.
        const asked = (await standin().ask({})).map(({operation}) => operation)
        expect(asked.filter((one) => one === 'import' || one === 'create')).toEqual([])
      }
      const other = generateKeyPairSync('ec', {namedCurve: 'P-384'}).privateKey
      const wrong = secretOf(other.export({format: 'der', type: 'pkcs8'}))
      expect(await outcome(open().move.import(specOf('ec-p256'), wrong, intent()))).toBe('UNSUPPORTED')
    },
  )

  testWith('openssl', 'a request that is lost before: nothing is found, and it can be done', async () => {
    const [made, spec] = [intent(), specOf('ec-p256')]
    await trouble('create', 'unavailable')
    expect(await outcome(open().store.create(spec, made))).toBe('PROVIDER_UNREACHABLE')
    expect(await open().store.find(made, [])).toEqual({kind: 'none'})
    expect((await open().store.create(spec, made)).key).toBe(spec.label)
  })

  testWith(
    'openssl',
    'what breaks inside Azure, and says nothing of it, is asked for again by the same command',
    async () => {
      const [spec, made] = [specOf('ec-p256'), intent()]
      const create = () => open().store.create(spec, made)
      await trouble('create', 'internal', 9)
      const broken = await create().catch((error: unknown) => error)
      await standin().ask({faults: []})
      expect(broken).toMatchObject({
        ...{code: 'PROVIDER_UNREACHABLE', hints: ['the same command again: it asks what was done']},
        message: expect.stringMatching(/: Azure cannot answer now, /),
      })
      expect(await open().store.find(made, [])).toEqual({kind: 'none'})
      expect((await create()).key).toBe(spec.label)
    },
  )

  testWith('openssl', 'of credentials that are refused each kind is named that may be mended', async () => {
    await trouble('create', 'unauthenticated', 9)
    const refused = await open()
      .store.create(specOf('ec-p256'), intent())
      .catch((error: unknown) => error)
    await standin().ask({faults: []})
    expect(refused).toMatchObject({
      code: 'CREDENTIALS_REFUSED',
      hints: ['az login', expect.stringMatching(/token file.*keyrite profile show PROFILE$/)],
    })
  })

  testWith('openssl', 'a key of two versions is not deleted for the sake of one', async () => {
    const first = await enabled(open(), specOf('ec-p256'))
    await open().life.rotate(first.key, intent())
    expect(await outcome(open().life.scheduleDestruction(first, 90))).toBe('UNSUPPORTED')
    expect((await described(open().store, first)).availability).toBe('enabled')
  })

  testWith('openssl', 'a yes that is none: what is said is what is', async () => {
    const ref = await enabled(open(), specOf('ec-p256'))
    await trouble('update', 'lie')
    await expect(open().life.setAvailability(ref, 'disabled')).rejects.toMatchObject({
      ...{code: 'PROVIDER_FAILED', changed: true},
      message: `cannot make key "${ref.key}" disabled: Azure said yes, and version ${ref.version} is still enabled`,
    })
    expect((await described(open().store, ref)).availability).toBe('enabled')
  })

  testWith('openssl', 'what the service refuses is its own refusal, and not the client’s', async () => {
    const ref = await enabled(open(), specOf('ec-p256'))
    await open().life.setAvailability(ref, 'disabled')
    const refused = await open()
      .use.sign(ref, Buffer.from('x'))
      .catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'KEY_STATE',
      message: expect.stringMatching(/Operation sign is not allowed on a disabled key/),
    })
  })

  testWith(
    'openssl',
    'a disable that lags: uses still succeed for a while, as a tried operation tells',
    async () => {
      const ref = await enabled(open(), specOf('ec-p256'))
      await standin().ask({disableLag: 2})
      expect(await open().life.setAvailability(ref, 'disabled')).toBe('disabled')
      const tries: string[] = []
      for (let n = 0; n < 4; n++) tries.push(await outcome(open().use.sign(ref, Buffer.from('x'))))
      await standin().ask({disableLag: 0})
      expect(tries).toEqual(['ok', 'ok', 'KEY_STATE', 'KEY_STATE'])
    },
  )

  testWith(
    'openssl',
    'too many requests are waited for, as none of them was processed, and said in the end',
    async () => {
      const ref = await enabled(open(), specOf('ec-p256'))
      await trouble('get', 'throttle', 2)
      expect((await described(open().store, ref)).availability).toBe('enabled')
      const [made, spec] = [intent(), specOf('ec-p256')]
      await trouble('create', 'throttle', 2)
      expect(await outcome(open().store.create(spec, made))).toBe('ok')
      expect((await all(open().store)).filter(({ref: {key}}) => key === spec.label)).toHaveLength(1)
      await trouble('create', 'throttle', 9)
      expect(await outcome(open().store.create(specOf('ec-p256'), intent()))).toBe('PROVIDER_FAILED')
      await standin().ask({faults: []})
    },
  )

  testWith('openssl', 'is told who asks, and when it is only to prove that a key works', async () => {
    const ref = await enabled(open(), specOf('ec-p256'))
    const why = intent()
    await standin().ask({})
    await open().use.sign(ref, Buffer.from('a real one'))
    await open().probing?.(why).use.sign(ref, Buffer.from('a probe'))
    const signs = (await standin().ask({})).filter(({operation}) => operation === 'sign')
    expect(signs.at(0)?.userAgent).toMatch(/keyrite\/test/)
    expect(signs.at(0)?.userAgent).not.toContain('probe')
    expect(signs.at(-1)?.userAgent).toContain(`keyrite/test probe ${why}`)
  })

  testWith(
    'openssl',
    'is waited for no longer than was said, and asked again by the same command',
    async () => {
      const hasty = await openVault(placeOf(standin(), 'vault'), 'keyrite/test', 1000)
      try {
        const ref = await enabled(open(), specOf('ec-p256'))
        await standin().ask({faults: [{route: 'sign', fault: 'late', times: 2, milliseconds: 5000}]})
        const began = performance.now()
        expect(await outcome(hasty.use.sign(ref, Buffer.from('x')))).toBe('PROVIDER_UNREACHABLE')
        expect(performance.now() - began).toBeLessThan(4500)
        await standin().ask({faults: []})
        expect(await outcome(hasty.use.sign(ref, Buffer.from('x')))).toBe('ok')
      } finally {
        await hasty.close()
      }
    },
  )
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
