/** What is bound on a key and its ring now, held against a role. */
import {KeyriteError} from '../../base/errors.ts'
import type {Grant, Policy, Standing} from '../permissions.ts'
import {policyOf} from './iam.ts'
import {everything} from './permissions.ts'
import {ownRoles} from './roles.ts'
import type {Service} from './service.ts'
import {keyPath} from './versions.ts'

/**
 * @param principal - a member as IAM names it; null: whoever keyrite is there, of whom Google tells everything that is in force.
 * @throws KeyriteError `USAGE` for what is no member, `CREDENTIALS_REFUSED` where policies may not be read.
 */
export async function standingOf(
  service: Service,
  policy: Policy,
  ids: readonly string[],
  principal: string | null,
): Promise<Standing> {
  if (principal !== null && !/^(user|serviceAccount|group|domain|principal|principalSet):/.test(principal))
    throw new KeyriteError(
      'USAGE',
      `cannot look for "${principal}": expected user:, serviceAccount: or group: and an address`,
    )
  const missing: Grant[] = []
  const beyond: Grant[] = []
  const notes: string[] = []
  const looked: string[] = []
  for (const id of ids) {
    const on = keyPath(service, id)
    const wanted = policy.grants.find((one) => one.on === on)?.may ?? []
    const has = principal === null ? await inForce(service, on) : await bound(service, on, principal, policy)
    looked.push(...has.looked)
    notes.push(...has.notes)
    const lacks = wanted.filter((one) => !has.may.has(one))
    const more = [...has.may].filter((one) => !wanted.includes(one)).toSorted()
    if (lacks.length > 0) missing.push({on, may: lacks})
    if (more.length > 0) beyond.push({on, may: more})
  }
  return {looked: [...new Set(looked)], missing, beyond, notes}
}

interface Has {
  readonly may: ReadonlySet<string>
  readonly looked: readonly string[]
  readonly notes: readonly string[]
}

async function inForce(service: Service, resource: string): Promise<Has> {
  const [answer] = await service.ask(`ask what may be done with ${resource}`, (kms) =>
    kms.testIamPermissions({resource, permissions: [...everything]} as never),
  )
  return {
    may: new Set(answer.permissions),
    looked: [`what the credentials in use may on ${resource}`],
    notes: [],
  }
}

async function bound(service: Service, key: string, member: string, policy: Policy): Promise<Has> {
  const may = new Set<string>()
  const notes: string[] = []
  for (const resource of [key, service.place.ring]) {
    for (const {role, members, condition} of (await policyOf(service, resource)).bindings) {
      if (!members.includes(member)) continue
      // The role that was written holds what it was written with, as long as nobody changed it.
      const grants = role === policy.name ? policy.grants[0]?.may : ownRoles[role]
      if (grants === undefined)
        notes.push(`what ${role} on ${resource} holds only IAM tells: gcloud iam roles describe`)
      if (condition !== null)
        notes.push(
          `${role} on ${resource} holds under a condition: ${condition['title'] ?? 'without a name'}`,
        )
      for (const one of grants ?? []) may.add(one)
    }
  }
  return {may, looked: [key, service.place.ring, 'not: the project and what is above it'], notes}
}
