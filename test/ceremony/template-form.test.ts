import {describe, expect, test} from '@jest/globals'
import {largest, parseTemplate} from '../../src/ceremony/template.ts'
import {changed, load, refusal, small, type Change} from './template-support.ts'

interface Row {
  readonly name: string
  readonly changes: readonly Change[]
  /** What stands where the message points; null for the beginning of the file. */
  readonly at: string | null
  /** How the message goes on after the position. */
  readonly says: string
}

/** `a.yaml:LINE:COLUMN` of what stands there. */
function placeOf(text: string, mark: string | null): string {
  const before = text.slice(0, mark === null ? 0 : text.indexOf(mark)).split('\n')
  return `a.yaml:${before.length}:${(before.at(-1) ?? '').length + 1}`
}

const form: readonly Row[] = [
  {
    name: 'an unknown field of the template',
    changes: [['purpose: Make', 'porpose: Make']],
    at: 'porpose',
    says: 'porpose: field "porpose" is not known: did you mean "purpose"?',
  },
  {
    name: 'an unknown field of a step',
    changes: [['minutes: 5, text: Sign the plan.', 'minutes: 5, txt: Sign the plan.']],
    at: 'txt:',
    says: 'acts.0.steps.4.txt: field "txt" is not known: did you mean "text"?',
  },
  {
    name: 'an unknown field of a role',
    changes: [['custodian: {minimum: 3}', 'custodian: {minimun: 3}']],
    at: 'minimun',
    says: 'roles.custodian.minimun: field "minimun" is not known: did you mean "minimum"?',
  },
  {
    name: 'an unknown field within a step',
    changes: [['fields: [{name: serial, text', 'fields: [{name: serial, tezt']],
    at: 'tezt',
    says: 'acts.0.steps.8.fields.0.tezt: field "tezt"',
  },
  {
    name: 'a field that is missing',
    changes: [['title: A small ceremony\n', '']],
    at: null,
    says: 'title: is missing',
  },
  {
    name: 'a field of a step that is missing',
    changes: [['by: operator, minutes: 1, text: Compare', 'minutes: 1, text: Compare']],
    at: '{id: clock',
    says: 'acts.0.steps.1.by: is missing',
  },
  {
    name: 'another language',
    changes: [['ceremony/1', 'ceremony/2']],
    at: 'ceremony/2',
    says: 'keyrite: expected "ceremony/1", got "ceremony/2"',
  },
  {
    name: 'a number where text belongs',
    changes: [['title: A small ceremony', 'title: 7']],
    at: '7\npurpose',
    says: 'title: expected text, got 7',
  },
  {
    name: 'text where a number belongs',
    changes: [['{minimum: 3}', '{minimum: three}']],
    at: 'three',
    says: 'roles.custodian.minimum: expected a whole number of people, got "three"',
  },
  {
    name: 'half a person',
    changes: [['{minimum: 3}', '{minimum: 2.5}']],
    at: '2.5',
    says: 'roles.custodian.minimum: expected a whole number of people, got 2.5',
  },
  {
    name: 'text where a list belongs',
    changes: [['for: [make, activate]', 'for: make']],
    at: 'make, by',
    says: 'acts.0.steps.4.for: expected a list, got text',
  },
  {
    name: 'an empty list of steps to approve',
    changes: [['for: [make, activate]', 'for: []']],
    at: '[], by',
    says: 'acts.0.steps.4.for: expected the ids',
  },
  {
    name: 'a step that is only a word',
    changes: [['- {id: clock, kind: clock, by: operator, minutes: 1, text: Compare the clocks.}', '- clock']],
    at: 'clock\n',
    says: 'acts.0.steps.1: expected fields, got text',
  },
  {
    name: 'a step without a kind',
    changes: [['kind: clock, ', '']],
    at: '{id: clock',
    says: 'acts.0.steps.1.kind: is missing',
  },
  {
    name: 'a kind that is not known',
    changes: [['kind: quorum', 'kind: quorun']],
    at: 'quorun',
    says: 'acts.0.steps.4.kind: step kind "quorun" is not known: did you mean "quorum"?',
  },
  {
    name: 'a kind of a later keyrite',
    changes: [['kind: clock', 'kind: backup.start']],
    at: 'backup.start',
    says: 'acts.0.steps.1.kind: step kind "backup.start" is not there yet in this keyrite',
  },
  {
    name: 'an algorithm that is not known',
    changes: [['rsa-4096', 'rsa-409']],
    at: 'rsa-409',
    says: 'acts.0.steps.5.algorithm: value "rsa-409" is not known: did you mean "rsa-4096"?',
  },
  {
    name: 'a thing to read that is none',
    changes: [['plan of approve', 'the plan']],
    at: 'the plan, by',
    says: 'acts.0.steps.3.what: expected template, ledger, text',
  },
  {
    name: 'an id with capitals',
    changes: [['id: small', 'id: Small']],
    at: 'Small\n',
    says: 'id: expected 1 to 63 of a-z',
  },
  {
    name: 'a role with a name that is none',
    changes: [['  custodian: {minimum: 3}', '  Custodian: {minimum: 3}']],
    at: 'Custodian:',
    says: 'roles.Custodian: expected 1 to 63 of a-z',
  },
  {
    name: 'no steps',
    changes: [['acts:\n', 'acts:\n  - {id: none, title: Nothing, steps: []}\n']],
    at: '[]}',
    says: 'acts.0.steps: expected at least one step',
  },
  {
    name: 'a parameter type that is not known',
    changes: [['type: profile,', 'type: profil,']],
    at: 'profil,',
    says: 'parameters.profile.type: value "profil" is not known: did you mean "profile"?',
  },
  {
    name: 'a default of another type',
    changes: [['default: small-key', 'default: Small Key']],
    at: 'Small Key',
    says: 'parameters.key-name.default: expected 1 to 63',
  },
  {
    name: 'a due date in months',
    changes: [['due: P1D', 'due: P1M']],
    at: 'P1M',
    says: 'after.0.due: expected an ISO 8601 duration such as P30D, got "P1M"',
  },
  {
    name: 'an expiry that is a duration',
    changes: [['owner: alice', 'expires: P365D\n        owner: alice']],
    at: 'P365D',
    says: 'acts.0.steps.5.expires: expected a day such as 2027-12-31',
  },
  {
    name: 'a field that stands twice',
    changes: [['title: A small ceremony\n', 'title: A small ceremony\ntitle: Another\n']],
    at: 'title: Another',
    says: 'field "title" stands twice',
  },
  {
    name: 'an anchor',
    changes: [['purpose: Make a key.', 'purpose: &p Make a key.']],
    at: 'Make a key.',
    says: 'anchor "&p" is not allowed',
  },
  {name: 'an alias', changes: [['purpose: Make a key.', 'purpose: *p']], at: '*p', says: ''},
  {
    name: 'a tag',
    changes: [['purpose: Make a key.', 'purpose: !!str Make a key.']],
    at: 'Make a key.',
    says: 'tag "tag:yaml.org,2002:str" is not allowed',
  },
  {
    name: 'an unknown tag',
    changes: [['purpose: Make a key.', 'purpose: !run Make a key.']],
    at: '!run',
    says: 'a tag (!) is not allowed',
  },
  {
    name: 'a merge key',
    changes: [['purpose: Make a key.', '<<: {purpose: Make a key.}']],
    at: '<<',
    says: '"<<" cannot be the name of a field',
  },
  {
    name: 'a name that belongs to every object',
    changes: [['purpose: Make a key.', '__proto__: {purpose: Make a key.}']],
    at: '__proto__',
    says: '"__proto__" cannot be the name of a field',
  },
  {
    name: 'a directive',
    changes: [['keyrite:', '%YAML 1.1\n---\nkeyrite:']],
    at: null,
    says: 'a directive (%) is not allowed',
  },
  {
    name: 'a second document',
    changes: [['after:\n', '---\nafter:\n']],
    at: '---',
    says: 'a second document begins here',
  },
  {
    name: 'a turned-round text in a comment',
    changes: [['id: small', 'id: small # \u202eevil']],
    at: '\u202e',
    says: 'a character that cannot be seen: \\u{202e}',
  },
  {
    name: 'a hidden character written as an escape',
    changes: [['purpose: Make a key.', 'purpose: "Make \\u200ba key."']],
    at: '"Make',
    says: 'a text with characters that cannot be seen',
  },
  {name: 'what is not YAML', changes: [['roles:', 'roles: ]']], at: ']\n  operator', says: 'not YAML: '},
]

describe('what is not in the language is refused at its line and column', () => {
  test.each(form)('$name', ({changes, at, says}) => {
    const text = changed(small, changes)
    const wanted = `${placeOf(text, at)}: ${says}`
    const error = refusal(() => load(text))
    expect({code: error.code, message: error.message.slice(0, wanted.length)}).toEqual({
      code: 'TEMPLATE_INVALID',
      message: wanted,
    })
  })

  test('every problem of the form is told at once, in the order of the file', () => {
    const error = refusal(() =>
      load(
        changed(small, [
          ['due: P1D', 'due: soon'],
          ['title: A small', 'titel: A small'],
          ['minutes: 1, text: Compare', 'minutes: one, text: Compare'],
        ]),
      ),
    )
    expect(
      [error.message, ...error.hints].map((line) => line.replace(/^a\.yaml:(\d+):\d+: ([^:]*):.*$/, '$1 $2')),
    ).toEqual(['3 titel', '18 acts.0.steps.1.minutes', '40 after.0.due', 'docs/ceremony-templates.md'])
  })

  test.each([
    {name: 'nothing', bytes: new Uint8Array(), says: 'a.yaml:1:1: '},
    {
      name: 'bytes that are not UTF-8',
      bytes: Uint8Array.of(0x61, 0xff, 0xfe),
      says: 'a.yaml:1:1: not UTF-8 text',
    },
    {
      name: 'a file that is too large',
      bytes: new Uint8Array(largest + 1).fill(0x20),
      says: `a.yaml:1:1: expected at most ${largest} bytes`,
    },
    {
      name: 'lists within lists within lists',
      bytes: Buffer.from('['.repeat(100_000)),
      says: 'a.yaml:1:41: nested more than 12 deep',
    },
  ])('$name', ({bytes, says}) => {
    const error = refusal(() => parseTemplate(bytes, 'a.yaml'))
    expect({code: error.code, message: error.message.slice(0, says.length)}).toEqual({
      code: 'TEMPLATE_INVALID',
      message: says,
    })
  })
})
