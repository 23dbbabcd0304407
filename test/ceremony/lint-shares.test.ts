/** Templates whose shares could not be given out, or would be left out: each with exactly what is found. */
import {describe, expect, test} from '@jest/globals'
import {refusal} from '../shares/support.ts'
import {findings} from './lint-support.ts'
import {escrowTemplate} from './escrow-template.ts'
import {changed, lineOf, type Change} from './template-support.ts'

const line = (id: string): string =>
  new RegExp(`^ {6}- \\{id: ${id},.*\\n`, 'm').exec(escrowTemplate)?.[0] ?? ''
const values = new Map<string, string | readonly string[]>([
  ['set', 'house'],
  ['key', 'back'],
  ['holders', ['a@x', 'b@x', 'c@x']],
])

interface Row {
  readonly name: string
  readonly changes: readonly Change[]
  readonly rule: string
  readonly at: string
  readonly message: string
}

const rows: readonly Row[] = [
  {
    name: 'shares that nobody signs for',
    changes: [[line('receive'), '']],
    rule: 'shares-unreceived',
    at: 'id: split,',
    message:
      'step 1.3 "split": shares of step "split" are out, and nobody signs that they have theirs: put a shares.receive step after it',
  },
  {
    name: 'shares that are received before they are out',
    changes: [
      [line('receive'), ''],
      [line('split'), line('receive') + line('split')],
    ],
    rule: 'shares-too-early',
    at: 'id: receive,',
    message: 'shares are received before step "split" gives them out: move this step after it',
  },
  {
    name: 'shares that are received twice',
    changes: [[line('receive'), line('receive') + line('receive').replace('receive,', 'again,')]],
    rule: 'received-twice',
    at: 'id: again,',
    message: 'what step "split" gives out was received already',
  },
  {
    name: 'a receipt for what gives out nothing',
    changes: [['of: split', 'of: clock']],
    rule: 'shares-of-what',
    at: 'id: receive,',
    message: 'step "clock" gives out no shares: name a shares.split step',
  },
  {
    name: 'a set that is put together before it is split',
    changes: [
      [line('split'), ''],
      [line('receive'), ''],
      [line('check'), line('check') + line('split') + line('receive')],
    ],
    rule: 'shares-too-early',
    at: 'id: check,',
    message: 'set "house" is split only by step "split": move this step after it',
  },
  {
    name: 'a split that nobody approves',
    changes: [[line('approve-split'), '']],
    rule: 'needs-quorum',
    at: 'id: split,',
    message: 'nobody approves step "split"',
  },
  {
    name: 'one approval for a split and a recovery',
    changes: [['for: [split]', 'for: [split, to-file]']],
    rule: 'quorum-for-several',
    at: 'id: approve-split,',
    message: 'a shares.split step has a plan of its own: make a quorum step for it alone',
  },
  {
    name: 'a threshold above the holders',
    changes: [['threshold: 3', 'threshold: 4']],
    rule: 'shares-holders',
    at: 'id: split,',
    message: '4 shares recover, and there are 3 holders: name more, or lower it',
  },
  {
    name: 'a printer for nobody',
    changes: [['threshold: 3', 'threshold: 3, printer: hall']],
    rule: 'shares-printer',
    at: 'id: split,',
    message: 'a printer is named, and nobody gets a card',
  },
  {
    name: 'a role that may not approve a split',
    changes: [[line('approve-split'), line('approve-split').replace('by: custodian', 'by: operator')]],
    rule: 'quorum-role',
    at: 'id: approve-split,',
    message: 'role "operator" may not answer under rule "escrow" of the policy: it asks custodian',
  },
  {
    name: 'too few who approve',
    changes: [['minimum: 4', 'minimum: 2']],
    rule: 'quorum-people',
    at: 'minimum: 2',
    message: 'rule "escrow" of the policy needs 3 people, role "custodian" may have only 2',
  },
  {
    name: 'a recovered key that nobody tries',
    changes: [[line('verify'), '']],
    rule: 'never-verified',
    at: 'id: to-key,',
    message: 'key "back" is made and never verified',
  },
]

describe('shares', () => {
  test('that can be followed have no findings', () => {
    expect(
      findings(escrowTemplate, {}, values).filter(
        ({rule}) => !['shares-holders', 'unknown-person', 'unknown-profile'].includes(rule),
      ),
    ).toEqual([])
  })

  test.each(rows)('$name: found at its line', ({changes, rule, at, message}) => {
    const text = changed(escrowTemplate, changes)
    const found = findings(text, {}, values).filter(
      (one) => one.rule === rule && one.message.includes(message),
    )
    expect(found.map((one) => one.line)).toContain(lineOf(text, at))
  })

  test.each([
    ['class: mac, ', '', 'class: is missing'],
    ['ticket: INC-1, by', 'ticket: INC-1, class: mac, by', 'class: belongs to a key: name it as "key"'],
    ['threshold: 3', 'threshold: 1', 'threshold: expected 2 or more'],
    ['ticket: INC-1, by', 'by', 'ticket: is missing'],
  ])('of another form are no template: "%s" as "%s"', (from, to, message) => {
    const refused = refusal(() => findings(changed(escrowTemplate, [[from, to]]), {}, values))
    expect([refused.code, refused.message]).toEqual(['TEMPLATE_INVALID', expect.stringContaining(message)])
  })

  test('of a set that the ledger does not have, and for people who are not there, are found', () => {
    const text = changed(escrowTemplate, [
      [line('approve-split'), ''],
      [line('split'), ''],
      [line('receive'), ''],
    ])
    expect(findings(text, {}, values).map(({rule}) => rule)).toContain('unknown-set')
    expect(findings(escrowTemplate, {}, values).filter(({rule}) => rule === 'shares-holders')).toHaveLength(3)
  })
})
