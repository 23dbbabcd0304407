import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, afterEach, describe, expect, test} from '@jest/globals'
import {Webhook} from 'standardwebhooks'
import {Secret} from '../../src/base/secret.ts'
import {attempt, type Way} from '../../src/notifications/index.ts'
import type {Channel} from '../../src/policy/index.ts'
import {readSecretFile} from '../../src/surroundings.ts'
import {here, testWith} from '../support/needs.ts'
import {makeTls, startMail, startWeb, type Answer, type Tls} from './servers.ts'

const folder = mkdtempSync(join(tmpdir(), 'keyrite-notify-'))
const tls: Tls | undefined = here('openssl') ? makeTls(folder) : undefined
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})
afterAll(() => {
  rmSync(folder, {recursive: true, force: true})
})

const notice = {
  id: 'n-00112233445566aa',
  at: '2026-11-28T03:12:41.000Z',
  about: 'incident-7',
  status: 'opened',
  severity: 'critical',
  title: 'Key payments-jwt is being revoked',
  lines: ['<!channel> T+00:12 of 60:00', 'Contained & proved'],
} as const
const roles = ['security-lead' as const]

/** A way to one channel, with that secret. */
function way(name: string, secret: string | undefined, caFile?: string): Way {
  const file = join(folder, `${name}.secret`)
  if (secret !== undefined) writeFileSync(file, `${secret}\n`, {mode: 0o600})
  return {
    home: folder,
    clock: {now: () => new Date()},
    random: {bytes: (count) => Buffer.alloc(count)},
    agent: 'keyrite/test',
    channels: () => new Map(secret === undefined ? [] : [[name, {secretFile: file, caFile}]]),
    readSecret: readSecretFile,
  }
}

async function web(answer?: Answer, behind?: Tls): Promise<Awaited<ReturnType<typeof startWeb>>> {
  const one = await startWeb(answer, behind)
  stops.push(() => one.stop())
  return one
}

describe('a webhook', () => {
  const secret = `whsec_${Buffer.from('a key of thirty-two bytes, or so').toString('base64')}`
  const hook = (url: string): Channel => ({name: 'hook', kind: 'webhook', roles, url})

  test('is signed so that a library nobody here wrote takes it, and refuses another body, time or key', async () => {
    const server = await web()
    expect(await attempt(way('hook', secret), hook(server.url), notice)).toEqual({
      status: 'sent',
      detail: 'answered 200',
    })
    const [{headers, body}] = server.posted as [(typeof server.posted)[0]]
    const given = headers as Record<string, string>
    expect(new Webhook(secret).verify(body, given)).toEqual({schema: 'keyrite.notification/1', ...notice})
    expect(given['user-agent']).toBe('keyrite/test')
    expect(() => new Webhook(secret).verify(body.replace('opened', 'closed'), given)).toThrow(
      'No matching signature',
    )
    expect(() => new Webhook(`whsec_${'A'.repeat(44)}`).verify(body, given)).toThrow('No matching signature')
    const old = {...given, 'webhook-timestamp': '1700000000'}
    expect(() => new Webhook(secret).verify(body, old)).toThrow('too old')
    expect(JSON.stringify(server.posted)).not.toContain('thirty-two')
  })

  testWith('openssl', 'goes by TLS to an authority of the house, and to no other', async () => {
    const server = await web(undefined, tls)
    expect(await attempt(way('hook', secret, tls?.caFile), hook(server.url), notice)).toMatchObject({
      status: 'sent',
    })
    expect(await attempt(way('hook', secret), hook(server.url), notice)).toMatchObject({
      status: 'waiting',
      detail: expect.stringContaining('self-signed') as unknown,
    })
    expect(server.posted).toHaveLength(1)
  })

  test.each<[number, Record<string, string>, object]>([
    [202, {}, {status: 'sent'}],
    [429, {'retry-after': '90'}, {status: 'waiting', afterMs: 90_000}],
    [500, {}, {status: 'waiting'}],
    [503, {'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT'}, {status: 'waiting', afterMs: undefined}],
    [408, {}, {status: 'waiting'}],
    [400, {}, {status: 'failed', detail: 'answered 400'}],
    [401, {}, {status: 'failed'}],
    // A redirect is not followed: it would carry the notice to somebody whom the policy does not name.
    [302, {location: 'http://127.0.0.1:1/'}, {status: 'failed', detail: 'answered 302'}],
  ])('that is answered with %i', async (status, headers, wanted) => {
    const server = await web((_at, one) => void one.writeHead(status, headers).end('secret words'))
    const result = await attempt(way('hook', secret), hook(server.url), notice)
    expect(result).toMatchObject(wanted)
    expect(JSON.stringify(result)).not.toContain('secret words')
  })

  test('that nobody listens to, that is cut, and that has no secret here, wait and say why', async () => {
    const server = await web((_at, one) => void one.destroy())
    expect(await attempt(way('hook', secret), hook(server.url), notice)).toMatchObject({
      status: 'waiting',
      detail: 'socket hang up',
    })
    await server.stop()
    stops.splice(0)
    expect(await attempt(way('hook', secret), hook(server.url), notice)).toMatchObject({
      status: 'waiting',
      detail: expect.stringContaining('ECONNREFUSED') as unknown,
    })
    expect(await attempt(way('hook', undefined), hook(server.url), notice)).toEqual({
      status: 'waiting',
      detail: 'this machine has no secret for it: keyrite notification connect hook --secret-file FILE',
    })
    const gone: Way = {
      ...way('hook', secret),
      readSecret: () => new Secret(readFileSync(join(folder, 'none'))),
    }
    expect(await attempt(gone, hook(server.url), notice)).toEqual({
      status: 'waiting',
      detail: 'keyrite could not send it',
    })
  })
})

describe('Slack', () => {
  test('gets text in which nobody is called, at the address that only the secret file knows', async () => {
    const server = await web()
    expect(
      await attempt(way('slack', server.url), {name: 'slack', kind: 'slack', roles}, notice),
    ).toMatchObject({status: 'sent'})
    expect(JSON.parse(server.posted[0]?.body ?? '')).toEqual({
      text: 'Key payments-jwt is being revoked\n\n&lt;!channel&gt; T+00:12 of 60:00\nContained &amp; proved',
    })
  })

  test.each(['http://hooks.slack.example/T0', 'not an address', ''])('is not told at %j', async (secret) => {
    const result = await attempt(way('slack', secret), {name: 'slack', kind: 'slack', roles}, notice)
    expect(result).toEqual({status: 'failed', detail: 'the secret file holds no https:// address'})
  })
})

describe('PagerDuty', () => {
  const pager = (url: string): Channel => ({name: 'pager', kind: 'pagerduty', roles, url})
  const key = '0123456789abcdef0123456789abcdef'

  test('gets one alert an incident, which its end resolves', async () => {
    const server = await web((_at, one) => void one.writeHead(202).end())
    await attempt(way('pager', key), pager(server.url), notice)
    await attempt(way('pager', key), pager(server.url), {...notice, status: 'closed', severity: 'info'})
    const [first, last] = server.posted.map(({body}) => JSON.parse(body) as object)
    expect(first).toEqual({
      routing_key: key,
      event_action: 'trigger',
      dedup_key: 'incident-7',
      payload: {
        summary: notice.title,
        source: 'keyrite',
        severity: 'critical',
        timestamp: notice.at,
        custom_details: {lines: [...notice.lines], id: notice.id},
      },
    })
    expect(last).toMatchObject({event_action: 'resolve', dedup_key: 'incident-7'})
  })

  test.each(['x","a":"', `${key} `, ''])('is not told with %j, which is no routing key', async (given) => {
    const server = await web()
    expect(await attempt(way('pager', given), pager(server.url), notice)).toEqual({
      status: 'failed',
      detail: 'the secret file holds no routing key',
    })
    expect(server.posted).toEqual([])
  })
})

describe('mail', () => {
  const mail = (server: string): Channel => ({
    ...{name: 'mail', kind: 'mail', roles, server},
    from: 'keyrite@example.com',
    to: ['ciso@example.com', 'lead@example.com'],
  })
  const account = {
    onAuth: (
      {username, password}: {username?: string | undefined; password?: string | undefined},
      _session: unknown,
      done: (error: Error | null, ok?: {user: string}) => void,
    ): void => {
      if (username === 'keyrite' && password === 'pass:word') done(null, {user: 'keyrite'})
      else done(new Error('no such account'))
    },
  }

  testWith('openssl', 'goes by TLS with an account, to everybody whom the policy names', async () => {
    const server = await startMail({secure: true, cert: tls?.cert, key: tls?.key, ...account} as never)
    stops.push(() => server.stop())
    const channel = mail(`smtps://localhost:${server.port}`)
    expect(await attempt(way('mail', 'keyrite:pass:word', tls?.caFile), channel, notice)).toEqual({
      status: 'sent',
      detail: 'localhost took it',
    })
    const [text = ''] = server.mails
    expect(text).toContain('Subject: Key payments-jwt is being revoked\r\n')
    expect(text).toContain('To: ciso@example.com, lead@example.com\r\n')
    expect(text).toContain('Auto-Submitted: auto-generated\r\n')
    expect(text).toContain('Contained & proved')
    expect(text).not.toContain('pass:word')
    const refused = await attempt(way('mail', 'keyrite:wrong', tls?.caFile), channel, notice)
    expect(refused).toEqual({status: 'failed', detail: 'the server refuses the account (535)'})
    expect(await attempt(way('mail', 'keyrite:pass:word'), channel, notice)).toMatchObject({
      status: 'waiting',
    })
    expect(server.mails).toHaveLength(1)
  })

  test('goes without an account and in the clear to this machine only', async () => {
    const server = await startMail({authOptional: true, disabledCommands: ['STARTTLS']})
    stops.push(() => server.stop())
    const sent = await attempt(way('mail', undefined), mail(`smtp://127.0.0.1:${server.port}`), notice)
    expect(sent).toMatchObject({status: 'sent'})
    // The same server, by a name that is not this machine's own.
    const other = await attempt(way('mail', undefined), mail(`smtp://0.0.0.0:${server.port}`), notice)
    expect(other.status).not.toBe('sent')
    expect(server.mails).toHaveLength(1)
  })

  test('that the server refuses for good has failed, and what it refuses for now waits', async () => {
    const refusing = (responseCode: number) =>
      startMail({
        authOptional: true,
        disabledCommands: ['STARTTLS'],
        onRcptTo: (_address, _session, done) => {
          done(Object.assign(new Error('no'), {responseCode}))
        },
      })
    for (const [code, status] of [
      [550, 'failed'],
      [451, 'waiting'],
    ] as const) {
      const server = await refusing(code)
      stops.push(() => server.stop())
      const result = await attempt(way('mail', undefined), mail(`smtp://127.0.0.1:${server.port}`), notice)
      expect(result).toEqual({status, detail: `answered ${code}`})
    }
  })
})
