/** What people elsewhere read before they sign another policy. */
import {expect, test} from '@jest/globals'
import {defaultPolicy} from '../../src/policy/index.ts'
import {openRequest, planAdopt} from '../../src/requests/index.ts'
import {contextOf} from './support.ts'
import {makeAfar} from './afar-support.ts'

test('a policy to be adopted is shown from afar, old -> new, with what is weaker and what lint finds', async () => {
  const made = await makeAfar()
  const rules = defaultPolicy.rules.map((rule) => (rule.id === 'policy' ? {...rule, people: 1} : rule))
  const request = await made.using((app) =>
    openRequest(contextOf(app, made.founder(0)), {
      plan: planAdopt(app.ledger.view, {...defaultPolicy, name: 'weak', rules}),
      names: {},
      reason: null,
      ticket: null,
      only: null,
    }),
  )
  const {dir} = await made.export(request.id, 1)
  const {stderr, exit} = await made.sign(dir, 1, '--yes')
  expect(exit).toBe(0)
  expect(stderr).toContain('Change: policy.adopt: 3 of custodian -> 1 of custodian. WEAKER.\n')
  expect(stderr).toContain('Change: Name: "default" -> "weak".\n')
  expect(stderr).toContain(
    'Finding: rule "policy" lets one person alone do policy.adopt (C6) (one-person).\n',
  )
  made.remove()
})
