/** The words of certificates, each with the number or bit that it stands for. */

/** Attributes of a subject, in the order in which they are written, and how long each may be (RFC 5280 appendix A, upper bounds). */
export const attributes = {
  'domain-component': {oid: '0.9.2342.19200300.100.1.25', form: 'ia5', longest: 63},
  country: {oid: '2.5.4.6', form: 'printable', longest: 2},
  state: {oid: '2.5.4.8', form: 'utf8', longest: 128},
  locality: {oid: '2.5.4.7', form: 'utf8', longest: 128},
  organization: {oid: '2.5.4.10', form: 'utf8', longest: 64},
  'organizational-unit': {oid: '2.5.4.11', form: 'utf8', longest: 64},
  'common-name': {oid: '2.5.4.3', form: 'utf8', longest: 64},
  'serial-number': {oid: '2.5.4.5', form: 'printable', longest: 64},
} as const
export type AttributeName = keyof typeof attributes
export const attributeNames = Object.keys(attributes) as readonly AttributeName[]

/** RFC 5280 section 4.2.1.3: the name, and its bit. */
export const usages = {
  'digital-signature': 0,
  'non-repudiation': 1,
  'key-cert-sign': 5,
  'crl-sign': 6,
} as const
export type Usage = keyof typeof usages
export const usageNames = Object.keys(usages) as readonly Usage[]

/** RFC 5280 section 4.2.1.12. */
export const extendedUsages = {
  'server-auth': '1.3.6.1.5.5.7.3.1',
  'client-auth': '1.3.6.1.5.5.7.3.2',
  'code-signing': '1.3.6.1.5.5.7.3.3',
  'email-protection': '1.3.6.1.5.5.7.3.4',
  'time-stamping': '1.3.6.1.5.5.7.3.8',
  'ocsp-signing': '1.3.6.1.5.5.7.3.9',
} as const
export type ExtendedUsage = keyof typeof extendedUsages
export const extendedUsageNames = Object.keys(extendedUsages) as readonly ExtendedUsage[]

/** Kinds of names, each with its tag as a GeneralName (RFC 5280 section 4.2.1.6). */
export const nameKinds = {email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87} as const
export type NameKind = keyof typeof nameKinds
export const nameKindNames = Object.keys(nameKinds) as readonly NameKind[]

/** Extensions, in the order in which they are written, and whether each is critical. */
export const extensions = {
  subjectKeyIdentifier: {oid: '2.5.29.14', critical: false},
  authorityKeyIdentifier: {oid: '2.5.29.35', critical: false},
  basicConstraints: {oid: '2.5.29.19', critical: true},
  keyUsage: {oid: '2.5.29.15', critical: true},
  extendedKeyUsage: {oid: '2.5.29.37', critical: false},
  subjectAlternativeName: {oid: '2.5.29.17', critical: false},
  nameConstraints: {oid: '2.5.29.30', critical: true},
  certificatePolicies: {oid: '2.5.29.32', critical: false},
} as const
export type ExtensionName = keyof typeof extensions

/** id-qt-cps, id-pkcs9-extensionRequest. */
export const cpsQualifier = '1.3.6.1.5.5.7.2.1'
export const extensionRequest = '1.2.840.113549.1.9.14'
