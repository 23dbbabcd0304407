import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import type {App} from '../../src/app.ts'
import CustodianList from '../../src/commands/custodian/list.ts'
import LedgerErase from '../../src/commands/ledger/erase.ts'
import LedgerShow from '../../src/commands/ledger/show.ts'
import {fromHex} from '../../src/base/bytes.ts'
import {Private, type Draft} from '../../src/ledger/index.ts'
import {
  apply,
  meet,
  placesIn,
  placesOf,
  planErase,
  type Place,
  type Request,
} from '../../src/requests/index.ts'
import {ask, contextOf, sayAll} from '../requests/support.ts'
import {makeLedger, type Founder, type TestLedger} from '../support/ledger.ts'
import {runCommand, runJson} from '../support/run.ts'
import {forge} from './forge.ts'
import {behind, nobody, outcome, rules, verified} from './support.ts'

let made: TestLedger
let app: App
beforeEach(async () => {
  made = await makeLedger({people: 5})
  app = made.open()
})
afterEach(async () => {
  await app.close()
  made.remove()
})

function founder(at: number): Founder {
  const one = made.founders[at]
  if (one === undefined) throw new Error('there are five')
  return one
}
/** Name and address of a founder. */
function namesOf({person}: Founder): readonly Place[] {
  const first = app.ledger.view.entry(0)
  return first === undefined ? [] : placesOf(person.id, first)
}
async function approved(places: readonly Place[]): Promise<Request> {
  const asked = await ask(
    contextOf(app),
    {plan: planErase(app.ledger.view, places), names: {}},
    {reason: 'asked for'},
  )
  return meet(contextOf(app), await sayAll(contextOf(app), asked, made.founders.slice(0, 3)))
}
const erase = (request: Request): Promise<Request> => apply(contextOf(app), app.operations, request)
const erased = (commitments: readonly string[], by: number | null): Draft => ({
  type: 'openings.erased',
  actor: nobody,
  approved: by,
  data: {commitments, reason: new Private('asked for')},
})
const commitmentsOf = (places: readonly Place[]): string[] => places.map(({commitment}) => commitment).sort()

describe('erasing private values', () => {
  test('takes them out of the file, and everything verifies as before', async () => {
    const file = join(made.world.home, 'ledger.db')
    expect(readFileSync(file).includes('dan@example.com')).toBe(true)
    await erase(await approved(namesOf(founder(3))))
    await app.close()
    expect(readFileSync(file).includes('dan@example.com')).toBe(false)
    expect(verified(made.world)).toMatchObject({problems: [], erased: 2})
    app = made.open()
    expect(app.ledger.size).toBeGreaterThan(0)
  })

  test('leaves the id where the name was', async () => {
    await erase(await approved(namesOf(founder(3))))
    await app.close()
    const {people} = await runJson<{people: {id: string; name: string | null}[]}>(
      CustodianList,
      'custodian list',
      [],
      made.world,
    )
    expect(people.find(({id}) => id === founder(3).person.id)?.name).toBeNull()
    const {stdout} = await runCommand(LedgerShow, 'ledger show', ['0'], made.world)
    expect(stdout).not.toContain('Dan')
    expect(stdout).toContain('withheld')
  })

  test('of an entry takes all that it holds, the host too', async () => {
    const entry = app.ledger.view.entry(1)
    if (entry === undefined) throw new Error('there is one')
    expect(placesIn(entry)).toHaveLength(1)
    await erase(await approved(placesIn(entry)))
    expect(verified(made.world).problems).toEqual([])
  })

  test('cannot be asked for what is gone, or is not there', async () => {
    const names = namesOf(founder(3))
    await erase(await approved(names))
    expect(await outcome(() => planErase(app.ledger.view, names))).toBe('NOT_FOUND')
    expect(await outcome(() => planErase(app.ledger.view, []))).toBe('NOT_FOUND')
  })

  test('that was approved twice is done once', async () => {
    const names = namesOf(founder(3))
    const [first, second] = [await approved(names), await approved(names)]
    await erase(first)
    expect(await outcome(() => erase(second))).toBe('PLAN_MOVED')
    expect(verified(made.world).problems).toEqual([])
  })
})

describe('a private value', () => {
  const remove = (commitments: readonly string[]): void => {
    behind(made.world.home, (db) => {
      for (const one of commitments) db.prepare('DELETE FROM openings WHERE commitment = ?').run(fromHex(one))
    })
  }

  test('that is missing, and that no entry erased, is a problem', async () => {
    const commitments = commitmentsOf(namesOf(founder(3)))
    await app.close()
    remove(commitments)
    expect(rules(made.world)).toEqual(['opening'])
    expect(verified(made.world).problems.map(({seq}) => seq)).toEqual([0, 0])
    app = made.open()
    expect(await outcome(() => app.ledger.size)).toBe('LEDGER_TAMPERED')
  })

  test('that was erased, and is put back, is a problem', async () => {
    const [place] = namesOf(founder(3))
    const opening = app.ledger.store.opening(place?.commitment ?? '')
    await erase(await approved(namesOf(founder(3))))
    const seq = app.ledger.size - 1
    await app.close()
    behind(made.world.home, (db) =>
      db
        .prepare('INSERT INTO openings (commitment, salt, value) VALUES (?, ?, ?)')
        .run(fromHex(opening?.commitment ?? ''), opening?.salt, opening?.value),
    )
    expect(verified(made.world).problems).toContainEqual(expect.objectContaining({rule: 'opening', seq}))
    app = made.open()
    expect(await outcome(() => app.ledger.size)).toBe('LEDGER_TAMPERED')
  })

  test.each<[string, string, (request: Request) => Draft]>([
    ['nobody’s approval', 'approval', () => erased(commitmentsOf(namesOf(founder(3))), null)],
    ['the policy’s word', 'approval', () => erased(commitmentsOf(namesOf(founder(3))), 0)],
    ['an approval to erase another’s', 'plan', ({met}) => erased(commitmentsOf(namesOf(founder(2))), met)],
    [
      'more than was approved',
      'plan',
      ({met}) => erased(commitmentsOf([...namesOf(founder(2)), ...namesOf(founder(3))]), met),
    ],
  ])('erased with %s is refused, and where it is put past keyrite, named', async (_name, rule, make) => {
    const request = await approved(namesOf(founder(3)))
    const size = app.ledger.size
    const draft = make(request)
    expect(await outcome(() => app.ledger.append([draft]))).toBe('POLICY_REFUSES')
    expect(app.ledger.view.open({$: commitmentsOf(namesOf(founder(3)))[0] ?? ''})).toBeDefined()
    await app.close()
    await forge(made.world, [draft])
    const {problems} = verified(made.world)
    expect(problems).toContainEqual(expect.objectContaining({rule, seq: size}))
    // What no good entry erased is missing.
    expect(problems).toContainEqual(expect.objectContaining({rule: 'opening', seq: 0}))
    app = made.open()
  })

  test.each<[string, (good: readonly string[]) => unknown]>([
    ['in another order', (good) => [...good].reverse()],
    ['twice', (good) => [...good, good.at(-1)]],
    ['none', () => []],
    ['as text', (good) => good.join()],
    ['in capitals', (good) => good.map((one) => one.toUpperCase())],
  ])('is not erased by an entry that names it %s', async (_name, change) => {
    const {met} = await approved(namesOf(founder(3)))
    const commitments = change(commitmentsOf(namesOf(founder(3)))) as string[]
    expect(await outcome(() => app.ledger.append([erased(commitments, met)]))).toBe('POLICY_REFUSES')
  })
})

describe('ledger erase', () => {
  test('shows where everything stands, and asks for people', async () => {
    await app.close()
    const plan = await runJson<{plan: {rests: string[]}}>(
      LedgerErase,
      'ledger erase',
      ['--person', 'dan', '--reason', 'asked for', '--dry-run'],
      made.world,
    )
    expect(plan.plan.rests).toEqual(['2 private values of entry 0 (ledger.opened)'])
    const asked = await runJson(
      LedgerErase,
      'ledger erase',
      ['--person', 'dan', '--reason', 'asked for', '--as', 'alice'],
      made.world,
    )
    expect(asked).toMatchObject({schema: 'keyrite.request/1', exit: 8, operation: 'ledger.erase'})
    app = made.open()
  })

  test.each([
    ['nothing to erase', [], 'USAGE'],
    ['what is no commitment', ['--commitment', 'abc'], 'USAGE'],
    ['a commitment that is not there', ['--commitment', 'a'.repeat(64)], 'NOT_FOUND'],
    ['somebody who is not there', ['--person', 'zoe'], 'PERSON_NOT_FOUND'],
    ['an entry that is not there', ['--entry', '999'], 'NOT_FOUND'],
  ])('refuses %s', async (_name, argv, code) => {
    await app.close()
    const refused = await runJson(
      LedgerErase,
      'ledger erase',
      [...argv, '--reason', 'x', '--as', 'alice'],
      made.world,
    )
    expect(refused).toMatchObject({schema: 'keyrite.error/1', code})
    app = made.open()
  })
})
