/** Bindings on a key that let somebody use it, as grants: one for each role and member. */
import {createHash} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import {jcs} from '../../base/jcs.ts'
import type {Grant} from '../grants.ts'
import type {KeyGrants} from '../ports.ts'
import type {KeyRights, Right} from '../rights.ts'
import type {Service} from './service.ts'
import {existing, keyPath} from './versions.ts'

/** The same binding is the same grant, whoever gave it and when: IAM says neither. */
export function idOf({role, member, condition}: Pick<Right, 'role' | 'member' | 'condition'>): string {
  return createHash('sha256')
    .update(jcs({role, member, condition: {...condition}}))
    .digest('hex')
    .slice(0, 32)
}

export function keyGrants(service: Service, rights: KeyRights): KeyGrants {
  const region = service.place.ring.split('/')[3] ?? ''
  const usable = async (key: string): Promise<readonly Right[]> =>
    (await rights.read(key)).filter(({on, uses}) => on === keyPath(service, key) && uses !== false)

  return {
    async list({key}) {
      return (await usable(key)).map((one) => grantOf(one, region))
    },

    // Bindings bear no intent: given again it is the same.
    find: () => Promise.resolve(undefined),

    async give(ref, {grantee, operations: [role, ...more], region: where}) {
      const {shown} = await existing(service, ref)
      if (role === undefined || more.length > 0 || where !== region)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot give a grant of key "${shown.spec.label}": it is for one role at a time, in ${region}`,
        )
      const wanted = {role, member: grantee, condition: null}
      await rights.give(ref.key, [wanted])
      return grantOf({...wanted, on: keyPath(service, ref.key), uses: true}, region)
    },

    async remove(ref, {id}) {
      const found = (await usable(ref.key)).filter((one) => idOf(one) === id)
      if (found.length > 0) await rights.take(ref.key, found)
    },
  }
}

function grantOf(right: Right, region: string): Grant {
  const {role, member, condition} = right
  return {
    id: idOf(right),
    region,
    name: null,
    grantee: member,
    operations: [role],
    onlyInContext: condition !== null,
    createdAt: null,
  }
}
