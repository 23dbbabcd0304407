/** What is wrong with a wish for a certificate, before anybody is asked: one rule a line, each with the field that it is about. */
import type {Algorithm, Purpose} from '../providers/algorithms.ts'
import type {CertificateSpec} from './spec.ts'

export interface Fault {
  readonly rule: string
  /** The member of the spec. */
  readonly field: keyof CertificateSpec
  readonly message: string
}

/** What is known of the key. */
export interface KeyFacts {
  readonly algorithm: Algorithm
  readonly purpose: Purpose
  /** RFC 3339; null where it does not expire. */
  readonly expires: string | null
}

/** The longest that a certificate may be valid, in years: beyond it nobody can say what its algorithm is worth. */
const longestYears = {authority: 30, other: 10} as const

interface Rule {
  readonly rule: string
  readonly field: keyof CertificateSpec
  /** What to say; undefined where nothing is wrong. */
  readonly judge: (spec: CertificateSpec, key: KeyFacts) => string | undefined
}

const rules: readonly Rule[] = [
  {
    rule: 'certificate-algorithm',
    field: 'key',
    judge: (_, {algorithm, purpose}) =>
      purpose !== 'sign'
        ? `a key to ${purpose} signs nothing: take one that is there to sign`
        : signing.has(algorithm)
          ? undefined
          : `a key of ${algorithm} signs no certificates here: it takes one of ${[...signing].join(', ')}`,
  },
  {
    rule: 'certificate-validity',
    field: 'not_after',
    judge: ({not_before: from, not_after: to}) =>
      from !== null && to !== null && to <= from
        ? `it ends at ${to}, before it begins at ${from}: correct one of the two`
        : undefined,
  },
  {
    rule: 'certificate-too-long',
    field: 'not_after',
    judge: ({authority, not_before: from, not_after: to}) => {
      const years = longestYears[authority ? 'authority' : 'other']
      const over = from !== null && to !== null && to > later(from, years)
      return over ? `it is valid for more than ${years} years: let it end earlier` : undefined
    },
  },
  {
    rule: 'certificate-outlives-key',
    field: 'not_after',
    judge: ({not_after: to}, {expires}) =>
      to !== null && expires !== null && to > expires
        ? `it ends at ${to}, after the key expires at ${expires}: let it end with the key`
        : undefined,
  },
  {
    // NIST SP 800-57 Part 1 Rev. 5, table 4: 112 bits of strength until the end of 2030.
    rule: 'certificate-key-size',
    field: 'not_after',
    judge: ({not_after: to}, {algorithm}) =>
      algorithm === 'rsa-2048' && to !== null && to >= '2031'
        ? 'it ends after 2030, and rsa-2048 is too weak from then on: take a longer key'
        : undefined,
  },
  {
    // RFC 5280 section 4.2.1.9: one without the other says nothing.
    rule: 'certificate-authority-usage',
    field: 'usage',
    judge: ({authority, usage}) => {
      if (usage.length === 0) return 'it says not what the key may be used for: name at least one usage'
      if (authority === usage.includes('key-cert-sign')) return undefined
      return authority
        ? 'an authority signs certificates: add "key-cert-sign"'
        : '"key-cert-sign" is for authorities: take it away, or say "authority: true"'
    },
  },
  {
    rule: 'certificate-crl-usage',
    field: 'usage',
    judge: ({authority, usage}) =>
      !authority && usage.includes('crl-sign')
        ? '"crl-sign" is for authorities: take it away, or say "authority: true"'
        : undefined,
  },
  {
    rule: 'certificate-path-length',
    field: 'path_length',
    judge: ({authority, path_length: length}) =>
      !authority && length !== null ? 'only an authority has a path length: take it away' : undefined,
  },
  {
    rule: 'certificate-constraints',
    field: 'permitted',
    judge: ({authority, permitted, excluded}) =>
      !authority && permitted.length + excluded.length > 0
        ? 'only an authority has name constraints: take them away'
        : undefined,
  },
  {
    // RFC 9525: a server is known by these names, not by its subject.
    rule: 'certificate-server-name',
    field: 'names',
    judge: ({authority, extended_usage: extended, names}) =>
      !authority &&
      extended.includes('server-auth') &&
      !names.some(({kind}) => kind === 'dns' || kind === 'ip')
        ? 'a server needs a name: add one to "names"'
        : undefined,
  },
  {rule: 'certificate-twice-named', field: 'names', judge: ({names}) => twice(names.map(told))},
  {rule: 'certificate-twice-named', field: 'permitted', judge: ({permitted}) => twice(permitted.map(told))},
  {rule: 'certificate-twice-named', field: 'excluded', judge: ({excluded}) => twice(excluded.map(told))},
  {
    // RFC 5280 section 4.2.1.4.
    rule: 'certificate-twice-named',
    field: 'policies',
    judge: ({policies}) => twice(policies.map(({oid}) => oid)),
  },
]

/** The algorithms whose signatures certificates bear here. */
const signing: ReadonlySet<Algorithm> = new Set<Algorithm>([
  'rsa-2048',
  'rsa-3072',
  'rsa-4096',
  'ec-p256',
  'ec-p384',
  'ec-p521',
  'ed25519',
])

/** Every fault of a wish, in the order of the rules. */
export function faultsOf(spec: CertificateSpec, key: KeyFacts): readonly Fault[] {
  return rules.flatMap(({rule, field, judge}) => {
    const message = judge(spec, key)
    return message === undefined ? [] : [{rule, field, message}]
  })
}

/** The names of all rules, for the documents. */
export const ruleNames: readonly string[] = [...new Set(rules.map(({rule}) => rule))]

function later(time: string, years: number): string {
  return `${String(Number(time.slice(0, 4)) + years)}${time.slice(4)}`
}

function told({kind, value}: {readonly kind: string; readonly value: string}): string {
  return `${kind} ${value}`
}

function twice(list: readonly string[]): string | undefined {
  const again = list.find((one, at) => list.indexOf(one) !== at)
  return again === undefined ? undefined : `"${again}" stands twice: take one away`
}
