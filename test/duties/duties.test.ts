/** Duties after a ceremony: opened by its sign-off, met or waived by people, overdue for cron (C4). */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {sha256Hex} from '../../src/base/bytes.ts'
import CeremonyShow from '../../src/commands/ceremony/show.ts'
import DutyDone from '../../src/commands/duty/done.ts'
import DutyList from '../../src/commands/duty/list.ts'
import DutyShow from '../../src/commands/duty/show.ts'
import DutyWaive from '../../src/commands/duty/waive.ts'
import type {DutyDocument} from '../../src/duties/index.ts'
import {held} from '../commands/held.ts'
import {makeHouse, type House} from '../ceremony/room.ts'
import {runCommand, runJson} from '../support/run.ts'

interface Listed {
  readonly duties: readonly DutyDocument[]
}
const dayMs = 86_400_000

describe('the duties of a ceremony', () => {
  let house: House
  let ceremony: string
  beforeAll(async () => {
    house = await makeHouse()
    ceremony = (await held(house)).id
  })
  afterAll(() => {
    house.remove()
  })

  const later = (days: number): House['world'] => ({
    ...house.world,
    now: () => new Date(Date.now() + days * dayMs),
  })
  const list = (argv: readonly string[] = [], days = 0): ReturnType<typeof runJson<Listed>> =>
    runJson<Listed>(DutyList, 'duty list', argv, later(days))
  const named = async (name: string): Promise<DutyDocument> => {
    const found = (await list(['--all'])).duties.find((one) => one.name === name)
    if (found === undefined) throw new Error(`no duty "${name}"`)
    return found
  }

  test('are opened by the sign-off, within what is signed, with owner, day and where they come from', async () => {
    const {duties, exit, schema} = await list()
    expect([schema, exit]).toEqual(['keyrite.duties/1', 0])
    expect(duties.map(({name}) => name).sort()).toEqual(
      ['backup-verified', 'documentation', 'inventory', 'monitoring', 'rotation'].sort(),
    )
    expect(duties[0]).toMatchObject({
      id: expect.stringMatching(/^d\d+$/),
      what: expect.stringContaining('payments-jwt'),
      overdue: false,
      from: {kind: 'ceremony', id: ceremony},
    })
    const types = await house.using((app) =>
      Array.from({length: app.ledger.size}, (_none, seq) => app.ledger.view.entry(seq)?.type),
    )
    expect(types.indexOf('signoff.opened')).toBeGreaterThan(types.lastIndexOf('duty.opened'))
  })

  test('are overdue after their day, worst first, and the list ends with 10 so that cron sees it', async () => {
    const {duties, exit} = await list([], 2)
    expect(exit).toBe(10)
    expect(duties[0]).toMatchObject({
      name: 'inventory',
      overdue: true,
      overdueBy: expect.stringMatching(/^P/),
    })
    expect(duties.filter(({overdue}) => overdue)).toHaveLength(1)
    const only = await list(['--overdue'], 2)
    expect(only.duties.map(({name}) => name)).toEqual(['inventory'])
    const shown = await runCommand(DutyList, 'duty list', ['--overdue'], later(2))
    expect(shown.stdout).toContain('Status: overdue by')
    expect(shown.stdout).toContain('Next: keyrite duty show d')
  })

  test('are done with evidence: words, or a file by name and digest; then they are owed no more', async () => {
    const inventory = await named('inventory')
    const path = join(house.world.home, 'row.txt')
    writeFileSync(path, 'row 118\n')
    const done = await runJson<DutyDocument>(
      DutyDone,
      'duty done',
      [inventory.id, '--evidence', path, '--as', 'alice'],
      house.world,
    )
    expect(done).toMatchObject({
      schema: 'keyrite.duty/1',
      status: 'done',
      done: {by: {name: 'Alice'}, evidence: `file row.txt, SHA-256 ${sha256Hex(Buffer.from('row 118\n'))}`},
    })
    expect((await list()).duties.map(({id}) => id)).not.toContain(inventory.id)
    const again = await runCommand(
      DutyDone,
      'duty done',
      [inventory.id, '--evidence', 'twice', '--as', 'alice'],
      house.world,
    )
    expect(again.stderr).toMatch(/^Error: cannot mark it as done: duty d\d+ was done .*\nCode: DUTY_STATE\n/)
    expect(again.exit).toBe(5)
  })

  test('are waived until a day with a reason, and owed again after it', async () => {
    const monitoring = await named('monitoring')
    const until = new Date(Date.now() + 10 * dayMs).toISOString().slice(0, 10)
    const waived = await runJson<DutyDocument>(
      DutyWaive,
      'duty waive',
      ['monitoring', '--reason', 'the device is in repair', '--until', until, '--as', 'bob'],
      house.world,
    )
    expect(waived).toMatchObject({
      id: monitoring.id,
      status: 'waived',
      waived: {by: {name: 'Bob'}, reason: 'the device is in repair', until: `${until}T23:59:59.999Z`},
    })
    const overdue = async (days: number): Promise<boolean> =>
      (await list(['--overdue'], days)).duties.some(({id}) => id === monitoring.id)
    expect(await overdue(5)).toBe(false)
    expect(await overdue(12)).toBe(true)
  })

  test('show in the ceremony, each with its status', async () => {
    const {duties} = await runJson<{duties: readonly {id: string; duty: string; status: string}[]}>(
      CeremonyShow,
      'ceremony show',
      [ceremony],
      house.world,
    )
    expect(duties.map(({id, status}) => [id, status])).toEqual(
      expect.arrayContaining([
        ['inventory', 'done'],
        ['monitoring', 'waived'],
        ['rotation', 'open'],
      ]),
    )
  })

  test('can be asked for by owner', async () => {
    const owed = (await list(['--owner', 'alice'])).duties
    expect(owed.length).toBeGreaterThan(0)
    for (const {owners} of owed) expect(owners.map(({name}) => name)).toContain('Alice')
  })

  test.each([
    ['one that is not there', DutyShow, 'duty show', ['d99999'], 4, 'DUTY_NOT_FOUND'],
    [
      'a day that has passed',
      DutyWaive,
      'duty waive',
      ['rotation', '--reason', 'r', '--until', '2020-01-01', '--as', 'bob'],
      2,
      'USAGE',
    ],
    [
      'a day that is none',
      DutyWaive,
      'duty waive',
      ['rotation', '--reason', 'r', '--until', '2027-02-30', '--as', 'bob'],
      2,
      'USAGE',
    ],
    ['no evidence at all', DutyDone, 'duty done', ['rotation', '--evidence', ' ', '--as', 'bob'], 2, 'USAGE'],
    ['nobody who says so', DutyDone, 'duty done', ['rotation', '--evidence', 'e'], 2, 'USAGE'],
  ] as const)('%s is refused, and nothing is recorded', async (_name, command, id, argv, exit, code) => {
    const size = await house.using((app) => app.ledger.size)
    const ran = await runCommand(command, id, argv, house.world)
    expect([ran.exit, /Code: (\w+)/.exec(ran.stderr)?.[1]]).toEqual([exit, code])
    expect(await house.using((app) => app.ledger.size)).toBe(size)
  })
})

describe('entries on duties that nobody could have made here', () => {
  let house: House
  let ceremony: string
  beforeAll(async () => {
    house = await makeHouse()
    ceremony = (await held(house)).id
  })
  afterAll(() => {
    house.remove()
  })

  test.each([
    ['a duty after the sign-off', {type: 'duty.opened', within: true}, 'its ceremony is signed-off'],
    [
      'a duty of no ceremony',
      {type: 'duty.opened', within: false},
      'it comes from no ceremony, nor from the rotation of a key',
    ],
    ['done, of a duty that is none', {type: 'duty.done', within: false}, 'there is no such duty'],
  ])('%s', async (_name, {type, within}, message) => {
    await expect(
      house.using(async (app) => {
        const {Private} = await import('../../src/ledger/index.ts')
        const {custodyFold} = await import('../../src/custody/index.ts')
        const [person = ''] = app.ledger.of(custodyFold).roster.keys()
        const data =
          type === 'duty.opened'
            ? {name: 'x', what: new Private('x'), owners: [person], due: '2027-01-01T00:00:00.000Z'}
            : {duty: 1, evidence: new Private('x')}
        await app.ledger.append([
          {type, data, actor: {person, evidence: 'stated'}, ceremony: within ? ceremony : null},
        ])
      }),
    ).rejects.toThrow(message)
  })
})
