/** Certificates and requests, made with keys of every kind, and what others say of them. */
import {X509Certificate} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {sha256} from '../../src/base/bytes.ts'
import {keyIdentifier, toBeSigned} from '../../src/certificates/encode.ts'
import {faultOf} from '../../src/certificates/judge.ts'
import {completed, serialFrom} from '../../src/certificates/make.ts'
import {derOf, pemOf} from '../../src/certificates/pem.ts'
import {partsOf, x509Signature} from '../../src/certificates/signature.ts'
import {signed} from '../../src/certificates/encode.ts'
import {parseSpec} from '../../src/certificates/spec.ts'
import {testWith} from '../support/needs.ts'
import {
  asRequest,
  certify,
  fillingOf,
  fullSpec,
  openssl,
  pairFor,
  rawSignature,
  rootSpec,
  serial,
} from './support.ts'

const schemes = [
  'rs256',
  'rs384',
  'rs512',
  'ps256',
  'ps384',
  'ps512',
  'es256',
  'es384',
  'es512',
  'eddsa',
] as const

describe('a self-signed certificate', () => {
  testWith(
    'openssl',
    'by every scheme verifies under openssl, strictly, with its own signature',
    async () => {
      for (const scheme of schemes) {
        const pem = pemOf('self-signed', await certify(rootSpec, pairFor(scheme)))
        const {status, text} = openssl(
          [
            'verify',
            '-x509_strict',
            '-check_ss_sig',
            '-policy_check',
            '-attime',
            '1800000000',
            '-CAfile',
            'FILE',
            'FILE',
          ],
          pem,
        )
        expect([scheme, status, text]).toEqual([scheme, 0, expect.stringMatching(/: OK\n$/)])
      }
    },
  )

  test('is read by Node as it was meant', async () => {
    const pair = pairFor('es384')
    const read = new X509Certificate(await certify(rootSpec, pair))
    expect(read.subject).toBe('C=DE\nO=Exämple GmbH\nCN=Example Root CA 2026')
    expect(read.issuer).toBe(read.subject)
    expect(read.serialNumber.toLowerCase()).toBe(serial.toString('hex'))
    expect([read.ca, read.validToDate.toISOString()]).toEqual([true, rootSpec.not_after])
    expect(read.publicKey.export({format: 'der', type: 'spki'})).toEqual(pair.spki)
  })

  testWith('openssl', 'that says everything there is to say is read by openssl as it was meant', async () => {
    const der = await certify(fullSpec, pairFor('es256'))
    const {status, text} = openssl(
      ['x509', '-in', 'FILE', '-noout', '-text', '-nameopt', 'utf8,sep_comma_plus_space'],
      pemOf('self-signed', der),
    )
    expect(status).toBe(0)
    const lines = text.split('\n').map((line) => line.trim())
    for (const line of [
      'Version: 3 (0x2)',
      'Signature Algorithm: ecdsa-with-SHA256',
      'Subject: DC=com, DC=example, C=DE, ST=Hessen, L=Frankfurt am Main, O=Example "Quotes", Ltd + Co, OU=Keys, CN=Äußerste CA 鍵, serialNumber=A-17 (b)',
      'Not After : Jan  1 00:00:00 2050 GMT',
      'X509v3 Basic Constraints: critical',
      'CA:TRUE, pathlen:0',
      'X509v3 Key Usage: critical',
      'Digital Signature, Non Repudiation, Certificate Sign, CRL Sign',
      'TLS Web Server Authentication, TLS Web Client Authentication, Code Signing, E-mail Protection, Time Stamping, OCSP Signing',
      'DNS:ca.example.com, DNS:*.example.com, email:ca@example.com, URI:https://ca.example.com/root?x=1, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1',
      'X509v3 Name Constraints: critical',
      'DNS:example.com',
      'email:.example.com',
      'URI:example.com',
      'IP:10.0.0.0/255.0.0.0',
      'IP:2001:DB8:0:0:0:0:0:0/FFFF:FFFF:8000:0:0:0:0:0',
      'IP:0.0.0.0/0.0.0.0',
      'Policy: X509v3 Any Policy',
      'Policy: 2.23.140.1.2.1',
      'Policy: 1.3.6.1.4.1.99999999.300.128',
      `CPS: https://example.com/${'c'.repeat(170)}`,
    ])
      expect(lines).toContain(line)
  })

  test('has the dates before 2050 as UTCTime, the later ones as GeneralizedTime', async () => {
    const der = await certify({...fullSpec, not_before: '2049-12-31T23:59:59.000Z'}, pairFor('eddsa'))
    expect(der.includes(Buffer.concat([Buffer.of(0x17, 13), Buffer.from('491231235959Z')]))).toBe(true)
    expect(der.includes(Buffer.concat([Buffer.of(0x18, 15), Buffer.from('20500101000000Z')]))).toBe(true)
  })
})

describe('a request', () => {
  testWith('openssl', 'by every scheme verifies under openssl', async () => {
    for (const scheme of schemes) {
      const pem = pemOf('request', await certify(asRequest(rootSpec), pairFor(scheme)))
      const {status, text} = openssl(['req', '-in', 'FILE', '-noout', '-verify'], pem)
      expect([scheme, status, text]).toEqual([scheme, 0, expect.stringContaining('verify OK')])
    }
  })

  testWith('openssl', 'asks for the same extensions, but for the issuer’s', async () => {
    const {text} = openssl(
      ['req', '-in', 'FILE', '-noout', '-text'],
      pemOf('request', await certify(asRequest(fullSpec), pairFor('rs256'))),
    )
    for (const said of [
      'Requested Extensions',
      'CA:TRUE, pathlen:0',
      'X509v3 Subject Key Identifier',
      'IP:10.0.0.0/255.0.0.0',
    ])
      expect(text).toContain(said)
    expect(text).not.toContain('Authority Key Identifier')
  })
})

test('the identifier of a key is the first 160 bits of SHA-256 over its bits', () => {
  const {spki, privateKey} = pairFor('eddsa')
  const bits = Buffer.from(privateKey.export({format: 'jwk'}).x ?? '', 'base64url')
  expect(keyIdentifier(spki)).toEqual(sha256(bits).subarray(0, 20))
})

test('a serial number is positive, 16 bytes long, and keeps 126 bits of what it is made from', () => {
  for (const byte of [0x00, 0x7f, 0x80, 0xff]) {
    const one = serialFrom(Buffer.alloc(16, byte))
    expect(one).toHaveLength(16)
    expect([one.readUInt8(0) >= 0x40, one.readUInt8(0) < 0x80]).toEqual([true, true])
    expect(one.subarray(1)).toEqual(Buffer.alloc(15, byte))
  }
})

describe('what is not the certificate that was approved is seen', () => {
  const spec = parseSpec(rootSpec)
  const pair = pairFor('es256')
  const filling = fillingOf(pair, spec)
  const tbs = toBeSigned(spec, filling)
  const judged = (der: Uint8Array): string | undefined => faultOf(der, tbs, filling)

  test('the one that was approved is taken', async () => {
    expect(judged(await certify(rootSpec, pair))).toBeUndefined()
  })

  test.each([
    ['another subject', {subject: [{type: 'common-name', value: 'Example Root CA 2027'}]}],
    ['a longer life', {not_after: '2046-12-01T00:00:00.000Z'}],
    ['a longer path', {path_length: 2}],
    ['no path length', {path_length: null}],
    ['one usage more', {usage: ['digital-signature', 'key-cert-sign', 'crl-sign']}],
    ['names that it is held to', {permitted: [{kind: 'dns', value: 'example.com'}]}],
  ])('%s', async (_, change) => {
    expect(judged(await certify({...rootSpec, ...change}, pair))).toBe('it does not say what was approved')
  })

  test('another serial number, another key', async () => {
    const other = toBeSigned(spec, {...filling, serial: serialFrom(Buffer.alloc(16, 1))})
    expect(judged(signed(other, 'es256', x509Signature('es256', rawSignature(pair, other))))).toBe(
      'it does not say what was approved',
    )
    expect(judged(await certify(rootSpec, pairFor('es256', true)))).toBe('it does not say what was approved')
  })

  test('a signature by another key, over other bytes, or with a byte changed', async () => {
    const whole = (signature: Uint8Array): Buffer => signed(tbs, 'es256', signature)
    const by = (key: typeof pair, over: Uint8Array): Buffer => x509Signature('es256', rawSignature(key, over))
    const good = by(pair, tbs)
    expect(judged(whole(good))).toBeUndefined()
    for (const wrong of [
      by(pairFor('es256', true), tbs),
      by(pair, Buffer.from('other')),
      Buffer.concat([good, Buffer.of(0)]),
      Buffer.alloc(0),
      good.subarray(1),
    ])
      expect(judged(whole(wrong))).toBe('it is not signed by the key')
  })

  test('the same signature written otherwise, another algorithm, and bytes around it', async () => {
    const good = await certify(rootSpec, pair)
    const {signature} = partsOf(good)
    expect(judged(signed(tbs, 'es384', signature))).toBe('it names another signature algorithm')
    expect(judged(Buffer.concat([good, Buffer.of(0)]))).toMatch(/^it cannot be read/)
    expect(judged(good.subarray(0, -1))).toMatch(/^it cannot be read/)
    expect(judged(Buffer.alloc(0))).toMatch(/^it cannot be read/)
    // s and r with a zero before them: the same numbers, in a longer spelling.
    const longer = Buffer.concat([
      signature.subarray(0, 3),
      Buffer.of(signature.readUInt8(3) + 1, 0),
      signature.subarray(4),
    ])
    longer.writeUInt8(signature.readUInt8(1) + 1, 1)
    expect(judged(signed(tbs, 'es256', longer))).toBe('it is not signed by the key')
  })

  test('a provider that signs something else is told so, and nothing is made', async () => {
    expect(await completed(spec, filling, rawSignature(pair, Buffer.from('x')))).toEqual({
      fault: 'it is not signed by the key',
    })
  })
})

test('a file is one certificate or request, as PEM or DER, and nothing else', async () => {
  const der = await certify(rootSpec, pairFor('eddsa'))
  const pem = pemOf('self-signed', der)
  expect(derOf('self-signed', der)).toEqual(der)
  expect(derOf('self-signed', Buffer.from(pem))).toEqual(der)
  expect(derOf('self-signed', Buffer.from(pem.replaceAll('\n', '\r\n')))).toEqual(der)
  for (const wrong of [
    '',
    'x',
    pem + pem,
    `text\n${pem}`,
    pem.replace('\n', '\n='),
    pem.replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST'),
    pem.slice(0, -20),
  ])
    expect(() => derOf('self-signed', Buffer.from(wrong))).toThrow(TypeError)
})
