/**
 * The part of a policy that says who is told of an incident, and by which way (R1). It holds nothing secret: the key that signs
 * a webhook, the address of a Slack channel, a routing key or a password lies in a file of the machine that sends.
 */
import {z} from 'zod'
import {roles, type Role} from '../custody/roles.ts'

const common = {
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected a name of a-z, 0-9 and -')
    .describe('what the channel is called'),
  roles: z.array(z.enum(roles)).min(1).describe('whom it reaches, by their roles'),
}

/** Anything on this machine may be in the clear; what leaves it is TLS. */
const web = z
  .string()
  .max(2000)
  .refine((text) => isAddress(text, 'https:', 'http:'), 'expected an https:// address')
  .meta({format: 'uri'})
const mailServer = z
  .string()
  .max(500)
  .refine(
    (text) => isAddress(text, 'smtps:', 'smtp:', true),
    'expected smtp://HOST:PORT or smtps://HOST:PORT',
  )
  .describe('smtps://HOST:PORT is TLS from the first byte; smtp://HOST:PORT must offer STARTTLS')
const mailbox = z
  .string()
  .max(254)
  .regex(/^[^\s<>@,;:"]+@[^\s<>@,;:"]+$/, 'expected an address such as oncall@example.com')

const channelSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('webhook'),
    url: web.describe('where the JSON document is posted, signed'),
  }),
  z.strictObject({...common, kind: z.literal('slack')}),
  z.strictObject({
    ...common,
    kind: z.literal('pagerduty'),
    url: web.exactOptional().describe('where events go; that of PagerDuty in the United States unless told'),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('mail'),
    server: mailServer,
    from: mailbox.describe('the sender'),
    to: z.array(mailbox).min(1).max(50).describe('who gets it'),
  }),
])
export type Channel = z.infer<typeof channelSchema>

export const notificationsSchema = z
  .array(channelSchema)
  .max(20)
  .exactOptional()
  .describe('who is told of an incident, and by which way; nobody where it is absent')

/** R1: who has to hear of an emergency at once. */
export const rolesToTell: readonly Role[] = ['security-lead', 'ciso', 'engineering-lead']

/** Those of R1 whom no channel reaches. */
export function untold({notifications = []}: {readonly notifications?: readonly Channel[]}): readonly Role[] {
  return rolesToTell.filter((role) => !notifications.some((one) => one.roles.includes(role)))
}

/** A channel as a sentence. */
export function channelInWords(channel: Channel): string {
  return `"${channel.name}" (${channel.kind}) to ${channel.roles.join(', ')}${wayInWords(channel)}`
}

function wayInWords(channel: Channel): string {
  if (channel.kind === 'mail') return `: ${channel.to.join(', ')} by ${channel.server}`
  const url = channel.kind === 'slack' ? undefined : channel.url
  return url === undefined ? '' : ` at ${url}`
}

function isAddress(text: string, safe: string, plain: string, starts = false): boolean {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || url.hostname === '' || url.username !== '' || url.password !== '') return false
  return url.protocol === safe || (url.protocol === plain && (starts || isHere(url.hostname)))
}

/** Whether a host is this machine. */
export function isHere(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
