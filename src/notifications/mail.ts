/** A notice as a mail, by SMTP over TLS (RFC 8314); the library is loaded when one is sent. */
import {visibleLine} from '../base/visible.ts'
import {isHere, type Channel} from '../policy/index.ts'
import {textOf} from './notice.ts'
import type {Result} from './result.ts'
import type {Sending} from './sending.ts'

/** The secret is `USER:PASSWORD`, or nothing where the server asks for neither. */
export async function sendMail(
  channel: Extract<Channel, {kind: 'mail'}>,
  {notice, secret, ca, timeoutMs, now}: Sending,
): Promise<Result> {
  const {createTransport} = await import('nodemailer')
  const server = new URL(channel.server)
  const tls = server.protocol === 'smtps:'
  const host = server.hostname.replace(/^\[|\]$/g, '')
  const transport = createTransport({
    host,
    port: server.port === '' ? (tls ? 465 : 587) : Number(server.port),
    secure: tls,
    // In the clear only to this machine itself: elsewhere a server without STARTTLS gets nothing.
    requireTLS: !tls && !isHere(server.hostname),
    tls: {...(ca === undefined ? {} : {ca}), minVersion: 'TLSv1.2'},
    ...accountOf(secret),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    await transport.sendMail({
      from: channel.from,
      to: [...channel.to],
      subject: notice.title,
      text: textOf(notice),
      date: now,
      messageId: `<${notice.id}.${channel.name}@keyrite.invalid>`,
      headers: {'Auto-Submitted': 'auto-generated'},
    })
    return {status: 'sent', detail: `${host} took it`}
  } catch (error) {
    return judged(error)
  } finally {
    transport.close()
  }
}

function accountOf(secret: Sending['secret']): {auth?: {user: string; pass: string}} {
  // The library takes strings only; they live as long as this call.
  const text = secret.use((bytes) => Buffer.from(bytes).toString('utf8'))
  const colon = text.indexOf(':')
  return colon === -1 ? {} : {auth: {user: text.slice(0, colon), pass: text.slice(colon + 1)}}
}

/** RFC 5321 section 4.2.1: 5yz is final; 4yz, and no answer, are worth another try. */
function judged(error: unknown): Result {
  const {responseCode, code} = error as {responseCode?: number; code?: string}
  // What the server says may repeat what it was told.
  if (code === 'EAUTH')
    return {status: 'failed', detail: `the server refuses the account (${responseCode ?? 'no code'})`}
  if (responseCode !== undefined && responseCode >= 500)
    return {status: 'failed', detail: `answered ${responseCode}`}
  const said =
    responseCode === undefined
      ? (code ?? visibleLine(error instanceof Error ? error.message : '', 200))
      : `answered ${responseCode}`
  return {status: 'waiting', detail: said}
}
