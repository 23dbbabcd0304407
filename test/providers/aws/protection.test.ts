import {expect, test} from '@jest/globals'
import {derOf, plainOf} from '../../../src/providers/aws/ecdsa.ts'
import {protectionOf} from '../../../src/providers/aws/evidence.ts'
import {isAwsHost} from '../../../src/providers/aws/hosts.ts'
import {muOf} from '../../../src/providers/aws/message.ts'
import {generateKeyPairSync, randomBytes, sign, verify} from 'node:crypto'

test.each([
  ['kms.eu-central-1.amazonaws.com', 'eu-central-1', true],
  ['kms-fips.us-gov-west-1.amazonaws.com', 'us-gov-west-1', true],
  ['kms.cn-north-1.amazonaws.com.cn', 'cn-north-1', true],
  ['kms.eusc-de-east-1.amazonaws.eu', 'eusc-de-east-1', true],
  ['kms.eu-central-1.api.aws', 'eu-central-1', true],
  ['vpce-0a1b-c2d3.kms.us-east-1.vpce.amazonaws.com', 'us-east-1', true],
  ['kms.eu-central-1.amazonaws.com', 'us-east-1', false],
  ['abc.execute-api.eu-central-1.amazonaws.com', 'eu-central-1', false],
  ['evil.kms.eu-central-1.amazonaws.com', 'eu-central-1', false],
  ['kms.eu-central-1.amazonaws.com.evil.example', 'eu-central-1', false],
  ['http://kms.eu-central-1.amazonaws.com', 'eu-central-1', false],
  ['kms.eu-central-1.amazonaws.com:8443', 'eu-central-1', false],
  ['localhost', 'eu-central-1', false],
])('whether "%s" is AWS KMS in %s: %p', (host, region, is) => {
  expect(isAwsHost(host, region)).toBe(is)
})

test('only AWS’s own host can say hardware, and only of what lies in AWS', () => {
  const level = (Origin: string | undefined, isAws: boolean) =>
    protectionOf({Origin}, {isAws, host: 'host'}).level
  const origins = ['AWS_KMS', 'AWS_CLOUDHSM', 'EXTERNAL', 'EXTERNAL_KEY_STORE', 'NEW_ORIGIN', undefined]
  expect(origins.map((one) => level(one, true))).toEqual([
    'hardware',
    'hardware',
    'hardware',
    'unknown',
    'unknown',
    'unknown',
  ])
  expect(new Set(origins.map((one) => level(one, false)))).toEqual(new Set(['unknown']))
  for (const one of origins)
    expect(protectionOf({Origin: one}, {isAws: true, host: ''})).toMatchObject({
      fips: null,
      evidence: 'asserted',
    })
})

test.each([
  ['P-256', 32, 'sha256'],
  ['P-384', 48, 'sha384'],
  ['P-521', 66, 'sha512'],
] as const)(
  'a signature on %s goes from DER to JOSE and back, whatever its numbers',
  (namedCurve, half, hash) => {
    const {privateKey, publicKey} = generateKeyPairSync('ec', {namedCurve})
    for (let round = 0; round < 40; round++) {
      const message = randomBytes(20)
      const der = sign(hash, message, privateKey)
      const plain = plainOf(der, half)
      expect(verify(hash, message, {key: publicKey, dsaEncoding: 'ieee-p1363'}, plain)).toBe(true)
      expect(derOf(plain, half)).toEqual(der)
    }
    const small = Buffer.alloc(2 * half)
    small[half - 1] = 1
    small[2 * half - 1] = 0x80
    expect(plainOf(derOf(small, half) ?? Buffer.alloc(0), half)).toEqual(small)
  },
)

test.each([
  '',
  '30',
  '3000',
  '300602010102',
  '30060201010201',
  '3006020101020101ff',
  '30060301010201ff',
  '3106020101020101',
])('what is no ECDSA signature is not read as one: "%s"', (text) => {
  expect(() => plainOf(Buffer.from(text, 'hex'), 32)).toThrow(TypeError)
})

test('what stands for a long message under ML-DSA depends on the key and every byte', () => {
  const message = Buffer.alloc(5000, 1)
  const other = Buffer.from(message)
  other[4999] = 2
  const key = randomBytes(1312)
  expect(muOf(key, message)).toHaveLength(64)
  expect(muOf(key, message)).toEqual(muOf(key, Buffer.from(message)))
  expect(muOf(key, message)).not.toEqual(muOf(key, other))
  expect(muOf(randomBytes(1312), message)).not.toEqual(muOf(key, message))
})
