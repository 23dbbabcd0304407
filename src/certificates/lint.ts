/**
 * What bytes that are to be signed, or were, must be by RFC 5280 and RFC 2986, read by the X.509 library: judged before the
 * key signs and again after. Loaded only when one is made or looked at.
 */
import {AsnConvert} from '@peculiar/asn1-schema'
import {CertificationRequestInfo} from '@peculiar/asn1-csr'
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Extensions,
  KeyUsage,
  KeyUsageFlags,
  SubjectKeyIdentifier,
  TBSCertificate,
  type Extension,
  type Time,
} from '@peculiar/asn1-x509'
import {sameBytes} from '../base/bytes.ts'
import {keyIdentifier, signatureAlgorithm, type Filling} from './encode.ts'
import type {Form} from './spec.ts'
import {extensionRequest, extensions, type ExtensionName} from './words.ts'

/** What the library read. */
interface Read {
  readonly form: Form
  readonly version: number
  readonly serial: Buffer | null
  readonly algorithm: Buffer | null
  readonly issuer: Buffer | null
  readonly subject: Buffer
  readonly empty: boolean
  readonly from: Time | null
  readonly to: Time | null
  readonly spki: Buffer
  readonly list: readonly Extension[]
}

interface Rule {
  readonly rule: string
  readonly says: string
  readonly holds: (read: Read, key: Pick<Filling, 'spki' | 'scheme'>) => boolean
}

const rules: readonly Rule[] = [
  {
    rule: 'version',
    says: 'it is not of version 3, or as a request of version 1',
    holds: ({form, version}) => version === (form === 'request' ? 0 : 2),
  },
  {
    // RFC 5280 section 4.1.2.2; 64 bits at least that nobody could foresee.
    rule: 'serial',
    says: 'its serial number is not positive and of 8 to 20 bytes',
    holds: ({serial}) =>
      serial === null ||
      (serial.length >= 8 && serial.length <= 20 && serial[0] !== 0 && (serial[0] ?? 0x80) < 0x80),
  },
  {rule: 'subject', says: 'its subject is empty', holds: ({empty}) => !empty},
  {
    rule: 'issuer',
    says: 'its issuer is not its subject',
    holds: ({issuer, subject}) => issuer === null || sameBytes(issuer, subject),
  },
  {
    rule: 'signature-algorithm',
    says: 'it names another signature algorithm than the key has',
    holds: ({algorithm}, {scheme}) => algorithm === null || sameBytes(algorithm, signatureAlgorithm(scheme)),
  },
  {
    rule: 'public-key',
    says: 'its public key is not that of the key',
    holds: (read, {spki}) => sameBytes(read.spki, spki),
  },
  {
    rule: 'validity',
    says: 'it ends before it begins',
    holds: ({from, to}) => from === null || to === null || from.getTime() < to.getTime(),
  },
  {
    // RFC 5280 section 4.1.2.5.
    rule: 'time-form',
    says: 'a date before 2050 is no UTCTime, or a later one no GeneralizedTime',
    holds: ({from, to}) =>
      [from, to].every(
        (time) => time === null || (time.utcTime === undefined) === time.getTime().getUTCFullYear() >= 2050,
      ),
  },
  {
    rule: 'extension-twice',
    says: 'an extension stands twice',
    holds: ({list}) => new Set(list.map(({extnID}) => extnID)).size === list.length,
  },
  {
    rule: 'extension-critical',
    says: 'an extension is not known, or not critical where it must be (or critical where it must not)',
    holds: ({list}) =>
      list.every(
        ({extnID, critical}) =>
          Object.values(extensions).find(({oid}) => oid === extnID)?.critical === critical,
      ),
  },
  {
    rule: 'authority',
    says: 'it does not say whether it is an authority, or says so and may not sign certificates (or the other way round)',
    holds: ({list}) => {
      const basic = valueOf(list, 'basicConstraints', BasicConstraints)
      const usage = valueOf(list, 'keyUsage', KeyUsage)
      if (basic === undefined || usage === undefined) return false
      const signs = (usage.toNumber() & KeyUsageFlags.keyCertSign) !== 0
      return basic.cA === signs && (basic.cA || basic.pathLenConstraint === undefined)
    },
  },
  {
    rule: 'constraints',
    says: 'it constrains names and is no authority',
    holds: ({list}) =>
      valueOf(list, 'basicConstraints', BasicConstraints)?.cA === true ||
      !list.some(({extnID}) => extnID === extensions.nameConstraints.oid),
  },
  {
    rule: 'key-identifier',
    says: 'its key identifiers are not those of the key',
    holds: ({form, list}, {spki}) => {
      const id = keyIdentifier(spki)
      const own = valueOf(list, 'subjectKeyIdentifier', SubjectKeyIdentifier)
      const issuing = valueOf(list, 'authorityKeyIdentifier', AuthorityKeyIdentifier)?.keyIdentifier
      const same = (bytes: {readonly buffer: ArrayBuffer} | undefined): boolean =>
        bytes !== undefined && sameBytes(id, Buffer.from(bytes.buffer))
      return same(own) && (form === 'request' ? issuing === undefined : same(issuing))
    },
  },
]

/** What is wrong with the bytes, one sentence a rule, each with its rule's name. @throws TypeError if they cannot be read. */
export function lintBytes(
  form: Form,
  tbs: Uint8Array,
  key: Pick<Filling, 'spki' | 'scheme'>,
): readonly {readonly rule: string; readonly says: string}[] {
  const read = form === 'request' ? readRequest(tbs) : readCertificate(tbs)
  return rules.filter(({holds}) => !holds(read, key)).map(({rule, says}) => ({rule, says}))
}

function readCertificate(tbs: Uint8Array): Read {
  const one = parsed(tbs, TBSCertificate)
  return {
    form: 'self-signed',
    version: one.version,
    serial: Buffer.from(one.serialNumber),
    algorithm: written(one.signature),
    issuer: written(one.issuer),
    subject: written(one.subject),
    empty: one.subject.length === 0,
    from: one.validity.notBefore,
    to: one.validity.notAfter,
    spki: written(one.subjectPublicKeyInfo),
    list: one.extensions ?? [],
  }
}

function readRequest(tbs: Uint8Array): Read {
  const one = parsed(tbs, CertificationRequestInfo)
  const wanted = one.attributes.find(({type}) => type === extensionRequest)?.values[0]
  return {
    form: 'request',
    version: one.version,
    serial: null,
    algorithm: null,
    issuer: null,
    subject: written(one.subject),
    empty: one.subject.length === 0,
    from: null,
    to: null,
    spki: written(one.subjectPKInfo),
    list: wanted === undefined ? [] : AsnConvert.parse(wanted, Extensions),
  }
}

function valueOf<T>(list: readonly Extension[], name: ExtensionName, kind: new () => T): T | undefined {
  const one = list.find(({extnID}) => extnID === extensions[name].oid)
  return one === undefined ? undefined : AsnConvert.parse(one.extnValue.buffer, kind)
}

function parsed<T>(bytes: Uint8Array, kind: new () => T): T {
  try {
    return AsnConvert.parse(Uint8Array.from(bytes).buffer, kind)
  } catch (cause) {
    throw new TypeError('the bytes are not of their form', {cause})
  }
}

function written(value: object): Buffer {
  return Buffer.from(AsnConvert.serialize(value))
}
