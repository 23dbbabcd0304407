/** The roles a person can have in the roster. A ceremony has roles of its own (operator, witness …) for one day. */
export const roles = [
  'auditor',
  'ciso',
  'custodian',
  'emergency-contact',
  'engineering-lead',
  'legal',
  'operator',
  'security-lead',
  'security-officer',
  'witness',
] as const
export type Role = (typeof roles)[number]

export function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text)
}
