import {mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, describe, expect, test} from '@jest/globals'
import NotificationConnect from '../../src/commands/notification/connect.ts'
import NotificationList from '../../src/commands/notification/list.ts'
import NotificationSend from '../../src/commands/notification/send.ts'
import NotificationTest from '../../src/commands/notification/test.ts'
import {queue, tell, type NoticeDraft} from '../../src/notifications/index.ts'
import {take} from '../../src/notifications/queue.ts'
import {defaultPolicy, lintPolicy, parsePolicy, policyChanges, type Channel} from '../../src/policy/index.ts'
import {startWeb, type Web} from '../notifications/servers.ts'
import {makeLedger, type TestLedger} from '../support/ledger.ts'
import {outcome} from '../ledger/support.ts'
import {runCommand, runJson} from '../support/run.ts'

const draft: NoticeDraft = {
  about: 'incident-7',
  status: 'opened',
  severity: 'critical',
  title: 'Key payments-jwt is being revoked',
  lines: ['Contained at T+00:12'],
}
let now = new Date('2027-01-01T03:00:00Z')
let status = 200
let web: Web
let made: TestLedger
let channels: readonly Channel[]
beforeAll(async () => {
  web = await startWeb((_at, one) => void one.writeHead(status).end())
  channels = [
    {name: 'hook', kind: 'webhook', roles: ['security-lead', 'ciso'], url: web.url},
    {name: 'chat', kind: 'slack', roles: ['engineering-lead']},
  ]
  made = await makeLedger({now: () => now, policy: {...defaultPolicy, notifications: [...channels]}})
})
afterEach(() => {
  status = 200
})
afterAll(async () => {
  await web.stop()
  made.remove()
})

const secretFile = (text: string): string => {
  const file = join(made.world.home, '..', 'secret')
  writeFileSync(file, `${text}\n`, {mode: 0o600})
  return file
}
const json = <T>(command: Parameters<typeof runJson>[0], id: string, ...argv: string[]) =>
  runJson<T>(command, id, argv, made.world)
const later = (ms: number): void => {
  now = new Date(now.getTime() + ms)
}

interface Sent {
  readonly exit: number
  readonly queued: readonly {
    readonly channel: string
    readonly status: string
    readonly tries: number
    readonly detail: string
  }[]
}

describe('notifications from the command line', () => {
  test('list says whom no file on this machine lets be told, and what to type', async () => {
    expect(await json(NotificationList, 'notification list')).toMatchObject({
      schema: 'keyrite.notifications/1',
      untold: [],
      channels: [
        {name: 'hook', kind: 'webhook', roles: ['security-lead', 'ciso'], connected: false},
        {name: 'chat', connected: false},
      ],
    })
    const {stdout} = await runCommand(NotificationList, 'notification list', [], made.world)
    expect(stdout).toContain('Next: keyrite notification connect hook --secret-file FILE')
  })

  test.each<[string, string[], string]>([
    ['a channel that the policy does not have', ['pager', '--secret-file', 'x'], 'NOT_FOUND'],
    ['no file, and nothing to forget', ['hook'], 'USAGE'],
    ['a file that is not there', ['hook', '--secret-file', '/nowhere/secret'], 'FILE_NOT_FOUND'],
  ])('connect is refused with %s', async (_name, argv, code) => {
    expect(await json(NotificationConnect, 'notification connect', ...argv)).toMatchObject({code})
  })

  test('connect remembers the path and not the secret; test tells at once, and says who did not take it', async () => {
    const file = secretFile('a signing key')
    expect(
      await json(NotificationConnect, 'notification connect', 'hook', '--secret-file', file),
    ).toMatchObject({connected: true})
    expect(readFileSync(join(made.world.home, 'config.yaml'), 'utf8')).not.toContain('a signing key')
    const before = web.posted.length
    expect(await json(NotificationTest, 'notification test', 'hook')).toMatchObject({
      exit: 0,
      tried: [{channel: 'hook', ok: true}],
    })
    expect(web.posted.slice(before).map(({body}) => (JSON.parse(body) as {status: string}).status)).toEqual([
      'test',
    ])
    expect(await json(NotificationTest, 'notification test')).toMatchObject({
      exit: 7,
      tried: [
        {channel: 'hook', ok: true},
        {channel: 'chat', ok: false, detail: expect.stringContaining('notification connect chat') as unknown},
      ],
    })
    await json(NotificationConnect, 'notification connect', 'hook', '--forget')
    expect(await json(NotificationTest, 'notification test', 'hook')).toMatchObject({exit: 7})
    await json(NotificationConnect, 'notification connect', 'hook', '--secret-file', file)
  })

  test('what is told is on disk before it is sent, and what did not go is tried later, twice as late each time', async () => {
    status = 503
    const before = web.posted.length
    const {tried, queued} = await made.using(async (app) => {
      const told = tell(app.way, channels.slice(0, 1), draft)
      return {queued: queue(app.way.home).length, tried: await told.tried}
    })
    expect(queued).toBe(1)
    expect(tried).toMatchObject([
      {channel: {name: 'hook'}, status: 'waiting', detail: 'answered 503', tries: 1},
    ])
    const send = (...argv: string[]) => json<Sent>(NotificationSend, 'notification send', ...argv)
    later(29_000)
    expect(await send()).toMatchObject({exit: 10, queued: [{status: 'waiting', tries: 1}]})
    later(1_000)
    expect(await send()).toMatchObject({exit: 10, queued: [{status: 'waiting', tries: 2}]})
    later(59_000)
    expect(await send()).toMatchObject({queued: [{tries: 2}]})
    status = 200
    expect(await send('--now')).toMatchObject({
      exit: 0,
      queued: [{status: 'sent', tries: 3, detail: 'answered 200'}],
    })
    expect(await send('--now')).toMatchObject({exit: 0, queued: []})
    const ids = web.posted.slice(before).map(({headers}) => headers['webhook-id'])
    expect([ids.length, new Set(ids).size]).toEqual([3, 1])
  })

  test('what was refused has failed, and after a day what still waits has failed too', async () => {
    status = 410
    await made.using((app) => tell(app.way, channels.slice(0, 1), draft).tried)
    status = 500
    await made.using((app) => tell(app.way, channels.slice(0, 1), draft).tried)
    later(24 * 3_600_000 + 1000)
    const {exit, queued} = await json<Sent>(NotificationSend, 'notification send')
    expect({exit, queued}).toMatchObject({
      exit: 10,
      queued: [{status: 'failed', detail: 'given up after a day: answered 500'}],
    })
    const {stdout} = await runCommand(NotificationList, 'notification list', [], made.world)
    expect(stdout).toMatch(/Status: failed\nWhat: Key payments-jwt is being revoked\nDetail: answered 410\n/)
  })

  test('one that a process took and died with is taken back after two minutes, and not before', async () => {
    await made.using(async (app) => {
      const {home} = app.way
      const left = queue(home).length
      status = 500
      await tell(app.way, channels.slice(0, 1), draft).tried
      const one = queue(home).find((each) => each.status === 'waiting')
      if (one === undefined) throw new Error('it waits')
      expect(take(home, one)).not.toBeNull()
      expect(take(home, one)).toBeNull()
      const folder = join(home, 'notifications')
      const taken = readdirSync(folder).find((name) => name.includes('.sending-')) ?? ''
      expect(queue(home)).toHaveLength(left + 1)
      expect(readdirSync(folder)).toContain(taken)
      utimesSync(join(folder, taken), new Date(), new Date(Date.now() - 121_000))
      queue(home)
      expect(readdirSync(folder)).not.toContain(taken)
      expect(take(home, one)).not.toBeNull()
    })
  })

  test('one that another process has just sent is not sent again, whoever saw it wait before', async () => {
    await made.using(async (app) => {
      const {way} = app
      status = 500
      const {notice, tried} = tell(way, channels.slice(0, 1), draft)
      await tried
      const seen = queue(way.home).find((each) => each.notice.id === notice.id)
      if (seen === undefined) throw new Error('it waits')
      take(way.home, seen)?.done({status: 'sent', detail: 'answered 200'}, now)
      expect(take(way.home, seen)).toBeNull()
      expect(queue(way.home).find(({notice}) => notice.id === seen.notice.id)).toMatchObject({status: 'sent'})
    })
  })

  test('more lines than a notice has are cut, so that it can be read back and sent', async () => {
    const from = web.posted.length
    await made.using(async (app) => {
      const lines = Array.from({length: 250}, (_, at) => `To do: ${at} ${'x'.repeat(2000)}`)
      const {tried} = tell(app.way, channels.slice(0, 1), {...draft, lines, title: 'x'.repeat(2000)})
      expect(await tried).toMatchObject([{status: 'sent'}])
    })
    const {lines} = JSON.parse(web.posted.at(-1)?.body ?? '') as {lines: string[]}
    expect(web.posted).toHaveLength(from + 1)
    expect([lines.length, lines.at(-1), lines[0]?.length]).toEqual([100, 'and 151 more', 1000])
  })

  test('a damaged file in the queue is named, and nobody is called told', async () => {
    await made.using(async (app) => {
      const path = join(app.way.home, 'notifications', 'n-0000000000000000.hook.json')
      writeFileSync(path, '{}', {mode: 0o600})
      expect(await tell(app.way, channels.slice(0, 1), draft).tried).toMatchObject([
        {channel: {name: 'hook'}, status: 'waiting', detail: expect.stringContaining(path) as unknown},
      ])
      expect(await json(NotificationList, 'notification list')).toMatchObject({code: 'UNSAFE_FILE'})
      rmSync(path)
    })
  })

  test('where it cannot be queued it is tried once all the same', async () => {
    const before = web.posted.length
    await made.using(async (app) => {
      const blocked = join(made.world.home, '..', 'blocked')
      mkdirSync(blocked, {recursive: true})
      writeFileSync(join(blocked, 'notifications'), 'not a folder')
      const told = tell({...app.way, home: blocked}, channels.slice(0, 1), draft)
      expect(told.queued).toBe(false)
      expect(await told.tried).toMatchObject([{status: 'sent'}])
    })
    expect(web.posted).toHaveLength(before + 1)
  })
})

describe('channels in the policy', () => {
  const hook = {name: 'hook', kind: 'webhook', roles: ['ciso'], url: 'https://example.com/hook'} as const

  test.each<[string, object]>([
    ['an address in the clear', {...hook, url: 'http://example.com/hook'}],
    ['an account in an address', {...hook, url: 'https://me:pw@example.com/hook'}],
    ['a secret beside it', {...hook, secret: 'x'}],
    ['nobody whom it reaches', {...hook, roles: []}],
    ['a kind that is none', {...hook, kind: 'pigeon'}],
    [
      'a mail without a sender',
      {name: 'm', kind: 'mail', roles: ['ciso'], server: 'smtps://mail.example.com', to: ['a@example.com']},
    ],
    [
      'a mail to two in one',
      {name: 'm', kind: 'mail', roles: ['ciso'], server: 'smtps://h', from: 'a@b', to: ['a@b, c@d']},
    ],
  ])('are refused with %s', async (_name, channel) => {
    expect(await outcome(() => parsePolicy({...defaultPolicy, notifications: [channel]}))).toBe(
      'POLICY_INVALID',
    )
  })

  test('lint finds a name that stands twice, and roles that nobody tells', () => {
    const policy = {...defaultPolicy, notifications: [hook, {...hook}] as never}
    expect(lintPolicy(policy, null).map(({rule, message}) => `${rule}: ${message}`)).toEqual([
      'channel-twice: channel "hook" stands twice',
      'channel-missing: no channel tells security-lead, engineering-lead of an incident',
    ])
  })

  test('a change of them is said in words, and one that goes is weaker', () => {
    const policy = {...defaultPolicy, notifications: [hook] as never}
    expect(policyChanges(policy, defaultPolicy)).toEqual([
      'Channels that tell of an incident, taken away: "hook" (webhook) to ciso at https://example.com/hook. WEAKER.',
    ])
  })
})
