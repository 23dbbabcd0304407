/**
 * The one sequence of bytes that a spec stands for, given the key and the serial number: what is signed, and what the record
 * is held to. Written from RFC 5280, RFC 2986, RFC 4055, RFC 5758 and RFC 8410, and apart from the library that makes
 * certificates, so that each checks the other; and without it, so that replaying a ledger loads no library.
 */
import {sha256} from '../base/bytes.ts'
import type {Scheme} from '../providers/algorithms.ts'
import {
  addressBytes,
  bits,
  element,
  elements,
  namedBits,
  nothing,
  objectId,
  rangeBytes,
  sequence,
  small,
  tags,
  text,
  time,
  unsigned,
  yes,
} from './der.ts'
import type {CertificateSpec, Name} from './spec.ts'
import {
  attributes,
  cpsQualifier,
  extendedUsages,
  extensionRequest,
  extensions,
  nameKinds,
  usages,
  type ExtensionName,
} from './words.ts'

/** What the spec leaves open. */
export interface Filling {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  readonly scheme: Scheme
  /** At most 20 bytes, the first neither zero nor beyond 127; null in a request. */
  readonly serial: Uint8Array | null
}

/** TBSCertificate, or CertificationRequestInfo. */
export function toBeSigned(spec: CertificateSpec, {spki, scheme, serial}: Filling): Buffer {
  const subject = nameBytes(spec)
  const list = sequence(...extensionList(spec, spki))
  if (spec.form === 'request')
    return sequence(
      small(0),
      subject,
      spki,
      element(0xa0, sequence(objectId(extensionRequest), element(tags.set, list))),
    )
  return sequence(
    element(0xa0, small(2)),
    unsigned(serial ?? new Uint8Array()),
    signatureAlgorithm(scheme),
    subject,
    sequence(time(spec.not_before ?? ''), time(spec.not_after ?? '')),
    subject,
    spki,
    element(0xa3, list),
  )
}

/** The whole, from what was signed and its signature, as X.509 has it. */
export function signed(tbs: Uint8Array, scheme: Scheme, signature: Uint8Array): Buffer {
  return sequence(tbs, signatureAlgorithm(scheme), bits(signature))
}

const sha2 = {
  '256': '2.16.840.1.101.3.4.2.1',
  '384': '2.16.840.1.101.3.4.2.2',
  '512': '2.16.840.1.101.3.4.2.3',
}
const rsa = '1.2.840.113549.1.1'
const pkcs1 = {'256': `${rsa}.11`, '384': `${rsa}.12`, '512': `${rsa}.13`}
const ecdsa = {'256': '1.2.840.10045.4.3.2', '384': '1.2.840.10045.4.3.3', '512': '1.2.840.10045.4.3.4'}

/** AlgorithmIdentifier of a signature by this scheme. @throws TypeError for one that certificates are not signed by here. */
export function signatureAlgorithm(scheme: Scheme): Buffer {
  const size = scheme.slice(-3) as keyof typeof sha2
  switch (scheme.slice(0, 2)) {
    case 'rs':
      return sequence(objectId(pkcs1[size]), nothing)
    case 'ps': {
      // RFC 4055 section 3.1: the same hash within, and a salt of its length.
      const hash = sequence(objectId(sha2[size]), nothing)
      const mask = sequence(objectId(`${rsa}.8`), hash)
      const salt = small(Number(size) / 8)
      return sequence(
        objectId(`${rsa}.10`),
        sequence(element(0xa0, hash), element(0xa1, mask), element(0xa2, salt)),
      )
    }
    case 'es':
      return sequence(objectId(ecdsa[size]))
    default:
      if (scheme !== 'eddsa') throw new TypeError(`scheme ${scheme} signs no certificates here`)
      return sequence(objectId('1.3.101.112'))
  }
}

/** RFC 7093 section 2, method 1: the first 160 bits of SHA-256 over the bits of the public key. */
export function keyIdentifier(spki: Uint8Array): Buffer {
  const [, key] = elements(elements(spki)[0]?.content ?? new Uint8Array())
  return sha256(key?.content.subarray(1) ?? new Uint8Array()).subarray(0, 20)
}

/** RDNSequence, one attribute in each. */
export function nameBytes({subject}: Pick<CertificateSpec, 'subject'>): Buffer {
  return sequence(
    ...subject.map(({type, value}) => {
      const {oid, form} = attributes[type]
      return element(tags.set, sequence(objectId(oid), text(tags[form], value)))
    }),
  )
}

function extensionList(spec: CertificateSpec, spki: Uint8Array): readonly Buffer[] {
  const id = keyIdentifier(spki)
  const {path_length: length, authority} = spec
  const found: (readonly [ExtensionName, Buffer])[] = [
    ['subjectKeyIdentifier', element(tags.octets, id)],
    ...(spec.form === 'request' ? [] : [['authorityKeyIdentifier', sequence(element(0x80, id))] as const]),
    ['basicConstraints', sequence(...(authority ? [yes] : []), ...(length === null ? [] : [small(length)]))],
    ['keyUsage', namedBits(spec.usage.map((name) => usages[name]))],
    ['extendedKeyUsage', sequence(...spec.extended_usage.map((name) => objectId(extendedUsages[name])))],
    ['subjectAlternativeName', sequence(...spec.names.map((name) => generalName(name)))],
    [
      'nameConstraints',
      sequence(
        ...(spec.permitted.length === 0 ? [] : [element(0xa0, ...spec.permitted.map(subtree))]),
        ...(spec.excluded.length === 0 ? [] : [element(0xa1, ...spec.excluded.map(subtree))]),
      ),
    ],
    [
      'certificatePolicies',
      sequence(
        ...spec.policies.map(({oid, cps}) =>
          sequence(
            objectId(oid),
            ...(cps === null ? [] : [sequence(sequence(objectId(cpsQualifier), text(tags.ia5, cps)))]),
          ),
        ),
      ),
    ],
  ]
  return found.flatMap(([name, value]) => {
    // What says nothing is left out; that it is no authority is always said.
    if (name !== 'basicConstraints' && elements(value)[0]?.content.length === 0) return []
    if (name === 'keyUsage' && spec.usage.length === 0) return []
    const {oid, critical} = extensions[name]
    return [sequence(objectId(oid), ...(critical ? [yes] : []), element(tags.octets, value))]
  })
}

function generalName({kind, value}: Name, range = false): Buffer {
  const tag = nameKinds[kind]
  if (kind === 'ip') return element(tag, range ? rangeBytes(value) : addressBytes(value))
  return text(tag, value)
}

function subtree(name: Name): Buffer {
  return sequence(generalName(name, true))
}
