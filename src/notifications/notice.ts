/** What people are told: the same for every channel, and nothing that is secret. */
import {z} from 'zod'
import {policySchema} from '../policy/document.ts'

export const noticeSchema = z.strictObject({
  /** The same in every try and every channel's copy, so that receivers can tell a second copy from a second notice. */
  id: z.string().regex(/^n-[0-9a-f]{16}$/),
  at: z.iso.datetime(),
  /** What it is about: every notice of one incident has the same. */
  about: z.string().min(1).max(200),
  status: z.enum(['opened', 'going-on', 'closed', 'test']),
  severity: z.enum(['critical', 'warning', 'info']),
  title: z.string().min(1).max(300),
  lines: z.array(z.string().max(1000)).max(100).readonly(),
})
export type Notice = z.infer<typeof noticeSchema>

/** What may be made of the ledger's name, the key, codes and times; a reason in somebody's own words is private, and has no place here. */
export type NoticeDraft = Omit<Notice, 'id' | 'at'>

/** The channel as the policy had it when the notice was made. */
export const channelNow = policySchema.shape.notifications.unwrap().element

/** The notice as plain text. */
export function textOf({title, lines}: Notice): string {
  return [title, '', ...lines].join('\n')
}
