/** What emulators of other people do otherwise than Google, one difference at a time, on the stand-in in the clear: what goes on, and what is refused, by its code. */
import {writeFileSync} from 'node:fs'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {openKeyRing, type Place} from '../../../src/providers/gcp/index.ts'
import {endpointOf} from '../../../src/providers/gcp/endpoint.ts'
import {placeFrom} from '../../../src/providers/gcp/place.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import type {Quirk} from '../../standins/google/quirks.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {bytesOf, described, enabled, intent, none, outcome, secretOf, specOf} from '../support.ts'
import {startStandin, type Standin} from './standin.ts'

const slow = process.env['SLOW'] === '1'

describe('an emulator of Cloud KMS on this machine', () => {
  const box: {standin?: Standin} = {}
  const standin = (): Standin => box.standin ?? missing()
  const place = (more: Partial<Place> = {}): Place => {
    const {ring, endpoint} = standin()
    return {
      ...{ring, endpoint, credentials: null, ca: null},
      ...{protection: 'software', destroyDays: 30, ...more},
    }
  }
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin('--plain')
  })
  afterAll(async () => {
    await box.standin?.stop()
  })
  const under = async <T>(quirks: readonly Quirk[], work: (open: Provider) => Promise<T>): Promise<T> => {
    await standin().ask({quirks})
    const open = await openKeyRing(place(), 'keyrite/test')
    try {
      return await work(open)
    } finally {
      await open.close()
      await standin().ask({quirks: []})
    }
  }

  /** Everything that a key goes through, and what came of each. */
  async function life(open: Provider): Promise<Readonly<Record<string, string>>> {
    const {store, use, life: change, move} = open
    const [aes, pair] = [await enabled(open, specOf('aes-256')), await enabled(open, specOf('ec-p256'))]
    const [mac, made] = [await enabled(open, specOf('hmac-sha256')), intent()]
    const [text, brought] = [Buffer.from('text'), intent()]
    const sealed = await use.encrypt(aes, text, none)
    const said = {
      encrypted: bytesOf(await use.decrypt(aes, sealed, none)).toString(),
      signed: String(await use.verify(pair, text, await use.sign(pair, text))),
      mac: String(await use.verify(mac, text, await use.mac(mac, text))),
      'another mac': String(await use.verify(mac, text, Buffer.alloc(32))),
      rotated: (await change.rotate(aes.key, made)).version,
      found: (await store.find(made, [aes])).kind,
      'once more': await outcome(change.rotate(aes.key, made)),
      'nothing found': (await store.find(intent(), [])).kind,
      disabled: await change.setAvailability(pair, 'disabled'),
      'used then': await outcome(use.sign(pair, text)),
      brought: await outcome(move.import(specOf('aes-256'), secretOf(Buffer.alloc(32, 1)), brought)),
      permissions: String((await open.evidence.check()).find(({name}) => name === 'permissions')?.ok),
      destroyed: await outcome(change.scheduleDestruction(mac, 30)),
    }
    return said
  }

  const usual = {
    ...{encrypted: 'text', signed: 'true', mac: 'true', 'another mac': 'false', rotated: '2'},
    ...{found: 'one', 'once more': 'KEY_EXISTS', 'nothing found': 'none', disabled: 'disabled'},
    ...{'used then': 'KEY_STATE', brought: 'ok', permissions: 'true', destroyed: 'ok'},
  }

  const rows: readonly (readonly [readonly Quirk[], object])[] = [
    [[], {}],
    [['no-checksums', 'no-ring-time', 'no-iam', 'filter-refused', 'one-by-one'], {}],
    [['half-checksums', 'signs-data', 'no-job-list', 'no-single-tenant', 'no-random'], {}],
    [['no-filter'], {}],
    [['no-import'], {brought: 'UNSUPPORTED'}],
    [['destroys-at-once'], {destroyed: 'KEY_NOT_AS_PLANNED'}],
    [['waits-a-day'], {destroyed: 'KEY_NOT_AS_PLANNED'}],
  ]
  for (const [quirks, but] of rows)
    testWith('openssl', `is used, with ${quirks.join(', ') || 'nothing otherwise'}`, async () => {
      expect(await under(quirks, life)).toEqual({...usual, ...but})
    })

  testWith('openssl', 'that leaves out more is refused before anything is taken for true', async () => {
    const first = await under([], (open) => enabled(open, specOf('aes-256')))
    const [ref, spec] = [{...first, version: '9'}, specOf('aes-256')]
    expect(
      await under(['no-times'], async ({store}) => [
        await outcome(store.describe(first)),
        await outcome(async () => store.find(intent(), [])),
      ]),
    ).toEqual(['PROVIDER_FAILED', 'ok'])
    expect(await under(['same-page'], ({store}) => outcome(async () => store.find(intent(), [])))).toBe(
      'PROVIDER_FAILED',
    )
    // What is not there and what nobody may see are not the same: nothing is called gone.
    expect(
      await under(['denies-missing'], async ({store}) => [
        await outcome(store.describe(ref)),
        await outcome(store.create(spec, intent())),
      ]),
    ).toEqual(['CREDENTIALS_REFUSED', 'ok'])
    await standin().ask({quirks: ['software-only']})
    const hsm = await openKeyRing(place({protection: 'hsm'}), 'keyrite/test')
    expect(await outcome(hsm.store.create(specOf('aes-256'), intent()))).toBe('PROVIDER_FAILED')
    await hsm.close()
    await standin().ask({quirks: []})
  })

  testWith('openssl', 'that says HSM says nothing of hardware, and that it is one is told', async () => {
    const open = await openKeyRing(place({protection: 'hsm'}), 'keyrite/test')
    try {
      const ref = await enabled(open, specOf('hmac-sha256'))
      expect(await open.evidence.protection(ref)).toMatchObject({level: 'unknown', evidence: 'asserted'})
      const lines = await open.evidence.check()
      expect(lines.map(({detail}) => detail).join('\n')).toMatch(/in the clear, without credentials/)
      expect((await described(open.store, ref)).availability).toBe('enabled')
    } finally {
      await open.close()
    }
  })

  const hints = expect.arrayContaining([expect.stringMatching(/--endpoint http:\/\//)])
  // The client tries for seventeen seconds.
  if (slow)
    testWith('openssl', 'is told from a place that speaks TLS, by what to type', async () => {
      const {credentials, endpoint} = standin()
      await expect(
        openKeyRing(place({endpoint: endpoint.replace('http://', ''), credentials}), 'keyrite/test'),
      ).rejects.toMatchObject({code: 'PROVIDER_UNREACHABLE', hints})
    })

  testWith('openssl', 'asked with TLS and without credentials says what to type', async () => {
    const {credentials, endpoint} = standin()
    const nothing = `${credentials}.none`
    writeFileSync(nothing, '{}')
    const secured = place({endpoint: endpoint.replace('http://', ''), credentials: nothing})
    await expect(openKeyRing(secured, 'keyrite/test')).rejects.toMatchObject({
      code: 'CREDENTIALS_REFUSED',
      hints,
    })
  })
})

describe('where calls to Google go', () => {
  test.each([
    [null, {host: 'cloudkms.googleapis.com', port: 443, isPlain: false, isGoogle: true}],
    ['cloudkms.europe-west3.rep.googleapis.com', {port: 443, isPlain: false, isGoogle: true}],
    ['cloudkms-acme.p.googleapis.com:443', {isGoogle: true}],
    ['https://cloudkms.mtls.googleapis.com', {isGoogle: true}],
    ['CLOUDKMS.googleapis.com', {isGoogle: true}],
    // Anybody's bucket can be called so.
    ['cloudkms.storage.googleapis.com', {isGoogle: false}],
    ['cloudkms.googleapis.com.example.com', {isGoogle: false}],
    ['localhost:9090', {host: 'localhost', port: 9090, isPlain: false, isGoogle: false}],
    ['http://localhost:9090', {port: 9090, isPlain: true, isGoogle: false}],
    ['http://[::1]:9090/', {host: '[::1]', port: 9090, isPlain: true}],
    ['http://127.0.0.2', {port: 80, isPlain: true}],
  ])('%s is read as it is', (text, expected) => {
    expect(endpointOf(text)).toMatchObject(expected)
  })

  test.each([
    'http://kms.example.com:9090',
    'http://127.0.0.1.example.com',
    'http://localhost@example.com',
    'ftp://localhost',
    'localhost:99999',
    'localhost/v1',
    '',
  ])('"%s" is refused', (text) => {
    expect(() => endpointOf(text)).toThrow(expect.objectContaining({code: 'USAGE'}))
  })

  test('nothing secret goes in the clear', () => {
    const settings = {
      'key-ring': 'projects/p/locations/l/keyRings/r',
      endpoint: 'http://localhost:9090',
      'credentials-file': '/k.json',
    }
    expect(() => placeFrom(settings)).toThrow(expect.objectContaining({code: 'USAGE'}))
  })
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
