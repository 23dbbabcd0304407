/** How each kind of channel is told. A secret is read when it is used, and never stands in what is sent but where it belongs. */
import {createHmac} from 'node:crypto'
import {isHere, type Channel} from '../policy/index.ts'
import {sendMail} from './mail.ts'
import {textOf} from './notice.ts'
import {post} from './post.ts'
import type {Result} from './result.ts'
import type {Sending} from './sending.ts'

const json = {'content-type': 'application/json'}

export function send(channel: Channel, sending: Sending): Promise<Result> {
  if (channel.kind === 'mail') return sendMail(channel, sending)
  return postOf[channel.kind](channel.kind === 'slack' ? undefined : channel.url, sending)
}

const postOf = {
  /** Signed as Standard Webhooks says: HMAC-SHA-256 over id, time and body, so that an old one is not taken for a new one. */
  webhook: (url: string | undefined, sending: Sending): Promise<Result> => {
    const {notice, secret, now} = sending
    const body = JSON.stringify({schema: 'keyrite.notification/1', ...notice})
    const seconds = Math.floor(now.getTime() / 1000)
    const mac = secret.use((bytes) => {
      const key = signingKey(bytes)
      try {
        return createHmac('sha256', key).update(`${notice.id}.${seconds}.${body}`).digest('base64')
      } finally {
        key.fill(0)
      }
    })
    const headers = {
      'webhook-id': notice.id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': `v1,${mac}`,
    }
    return deliver(url ?? '', headers, body, sending)
  },

  /** The address of an incoming webhook is itself the secret. */
  slack: (_url: string | undefined, sending: Sending): Promise<Result> => {
    const address = sending.secret.use((bytes) => Buffer.from(bytes).toString('utf8').trim())
    const url = URL.canParse(address) ? new URL(address) : undefined
    if (
      url === undefined ||
      (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere(url.hostname)))
    )
      return refused('the secret file holds no https:// address')
    return deliver(address, {}, JSON.stringify({text: escapeSlack(textOf(sending.notice))}), sending)
  },

  /** Events API v2: one alert an incident, by its dedup_key; its end resolves it. */
  pagerduty: (url: string | undefined, sending: Sending): Promise<Result> => {
    const {notice, secret} = sending
    const event = JSON.stringify({
      event_action: notice.status === 'closed' ? 'resolve' : 'trigger',
      dedup_key: notice.about,
      payload: {
        summary: notice.title,
        source: 'keyrite',
        severity: notice.severity,
        timestamp: notice.at,
        custom_details: {lines: notice.lines, id: notice.id},
      },
    })
    return secret.use(async (key): Promise<Result> => {
      if (!/^[A-Za-z0-9]{16,64}$/.test(Buffer.from(key).toString('latin1')))
        return {status: 'failed', detail: 'the secret file holds no routing key'}
      const body = Buffer.concat([Buffer.from('{"routing_key":"'), key, Buffer.from(`",${event.slice(1)}`)])
      try {
        return await deliver(url ?? 'https://events.pagerduty.com/v2/enqueue', {}, body, sending)
      } finally {
        body.fill(0)
      }
    })
  },
}

function deliver(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
  {ca, timeoutMs, agent}: Sending,
): Promise<Result> {
  return post({url: new URL(url), headers: {...json, 'user-agent': agent, ...headers}, body, ca, timeoutMs})
}

async function refused(detail: string): Promise<Result> {
  return {status: 'failed', detail}
}

/** `whsec_` and base64, as Standard Webhooks writes keys; anything else is the key itself. */
function signingKey(bytes: Uint8Array): Buffer {
  const prefix = Buffer.from('whsec_')
  const given = Buffer.from(bytes)
  if (!given.subarray(0, prefix.length).equals(prefix)) return given
  const decoded = Buffer.from(given.subarray(prefix.length).toString('latin1'), 'base64')
  given.fill(0)
  return decoded
}

/** What Slack takes for markup: a name cannot call a whole channel, nor hide a link. */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
