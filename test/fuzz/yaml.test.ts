/** Files that people write: what is taken says the same when it is written again in another way. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {isDeepStrictEqual} from 'node:util'
import {describe} from '@jest/globals'
import {stringify} from 'yaml'
import {parseAnswers} from '../../src/ceremony/answers.ts'
import {lint} from '../../src/ceremony/lint.ts'
import {stepsOf} from '../../src/ceremony/order.ts'
import {parseTemplate} from '../../src/ceremony/template.ts'
import {defaultPolicy, soloPolicy} from '../../src/policy/index.ts'
import {parsePolicyFile} from '../../src/ui/policy-file.ts'
import {byteMutations} from './bytes.ts'
import {fuzz, isCode, isTypeError} from './fuzz.ts'
import {textMutation} from './text.ts'
import {yamlMutation} from './yaml-text.ts'

const mutations = [
  ...byteMutations,
  textMutation,
  textMutation,
  ...Array.from({length: 12}, () => yamlMutation),
]
/** So many inputs, these in turn. */
const times = (count: number, ...all: readonly Buffer[]): Buffer[] =>
  Array.from({length: count}, (_, at) => all[at % all.length] ?? Buffer.of())
const written = (value: unknown): string => stringify(value, {aliasDuplicateObjects: false})
const shipped = readFileSync(join(import.meta.dirname, '../../ceremony-templates/jwt-signing-rsa-4096.yaml'))
const small = Buffer.from(`keyrite: ceremony/1
id: small
title: Small
purpose: "Be small: \${what}."
location: Room 4
parameters:
  what: {type: text, text: What, default: a key}
roles:
  operator: {count: 1}
  witness: {minimum: 2, excludes: [operator]}
acts:
  - id: only
    title: Only
    steps:
      - {id: here, kind: confirm, by: operator, minutes: 2, text: Here.}
      - id: notes
        kind: record
        by: operator
        minutes: 1
        text: |
          Write it
          down.
        fields: [{name: seen, text: What}]
`)
/** As few words as a ceremony can have: most cases are of these, because what is read costs by the word. */
const fewest = [
  `keyrite: ceremony/1
id: a
title: A
purpose: P
location: L
roles: {o: {count: 1}}
acts: [{id: b, title: B, steps: [{id: c, kind: confirm, by: o, minutes: 1, text: T.}]}]
`,
  `keyrite: ceremony/1
id: a
title: A
purpose: 'P'
location: L
roles:
  o: {count: 1}
acts:
  - id: b
    title: B
    steps:
      - {id: c, kind: pause, by: o, minutes: 1, text: "T"}
`,
].map((text) => Buffer.from(text))
/** What is on the table, in every kind of step that moves it, and what somebody lets pass. */
const table = Buffer.from(`keyrite: ceremony/1
id: table
title: Table
purpose: Move things.
location: Room 4
roles:
  operator: {count: 1, acts: [only]}
  witness: {minimum: 2, excludes: [operator]}
materials:
  - {id: bag, kind: bag, text: Bag., number: A 1}
  - {id: card, kind: token, text: Card., in: bag}
  - {id: hsm, kind: hsm, text: Device., state: on, profile: main}
waivers:
  - {rule: minutes, step: open, reason: Far., by: Alice, until: 2026-12-31}
acts:
  - id: only
    title: Only
    steps:
      - {id: open, kind: bag, action: open, bag: bag, contents: [card], reads: witness, by: operator, minutes: 2, text: Open.}
      - {id: plug, kind: confirm, needs: {hsm: on}, leaves: {hsm: connected, card: out}, checks: [device], by: operator, minutes: 2, text: Plug.}
      - {id: see, kind: photo, subject: It., file: true, by: witness, minutes: 1, text: Take it.}
      - {id: ask, kind: attest, profile: main, material: hsm, level: hardware, evidence: attested, by: operator, minutes: 1, text: Ask.}
      - {id: end, kind: sign-off, by: operator, minutes: 1, text: Sign.}
`)

describe('templates', () => {
  fuzz({
    cases: 200_000,
    quick: 600,
    name: 'template',
    seeds: [...times(24, ...fewest), ...times(8, small), ...times(3, table), shipped],
    mutations,
    read: (bytes) => parseTemplate(bytes, 'a.yaml'),
    refuses: isCode('TEMPLATE_INVALID'),
    take(bytes) {
      const parsed = parseTemplate(bytes, 'a.yaml')
      const {raw, template} = parsed
      if (bytes.includes('\0')) return 'it holds a zero byte'
      // Whatever it says, it is judged, and every finding has its place.
      const found = lint(parsed, null, null, null, new Date(0))
      if (!found.every(({line, column}) => line > 0 && column > 0)) return 'a finding has no place'
      const again = parseTemplate(Buffer.from(written(raw)), 'a.yaml')
      if (!isDeepStrictEqual(again.raw, raw) || !isDeepStrictEqual(again.template, template))
        return 'written again it says something else'
      const json = parseTemplate(Buffer.from(JSON.stringify(raw)), 'a.yaml')
      return isDeepStrictEqual(json.template, template) ? undefined : 'as JSON it says something else'
    },
  })
  fuzz({
    cases: 200_000,
    quick: 600,
    name: 'steps of a recorded template',
    seeds: [...times(24, ...fewest), ...times(10, small), table, shipped],
    mutations,
    refuses: isTypeError,
    take(bytes) {
      const steps = stepsOf(bytes)
      return steps.every(({id, kind}) => typeof id === 'string' && typeof kind === 'string')
        ? undefined
        : 'no step'
    },
  })
})

/** Most cases are of policies of few lines: their grammar is that of a long one. */
const few = [
  `type: keyrite.policy/1
name: few # with a comment
rules: [{id: all, operations: [key.create, "key.destroy"], classes: null, kinds: null, people: 2, roles: [], from: [ciso]}]
stated_keys: []
minimums: {algorithms: [ed25519], witnesses: 0}
times: {request: PT72H, idle: 'PT1H'}
`,
  `type: keyrite.policy/1
name: few
rules:
  - id: make
    operations:
      - key.create
    classes: [tls]
    kinds: null
    people: 3
    roles: [ciso]
    from:
      - custodian
stated_keys: []
minimums: {algorithms: [rsa-4096], witnesses: 2}
times: {request: P1D, idle: PT5M}
`,
].map((text) => Buffer.from(text))
const policies = [defaultPolicy, soloPolicy].flatMap((one) =>
  [written(one), JSON.stringify(one, null, 1)].map((text) => Buffer.from(text)),
)

describe('policies', () => {
  fuzz({
    cases: 200_000,
    quick: 600,
    name: 'policy file',
    seeds: [...times(48, ...few), ...policies],
    mutations,
    read: (bytes) => parsePolicyFile(bytes, 'a.yaml'),
    refuses: isCode('POLICY_INVALID'),
    take(bytes) {
      const {policy} = parsePolicyFile(bytes, 'a.yaml')
      const same = [written(policy), JSON.stringify(policy)].map(
        (text) => parsePolicyFile(Buffer.from(text), 'b').policy,
      )
      return same.every((one) => isDeepStrictEqual(one, policy))
        ? undefined
        : 'written again it says something else'
    },
  })
})

const answers = Buffer.from(`parameters: {location: Room 4, owner: alice@example.com}
participants:
  custodian: [alice@example.com, bob@example.com]
  operator: carol@example.com
signers:
  alice@example.com: /keys/alice
steps:
  make: {answer: yes}
  notes: {answer: {seen: a seal}}
  sign-off: "yes"
default: yes
`)

describe('answers', () => {
  fuzz({
    cases: 200_000,
    quick: 600,
    name: 'answers',
    seeds: [answers, Buffer.from('{}\n'), Buffer.from('default: no\n')],
    mutations,
    read: (bytes) => parseAnswers(bytes, 'a.yaml'),
    refuses: isCode('ANSWERS_INVALID'),
    take(bytes) {
      const read = parseAnswers(bytes, 'a.yaml')
      return isDeepStrictEqual(parseAnswers(Buffer.from(written(read)), 'a.yaml'), read)
        ? undefined
        : 'written again it says something else'
    },
  })
})
