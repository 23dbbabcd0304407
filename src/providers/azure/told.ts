/** Who else can reach a key: the local roles of a Managed HSM on it and above it, and the policy by which Azure may release it. */
import {KeyriteError} from '../../base/errors.ts'
import type {KeyTold, Right} from '../rights.ts'
import {hsmName} from './grantable.ts'
import type {Service} from './service.ts'
import {definitions} from './standing.ts'
import {newestOf} from './versions.ts'

/** What lets somebody use a key. */
const using = /\/keys\/(?:sign|verify|encrypt|decrypt|wrap|unwrap|release|export)\/action$/

export const assignments = (key: string): string =>
  `/keys/${key}/providers/Microsoft.Authorization/roleAssignments`

const vaultRoles = (vault: string, key: string): string =>
  `az role assignment list --include-inherited --scope $(az keyvault show --name ${hsmName(vault)} --query id --output tsv)/keys/${key}`

export interface Assigned {
  /** The GUID by which the assignment is known. */
  readonly name: string
  readonly right: Right
}

/** On the key and above it. */
export async function assignedOn(service: Service, key: string): Promise<readonly Assigned[]> {
  const known = await definitions(service)
  const all = await service.readList(`read what is assigned on key "${key}"`, assignments(key))
  return all.map((one) => {
    const {scope, principalId, roleDefinitionId} = (one['properties'] ?? {}) as Readonly<
      Record<'scope' | 'principalId' | 'roleDefinitionId', string | undefined>
    >
    const role = known.find(({id}) => id === roleDefinitionId)
    const right = {
      on: scope ?? '',
      role: role?.roleName ?? roleDefinitionId ?? '',
      member: principalId ?? '',
      condition: null,
      uses: role === undefined || role.may.length === 0 ? null : role.may.some((may) => using.test(may)),
    }
    return {name: String(one['name']), right}
  })
}

export function keyTold(service: Service): KeyTold {
  return {
    beyond: (key) =>
      service.place.isHsm
        ? 'These are local roles. Who administers the Managed HSM itself Azure Resource Manager keeps, which keyrite does not ask.'
        : `Who may use it is not told here: a vault has that in Azure Resource Manager, as roles or access policies, which keyrite does not ask. ${vaultRoles(service.place.vault, key)} lists the roles.`,

    /** A vault's roles Azure Resource Manager keeps. */
    async rights(key) {
      if (!service.place.isHsm) return null
      return (await assignedOn(service, key)).map(({right}) => right)
    },

    async policy(key) {
      const found = await newestOf(service, key)
      if (found === undefined)
        throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${key}": the vault has no such key`)
      const policy = found.properties.releasePolicy?.encodedPolicy
      return policy === undefined ? null : Buffer.from(policy).toString('utf8')
    },
  }
}
