/** Certificates and requests by the X.509 library: made, and read. Loaded only when one is made or looked at. */
import {AsnConvert, OctetString} from '@peculiar/asn1-schema'
import {Attributes, CertificationRequestInfo} from '@peculiar/asn1-csr'
import {
  AlgorithmIdentifier,
  Attribute,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  CertificatePolicies,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  NameConstraints,
  PolicyInformation,
  PolicyQualifierInfo,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509'
import {keyIdentifier, signatureAlgorithm, type Filling} from './encode.ts'
import type {CertificateSpec, Name as SpecName} from './spec.ts'
import {
  attributes,
  cpsQualifier,
  extendedUsages,
  extensionRequest,
  extensions,
  type ExtensionName,
  type Usage,
} from './words.ts'

const flags: Readonly<Record<Usage, number>> = {
  'digital-signature': KeyUsageFlags.digitalSignature,
  'non-repudiation': KeyUsageFlags.nonRepudiation,
  'key-cert-sign': KeyUsageFlags.keyCertSign,
  'crl-sign': KeyUsageFlags.cRLSign,
}

/** What a spec stands for, as the library writes it. */
export function toBeSignedByLibrary(spec: CertificateSpec, {spki, scheme, serial}: Filling): Buffer {
  const subject = nameOf(spec)
  const key = AsnConvert.parse(plain(spki), SubjectPublicKeyInfo)
  const list = new Extensions(extensionList(spec, spki))
  if (spec.form === 'request') {
    const wanted = new Attribute({type: extensionRequest, values: [AsnConvert.serialize(list)]})
    return written(
      new CertificationRequestInfo({
        subject,
        subjectPKInfo: key,
        attributes: new Attributes([wanted]),
      }),
    )
  }
  return written(
    new TBSCertificate({
      version: Version.v3,
      serialNumber: plain(serial ?? new Uint8Array()),
      signature: AsnConvert.parse(plain(signatureAlgorithm(scheme)), AlgorithmIdentifier),
      issuer: subject,
      validity: new Validity({
        notBefore: new Date(spec.not_before ?? ''),
        notAfter: new Date(spec.not_after ?? ''),
      }),
      subject,
      subjectPublicKeyInfo: key,
      extensions: list,
    }),
  )
}

function nameOf({subject}: CertificateSpec): Name {
  return new Name(
    subject.map(({type, value}) => {
      const {oid, form} = attributes[type]
      const as = {utf8: 'utf8String', printable: 'printableString', ia5: 'ia5String'} as const
      return new RelativeDistinguishedName([
        new AttributeTypeAndValue({type: oid, value: new AttributeValue({[as[form]]: value})}),
      ])
    }),
  )
}

function extensionList(spec: CertificateSpec, spki: Uint8Array): Extension[] {
  const id = plain(keyIdentifier(spki))
  const {usage, extended_usage: extended, names, permitted, excluded, policies} = spec
  const one = (name: ExtensionName, value: object): Extension =>
    new Extension({
      extnID: extensions[name].oid,
      critical: extensions[name].critical,
      extnValue: new OctetString(AsnConvert.serialize(value)),
    })
  const when = (said: boolean, make: () => Extension): Extension[] => (said ? [make()] : [])
  return [
    one('subjectKeyIdentifier', new SubjectKeyIdentifier(id)),
    ...when(spec.form !== 'request', () =>
      one('authorityKeyIdentifier', new AuthorityKeyIdentifier({keyIdentifier: new KeyIdentifier(id)})),
    ),
    one(
      'basicConstraints',
      new BasicConstraints({
        cA: spec.authority,
        ...(spec.path_length === null ? {} : {pathLenConstraint: spec.path_length}),
      }),
    ),
    ...when(usage.length > 0, () =>
      one('keyUsage', new KeyUsage(usage.reduce((all, name) => all | flags[name], 0))),
    ),
    ...when(extended.length > 0, () =>
      one('extendedKeyUsage', new ExtendedKeyUsage(extended.map((name) => extendedUsages[name]))),
    ),
    ...when(names.length > 0, () =>
      one('subjectAlternativeName', new SubjectAlternativeName(names.map(generalName))),
    ),
    ...when(permitted.length + excluded.length > 0, () =>
      one(
        'nameConstraints',
        new NameConstraints({
          ...(permitted.length === 0 ? {} : {permittedSubtrees: subtrees(permitted)}),
          ...(excluded.length === 0 ? {} : {excludedSubtrees: subtrees(excluded)}),
        }),
      ),
    ),
    ...when(policies.length > 0, () => one('certificatePolicies', policiesOf(spec))),
  ]
}

function policiesOf({policies}: CertificateSpec): CertificatePolicies {
  return new CertificatePolicies(
    policies.map(({oid, cps}) => {
      const qualifiers =
        cps === null
          ? {}
          : {
              policyQualifiers: [
                new PolicyQualifierInfo({
                  policyQualifierId: cpsQualifier,
                  qualifier: plain(ia5(cps)),
                }),
              ],
            }
      return new PolicyInformation({policyIdentifier: oid, ...qualifiers})
    }),
  )
}

function ia5(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  // Its length fits a byte or two: a spec holds no longer one.
  const size = bytes.length < 0x80 ? [bytes.length] : [0x81, bytes.length]
  return Buffer.concat([Buffer.of(0x16, ...size), bytes])
}

function generalName({kind, value}: SpecName): GeneralName {
  const as = {
    dns: 'dNSName',
    email: 'rfc822Name',
    uri: 'uniformResourceIdentifier',
    ip: 'iPAddress',
  } as const
  return new GeneralName({[as[kind]]: value})
}

function subtrees(names: readonly SpecName[]): GeneralSubtrees {
  return new GeneralSubtrees(names.map((name) => new GeneralSubtree({base: generalName(name)})))
}

/** A copy that lies in memory of its own, as the library takes it. */
function plain(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer
}

function written(value: object): Buffer {
  return Buffer.from(AsnConvert.serialize(value))
}
