/** What short words mean, for those of them that the script has. */
import {facts, heading, type Block} from '../../paper/document.ts'
import type {Filled} from '../template.ts'

const meanings: readonly (readonly [short: string, meaning: string])[] = [
  ['AES', 'Advanced Encryption Standard: a cipher with one secret key'],
  ['CA', 'certification authority'],
  ['CISO', 'chief information security officer'],
  ['CSR', 'certificate signing request'],
  ['EC', 'elliptic curve'],
  ['ECDSA', 'a way to sign with an elliptic curve'],
  ['FIPS', 'United States standards for the security of information; FIPS 140 is on cryptographic modules'],
  ['HSM', 'hardware security module: a device that keeps keys and uses them without giving them out'],
  ['GDPR', 'General Data Protection Regulation of the European Union'],
  ['ISO', 'International Organization for Standardization'],
  ['JWT', 'JSON Web Token: a statement that a service signs'],
  ['KEK', 'key encryption key: a key that encrypts other keys'],
  ['KMS', 'key management service'],
  ['PCI', 'Payment Card Industry, whose data security standard is PCI DSS'],
  ['PIN', 'personal identification number: opens a device or token'],
  ['QR', 'a square of dots that a camera reads'],
  ['RSA', 'a way to sign and to encrypt with a key pair, after Rivest, Shamir and Adleman'],
  ['SHA-256', 'Secure Hash Algorithm: the digest of a file; another file has another digest'],
  ['SOC', 'System and Organization Controls: reports on how a service is run'],
  ['TLS', 'Transport Layer Security: how connections are encrypted'],
  ['UTC', 'Coordinated Universal Time: the same everywhere'],
]

/** Always explained: they are on every script. */
const always = ['QR', 'SHA-256', 'UTC']

export function abbreviationsIn(filled: Filled): readonly Block[] {
  const texts = [
    filled.title,
    filled.purpose,
    ...[...filled.roles.values()].map(({text}) => text),
    ...filled.materials.map(({kind, text}) => `${kind} ${text}`),
    ...filled.acts.flatMap(({title, steps}) => [title, ...steps.map(({text}) => text)]),
    ...filled.after.map(({text}) => text),
  ].join('\n')
  const words = new Set(texts.split(/[^A-Za-z0-9-]+/))
  const used = meanings.filter(([short]) => always.includes(short) || words.has(short))
  return [
    heading(2, 'Abbreviations'),
    facts([
      ...used,
      ['words', 'PGP words: each stands for one byte of a digest, two syllables and three in turn'],
    ]),
  ]
}
