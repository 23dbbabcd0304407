import {describe, expect, test} from '@jest/globals'
import {lint, type Finding} from '../../src/ceremony/lint.ts'
import {checkpoints} from '../../src/ceremony/checklist.ts'
import {changed, lineOf, load, small, viewOf, type Change} from './template-support.ts'
import {local} from './lint-support.ts'

const waiver = (fields: string): Change => [
  'acts:\n',
  `waivers:\n  - {${fields}, reason: It is a trial., by: Alice, until: 2026-12-01}\nacts:\n`,
]
const two: Change = ['witness: {minimum: 3', 'witness: {minimum: 2']
const long: Change = ['minutes: 5, text: Sign the plan.', 'minutes: 500, text: Sign the plan.']

const at = (changes: readonly Change[], now: string | null, view = true): readonly Finding[] =>
  lint(
    load(changed(small, changes)),
    local,
    view ? viewOf() : null,
    null,
    now === null ? null : new Date(`${now}T12:00:00Z`),
  )
const brief = (found: readonly Finding[]): unknown =>
  found.map(({rule, waived}) => [rule, waived?.by ?? null])

describe('a finding that somebody lets pass', () => {
  test('is shown with who, why and until when, on the last day too', () => {
    const waived = {by: 'Alice', reason: 'It is a trial.', until: '2026-12-01'}
    expect(at([waiver('rule: witnesses'), two], '2026-12-01')).toMatchObject([{rule: 'witnesses', waived}])
  })

  test('counts again from the day after, and the waiver is found too', () => {
    const text = changed(small, [waiver('rule: witnesses'), two])
    const found = at([waiver('rule: witnesses'), two], '2026-12-02')
    expect(brief(found)).toEqual([
      ['witnesses', null],
      ['waiver-expired', null],
    ])
    expect(found[1]).toMatchObject({
      line: lineOf(text, 'It is a trial'),
      message:
        'Alice let "witnesses" pass until 2026-12-01, and that day is over: mend what it is about, or let it be waived anew',
    })
  })

  test('is let pass at its step alone, where one is named', () => {
    const more: Change = ['minutes: 5, text: Sign the record.', 'minutes: 300, text: Sign the record.']
    expect(brief(at([waiver('rule: minutes, step: approve'), long, more], '2026-11-01'))).toEqual([
      ['minutes', 'Alice'],
      ['minutes', null],
    ])
  })

  test('counts where nobody knows the day', () => {
    expect(brief(at([waiver('rule: witnesses'), two], null))).toEqual([['witnesses', null]])
  })
})

describe('a waiver that makes no sense is found', () => {
  test.each<[string, readonly Change[], string, string]>([
    [
      'of a rule that the program holds itself',
      [waiver('rule: needs-quorum')],
      'waiver-refused',
      'rule "needs-quorum" cannot be waived',
    ],
    [
      'of a rule with a typing error',
      [waiver('rule: witneses'), two],
      'waiver-refused',
      'rule "witneses" cannot be waived: did you mean "witnesses"?',
    ],
    [
      'at a step that is not there',
      [waiver('rule: minutes, step: aprove'), long],
      'unknown-step',
      'step "aprove" is not known: did you mean "approve"?',
    ],
    [
      'of the whole checklist',
      [waiver('rule: checklist')],
      'waiver-refused',
      `a waiver of "checklist" lets one point pass: add "point", one of ${checkpoints.join(', ')}`,
    ],
    [
      'of a point of a rule that has none',
      [waiver('rule: witnesses, point: backup'), two],
      'waiver-refused',
      'only a waiver of "checklist" has a point: take it away',
    ],
    [
      'at another step than its rule is found at',
      [waiver('rule: minutes, step: sign-off'), long],
      'waiver-unused',
      '"minutes" is found at "approve", and not at "sign-off": name that step, or take the waiver away',
    ],
    [
      'of nothing',
      [waiver('rule: minutes')],
      'waiver-unused',
      'nothing is found that "minutes" would let pass: take the waiver away',
    ],
  ])('%s', (_, changes, rule, message) => {
    const found = at(changes, '2026-11-01').find((one) => one.rule === rule)
    expect(found).toMatchObject({
      line: lineOf(changed(small, changes), 'It is a trial'),
      message,
      waived: null,
    })
  })

  test('but a waiver of nothing is not held against it where not everything could be judged', () => {
    expect(at([waiver('rule: minutes')], '2026-11-01', false)).toEqual([])
  })
})

describe('the checklist before a key is made', () => {
  const production = (changes: readonly Change[]): readonly Finding[] =>
    lint(load(changed(small, changes)), local, viewOf({environment: 'production'}), null)
      // Nobody here has a key that counts in production.
      .filter(({rule}) => rule !== 'quorum-roles')

  test.each(checkpoints.map((point) => [point]))('%s that no step settles is found', (point) => {
    const list = checkpoints.filter((one) => one !== point).join(', ')
    const found = production([[checkpoints.join(', '), list]])
    expect(found).toMatchObject([
      {
        rule: 'checklist',
        line: lineOf(small, 'kind: key.create'),
        message: expect.stringContaining(`add "checks: [${point}]" to the step that does`),
      },
    ])
  })

  test('is let pass point by point', () => {
    const none: Change = [`, checks: [${checkpoints.join(', ')}]`, '']
    const found = lint(
      load(changed(small, [waiver('rule: checklist, point: recording, step: make'), none])),
      local,
      viewOf({environment: 'production'}),
      null,
      new Date('2026-11-01T12:00:00Z'),
    ).filter(({rule}) => rule === 'checklist')
    expect(found.filter(({waived}) => waived !== null)).toMatchObject([
      {message: expect.stringContaining('the recording runs') as unknown, step: 'make'},
    ])
    expect(found.filter(({waived}) => waived === null)).toHaveLength(checkpoints.length - 1)
  })

  const late: readonly Change[] = [
    [`, checks: [${checkpoints.join(', ')}]`, ''],
    ['{id: serial, kind: record,', `{id: serial, kind: record, checks: [${checkpoints.join(', ')}],`],
  ]
  test('is not settled by a step after it', () => {
    expect(production(late).map(({rule}) => rule)).toEqual(checkpoints.map(() => 'checklist'))
  })

  test('is asked for where no ledger says what the key is for, and not for keys to test with', () => {
    expect(at(late, null, false)).toHaveLength(checkpoints.length)
    expect(at(late, null)).toEqual([])
  })
})

describe('who is in the room', () => {
  const only = (role: string, acts: string): Change => [`  ${role}: {`, `  ${role}: {acts: [${acts}], `]
  const second: Change = [
    'after:\n',
    '  - {id: late, title: Late, steps: [{id: bye, kind: confirm, by: witness, minutes: 1, text: Bye.}]}\nafter:\n',
  ]

  test('a step of a role that is not there in this act is found', () => {
    expect(at([only('custodian', 'late'), second], null)).toContainEqual(
      expect.objectContaining({
        rule: 'role-absent',
        line: lineOf(small, 'id: approve'),
        message:
          'step 1.5 "approve": it is done by role "custodian", which is not in the room in act "only": add the act to its "acts", or move the step',
      }),
    )
  })

  test('a key that is made without witnesses in the room is found', () => {
    expect(at([only('witness', 'late'), second], null).map(({rule, line}) => [rule, line])).toContainEqual([
      'role-absent',
      lineOf(small, 'kind: key.create'),
    ])
  })

  test('an act that is not there is found, with the nearest', () => {
    expect(at([only('custodian', 'onli')], null)).toMatchObject([
      {rule: 'unknown-act', message: 'act "onli" is not known: did you mean "only"?'},
    ])
  })
})
