/** Quorum arithmetic: different people, different keys, and roles met by different people. Pure. */

/** What a rule asks for: so many people, and among them, each by another person, these roles. */
export interface Needs {
  readonly people: number
  readonly roles: readonly string[]
}

/** One counted yes. */
export interface Approver {
  readonly person: string
  /** Fingerprint of the signing key. */
  readonly key: string
  readonly roles: readonly string[]
}

/** Leaves one approval for each person and each key. */
export function differentPeople(approvers: readonly Approver[]): Approver[] {
  const people = new Set<string>()
  const keys = new Set<string>()
  return approvers.filter(({person, key}) => {
    if (people.has(person) || keys.has(key)) return false
    people.add(person)
    keys.add(key)
    return true
  })
}

/** Roles that cannot be given to different people among these, however they are assigned; empty when all can. */
export function unmetRoles(roles: readonly string[], approvers: readonly Approver[]): readonly string[] {
  // An assignment: each role takes a person of its own (augmenting paths, as quorums are small).
  const holder = new Map<string, string>()
  const assign = (role: string, tried: Set<string>): boolean => {
    for (const {person} of approvers.filter((one) => one.roles.includes(role) && !tried.has(one.person))) {
      tried.add(person)
      const held = holder.get(person)
      if (held === undefined || assign(held, tried)) {
        holder.set(person, role)
        return true
      }
    }
    return false
  }
  return roles.filter((role) => !assign(role, new Set()))
}

export function isMet(needs: Needs, approvers: readonly Approver[]): boolean {
  const different = differentPeople(approvers)
  return different.length >= needs.people && unmetRoles(needs.roles, different).length === 0
}

/** Whether it can still be met: those who said yes, and those who may still answer. */
export function canBeMet(needs: Needs, approvers: readonly Approver[], open: readonly Approver[]): boolean {
  return isMet(needs, [...approvers, ...open])
}

/** "2 more people, among them a ciso": what is missing, in words; empty when nothing is. */
export function missingInWords(needs: Needs, approvers: readonly Approver[]): string {
  const different = differentPeople(approvers)
  const roles = unmetRoles(needs.roles, different)
  const people = Math.max(needs.people - different.length, roles.length)
  if (people === 0) return ''
  const among = roles.length === 0 ? '' : `, among them ${roles.join(' and ')}`
  return `${people} more ${people === 1 ? 'person' : 'people'}${among}`
}
