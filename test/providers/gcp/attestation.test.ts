/** What an HSM at Google says of a key, judged: by whom it must be vouched for, and what it must say. HSMs and roots are made here. */
import {generateKeyPairSync} from 'node:crypto'
import {gzipSync} from 'node:zlib'
import {describe, expect, test} from '@jest/globals'
import {judge, type Attestation} from '../../../src/providers/gcp/attestation/index.ts'
import {attest, makeHsm, statementOf, type Hsm, type Told} from '../../standins/hsm.ts'

const name = 'projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1'
const now = new Date('2026-11-28T00:00:00Z')
const {publicKey: ec} = generateKeyPairSync('ec', {namedCurve: 'P-256'})
const {publicKey: rsa} = generateKeyPairSync('rsa', {modulusLength: 2048})
const {publicKey: edwards} = generateKeyPairSync('ed25519')
const spkiOf = (key: typeof ec): Uint8Array => key.export({format: 'der', type: 'spki'})
const [hsm, other] = [makeHsm(), makeHsm()]

const chainsOf = ({caviumCerts, googleCardCerts, googlePartitionCerts}: Hsm): Attestation['chains'] => ({
  maker: caviumCerts,
  ownerCard: googleCardCerts,
  ownerPartition: googlePartitionCerts,
})

function given(told: Partial<Told> = {}, by: Hsm = hsm): Attestation {
  return {
    format: 'CAVIUM_V2_COMPRESSED',
    content: attest(by, {name, publicKey: null, ...told}),
    chains: chainsOf(by),
  }
}

const judged = (
  one: Attestation,
  key: typeof ec | null = null,
  roots: Hsm['roots'] | null = hsm.roots,
  at = now,
) => judge(one, {name, spki: key === null ? null : spkiOf(key)}, roots, at)

const why = (...args: Parameters<typeof judged>): string => {
  const said = judged(...args)
  return said.kind === 'attested' ? 'attested' : said.why
}

describe('an attestation of an HSM at Google', () => {
  test.each<[string, typeof ec | null]>([
    ['a secret key', null],
    ['a pair on a curve', ec],
    ['a pair of RSA', rsa],
  ])('of %s vouches for it, and names partition, maker and owner', (_, key) => {
    expect(judged(given({publicKey: key}), key)).toEqual({
      kind: 'attested',
      by: expect.stringMatching(
        /^CN=HSM:STANDIN-1:PARTN:1, vouched for by its maker \(root SHA-256 [0-9a-f]{64}\) and its owner \(root SHA-256 [0-9a-f]{64}\)$/,
      ),
    })
  })

  test('is found in its chain in whatever order the certificates come', () => {
    const one = given()
    expect(why({...one, chains: {...one.chains, maker: one.chains.maker.toReversed()}})).toBe('attested')
  })

  const good = given()
  const {maker, ownerCard, ownerPartition} = good.chains
  const mixed = makeHsm({}, {owner: hsm})
  const touched = (at: number): Uint8Array => {
    const statement = statementOf({name, publicKey: null})
    const whole = Buffer.concat([statement, hsm.sign(statement)])
    whole.writeUInt8((whole[at] ?? 0) ^ 1, at)
    return gzipSync(whole)
  }
  test.each<[string, string, () => string]>([
    ['no roots in the policy', 'the policy names no roots of HSMs (hsm_roots)', () => why(good, null, null)],
    [
      'a form that is not known',
      'the form CAVIUM_V1_COMPRESSED is not known here',
      () => why({...good, format: 'CAVIUM_V1_COMPRESSED'}),
    ],
    [
      'no certificates',
      'there are no certificates of the maker',
      () => why({...good, chains: {maker: [], ownerCard: [], ownerPartition: []}}),
    ],
    [
      'a maker’s chain that is cut',
      'there are 1 certificates of the maker and not 2',
      () => why({...good, chains: {...good.chains, maker: maker.slice(0, 1)}}),
    ],
    [
      'no certificate of the owner',
      'there are no certificates of the owner, of the card,',
      () => why({...good, chains: {...good.chains, ownerCard: []}}),
    ],
    [
      'certificates that are none',
      'a certificate cannot be read',
      () => why({...good, chains: {...good.chains, ownerCard: ['-----BEGIN CERTIFICATE-----']}}),
    ],
    [
      'roots of other HSMs',
      'its card is vouched for by no maker whom the policy names',
      () => why(good, null, other.roots),
    ],
    [
      'another owner',
      'its card and partition are vouched for by no owner whom the policy names',
      () => why(good, null, {...hsm.roots, owners: other.roots.owners}),
    ],
    [
      'a maker who is called the owner as well',
      'its card and partition are vouched for by no owner whom the policy names',
      () => why(good, null, {...hsm.roots, owners: hsm.roots.makers}),
    ],
    [
      'the partition of another card',
      'its partition is not vouched for by its card',
      () => why({...good, chains: {...good.chains, maker: [other.caviumCerts[0] ?? '', maker[1] ?? '']}}),
    ],
    [
      'an owner’s certificate of another card',
      'maker and owner vouch for two cards',
      () => why({...good, chains: {...good.chains, ownerCard: mixed.googleCardCerts}}),
    ],
    [
      'an owner’s certificate of another partition',
      'maker and owner vouch for two partitions',
      () => why({...good, chains: {...good.chains, ownerPartition: mixed.googlePartitionCerts}}),
    ],
    [
      'owner’s certificates that changed places',
      'maker and owner vouch for two cards',
      () => why({...good, chains: {...good.chains, ownerCard: ownerPartition, ownerPartition: ownerCard}}),
    ],
    [
      'a signature of another partition',
      'it is not signed by that partition, or was changed',
      () => why({...good, content: attest(other, {name, publicKey: null})}),
    ],
    [
      'a changed statement',
      'it is not signed by that partition, or was changed',
      () => why({...good, content: touched(300)}),
    ],
    [
      'a changed signature',
      'it is not signed by that partition, or was changed',
      () => why({...good, content: touched(statementOf({name, publicKey: null}).length + 9)}),
    ],
    [
      'no gzip',
      'it is not compressed as it should be, or too long',
      () => why({...good, content: Buffer.from('nothing')}),
    ],
    [
      'a bomb',
      'it is not compressed as it should be, or too long',
      () => why({...good, content: gzipSync(Buffer.alloc(1_000_000))}),
    ],
    ['nothing at all', 'the statement is cut off', () => why({...good, content: gzipSync(Buffer.alloc(0))})],
    ['another secret key', 'it is about another key', () => why(given({name: `${name}0`}))],
    ['another pair', 'it is about another key', () => why(given({publicKey: ec}), rsa)],
    [
      'another pair of the same curve',
      'it is about another key',
      () => why(given({publicKey: ec}), generateKeyPairSync('ec', {namedCurve: 'P-256'}).publicKey),
    ],
    ['a pair in the place of a secret key', 'it is about another key', () => why(given(), ec)],
    [
      'a pair of a kind that is not told',
      'how a pair of this kind is attested is not known here',
      () => why(given(), edwards),
    ],
    [
      'a key that can be taken out',
      'the HSM says that the key can be taken out',
      () => why(given({extractable: true})),
    ],
    [
      'a key from outside',
      'the HSM says that the key was brought from outside: who else has it is not known',
      () => why(given({local: false})),
    ],
    [
      'a key that could be taken out once',
      'the HSM does not say that the key was always kept inside',
      () => why(given({attributes: {0x0164: Buffer.of(0)}})),
    ],
    [
      'silence about it',
      'the HSM does not say that the key cannot be taken out',
      () => why(given({attributes: {0x0162: null}})),
    ],
    [
      'a yes that is none',
      'an attribute that is yes or no is neither',
      () => why(given({attributes: {0x0162: Buffer.of(7)}})),
    ],
    [
      'only a public half',
      'it is about no key that is kept',
      () => why(given({attributes: {0: Buffer.of(2)}})),
    ],
    [
      'roots that ended',
      'the certificate of "CN=stand-in for a maker of HSMs" ended 2099-01-01T00:00:00.000Z',
      () => why(good, null, hsm.roots, new Date('2099-01-02T00:00:00Z')),
    ],
  ])('with %s: %s', (_, fact, said) => {
    expect(said()).toBe(fact)
  })

  test('whose chain ended, or has not begun, is not believed, though its roots hold', () => {
    const [past, future] = [
      makeHsm({until: new Date('2026-11-27T00:00:00Z')}),
      makeHsm({from: new Date('2026-11-29T00:00:00Z')}),
    ]
    expect(why(given({}, past), null, past.roots)).toBe(
      'the certificate of "CN=HSM:STANDIN-1" ended 2026-11-27T00:00:00.000Z',
    )
    expect(why(given({}, future), null, future.roots)).toBe(
      'the certificate of "CN=HSM:STANDIN-1" holds from 2026-11-29T00:00:00.000Z on',
    )
  })
})
