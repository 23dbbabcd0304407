/** People are told of an incident by the channels of the policy; nothing of it waits for that. */
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import IncidentClose from '../../src/commands/incident/close.ts'
import IncidentRatify from '../../src/commands/incident/ratify.ts'
import KeyCreate from '../../src/commands/key/create.ts'
import NotificationConnect from '../../src/commands/notification/connect.ts'
import Revoke from '../../src/commands/revoke.ts'
import {defaultPolicy} from '../../src/policy/index.ts'
import {makeHouse, problemsOf, type House} from '../ceremony/room.ts'
import {startWeb, type Web} from '../notifications/servers.ts'
import {runCommand, runJson, type CommandClass} from '../support/run.ts'

let house: House
let web: Web
let silent: Web
let hangs = false
beforeAll(async () => {
  web = await startWeb()
  silent = await startWeb((_at, answer) => {
    if (!hangs) answer.end()
  })
  house = await makeHouse({
    policy: {
      ...defaultPolicy,
      notifications: [
        {name: 'hook', kind: 'webhook', roles: ['security-lead', 'ciso'], url: web.url},
        {name: 'slow', kind: 'webhook', roles: ['ciso'], url: silent.url},
      ],
      contacts: [
        {name: 'Duty manager', roles: ['engineering-lead'], for: 'to deploy', reach: ['+41 44 000 00 01']},
        {name: 'Security desk', roles: ['ciso'], for: 'to contain', reach: ['+41 44 000 00 00']},
      ],
    },
  })
  const secret = join(house.dir, 'signing-key')
  writeFileSync(secret, 'a key that signs\n', {mode: 0o600})
  for (const name of ['hook', 'slow'])
    expect(
      await run(NotificationConnect, 'notification connect', [name, '--secret-file', secret]),
    ).toMatchObject({exit: 0})
})
afterAll(async () => {
  expect(problemsOf(house)).toEqual([])
  house.remove()
  await web.stop()
  await silent.stop()
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
const revoking = (name: string): readonly string[] => [
  ...[name, '--reason', 'key-compromise', '--ticket', 'TICKET-OF-SOMEBODY', '--confirm', `${name}@main`],
  ...signing('dan'),
]
const told = (from: number) =>
  web.posted
    .slice(from)
    .map(({body}) => JSON.parse(body) as {status: string; title: string; about: string; lines: string[]})

describe('revoke', () => {
  test('tells that it began and how it stands, and its end; nothing that is private', async () => {
    const [name, from] = [await key('first'), web.posted.length]
    const done = await run(Revoke, 'revoke', revoking(name))
    expect(done).toMatchObject({
      exit: 0,
      told: [
        {channel: 'hook', status: 'sent'},
        {channel: 'slow', status: 'sent'},
      ],
    })
    const id = String(done['id'])
    expect(told(from).map(({status, title}) => [status, title.replace(/since .*/, 'since')])).toEqual([
      ['opened', `Incident ${id}: key "first" is being revoked (key-compromise)`],
      ['going-on', 'DEAD: key "first" is refused, 10 times in a row since'],
    ])
    expect(new Set(told(from).map(({about}) => about)).size).toBe(1)
    expect(told(from)[0]?.about).toMatch(new RegExp(`^keyrite-[0-9a-f]{16}-${id}$`))
    await run(IncidentRatify, 'incident ratify', [id, ...signing('alice', 'bob')])
    const waiving = ['--waive', 'post-mortem', '--waive', 'breach-assessed', '--reason', 'a test key']
    expect(await run(IncidentClose, 'incident close', [id, ...waiving])).toMatchObject({
      exit: 0,
      status: 'closed',
    })
    expect(told(from).at(-1)).toMatchObject({status: 'closed', severity: 'info'})
    const said = JSON.stringify(web.posted.slice(from))
    for (const secret of ['TICKET-OF-SOMEBODY', 'a key that signs', 'a test key', 'Dan', 'dan@example.com'])
      expect(said).not.toContain(secret)
  })

  test('does not wait for a channel that hangs, and says that it did not answer, and whom nobody tells', async () => {
    const name = await key('second')
    hangs = true
    const began = Date.now()
    const {stdout, exit} = await runCommand(Revoke, 'revoke', [...revoking(name), '--as', 'dan'], house.world)
    expect(exit).toBe(0)
    hangs = false
    expect(Date.now() - began).toBeLessThan(30_000)
    expect(stdout).toContain('Some channels have not answered yet.')
    expect(stdout).toContain('No channel reaches engineering-lead: TELL THEM YOURSELF.')
    expect(stdout).toContain('Call "Duty manager": +41 44 000 00 01 (at any hour), for: to deploy.')
    expect(stdout).not.toContain('Security desk')
    expect(stdout).toContain('Sent again by: keyrite notification send --now')
  })
})
