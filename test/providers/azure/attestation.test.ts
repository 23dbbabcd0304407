/** What an HSM at Azure says of a key, judged: by whom it must be vouched for, and what it must say. HSMs and roots are made here. */
import {generateKeyPairSync, type KeyObject} from 'node:crypto'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import type {HsmRoots} from '../../../src/providers/attesting.ts'
import {judge, type Attestation} from '../../../src/providers/azure/attestation.ts'
import {openVault} from '../../../src/providers/azure/index.ts'
import type {Provider} from '../../../src/providers/ports.ts'
import {makeHsm, statementOf, type Hsm, type Told} from '../../standins/hsm.ts'
import {here as has, testWith} from '../../support/needs.ts'
import {enabled, intent, secretOf, specOf} from '../support.ts'
import {placeOf} from './place.ts'
import {startStandin, type Standin} from './standin.ts'

const about = {key: 'jwt', version: '0123456789abcdef0123456789abcdef'}
const kid = `https://acme.managedhsm.azure.net/keys/${about.key}/${about.version}`
const now = new Date('2026-11-28T00:00:00Z')
const {publicKey: ec} = generateKeyPairSync('ec', {namedCurve: 'P-256'})
const {publicKey: rsa} = generateKeyPairSync('rsa', {modulusLength: 2048})
const [hsm, other] = [makeHsm(), makeHsm()]

const signed = (told: Partial<Told>, by: Hsm): Buffer => {
  const id = {0x0102: Buffer.from(`${kid}\0`)}
  const statement = statementOf({
    ...{name: kid, publicKey: null, ...told},
    attributes: {...id, ...told.attributes},
  })
  return Buffer.concat([statement, by.sign(statement)])
}
const bundleOf = (one: Hsm): string[] => [...one.googlePartitionCerts, one.ownerPem, ...one.caviumCerts]
const given = (told: Partial<Told> = {}, by: Hsm = hsm): Attestation => ({
  form: 'MRVL-1',
  certificates: Buffer.from(bundleOf(by).join('')),
  private: signed(told, by),
  public: told.publicKey === undefined || told.publicKey === null ? null : signed(told, by),
})
const why = (
  one: Attestation,
  key: KeyObject | null = null,
  roots: HsmRoots | null = hsm.roots,
  at = now,
): string => {
  const spki = key?.export({format: 'der', type: 'spki'}) ?? null
  const said = judge(one, {...about, spki}, roots, at)
  return said.kind === 'attested' ? 'attested' : said.why
}
const certificates = (...all: readonly string[]): Buffer => Buffer.from(all.join(''))

describe('an attestation of an HSM at Azure', () => {
  test.each<[string, KeyObject | null]>([
    ['a secret key', null],
    ['a pair on a curve', ec],
    ['a pair of RSA', rsa],
  ])('of %s vouches for it, in whatever order its certificates come', (_, publicKey) => {
    const one = given({publicKey})
    expect(why(one, publicKey)).toBe('attested')
    const turned = certificates(...bundleOf(hsm).toReversed())
    expect(why({...one, certificates: turned}, publicKey)).toBe('attested')
  })

  const good = given()
  const touched = (at: number): Buffer => {
    const whole = Buffer.from(good.private)
    whole.writeUInt8((whole[at] ?? 0) ^ 1, at)
    return whole
  }
  const unbound = {0x0120: null, 0x0122: null}
  test.each<[string, RegExp, () => string]>([
    ['no roots in the policy', /^the policy names no roots/, () => why(good, null, null)],
    ['a form that is not known', /^the form MRVL-2 is not/, () => why({...good, form: 'MRVL-2'})],
    ['no certificates', /^there are no certificates/, () => why({...good, certificates: Buffer.alloc(0)})],
    [
      'certificates that are none',
      /^a certificate cannot be read/,
      () =>
        why({
          ...good,
          certificates: certificates('-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----'),
        }),
    ],
    ['roots of other HSMs', /no maker whom the policy names/, () => why(good, null, other.roots)],
    [
      'an owner whom nobody named, saying which root came with it',
      /no owner whom the policy names \(the root that came with it is SHA-256 [0-9a-f]{64}\)/,
      () => why(good, null, {...hsm.roots, owners: other.roots.owners}),
    ],
    [
      'a maker who is called the owner as well',
      /no owner whom the policy names/,
      () => why(good, null, {...hsm.roots, owners: hsm.roots.makers}),
    ],
    [
      'no certificate of the owner',
      /no owner whom the policy names$/,
      () => why({...good, certificates: certificates(...hsm.caviumCerts)}),
    ],
    [
      'an owner’s certificate of another partition',
      /no owner whom the policy names/,
      () =>
        why({
          ...good,
          certificates: certificates(...makeHsm({}, {owner: hsm}).googlePartitionCerts, ...hsm.caviumCerts),
        }),
    ],
    [
      'no partition',
      /^its partition is not vouched for by its card/,
      () => why({...good, certificates: certificates(hsm.caviumCerts[1] ?? '', hsm.ownerPem)}),
    ],
    [
      'another HSM’s signature',
      /^it is not signed by that partition/,
      () => why({...good, private: signed({}, other)}),
    ],
    [
      'a changed statement',
      /^it is not signed by that partition/,
      () => why({...good, private: touched(60)}),
    ],
    [
      'a changed signature',
      /^it is not signed by that partition/,
      () => why({...good, private: touched(good.private.length - 9)}),
    ],
    ['nothing', /^the statement is cut off/, () => why({...good, private: Buffer.alloc(0)})],
    ['far too much', /^the statement is too long/, () => why({...good, private: Buffer.alloc(1_000_000)})],
    [
      'a public half that another HSM signed',
      /^its public half is signed by another/,
      () => why({...given({publicKey: ec}), public: signed({publicKey: ec}, other)}, ec),
    ],
    ['another pair', /^it is about another key/, () => why(given({publicKey: ec}), rsa)],
    [
      'another secret key',
      /^it is about another key/,
      () => why(given({attributes: {0x0102: Buffer.from(`${kid}0`)}})),
    ],
    [
      'a pair whose halves only stand beside each other',
      /^it is about another key/,
      () => why({...given({publicKey: null}), public: signed({publicKey: ec}, hsm)}, ec),
    ],
    ['a key from outside', /was brought from outside/, () => why(given({local: false}))],
    ['a key that can be taken out', /can be taken out/, () => why(given({extractable: true}))],
    [
      'silence about it',
      /does not say that the key cannot be taken out/,
      () => why(given({attributes: {0x0162: null}})),
    ],
    ['roots that ended', /ended 2099/, () => why(good, null, hsm.roots, new Date('2099-01-02T00:00:00Z'))],
  ])('with %s is not believed', (_, fact, said) => {
    expect(said()).toMatch(fact)
  })

  test('binds a pair by the digest of its public half as well, where it has no modulus', async () => {
    const {createHash} = await import('node:crypto')
    const digestOf = (key: KeyObject): Buffer =>
      createHash('sha256')
        .update(key.export({format: 'der', type: 'spki'}))
        .digest()
    const one = (key: KeyObject): Attestation => {
      const told = {publicKey: rsa, attributes: {...unbound, 0x1003: digestOf(key)}}
      return {...given(told), public: null}
    }
    expect(why(one(rsa), rsa)).toBe('attested')
    expect(why(one(ec), rsa)).toBe('it is about another key')
  })
})

describe('a key in a Managed HSM', () => {
  const box: {standin?: Standin; open?: Provider; roots: HsmRoots | null} = {roots: null}
  const open = (): Provider => box.open ?? missing()
  beforeAll(async () => {
    if (!has('openssl')) return
    box.standin = await startStandin('hsm')
    box.open = await openVault(placeOf(box.standin, 'hsm'), 'keyrite/test', undefined, {
      roots: () => box.roots,
      now: () => new Date(),
    })
  })
  afterAll(async () => {
    await box.open?.close()
    await box.standin?.stop()
  })

  testWith(
    'openssl',
    'is attested under the roots of the policy alone, and what vouches for it is kept whole',
    async () => {
      const ref = await enabled(open(), specOf('ec-p256'))
      const aes = await enabled(open(), specOf('aes-256'))
      expect(await open().evidence.protection(ref)).toMatchObject({
        ...{level: 'unknown', evidence: 'asserted'},
        detail:
          'localhost, which is no host of Azure’s, says EC-HSM, in a Managed HSM; its attestation is not verified: the policy names no roots of HSMs (hsm_roots)',
      })
      box.roots = (await box.standin?.roots()) ?? null
      for (const one of [ref, aes]) {
        const {attestation, ...said} = await open().evidence.protection(one)
        expect(said).toEqual({
          ...{level: 'hardware', fips: null, evidence: 'attested'},
          detail: expect.stringMatching(
            /^the HSM itself says that the key was made in it and cannot leave: CN=HSM:/,
          ),
        })
        expect(JSON.parse(Buffer.from(attestation ?? []).toString())).toMatchObject({
          ...{type: 'keyrite.hsm-attestation/2', name: `/keys/${one.key}/${one.version}`, format: 'MRVL-1'},
          private: expect.any(String),
        })
      }
      const spec = specOf('aes-256')
      const brought = await open().move.import(spec, secretOf(Buffer.alloc(32, 7)), intent())
      expect(await open().evidence.protection(brought)).toMatchObject({
        evidence: 'asserted',
        detail: expect.stringMatching(/brought from outside/),
      })
      await box.standin?.ask({attestation: 'opaque'})
      expect(await open().evidence.protection(ref)).toMatchObject({evidence: 'asserted'})
      await box.standin?.ask({attestation: 'none'})
      expect(await open().evidence.protection(ref)).toMatchObject({
        level: 'unknown',
        detail:
          'localhost, which is no host of Azure’s, says EC-HSM, in a Managed HSM; it gave no attestation',
      })
    },
  )
})

function missing(): never {
  throw new Error('the stand-in did not start')
}
