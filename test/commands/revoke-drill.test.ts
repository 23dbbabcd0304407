/** A drill: everything of a revocation on a key of a test profile, timed, and nothing of it counts as an incident. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import DutyList from '../../src/commands/duty/list.ts'
import IncidentClose from '../../src/commands/incident/close.ts'
import IncidentExport from '../../src/commands/incident/export.ts'
import IncidentList from '../../src/commands/incident/list.ts'
import IncidentPostmortem from '../../src/commands/incident/postmortem.ts'
import IncidentRatify from '../../src/commands/incident/ratify.ts'
import IncidentShow from '../../src/commands/incident/show.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import KeyList from '../../src/commands/key/list.ts'
import KeyShow from '../../src/commands/key/show.ts'
import NotificationConnect from '../../src/commands/notification/connect.ts'
import RequestShow from '../../src/commands/request/show.ts'
import Revoke from '../../src/commands/revoke.ts'
import Unrevoke from '../../src/commands/unrevoke.ts'
import {findIncident, openIncident, planContain} from '../../src/incidents/index.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import {meet, openRequest} from '../../src/requests/index.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {contained, keyAt, nightOf, signed, type Night} from '../incidents/bench.ts'
import {startWeb, type Web} from '../notifications/servers.ts'
import {say} from '../requests/support.ts'
import {makeKey, makeLedger, type TestLedger} from '../support/ledger.ts'
import {addLocal} from '../support/profile.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'
import {verified} from '../ledger/support.ts'

let house: House
let web: Web
beforeAll(async () => {
  web = await startWeb()
  house = await makeHouse({
    policy: {
      ...defaultPolicy,
      notifications: [{name: 'hook', kind: 'webhook', roles: ['security-lead'], url: web.url}],
    },
  })
  const secret = join(house.dir, 'signing-key')
  writeFileSync(secret, 'a key that signs\n', {mode: 0o600})
  await run(NotificationConnect, 'notification connect', ['hook', '--secret-file', secret])
})
afterAll(async () => {
  expect(problemsOf(house)).toEqual([])
  house.remove()
  await web.stop()
})

const signing = (...handles: readonly string[]): string[] =>
  handles.flatMap((handle) => ['--sign-with', `${handle}=${house.keyOf(handle)}`])
const run = (command: CommandClass, id: string, argv: readonly string[], as = 'dan') =>
  runJson(command, id, [...argv, '--as', as], house.world)
async function key(name: string): Promise<string> {
  const made = await run(KeyCreate, 'key create', [
    ...[name, '--profile', 'main', '--owner', 'alice', '--activate', ...signing('alice', 'bob', 'carol')],
    ...['--algorithm', 'ec-p256', '--purpose', 'sign', '--class', 'jwt-signing'],
  ])
  expect(made).toMatchObject({exit: 0, state: 'active'})
  return name
}
const revoking = (name: string, ...more: readonly string[]): readonly string[] => [
  ...[name, '--reason', 'key-compromise', '--confirm', `${name}@main`, ...signing('dan')],
  ...more,
]

describe('revoke --drill', () => {
  test('does everything, says DRILL everywhere, and its time shows in incident list', async () => {
    const none = await run(IncidentList, 'incident list', [])
    expect(none).toMatchObject({exit: 0, lastDrill: null})
    const [name, from] = [await key('exercise'), web.posted.length]
    const {stdout, stderr, exit} = await runCommand(
      Revoke,
      'revoke',
      [...revoking(name, '--drill'), '--as', 'dan'],
      house.world,
    )
    expect([exit, stdout.split('\n')[0]]).toEqual([0, expect.stringMatching(/^DRILL: DEAD: key "exercise"/)])
    for (const line of stderr.trimEnd().split('\n')) expect(line).toMatch(/^T\+\d\d:\d\d of 60:00 {2}DRILL: /)
    const shown = await run(IncidentShow, 'incident show', [name])
    expect(shown).toMatchObject({drill: true, contained: true, proof: 'proven'})
    const id = String(shown['id'])
    const told = web.posted.slice(from).map(({body}) => JSON.parse(body) as {title: string; lines: string[]})
    expect(told).toHaveLength(2)
    for (const one of told) {
      expect(one.title).toMatch(/^DRILL: /)
      expect(one.lines[0]).toMatch(/^DRILL: /)
    }
    const owed = (await run(DutyList, 'duty list', []))['duties'] as {name: string; what: string}[]
    expect(owed.map((one) => one.name)).toEqual(['drill-post-mortem', 'drill-breach-assessed'])
    for (const one of owed) expect(one.what).toMatch(/^DRILL: /)
    const record = await run(IncidentExport, 'incident export', [id])
    for (const {inWords} of record['entries'] as {inWords: string}[]) expect(inWords).toMatch(/^DRILL: /)
    for (const {what} of record['timeline'] as {what: string}[]) expect(what).toMatch(/^DRILL: /)
    const ratifying = await run(IncidentRatify, 'incident ratify', [id, ...signing('alice')])
    const asked = await run(RequestShow, 'request show', [String(ratifying['id'])])
    expect(JSON.stringify(asked['inWords'])).toContain('DRILL: Ratify what was done')
    const listed = await run(IncidentList, 'incident list', [])
    expect(listed).toMatchObject({
      exit: 0,
      lastDrill: {id, key: name, proven: true, elapsed: expect.stringMatching(/^PT/), limit: 'PT60M'},
    })
    const list = await runCommand(IncidentList, 'incident list', [], house.world)
    expect(list.stdout).toMatch(
      new RegExp(`Last drill: ${id}, key "exercise", .* ago: its key was proved dead after .* of 1 h`),
    )
  })

  test('stands in nobody’s way: whoever held it alone contains a real key at once', async () => {
    const name = await key('real')
    expect(await run(Revoke, 'revoke', revoking(name))).toMatchObject({
      exit: 0,
      drill: false,
      proof: 'proven',
    })
    const id = String((await run(IncidentShow, 'incident show', [name]))['id'])
    await run(IncidentRatify, 'incident ratify', [id, ...signing('alice', 'bob')])
  })

  test('is never gone on with in earnest, and no incident as a drill', async () => {
    expect(await run(Revoke, 'revoke', revoking('exercise'))).toMatchObject({
      exit: 5,
      code: 'KEY_STATE',
      message: expect.stringContaining('in earnest'),
    })
    expect(await run(Revoke, 'revoke', revoking('real', '--drill'))).toMatchObject({
      exit: 5,
      code: 'KEY_STATE',
    })
    expect(await run(Revoke, 'revoke', revoking('real', '--drill', '--unrecorded'))).toMatchObject({exit: 2})
  })

  test('confirms no compromise, and is closed when its key was given back and its duties were done or waived', async () => {
    const id = String((await run(IncidentShow, 'incident show', ['exercise']))['id'])
    const close = (...more: readonly string[]) => run(IncidentClose, 'incident close', [id, ...more])
    expect(await close('--confirmed-compromise', '--confirm', 'exercise@main')).toMatchObject({
      exit: 5,
      code: 'KEY_STATE',
      message: expect.stringContaining('is a drill'),
    })
    expect(await close()).toMatchObject({
      code: 'KEY_STATE',
      try: [expect.stringContaining('keyrite unrevoke exercise')],
    })
    const back = ['exercise', '--reason', 'end of the drill', '--confirm', 'exercise@main']
    expect(await run(Unrevoke, 'unrevoke', [...back, ...signing('alice', 'bob', 'carol')])).toMatchObject({
      exit: 0,
      state: 'active',
    })
    expect(await close()).toMatchObject({code: 'DUTY_STATE'})
    const out = join(house.dir, 'drill.md')
    const drafted = await run(IncidentPostmortem, 'incident postmortem', [id, '--out', out])
    expect(drafted).toMatchObject({exit: 0, duty: expect.any(String)})
    expect(readFileSync(out, 'utf8')).toMatch(/^# DRILL: Post-mortem/)
    expect(await close('--waive', 'drill-breach-assessed', '--reason', 'a drill')).toMatchObject({
      exit: 0,
      status: 'closed',
      outcome: 'over',
    })
    expect(await run(IncidentList, 'incident list', [])).toMatchObject({lastDrill: {id, proven: true}})
  })

  test('with the signatures of two emergency contacts puts another key in its place, too, and keeps that time; with one it says how', async () => {
    const name = await key('whole')
    const argv = [...revoking(name, '--drill', ...signing('carol')), '--as', 'dan']
    const {exit, stderr} = await runCommand(Revoke, 'revoke', argv, house.world)
    expect([exit, stderr]).toEqual([0, expect.stringMatching(/DRILL: Version 2 is in its place/)])
    expect(await run(IncidentShow, 'incident show', [name])).toMatchObject({
      ...{drill: true, proof: 'proven', replacement: {version: 2, by: 'quorum', proof: 'proven'}},
    })
    const listed = await runCommand(IncidentList, 'incident list', [], house.world)
    expect(listed.stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /Last drill: .* its key was proved dead after .* of 1 h; another key was in its place after /,
    )
  })
})

describe('a drill', () => {
  let now = new Date('2026-11-28T03:00:00.000Z')
  let made: TestLedger
  let night: Night
  beforeAll(async () => {
    made = await makeLedger({people: 5, now: () => now})
    const app = made.open()
    await addLocal(app, 'soft')
    await addLocal(app, 'stage', 'staging')
    for (const [name, profile] of [
      ['tried', 'soft'],
      ['other', 'soft'],
      ['live', 'stage'],
    ] as const)
      await makeKey(app, made.founders, {name, profile, algorithm: 'ed25519'})
    const by = made.founders[2]
    if (by === undefined) throw new Error('there are five')
    night = nightOf({made, app}, by)
  })
  afterAll(async () => {
    await night.app.close()
    expect(verified(made.world).problems).toEqual([])
    made.remove()
  })
  const opening = {reason: 'key-compromise', ticket: null, order: 'contain'} as const

  test('on a key that is not of a test profile is refused, and nothing is opened', async () => {
    const before = night.app.ledger.size
    const refused = openIncident(night.context, keyAt(night, 'live'), {...opening, drill: true})
    await expect(refused).rejects.toMatchObject({
      code: 'PRODUCTION_GUARD',
      message: expect.stringContaining('is staging'),
    })
    const data = {
      ...{key: 'live', profile: 'stage', reason: 'legal', ticket: null, order: 'contain'},
      ...{intent: 'ab'.repeat(16), drill: true},
    }
    const forged = night.app.ledger.append([{type: 'incident.opened', data, actor: night.context.actor}])
    await expect(forged).rejects.toMatchObject({message: expect.stringContaining('a test profile')})
    expect(night.app.ledger.size).toBe(before)
  })

  test('is not contained by a plan that does not say so', async () => {
    const {context, app, by} = night
    const incident = await openIncident(context, keyAt(night, 'other'), {...opening, drill: true})
    const plan = planContain(app.ledger.view, incident)
    const {drill, ...change} = plan.change
    expect(drill).toBe(true)
    const asking = {plan: {...plan, change}, names: {}, reason: null, ticket: null, only: null}
    const request = await meet(context, await say(context, await openRequest(context, asking), by))
    expect(await contained(night, request)).toEqual(['POLICY_REFUSES'])
    expect(keyAt(night, 'other').versions[0]?.state).toBe('active')
  })

  test('is never overdue, whatever was not ratified', async () => {
    const incident = await openIncident(night.context, keyAt(night, 'tried'), {...opening, drill: true})
    expect(await contained(night, await signed(night, incident))).toEqual([null])
    now = new Date('2026-12-09T03:00:01.000Z')
    for (const [command, words] of [
      [IncidentList, 'incident list'],
      [KeyList, 'key list'],
    ] as const)
      expect(await runCommand(command, words, [], made.world)).toMatchObject({exit: 0, stderr: ''})
    expect(await runJson(KeyShow, 'key show', ['tried'], made.world)).toMatchObject({state: 'suspended'})
    expect(findIncident(night.app.ledger, 'tried').drill).toBe(true)
  })
})
