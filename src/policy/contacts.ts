/**
 * The part of a policy that says who is called when something burns, and how (R5): what the card to print and the post-mortem
 * name. A policy is read by many and stands whole in every bundle, so it names offices and duties; the people who hold a role
 * come from the roster.
 */
import {z} from 'zod'
import {roles, type Role} from '../custody/roles.ts'

/** In one line, with nothing in it that a paper could not show. */
const line = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^\P{C}*[\p{L}\p{N}]\P{C}*$/u, 'expected a line of text')

const contactSchema = z.strictObject({
  name: line(60).describe('who answers: an office or a duty, not somebody’s private line'),
  roles: z.array(z.enum(roles)).exactOptional().describe('whom of the roster it reaches, by their roles'),
  for: line(120).describe('what they are called for'),
  reach: z.array(line(80)).min(1).max(4).describe('how, in the order to try: a number, a pager, an address'),
  hours: line(60).exactOptional().describe('when; at any hour where it is absent'),
})
export type Contact = z.infer<typeof contactSchema>

/** As many as a page has room for. */
export const contactsSchema = z
  .array(contactSchema)
  .max(10)
  .exactOptional()
  .describe('who is called in an emergency, in this order; the card to print names nobody where it is absent')

/** R1 and C5: who has to be reached at night. */
export const rolesToReach: readonly Role[] = [
  'emergency-contact',
  'security-lead',
  'ciso',
  'engineering-lead',
]

interface WithContacts {
  readonly contacts?: readonly Contact[]
}

/** Those of them whom no contact reaches. */
export function unreached({contacts = []}: WithContacts): readonly Role[] {
  return rolesToReach.filter((role) => !contacts.some((one) => one.roles?.includes(role) === true))
}

/** The contacts that reach somebody with one of these roles. */
export function contactsFor({contacts = []}: WithContacts, asked: readonly string[]): readonly Contact[] {
  return contacts.filter((one) => one.roles?.some((role) => asked.includes(role)) === true)
}

/** `"Security desk": +41 44 000 00 00, pager 17 (at any hour), for: to contain a key`. */
export function contactInWords({name, reach, hours, for: what}: Contact): string {
  return `"${name}": ${reach.join(', ')} (${hours ?? 'at any hour'}), for: ${what}`
}
