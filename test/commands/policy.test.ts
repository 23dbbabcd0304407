import {readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {stringify as yaml} from 'yaml'
import PolicyExplain from '../../src/commands/policy/explain.ts'
import PolicySchema from '../../src/commands/policy/schema.ts'
import PolicyLint from '../../src/commands/policy/lint.ts'
import PolicyShow from '../../src/commands/policy/show.ts'
import {readPolicyFile} from '../../src/ui/policy-file.ts'
import {defaultPolicy, operations, soloPolicy, type Policy} from '../../src/policy/index.ts'
import {emptyWorld, makeLedger, type TestLedger} from '../support/ledger.ts'
import {runCommand, runJson} from '../support/run.ts'

let made: TestLedger
beforeAll(async () => {
  made = await makeLedger({signed: 4})
})
afterAll(() => {
  made.remove()
})

/** As a person writes it: nothing refers to anything else. */
const stringify = (policy: Policy): string => yaml(policy, {aliasDuplicateObjects: false})

let files = 0
function file(text: string): string {
  const path = join(dirname(made.world.home), `policy-${++files}`)
  writeFileSync(path, text)
  return path
}

describe('policy show', () => {
  test('has the whole policy, and who could answer each rule now', async () => {
    const shown = await runJson<{policy: Policy}>(PolicyShow, 'policy show', [], made.world)
    expect(shown).toMatchObject({
      schema: 'keyrite.policy/1',
      exit: 0,
      name: 'default',
      entry: 0,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(shown.policy).toEqual(defaultPolicy)
    const {stdout} = await runCommand(PolicyShow, 'policy show', [], made.world)
    expect(stdout).toContain('Rule: key-generation\nNeeds: 3 of 4 (custodian)\n')
  })
})

interface Findings {
  readonly ok: boolean
  readonly findings: {
    readonly rule: string
    readonly message: string
    readonly line: number
    readonly column: number
    readonly waived: boolean
  }[]
}

describe('policy lint', () => {
  test('finds nothing in the default policy, as JSON and as YAML, but that nobody is Legal where that is so', async () => {
    for (const text of [JSON.stringify(defaultPolicy), stringify(defaultPolicy)]) {
      const found = await runJson<Findings>(PolicyLint, 'policy lint', [file(text)], made.world)
      expect(found.findings.map(({rule}) => rule)).toEqual(['roles-unmet', 'roles-unmet'])
      for (const {message} of found.findings) expect(message).toMatch(/needs .*legal/)
    }
    const {remove, ...world} = emptyWorld()
    const {stdout} = await runCommand(PolicyLint, 'policy lint', [file(stringify(defaultPolicy))], world)
    remove()
    expect(stdout).toBe('No findings.\n')
  })

  test('finds the solo policy weak, with exit 10', async () => {
    const found = await runJson<Findings>(
      PolicyLint,
      'policy lint',
      [file(stringify(soloPolicy))],
      made.world,
    )
    expect(found).toMatchObject({schema: 'keyrite.findings/1', exit: 10, ok: false})
    expect(found.findings.map(({rule}) => rule)).toContain('one-person')
    expect(
      (await runCommand(PolicyLint, 'policy lint', [file(stringify(soloPolicy))], made.world)).exit,
    ).toBe(10)
  })

  test('says on which line the rule stands', async () => {
    const greedy = {
      ...defaultPolicy,
      rules: defaultPolicy.rules.map((rule) => (rule.id === 'escrow' ? {...rule, people: 9} : rule)),
    }
    const text = stringify(greedy)
    const found = await runJson<Findings>(PolicyLint, 'policy lint', [file(text)], made.world)
    const few = found.findings.filter(({rule}) => rule !== 'roles-unmet')
    expect(few).toEqual([expect.objectContaining({rule: 'too-few-people', waived: false})])
    const {line, column} = few[0] ?? {line: 0, column: 0}
    expect(text.split('\n')[line - 1]?.slice(column - 1)).toBe('9')
  })

  test('judges the document alone where there is no ledger', async () => {
    const {remove, ...world} = emptyWorld()
    const ran = await runJson(PolicyLint, 'policy lint', [file(JSON.stringify(defaultPolicy))], world)
    remove()
    expect(ran).toMatchObject({exit: 0, ok: true})
  })

  test.each([
    ['not YAML', 'rules: [', 'POLICY_INVALID', 2],
    ['a key twice', 'type: a\ntype: b\n', 'POLICY_INVALID', 2],
    ['not a policy', 'hello: world\n', 'POLICY_INVALID', 2],
    ['an unknown field', JSON.stringify({...defaultPolicy, more: 1}), 'POLICY_INVALID', 2],
    [
      'a file that refers to itself without end',
      `a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [${'*a,'.repeat(12)}]\nc: &c [${'*b,'.repeat(12)}]\nd: [${'*c,'.repeat(12)}]\n`,
      'POLICY_INVALID',
      2,
    ],
  ])('refuses %s', async (_name, text, code, exit) => {
    expect(await runJson(PolicyLint, 'policy lint', [file(text)], made.world)).toMatchObject({
      schema: 'keyrite.error/1',
      code,
      exit,
    })
  })

  test('refuses a file that is not there, and a command without one', async () => {
    expect(await runJson(PolicyLint, 'policy lint', ['/nowhere/policy'], made.world)).toMatchObject({
      code: 'FILE_NOT_FOUND',
      exit: 4,
    })
    expect(await runJson(PolicyLint, 'policy lint', [], made.world)).toMatchObject({
      code: 'USAGE',
      message: 'expected FILE',
    })
  })
})

describe('policy schema and show', () => {
  test('print the schema, and policies as files that lint reads again', async () => {
    const schema = await runCommand(PolicySchema, 'policy schema', [], made.world)
    expect(JSON.parse(schema.stdout)).toMatchObject({title: 'keyrite policy', additionalProperties: false})
    const {remove, ...world} = emptyWorld()
    for (const [name, policy] of [
      ['default', defaultPolicy],
      ['solo', soloPolicy],
    ] as const) {
      const {stdout} = await runCommand(PolicyShow, 'policy show', [name, '--yaml'], world)
      expect(stdout).toMatch(/^# yaml-language-server: \$schema=policy\.schema\.json\n/)
      expect(readPolicyFile(file(stdout)).policy).toEqual(policy)
      expect(await runJson(PolicyShow, 'policy show', [name], world)).toMatchObject({
        entry: null,
        weak: name === 'solo',
        policy,
      })
    }
    remove()
    const standing = await runCommand(PolicyShow, 'policy show', ['--yaml'], made.world)
    expect(readPolicyFile(file(standing.stdout)).policy).toEqual(defaultPolicy)
  })

  test('a JSON file may name its schema', () => {
    const text = JSON.stringify({$schema: 'policy.schema.json', ...defaultPolicy})
    expect(readPolicyFile(file(text)).policy).toEqual(defaultPolicy)
  })
})

describe('a policy file that is not of its form', () => {
  const lines = stringify(defaultPolicy).split('\n')
  const at = (text: string): number => lines.findIndex((line) => line.includes(text))
  /** The default policy with one line changed. */
  const withLine = (find: string, put: string): string => lines.with(at(find), put).join('\n')
  test.each<[string, string, RegExp]>([
    [
      'an operation',
      withLine('- key.create', '      - key.creat'),
      /:15:9: rules\.0\.operations\.0: operation "key.creat" is not known: did you mean "key.create"\?$/,
    ],
    [
      'a class',
      withLine('- root', '      - rot'),
      /: rules\.0\.classes\.0: class "rot" is not known: did you mean "root"\?$/,
    ],
    [
      'a role',
      withLine('- ciso', '      - cizo'),
      /: rules\.0\.roles\.0: role "cizo" is not known: did you mean "ciso"\?$/,
    ],
    [
      'an algorithm',
      withLine('- aes-256', '    - aes-265'),
      /: minimums\.algorithms\.0: algorithm "aes-265" is not known: did you mean "aes-256"\?$/,
    ],
    [
      'a field',
      withLine('people: 3', '    poeple: 3'),
      /: rules\.0\.poeple: field "poeple" is not known: did you mean "people"\?$/,
    ],
    [
      'a type',
      withLine('people: 3', '    people: three'),
      /: rules\.0\.people: expected a number, got text$/,
    ],
    [
      'a duration',
      withLine('request: PT72H', '  request: 72 hours'),
      /: times\.request: expected an ISO 8601 duration such as PT72H, got "72 hours"$/,
    ],
    ['YAML', 'type: [', /:\d+:\d+: not YAML/],
  ])('names %s with line, column and the nearest right word', async (_name, text, message) => {
    const refused = await runJson(PolicyLint, 'policy lint', [file(text)], made.world)
    expect(refused).toMatchObject({code: 'POLICY_INVALID', exit: 2})
    expect(refused['message']).toMatch(message)
  })
})

describe('docs/policy.md', () => {
  test('has an example that lints clean', async () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/policy.md'), 'utf8')
    const example = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? ''
    const {remove, ...world} = emptyWorld()
    expect(await runJson(PolicyLint, 'policy lint', [file(example)], world)).toMatchObject({
      exit: 0,
      findings: [],
    })
    remove()
  })
})

describe('policy explain', () => {
  test('lists every operation without one, with what it needs', async () => {
    const listed = await runJson<{operations: {operation: string}[]}>(
      PolicyExplain,
      'policy explain',
      [],
      made.world,
    )
    expect(listed.operations.map(({operation}) => operation)).toEqual(operations)
    const {stdout} = await runCommand(PolicyExplain, 'policy explain', [], made.world)
    expect(stdout).toContain('Operation: key.create\nNeeds, by rule: 3 of 4')
  })

  test('says whom a change of people is about, and what to type', async () => {
    const explained = await runJson<{mayNot: {because: string; person: {name: string}}[]; next: string[]}>(
      PolicyExplain,
      'policy explain',
      ['custodian.change', '--about', 'bob'],
      made.world,
    )
    expect(explained.mayNot.find(({person}) => person.name === 'Bob')?.because).toBe(
      'is the one whom it is about',
    )
    const create = await runJson<{next: string[]}>(
      PolicyExplain,
      'policy explain',
      ['key.create', '--class', 'kek'],
      made.world,
    )
    expect(create.next).toEqual([
      'keyrite key create NAME --profile PROFILE --algorithm A --purpose P --class kek --owner OWNER',
    ])
    const {stdout} = await runCommand(PolicyExplain, 'policy explain', ['key.unrevoke'], made.world)
    expect(stdout).toContain('This keyrite has no command for it yet.')
  })

  test('says who may approve, and of everyone else why not', async () => {
    const explained = await runJson<{
      may: {name: string}[]
      mayNot: {person: {name: string}; because: string}[]
    }>(PolicyExplain, 'policy explain', ['key.create', '--class', 'jwt-signing'], made.world)
    expect(explained).toMatchObject({
      schema: 'keyrite.explanation/1',
      exit: 0,
      operation: 'key.create',
      class: 'jwt-signing',
      rule: 'key-generation',
      needs: {quorum: 3, roles: []},
    })
    expect(explained.may.map(({name}) => name).sort()).toEqual(['Alice', 'Bob', 'Carol', 'Dan'])
    expect(explained.mayNot).toEqual([
      {
        person: {id: made.founders[4]?.person.id, name: 'Erin'},
        because: 'has not signed the founding statement yet',
      },
    ])
    const {stdout} = await runCommand(
      PolicyExplain,
      'policy explain',
      ['key.create', '--class', 'kek'],
      made.world,
    )
    expect(stdout).toContain('Rule: grave-key-generation\n')
    expect(stdout).toContain('among them ciso and security-lead')
  })

  test.each([
    ['an operation that is not there', ['key.creat'], 'USAGE', 2],
    ['a class that is not there', ['key.create', '--class', 'big'], 'USAGE', 2],
    ['a key that is not there', ['key.destroy', 'nothing'], 'KEY_NOT_FOUND', 4],
    ['a profile that is not there', ['key.create', '--profile', 'nowhere'], 'PROFILE_NOT_FOUND', 4],
  ])('refuses %s', async (_name, argv, code, exit) => {
    expect(await runJson(PolicyExplain, 'policy explain', argv, made.world)).toMatchObject({code, exit})
  })

  test('offers the operation that was probably meant', async () => {
    expect(await runJson(PolicyExplain, 'policy explain', ['key.creat'], made.world)).toMatchObject({
      message: 'cannot explain "key.creat": there is no such operation',
      try: expect.arrayContaining(['keyrite policy explain key.create']),
    })
  })
})
