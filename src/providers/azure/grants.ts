/** Local roles of a Managed HSM on one key, as grants: what is assigned on the key itself, and never what is assigned above it. */
import {KeyriteError} from '../../base/errors.ts'
import type {Grant} from '../grants.ts'
import type {IntentId, KeyGrants} from '../ports.ts'
import {hsmName, roles} from './grantable.ts'
import type {Service} from './service.ts'
import {settled} from './settling.ts'
import {definitions} from './standing.ts'
import {assignedOn, assignments} from './told.ts'
import {existing} from './versions.ts'

/** An assignment is named by whoever makes it, by a GUID: ours is made of the intent, so that it is found again by it. */
export function nameOf(intent: IntentId): string {
  const part = (from: number, to: number): string => intent.slice(from, to)
  return `${part(0, 8)}-${part(8, 12)}-8${part(13, 16)}-8${part(17, 20)}-${part(20, 32)}`
}

export function keyGrants(service: Service): KeyGrants {
  const region = hsmName(service.place.vault)
  const own = async (key: string): Promise<readonly Grant[]> =>
    (await assignedOn(service, key))
      .filter(({right}) => right.on === `/keys/${key}`)
      .map(({name, right: {member, role}}) => ({
        ...{id: name, region, name: null, grantee: member, operations: [role]},
        ...{onlyInContext: false, createdAt: null},
      }))

  return {
    list: async ({key}) => own(key),

    find: async ({key}, intent) => (await own(key)).find(({id}) => id === nameOf(intent)),

    async give(ref, {grantee, operations, region: where}, intent) {
      const {key} = await existing(service, ref)
      const [role, ...more] = operations
      const known = role === undefined ? undefined : roles[role]
      if (role === undefined || known === undefined || more.length > 0 || where !== region)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot give a grant of key "${key.name}": it is for one of ${Object.keys(roles).join(', ')}, in ${region}`,
        )
      const found = async (): Promise<Grant | undefined> =>
        (await own(ref.key)).find((one) => one.grantee === grantee && one.operations.includes(role))
      // Whoever has it already is not given it once more.
      const before = await found()
      if (before !== undefined) return before
      const what = `assign ${role} on key "${key.name}" to ${grantee}`
      const properties = {principalId: grantee, roleDefinitionId: await definitionOf(service, role, known)}
      await service.operate(what, `${assignments(ref.key)}/${nameOf(intent)}`, {properties}, 'put')
      return settled(what, found)
    },

    async remove({key}, {id}) {
      const what = `take assignment ${id} on key "${key}" away`
      const there = async (): Promise<boolean> => (await own(key)).some((one) => one.id === id)
      if (!(await there())) return
      await service.remove(what, `${assignments(key)}/${id}`)
      await settled(what, async () => ((await there()) ? undefined : true))
    },
  }
}

/** As the HSM itself says it. @throws KeyriteError `UNSUPPORTED` where it calls another role so, or has none of that id. */
async function definitionOf(service: Service, role: string, known: string): Promise<string> {
  const one = (await definitions(service)).find(({id}) => id.endsWith(`/${known}`))
  if (one?.roleName === role) return one.id
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot assign ${role}: the Managed HSM ${one === undefined ? 'has no such role' : `calls it ${one.roleName}`}`,
  )
}
