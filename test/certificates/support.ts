/** Keys and specs for tests of certificates. */
import {constants, createPublicKey, generateKeyPairSync, sign, type KeyObject} from 'node:crypto'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {spawnSync} from 'node:child_process'
import {toBeSigned, type Filling} from '../../src/certificates/encode.ts'
import {completed, prepared, serialFrom} from '../../src/certificates/make.ts'
import {parseSpec, type CertificateSpec} from '../../src/certificates/spec.ts'
import type {Scheme} from '../../src/providers/algorithms.ts'
import type {JsonObject} from '../../src/base/jcs.ts'

export const rootSpec = {
  key: 'root',
  class: 'root',
  version: 1,
  form: 'self-signed',
  subject: [
    {type: 'country', value: 'DE'},
    {type: 'organization', value: 'Exämple GmbH'},
    {type: 'common-name', value: 'Example Root CA 2026'},
  ],
  not_before: '2026-12-01T00:00:00.000Z',
  not_after: '2046-11-30T23:59:59.000Z',
  authority: true,
  path_length: 1,
  usage: ['key-cert-sign', 'crl-sign'],
  extended_usage: [],
  names: [],
  permitted: [],
  excluded: [],
  policies: [],
} as const satisfies JsonObject

/** Everything that a spec can say. */
export const fullSpec = {
  ...rootSpec,
  subject: [
    {type: 'domain-component', value: 'com'},
    {type: 'domain-component', value: 'example'},
    {type: 'country', value: 'DE'},
    {type: 'state', value: 'Hessen'},
    {type: 'locality', value: 'Frankfurt am Main'},
    {type: 'organization', value: 'Example "Quotes", Ltd + Co'},
    {type: 'organizational-unit', value: 'Keys'},
    {type: 'common-name', value: 'Äußerste CA 鍵'},
    {type: 'serial-number', value: 'A-17 (b)'},
  ],
  not_after: '2050-01-01T00:00:00.000Z',
  path_length: 0,
  usage: ['digital-signature', 'non-repudiation', 'key-cert-sign', 'crl-sign'],
  extended_usage: [
    'server-auth',
    'client-auth',
    'code-signing',
    'email-protection',
    'time-stamping',
    'ocsp-signing',
  ],
  names: [
    {kind: 'dns', value: 'ca.example.com'},
    {kind: 'dns', value: '*.example.com'},
    {kind: 'email', value: 'ca@example.com'},
    {kind: 'uri', value: 'https://ca.example.com/root?x=1'},
    {kind: 'ip', value: '192.0.2.1'},
    {kind: 'ip', value: '2001:db8::1'},
  ],
  permitted: [
    {kind: 'dns', value: 'example.com'},
    {kind: 'email', value: '.example.com'},
    {kind: 'uri', value: 'example.com'},
    {kind: 'ip', value: '10.0.0.0/8'},
    {kind: 'ip', value: '2001:db8::/33'},
  ],
  excluded: [
    {kind: 'ip', value: '10.1.0.0/16'},
    {kind: 'ip', value: '0.0.0.0/0'},
    {kind: 'dns', value: 'bad.example.com'},
  ],
  policies: [
    {oid: '2.5.29.32.0', cps: null},
    {oid: '2.23.140.1.2.1', cps: null},
    {oid: '1.3.6.1.4.1.99999999.300.128', cps: `https://example.com/${'c'.repeat(170)}`},
  ],
} as const satisfies JsonObject

export function asRequest(spec: JsonObject): JsonObject {
  return {...spec, form: 'request', not_before: null, not_after: null}
}

export interface Pair {
  readonly scheme: Scheme
  readonly spki: Buffer
  readonly privateKey: KeyObject
}

const made = new Map<string, KeyObject>()

/** A key for a scheme; RSA keys of 2048 bits are shared, as they take their time. */
export function pairFor(scheme: Scheme, fresh = false): Pair {
  const kind = /^[rp]s/.test(scheme) ? 'rsa' : scheme
  const privateKey = (fresh ? undefined : made.get(kind)) ?? generate(kind)
  made.set(kind, privateKey)
  return {scheme, privateKey, spki: createPublicKey(privateKey).export({format: 'der', type: 'spki'})}
}

function generate(kind: string): KeyObject {
  const curves: Readonly<Record<string, string>> = {es256: 'P-256', es384: 'P-384', es512: 'P-521'}
  const namedCurve = curves[kind]
  if (namedCurve !== undefined) return generateKeyPairSync('ec', {namedCurve}).privateKey
  return kind === 'rsa'
    ? generateKeyPairSync('rsa', {modulusLength: 2048}).privateKey
    : generateKeyPairSync('ed25519').privateKey
}

/** Signs as a provider does: of ECDSA r and s side by side. */
export function rawSignature({scheme, privateKey: key}: Pair, message: Uint8Array): Buffer {
  const hash = scheme === 'eddsa' ? null : `sha${scheme.slice(-3)}`
  if (scheme.startsWith('ps'))
    return sign(hash, message, {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    })
  return sign(hash, message, {key, dsaEncoding: 'ieee-p1363'})
}

export const serial = serialFrom(Buffer.alloc(16, 0xa7))

export function fillingOf({spki, scheme}: Pair, spec: Pick<CertificateSpec, 'form'>): Filling {
  return {spki, scheme, serial: spec.form === 'request' ? null : serial}
}

/** Makes one, as the program does, with a key of the test. */
export async function certify(change: JsonObject, pair: Pair): Promise<Buffer> {
  const spec = parseSpec(change)
  const filling = fillingOf(pair, spec)
  const tbs = await prepared(spec, filling)
  if (!tbs.equals(toBeSigned(spec, filling))) throw new Error('the same spec gives the same bytes')
  const whole = await completed(spec, filling, rawSignature(pair, tbs))
  if ('fault' in whole) throw new Error(whole.fault)
  return whole.der
}

/** Runs `openssl` on a file that holds these bytes, named `FILE` among the words. */
export function openssl(
  words: readonly string[],
  bytes: Uint8Array | string,
): {status: number | null; text: string} {
  const folder = mkdtempSync(join(tmpdir(), 'keyrite-openssl-'))
  try {
    const file = join(folder, 'file')
    writeFileSync(file, bytes)
    const {status, stdout, stderr} = spawnSync(
      'openssl',
      words.map((word) => (word === 'FILE' ? file : word)),
      {encoding: 'utf8'},
    )
    return {status, text: stdout + stderr}
  } finally {
    rmSync(folder, {recursive: true})
  }
}
