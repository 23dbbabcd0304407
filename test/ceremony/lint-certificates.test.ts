/** Templates whose certificates could not be signed, or must not be: each with exactly what is found. */
import {describe, expect, test} from '@jest/globals'
import {findings} from './lint-support.ts'
import {changed, small, type Change} from './template-support.ts'

/** The key signs a certificate for itself, and a request. */
const certified = changed(small, [
  [
    '      - id: make\n',
    `      - {id: approve-one, kind: quorum, for: [certify], by: custodian, minutes: 5, text: Sign the plan.}
      - {id: approve-two, kind: quorum, for: [ask], by: custodian, minutes: 5, text: Sign the plan.}
      - id: make
`,
  ],
  [
    '      - {id: serial,',
    `      - id: certify
        kind: certificate.self-sign
        key: \${key-name}
        subject: {organization: Example, common-name: Example Root}
        not-before: 2026-12-01
        not-after: 2046-11-30
        authority: true
        path-length: 1
        usage: [key-cert-sign, crl-sign]
        names: [{dns: ca.example.com}]
        permitted: [{dns: example.com}]
        by: operator
        minutes: 1
        text: The key signs its certificate.
      - {id: certified, kind: certificate.verify, of: certify, by: operator, minutes: 1, text: It is compared.}
      - id: ask
        kind: certificate.request
        key: \${key-name}
        subject: {common-name: Another}
        usage: [digital-signature]
        extended-usage: [client-auth]
        by: operator
        minutes: 1
        text: The key signs a request.
      - {id: asked, kind: certificate.verify, of: ask, by: operator, minutes: 1, text: It is compared.}
      - {id: serial,`,
  ],
])

const activate = /^ {6}- \{id: activate,.*\n/m.exec(certified)?.[0] ?? ''
const asked = /^ {6}- \{id: asked,.*\n/m.exec(certified)?.[0] ?? ''
const verified = /^ {6}- \{id: certified,.*\n/m.exec(certified)?.[0] ?? ''
const inLeaf = (field: string): Change => [
  'extended-usage: [client-auth]',
  `extended-usage: [client-auth]\n        ${field}`,
]

interface Row {
  readonly name: string
  readonly changes: readonly Change[]
  readonly rule: string
  /** What only the line of the finding holds. */
  readonly line: string
  readonly message: string
}

const rows: readonly Row[] = [
  {
    name: 'a key that is there to do something else',
    changes: [
      [
        'algorithm: rsa-4096\n        scheme: rs256\n        purpose: sign\n        class: jwt-signing',
        'algorithm: aes-256\n        purpose: wrap\n        class: kek',
      ],
    ],
    rule: 'certificate-algorithm',
    line: 'key: ${key-name}\n        subject: {organization',
    message: 'a key to wrap signs nothing: take one that is there to sign',
  },
  {
    name: 'an end before the beginning',
    changes: [['not-after: 2046-11-30', 'not-after: 2026-11-30']],
    rule: 'certificate-validity',
    line: 'not-after:',
    message:
      'it ends at 2026-11-30T23:59:59.000Z, before it begins at 2026-12-01T00:00:00.000Z: correct one of the two',
  },
  {
    name: 'an authority for forty years',
    changes: [['not-after: 2046-11-30', 'not-after: 2066-11-30']],
    rule: 'certificate-too-long',
    line: 'not-after:',
    message: 'it is valid for more than 30 years: let it end earlier',
  },
  {
    name: 'a certificate that outlives its key',
    changes: [['        owner: alice\n', '        owner: alice\n        expires: 2030-01-01\n']],
    rule: 'certificate-outlives-key',
    line: 'not-after:',
    message:
      'it ends at 2046-11-30T23:59:59.000Z, after the key expires at 2030-01-01T00:00:00.000Z: let it end with the key',
  },
  {
    name: 'a key too weak for its years',
    changes: [['algorithm: rsa-4096', 'algorithm: rsa-2048']],
    rule: 'certificate-key-size',
    line: 'not-after:',
    message: 'it ends after 2030, and rsa-2048 is too weak from then on: take a longer key',
  },
  {
    name: 'an authority that signs no certificates',
    changes: [['usage: [key-cert-sign, crl-sign]', 'usage: [crl-sign]']],
    rule: 'certificate-authority-usage',
    line: 'usage: [crl-sign]',
    message: 'an authority signs certificates: add "key-cert-sign"',
  },
  {
    name: 'somebody who signs certificates and is no authority',
    changes: [['usage: [digital-signature]', 'usage: [digital-signature, key-cert-sign]']],
    rule: 'certificate-authority-usage',
    line: 'usage: [digital-signature',
    message: '"key-cert-sign" is for authorities: take it away, or say "authority: true"',
  },
  {
    name: 'lists of revoked certificates by somebody who is no authority',
    changes: [['usage: [digital-signature]', 'usage: [digital-signature, crl-sign]']],
    rule: 'certificate-crl-usage',
    line: 'usage: [digital-signature',
    message: '"crl-sign" is for authorities: take it away, or say "authority: true"',
  },
  {
    name: 'a path length below nobody',
    changes: [inLeaf('path-length: 0')],
    rule: 'certificate-path-length',
    line: 'path-length: 0',
    message: 'only an authority has a path length: take it away',
  },
  {
    name: 'constraints on nobody’s names',
    changes: [inLeaf('permitted: [{dns: example.org}]')],
    rule: 'certificate-constraints',
    line: 'permitted: [{dns: example.org}]',
    message: 'only an authority has name constraints: take them away',
  },
  {
    name: 'a server without a name',
    changes: [['extended-usage: [client-auth]', 'extended-usage: [server-auth]']],
    rule: 'certificate-server-name',
    line: '- id: ask\n',
    message: 'a server needs a name: add one to "names"',
  },
  {
    name: 'a name that stands twice',
    changes: [['names: [{dns: ca.example.com}]', 'names: [{dns: ca.example.com}, {dns: ca.example.com}]']],
    rule: 'certificate-twice-named',
    line: 'names: [{dns: ca',
    message: '"dns ca.example.com" stands twice: take one away',
  },
  {
    name: 'a key that is not active yet',
    changes: [
      [activate, ''],
      [asked, `${asked}${activate}`],
    ],
    rule: 'certified-inactive',
    line: 'key: ${key-name}\n        subject: {organization',
    message:
      'step 1.10 "certify": key "small-key" is certified before it is active: put its key.activate step before this one',
  },
  {
    name: 'a look at what is no certificate',
    changes: [['of: ask,', 'of: activate,']],
    rule: 'certificate-of-what',
    line: 'of: activate',
    message:
      'step 1.14 "asked": step "activate" makes no certificate: name a certificate.self-sign or certificate.request step',
  },
  {
    name: 'a look at what is not made yet',
    changes: [
      [verified, ''],
      ['      - id: certify\n', `${verified}      - id: certify\n`],
    ],
    rule: 'certificate-too-early',
    line: 'id: certified',
    message: 'step 1.11 "certified": it is verified before step "certify" makes it: move this step after it',
  },
  {
    name: 'two looks at one certificate',
    changes: [
      [
        asked,
        `${asked}      - {id: again, kind: certificate.verify, of: certify, by: operator, minutes: 1, text: Again.}\n`,
      ],
    ],
    rule: 'certificate-verified-twice',
    line: 'id: again',
    message: 'step 1.15 "again": what step "certify" makes was verified already: take one of the steps away',
  },
  {
    name: 'a request that nobody looks at',
    changes: [[asked, '']],
    rule: 'certificate-unverified',
    line: 'id: ask',
    message:
      'step 1.13 "ask": what step "ask" makes is never verified: put a certificate.verify step after it',
  },
  {
    name: 'a certificate that nobody approves',
    changes: [['for: [certify]', 'for: [sign-off]']],
    rule: 'needs-quorum',
    line: 'id: certify',
    message:
      'step 1.11 "certify": nobody approves step "certify": name it in "for" of a quorum step before it',
  },
  {
    name: 'one approval for two certificates',
    changes: [['for: [certify]', 'for: [certify, ask]']],
    rule: 'quorum-for-several',
    line: 'for: [certify, ask]',
    message: 'step 1.6 "approve-one": a certificate has a plan of its own: make a quorum step for it alone',
  },
]

describe('certificates', () => {
  test('lint clean as the template has them', () => {
    expect(findings(certified)).toEqual([])
  })

  test.each(rows)('$name: found, and said exactly', ({changes, rule, line, message}) => {
    const text = changed(certified, changes)
    const at = text.slice(0, text.indexOf(line)).split('\n').length
    const found = findings(text).map(({line: where, rule: of, message: says}) => ({where, of, says}))
    expect(found).toContainEqual({where: at, of: rule, says: message})
  })
})
