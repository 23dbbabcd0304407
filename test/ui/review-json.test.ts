/** What `--json` prints goes to terminals too. */
import {expect, test} from '@jest/globals'
import {visibleJson} from '../../src/base/visible.ts'
import CustodianShow from '../../src/commands/custodian/show.ts'
import {makeLedger} from '../support/ledger.ts'
import {runCommand} from '../support/run.ts'

const hostile = 'a\u009b31m\u202eb\u200bc\u{e0041}\u2028"\n\u001b]52;c;x\u0007'

test('no character without a shape of its own stands in it, and it reads back the same', () => {
  const text = visibleJson({[hostile]: [hostile]})
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u)
  expect(JSON.parse(text)).toEqual({[hostile]: [hostile]})
})

test('nor in the document of a refusal that says what was typed', async () => {
  const made = await makeLedger({people: 1})
  const ran = await runCommand(CustodianShow, 'custodian show', [hostile, '--json'], made.world)
  made.remove()
  expect(ran.exit).toBe(4)
  expect(ran.stdout.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u)
})
