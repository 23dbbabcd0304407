/** Who else can reach a key: the local roles of a Managed HSM on it and above it, and the policy by which Azure may release it. Read, and never changed here. */
import {KeyriteError} from '../../base/errors.ts'
import type {KeyTold} from '../rights.ts'
import type {Service} from './service.ts'
import {definitions, listIn} from './standing.ts'
import {orNone} from './versions.ts'

/** What lets somebody use a key. */
const using = /\/keys\/(?:sign|verify|encrypt|decrypt|wrap|unwrap|release|export)\/action$/

export function keyTold(service: Service): KeyTold {
  return {
    /** A vault's roles Azure Resource Manager keeps. */
    async rights(key) {
      if (!service.place.isHsm) return null
      const known = await definitions(service)
      const {value} = await service.read(
        `read what is assigned on key "${key}"`,
        `/keys/${key}/providers/Microsoft.Authorization/roleAssignments`,
      )
      return listIn(value).map((one) => {
        const {scope, principalId, roleDefinitionId} = (one['properties'] ?? {}) as Readonly<
          Record<'scope' | 'principalId' | 'roleDefinitionId', string | undefined>
        >
        const role = known.find(({id}) => id === roleDefinitionId)
        return {
          on: scope ?? '',
          role: role?.roleName ?? roleDefinitionId ?? '',
          member: principalId ?? '',
          condition: null,
          uses: role === undefined || role.may.length === 0 ? null : role.may.some((may) => using.test(may)),
        }
      })
    },

    async policy(key) {
      const found = await orNone(service, `look at key "${key}"`, () => service.patient.getKey(key))
      if (found === undefined)
        throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${key}": the vault has no such key`)
      const policy = found.properties.releasePolicy?.encodedPolicy
      return policy === undefined ? null : Buffer.from(policy).toString('utf8')
    },
  }
}
