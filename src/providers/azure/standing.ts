/** What the local roles of a Managed HSM allow on a key now, held against a role. */
import {KeyriteError} from '../../base/errors.ts'
import type {Grant, Policy, Standing} from '../permissions.ts'
import type {Service} from './service.ts'

interface Definition {
  readonly id: string
  readonly roleName: string
  readonly may: readonly string[]
  readonly never: readonly string[]
}

/**
 * @param principal - an object id; null: only whether the role is there as it was written.
 * @throws KeyriteError `UNSUPPORTED` at a vault, whose roles Azure Resource Manager keeps, `USAGE` for what is no object id.
 */
export async function standingOf(
  service: Service,
  policy: Policy,
  ids: readonly string[],
  principal: string | null,
): Promise<Standing> {
  if (!service.place.isHsm)
    throw new KeyriteError(
      'UNSUPPORTED',
      'cannot compare: what is allowed in a vault Azure Resource Manager keeps, which keyrite does not ask',
      {hints: ['az role assignment list --assignee OBJECT-ID --scope VAULT-ID/keys/KEY --include-inherited']},
    )
  if (principal !== null && !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(principal))
    throw new KeyriteError('USAGE', `cannot look for "${principal}": expected the object id of who it is`, {
      hints: ['az ad user show --id ADDRESS --query id', 'az ad sp show --id APPLICATION --query id'],
    })
  const known = await definitions(service)
  const missing: Grant[] = []
  const beyond: Grant[] = []
  const notes: string[] = []
  const looked: string[] = []
  for (const {on, may: wanted} of policy.grants.filter(({on}) => ids.includes(on.slice('/keys/'.length)))) {
    const held =
      principal === null
        ? known.filter(({roleName}) => roleName === policy.name)
        : await assigned(service, on, principal, known)
    if (principal === null && held.length === 0) notes.push(`there is no role ${policy.name}`)
    looked.push(
      principal === null ? `role ${policy.name}` : `assignments on ${on} and above it`,
      ...held.map(({roleName}) => roleName),
    )
    const has = new Set(held.flatMap(allowed))
    const lacks = wanted.filter((one) => !has.has(one))
    const more = [...has].filter((one) => !wanted.includes(one)).toSorted()
    if (lacks.length > 0) missing.push({on, may: lacks})
    if (more.length > 0) beyond.push({on, may: more})
  }
  return {looked: [...new Set(looked)], missing, beyond, notes}
}

/** Of what begins with a wildcard nothing is left out: it stands as it is, and is beyond every role. */
function allowed({may, never}: Definition): readonly string[] {
  return may.filter((one) => !never.includes(one))
}

export async function definitions(service: Service): Promise<readonly Definition[]> {
  const all = await service.readList(
    'read the local roles',
    '/providers/Microsoft.Authorization/roleDefinitions',
  )
  return all.map((one) => {
    const {roleName = '', permissions = []} = (one['properties'] ?? {}) as {
      roleName?: string
      permissions?: readonly {dataActions?: readonly string[]; notDataActions?: readonly string[]}[]
    }
    return {
      id: String(one['id']),
      roleName,
      may: permissions.flatMap(({dataActions = []}) => dataActions),
      never: permissions.flatMap(({notDataActions = []}) => notDataActions),
    }
  })
}

async function assigned(
  service: Service,
  scope: string,
  principal: string,
  known: readonly Definition[],
): Promise<readonly Definition[]> {
  const all = await service.readList(
    `read what is assigned on ${scope}`,
    `${scope}/providers/Microsoft.Authorization/roleAssignments`,
    {$filter: `principalId eq '${principal}'`},
  )
  const roles = all.map((one) => {
    const {roleDefinitionId = ''} = (one['properties'] ?? {}) as {roleDefinitionId?: string}
    return roleDefinitionId
  })
  return known.filter(({id}) => roles.includes(id))
}
