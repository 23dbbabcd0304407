/** What a certificate may say, and what is refused before anybody is asked. */
import {describe, expect, test} from '@jest/globals'
import type {JsonObject} from '../../src/base/jcs.ts'
import {toBeSigned} from '../../src/certificates/encode.ts'
import {lintBytes} from '../../src/certificates/lint.ts'
import {faultsOf} from '../../src/certificates/rules.ts'
import {parseSpec} from '../../src/certificates/spec.ts'
import type {Algorithm} from '../../src/providers/algorithms.ts'
import {asRequest, fillingOf, fullSpec, pairFor, rootSpec} from './support.ts'

const key = {algorithm: 'ec-p384', purpose: 'sign', expires: null} as const

test('a root, everything that can be said, and requests for both break no rule', () => {
  for (const spec of [rootSpec, fullSpec, asRequest(rootSpec), asRequest(fullSpec)])
    expect(faultsOf(parseSpec(spec), key)).toEqual([])
})

describe('each rule is broken by one wish, and by no other', () => {
  const leaf = {...rootSpec, authority: false, path_length: null, usage: ['digital-signature']}
  test.each<
    [rule: string, field: string, change: JsonObject, facts?: {algorithm?: Algorithm; expires?: string}]
  >([
    ['certificate-algorithm', 'key', {}, {algorithm: 'ml-dsa-65'}],
    ['certificate-algorithm', 'key', {}, {algorithm: 'aes-256'}],
    ['certificate-validity', 'not_after', {not_after: rootSpec.not_before}],
    ['certificate-too-long', 'not_after', {not_after: '2056-12-01T00:00:01.000Z'}],
    ['certificate-too-long', 'not_after', {...leaf, not_after: '2036-12-01T00:00:01.000Z'}],
    ['certificate-outlives-key', 'not_after', {}, {expires: '2046-11-30T23:59:58.000Z'}],
    ['certificate-key-size', 'not_after', {}, {algorithm: 'rsa-2048'}],
    ['certificate-authority-usage', 'usage', {usage: ['crl-sign']}],
    ['certificate-authority-usage', 'usage', {usage: []}],
    [
      'certificate-authority-usage',
      'usage',
      {...leaf, not_after: '2030-01-01T00:00:00.000Z', usage: ['key-cert-sign']},
    ],
    [
      'certificate-crl-usage',
      'usage',
      {...leaf, not_after: '2030-01-01T00:00:00.000Z', usage: ['digital-signature', 'crl-sign']},
    ],
    [
      'certificate-path-length',
      'path_length',
      {...leaf, not_after: '2030-01-01T00:00:00.000Z', path_length: 0},
    ],
    [
      'certificate-constraints',
      'permitted',
      {...leaf, not_after: '2030-01-01T00:00:00.000Z', excluded: [{kind: 'dns', value: 'x'}]},
    ],
    [
      'certificate-server-name',
      'names',
      {...leaf, not_after: '2030-01-01T00:00:00.000Z', extended_usage: ['server-auth']},
    ],
    [
      'certificate-twice-named',
      'policies',
      {
        policies: [
          {oid: '1.2.3', cps: null},
          {oid: '1.2.3', cps: 'https://x/'},
        ],
      },
    ],
    [
      'certificate-twice-named',
      'names',
      {
        names: [
          {kind: 'dns', value: 'x'},
          {kind: 'dns', value: 'x'},
        ],
      },
    ],
  ])('%s: %s', (rule, field, change, facts = {}) => {
    const faults = faultsOf(parseSpec({...rootSpec, ...change}), {...key, ...facts})
    expect(faults.map((one) => [one.rule, one.field])).toEqual([[rule, field]])
  })

  test('a certificate of ten years with the key of a server, and one that ends with its key, break none', () => {
    const server = {
      ...leaf,
      not_after: '2036-12-01T00:00:00.000Z',
      extended_usage: ['server-auth'],
      names: [{kind: 'ip', value: '::1'}],
    }
    expect(
      faultsOf(parseSpec(server), {
        algorithm: 'ed25519',
        purpose: 'sign',
        expires: '2036-12-01T00:00:00.000Z',
      }),
    ).toEqual([])
    expect(
      faultsOf(parseSpec({...rootSpec, not_after: '2030-12-31T23:59:59.000Z'}), {
        algorithm: 'rsa-2048',
        purpose: 'sign',
        expires: null,
      }),
    ).toEqual([])
  })
})

describe('a spec has one form', () => {
  const kinds = (...pairs: readonly (readonly [string, string])[]): JsonObject[] =>
    pairs.map(([kind, value]) => ({kind, value}))
  test.each<[name: string, change: JsonObject]>([
    ['no subject', {subject: []}],
    ['an attribute that is not known', {subject: [{type: 'email', value: 'a@b'}]}],
    ['an attribute twice', {subject: [...rootSpec.subject, rootSpec.subject[0]]}],
    ['a country of three letters', {subject: [{type: 'country', value: 'DEU'}]}],
    ['a name of 65 letters', {subject: [{type: 'common-name', value: 'x'.repeat(65)}]}],
    ['a name with an invisible letter', {subject: [{type: 'common-name', value: 'a\u202eb'}]}],
    ['a name with a blank at its end', {subject: [{type: 'common-name', value: 'a '}]}],
    ['a form that is not known', {form: 'cross-signed'}],
    ['a certificate without an end', {not_after: null}],
    ['a request with dates', {form: 'request'}],
    ['a date with parts of a second', {not_before: '2026-12-01T00:00:00.123Z'}],
    ['usages in another order', {usage: ['crl-sign', 'key-cert-sign']}],
    ['a usage twice', {usage: ['key-cert-sign', 'key-cert-sign']}],
    ['a negative path length', {path_length: -1}],
    ['a member that is not known', {serial: 1}],
    ['a host with a capital letter', {names: kinds(['dns', 'Example.com'])}],
    ['a star within a name', {names: kinds(['dns', 'a.*.com'])}],
    ['a constraint with a star', {permitted: kinds(['dns', '*.example.com'])}],
    ['a range that says more than its prefix', {permitted: kinds(['ip', '10.0.0.1/8'])}],
    ['a range without its prefix', {permitted: kinds(['ip', '10.0.0.0'])}],
    ['a range beyond its bits', {permitted: kinds(['ip', '10.0.0.0/33'])}],
    ['an address with a zone', {names: kinds(['ip', 'fe80::1%eth0'])}],
    ['an address that is none', {names: kinds(['ip', '10.0.0'])}],
    ['no mail address', {names: kinds(['email', 'nobody'])}],
    ['a relative URI', {names: kinds(['uri', '/x'])}],
    ['a policy that is no number', {policies: [{oid: '1.2.x', cps: null}]}],
    ['a policy with a leading zero', {policies: [{oid: '1.2.03', cps: null}]}],
    ['a statement that is no URI', {policies: [{oid: '1.2.3', cps: 'ours'}]}],
  ])('%s is refused', (_, change) => {
    expect(() => parseSpec({...rootSpec, ...change})).toThrow(TypeError)
  })
})

describe('bytes that are to be signed', () => {
  const pair = pairFor('es256')
  const bytesOf = (change: JsonObject): Buffer => {
    const spec = parseSpec({...rootSpec, ...change})
    return toBeSigned(spec, fillingOf(pair, spec))
  }
  const rulesBroken = (tbs: Uint8Array, form: 'self-signed' | 'request' = 'self-signed'): readonly string[] =>
    lintBytes(form, tbs, pair).map(({rule}) => rule)
  const swapped = (from: string, to: string, change: JsonObject = {}): Buffer => {
    const text = bytesOf(change).toString('hex')
    expect(text.split(from)).toHaveLength(2)
    return Buffer.from(text.replace(from, to), 'hex')
  }

  test('of a root, of everything, and of requests are sound', () => {
    for (const change of [rootSpec, fullSpec]) expect(rulesBroken(bytesOf(change))).toEqual([])
    for (const change of [rootSpec, fullSpec])
      expect(rulesBroken(bytesOf(asRequest(change)), 'request')).toEqual([])
  })

  test.each([
    ['version', 'a003020102', 'a003020101', {}],
    ['serial', '021067a7', '0210e7a7', {}],
    ['serial', '021067a7', '021000a7', {}],
    ['signature-algorithm', '300a06082a8648ce3d040302', '300a06082a8648ce3d040303', {}],
    ['validity', '170d3236313230313030303030305a', '170d3437313230313030303030305a', {}],
    ['time-form', '180f32303530', '180f32303439', {not_after: '2050-11-30T23:59:59.000Z'}],
    ['extension-critical', '0603551d0e', '0603551d1e', {}],
    ['extension-critical', '0603551d0f0101ff', '0603551d370101ff', {}],
    ['authority', '040830060101ff', '04083006010100', {}],
    ['authority', '040403020106', '040403020102', {}],
    ['authority', '0603551d13', '0603551d1e', {}],
    ['key-identifier', '0603551d23', '0603551d20', {}],
  ] as const)('that break rule %s are refused', (rule, from, to, change) => {
    expect(rulesBroken(swapped(from, to, change))).toContain(rule)
  })

  test('for another key, with another identifier, or an issuer that is not the subject are refused', () => {
    const other = pairFor('es256', true)
    expect(lintBytes('self-signed', bytesOf({}), {...pair, spki: other.spki}).map(({rule}) => rule)).toEqual([
      'public-key',
      'key-identifier',
    ])
    const issuer = Buffer.from('Example Root CA 2026').toString('hex')
    const text = bytesOf({}).toString('hex')
    expect(rulesBroken(Buffer.from(text.replace(issuer, issuer.replace('36', '37')), 'hex'))).toEqual([
      'issuer',
    ])
  })

  test('an extension that stands twice, and constraints on whoever is no authority, are refused', () => {
    const policies = [{oid: '1.2.3', cps: null}]
    // Its policies are called key usage.
    expect(rulesBroken(swapped('0603551d20', '0603551d0f', {policies}))).toContain('extension-twice')
    const leaf = {
      authority: false,
      path_length: null,
      usage: ['digital-signature'],
      permitted: [{kind: 'dns', value: 'x'}],
    }
    expect(rulesBroken(bytesOf(leaf))).toEqual(['constraints'])
  })

  test('an empty subject is refused', () => {
    const spec = {...parseSpec(rootSpec), subject: []}
    expect(rulesBroken(toBeSigned(spec, fillingOf(pair, spec)))).toEqual(['subject'])
  })
})
