import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import DutyList from '../../src/commands/duty/list.ts'
import IncidentClose from '../../src/commands/incident/close.ts'
import IncidentList from '../../src/commands/incident/list.ts'
import IncidentNote from '../../src/commands/incident/note.ts'
import IncidentRatify from '../../src/commands/incident/ratify.ts'
import IncidentResume from '../../src/commands/incident/resume.ts'
import IncidentShow from '../../src/commands/incident/show.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyDeactivate from '../../src/commands/key/deactivate.ts'
import KeyList from '../../src/commands/key/list.ts'
import KeyResume from '../../src/commands/key/resume.ts'
import KeyShow from '../../src/commands/key/show.ts'
import RequestList from '../../src/commands/request/list.ts'
import Revoke from '../../src/commands/revoke.ts'
import RotationStatus from '../../src/commands/rotation/status.ts'
import Unrevoke from '../../src/commands/unrevoke.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {contained, nightOf, opened, signed} from '../incidents/bench.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {runCommand, runJson, somebody, type CommandClass} from '../support/run.ts'

let house: House
beforeAll(async () => {
  house = await makeHouse()
})
afterAll(() => {
  expect(problemsOf(house)).toEqual([])
  house.remove()
})

const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((handle) => ['--sign-with', `${handle}=${house.keyOf(handle)}`])
const run = (command: CommandClass, id: string, argv: readonly string[], as = 'dan') =>
  runJson(command, id, [...argv, '--as', as], house.world)
async function key(name: string, ...more: readonly string[]): Promise<string> {
  const made = await run(KeyCreate, 'key create', [
    ...[name, '--profile', 'main', '--owner', 'alice', '--activate', ...signing('alice', 'bob', 'carol')],
    ...(more.length > 0 ? more : ['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing']),
  ])
  expect(made).toMatchObject({exit: 0, state: 'active'})
  return name
}
const revoking = (name: string, ...more: readonly string[]): readonly string[] => [
  ...[name, '--reason', 'key-compromise', '--ticket', 'INC-1', '--confirm', `${name}@main`],
  ...more,
]

describe('revoke', () => {
  test('one person contains a key, it is proved dead, and the document says when', async () => {
    const name = await key('first')
    const done = await run(Revoke, 'revoke', revoking(name, ...signing('dan')))
    expect(done).toMatchObject({
      schema: 'keyrite.incident/1',
      exit: 0,
      key: name,
      contained: true,
      recorded: true,
      proof: 'proven',
      refusals: 10,
    })
    expect(String(done['lastSuccess']) < String(done['firstRefusal'])).toBe(true)
    expect(await run(KeyShow, 'key show', [name])).toMatchObject({
      state: 'suspended',
      versions: [{enforced: 'disabled', incident: done['id'], effect: {proof: 'proven'}}],
    })
  })

  test('who contained it cannot give it back alone, nor contain a second key before others have ratified', async () => {
    const [name, other] = [await key('second'), await key('third')]
    const contained = await run(Revoke, 'revoke', revoking(name, ...signing('carol')))
    expect(contained).toMatchObject({exit: 0, proof: 'proven'})
    const id = String(contained['id'])
    for (const [command, words] of [
      [KeyResume, 'key resume'],
      [KeyDeactivate, 'key deactivate'],
    ] as const)
      expect(await run(command, words, [name, ...signing('bob', 'carol')])).toMatchObject({
        exit: 5,
        code: 'KEY_STATE',
        changed: false,
        try: expect.arrayContaining([`keyrite unrevoke ${name}`]),
      })
    expect(await run(Revoke, 'revoke', revoking(other, ...signing('carol')))).toMatchObject({
      exit: 8,
      code: 'NOT_PERMITTED',
      try: expect.arrayContaining([`keyrite incident ratify ${id}`]),
    })
    expect(await run(KeyShow, 'key show', [other])).toMatchObject({state: 'active'})
    expect(await run(IncidentRatify, 'incident ratify', [id, ...signing('carol')])).toMatchObject({
      exit: 8,
      code: 'NOT_PERMITTED',
    })
    expect(await run(IncidentRatify, 'incident ratify', [id, ...signing('alice', 'bob')])).toMatchObject({
      exit: 0,
      ratifyDue: null,
      ratified: expect.stringMatching(/Z$/),
    })
    expect(await run(Revoke, 'revoke', revoking(other, ...signing('carol')))).toMatchObject({exit: 0})
  })

  test('the full quorum gives it back as it was, and fewer people do not', async () => {
    const name = await key('fourth')
    expect(await run(Revoke, 'revoke', revoking(name, ...signing('alice')))).toMatchObject({exit: 0})
    const back = [name, '--reason', 'false alarm', '--confirm', `${name}@main`]
    expect(await run(Unrevoke, 'unrevoke', [...back, ...signing('dan', 'carol')])).toMatchObject({
      exit: 8,
      operation: 'key.unrevoke',
    })
    expect(await run(Unrevoke, 'unrevoke', [...back, ...signing('alice', 'bob')])).toMatchObject({
      exit: 0,
      state: 'active',
      versions: [{enforced: 'enabled', incident: null}],
    })
    expect(await run(Unrevoke, 'unrevoke', [...back, ...signing('alice', 'bob')])).toMatchObject({
      exit: 5,
      code: 'KEY_STATE',
    })
  })

  test('an incident closes when nothing of it is open; called compromised, there is no way back', async () => {
    const name = await key('fifth')
    const {id} = await run(Revoke, 'revoke', revoking(name, ...signing('alice')))
    const incident = String(id)
    const close = (...more: readonly string[]) => run(IncidentClose, 'incident close', [incident, ...more])
    expect(await close()).toMatchObject({exit: 5, code: 'KEY_STATE'})
    const ratified = await run(IncidentRatify, 'incident ratify', [incident, ...signing('bob', 'carol')])
    expect(ratified).toMatchObject({exit: 0})
    const refused = await close('--confirmed-compromise', '--confirm', `${name}@main`)
    expect(refused).toMatchObject({exit: 5, code: 'DUTY_STATE'})
    expect(refused['message']).toContain('post-mortem')
    expect(await run(KeyShow, 'key show', [name])).toMatchObject({state: 'suspended'})
    const waiving = ['--waive', 'post-mortem', '--waive', 'breach-assessed']
    expect(await close(...waiving)).toMatchObject({exit: 2, code: 'USAGE'})
    expect(
      await close(
        ...waiving,
        '--reason',
        'a test key',
        '--confirmed-compromise',
        '--confirm',
        `${name}@main`,
      ),
    ).toMatchObject({exit: 0, status: 'closed', outcome: 'confirmed-compromise', open: []})
    expect(await run(KeyShow, 'key show', [name])).toMatchObject({state: 'compromised'})
    expect(await run(Unrevoke, 'unrevoke', [name, '--reason', 'x'])).toMatchObject({
      exit: 5,
      code: 'KEY_STATE',
    })
  })

  test('keys that others hang on need two, and one signature leaves the incident open with its clock', async () => {
    const name = await key('kek', '--algorithm', 'aes-256', '--purpose', 'wrap', '--class', 'kek')
    const one = await run(Revoke, 'revoke', revoking(name, ...signing('dan')))
    expect(one).toMatchObject({exit: 8, contained: false, proof: 'not-proven'})
    const again = await run(Revoke, 'revoke', revoking(name, ...signing('dan', 'alice')))
    expect(again).toMatchObject({exit: 0, id: one['id'], startedAt: one['startedAt'], proof: 'proven'})
    expect(again['reencrypt']).toMatchObject([{key: name, classification: 'confidential', estimate: 'PT1H'}])
  })

  test('who has neither role contains nothing', async () => {
    const name = await key('sixth')
    expect(await run(Revoke, 'revoke', revoking(name, ...signing('erin')), 'erin')).toMatchObject({
      exit: 8,
      code: 'NOT_PERMITTED',
    })
    expect(await run(KeyShow, 'key show', [name])).toMatchObject({state: 'active'})
  })

  test('another name than that of the key changes nothing, and the incident goes on by its own clock', async () => {
    const name = await key('seventh')
    const wrong = [name, '--reason', 'legal', '--confirm', 'seventh@other', ...signing('bob')]
    expect(await run(Revoke, 'revoke', wrong)).toMatchObject({
      exit: 3,
      code: 'NOT_CONFIRMED',
      try: expect.arrayContaining([expect.stringMatching(/^keyrite incident resume i\d+$/)]),
    })
    const listed = await run(IncidentList, 'incident list', [])
    const mine = (listed['incidents'] as {id: string; key: string; startedAt: string}[]).find(
      (one) => one.key === name,
    )
    expect(await run(IncidentShow, 'incident show', [name])).toMatchObject({id: mine?.id, status: 'open'})
    const noted = await run(IncidentNote, 'incident note', [mine?.id ?? '', 'paged checkout'])
    expect(noted).toMatchObject({exit: 0, contained: false, notes: [{note: 'paged checkout'}]})
    const done = await run(IncidentResume, 'incident resume', [
      ...[mine?.id ?? '', '--confirm', `${name}@main`],
      ...signing('alice'),
    ])
    expect(done).toMatchObject({exit: 0, startedAt: mine?.startedAt, reason: 'legal'})
    const others = [mine?.id ?? '', ...signing('bob', 'carol')]
    expect(await run(IncidentRatify, 'incident ratify', others)).toMatchObject({exit: 0})
  })

  test('without a terminal each question names its flag, before a clock is started', async () => {
    const before = await house.using(({ledger}) => ledger.size)
    const name = await key('eighth')
    expect(await run(Revoke, 'revoke', [])).toMatchObject({exit: 3, code: 'NO_TERMINAL'})
    expect(await run(Revoke, 'revoke', [name])).toMatchObject({exit: 3, code: 'NO_TERMINAL'})
    expect(before).toBeLessThan(await house.using(({ledger}) => ledger.size))
    expect((await run(IncidentList, 'incident list', []))['incidents']).not.toContainEqual(
      expect.objectContaining({key: name}),
    )
  })

  test('on a terminal it asks for key, reason and name, and every line has the clock', async () => {
    const name = await key('ninth')
    const ask = somebody(name, 'departure', `${name}@main`)
    const {stderr, stdout, exit} = await runCommand(
      Revoke,
      'revoke',
      ['--as', 'alice', ...signing('alice')],
      {...house.world, ask},
    )
    expect([exit, stdout.split('\n')[0]]).toEqual([0, expect.stringMatching(/^DEAD: key "ninth"/)])
    expect(ask.asked).toHaveLength(3)
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .filter((line) => !/^T\+\d\d:\d\d of 60:00 {2}/.test(line)),
    ).toEqual([])
  })
})

describe('what others have not ratified after a day', () => {
  let now = new Date('2026-11-28T03:00:00.000Z')
  let late: TestLedger
  beforeAll(async () => {
    late = await makeLedger({people: 4, now: () => now})
    const app = late.open()
    await addLocal(app, 'soft')
    await makeKey(app, late.founders, {name: 'payments', profile: 'soft', algorithm: 'ed25519'})
    const by = late.founders[2]
    if (by === undefined) throw new Error('there are four')
    const night = nightOf({made: late, app}, by)
    const incident = await opened(night, 'payments')
    await contained(night, await signed(night, incident))
    await app.close()
  })
  afterAll(() => {
    late.remove()
  })
  const seen = (command: CommandClass, words: string, ...argv: readonly string[]) =>
    runCommand(command, words, argv, late.world)

  test('ends every list with 10, and is said first on every screen', async () => {
    const said = /^OVERDUE since 2026-11-29T03:00:\S+: what was contained in incident i\d+ \(key "payments"\)/
    expect(await seen(KeyList, 'key list')).toMatchObject({exit: 0, stderr: ''})
    now = new Date('2026-11-29T03:00:01.000Z')
    for (const [command, words] of [
      [KeyList, 'key list'],
      [DutyList, 'duty list'],
      [RequestList, 'request list'],
      [IncidentList, 'incident list'],
      [RotationStatus, 'rotation status'],
    ] as const)
      expect([words, await seen(command, words)]).toMatchObject([
        words,
        {exit: 10, stderr: expect.stringMatching(said)},
      ])
    const shown = await seen(KeyShow, 'key show', 'payments')
    expect([shown.exit, shown.stderr]).toEqual([0, expect.stringMatching(said)])
  })
})
