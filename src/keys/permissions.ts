/** Who may do what with a key at its provider: the key's part of it. */
import {KeyriteError} from '../base/errors.ts'
import {rolesFor, type PermissionRole, type PermissionsWish} from '../providers/permissions.ts'
import type {Key} from './state.ts'

/** @throws KeyriteError `UNSUPPORTED` where no such role is for a key of this purpose, `KEY_STATE` where nothing of it is left. */
export function permissionsWish(
  {name, spec, versions}: Key,
  role: PermissionRole,
  identity: PermissionsWish['identity'],
  principal: string | null,
): PermissionsWish {
  const {scheme, purpose} = spec
  const roles = rolesFor(purpose)
  if (!roles.includes(role))
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot give role ${role} on key "${name}": a key to ${purpose} has ${roles.join(', ')}`,
      {hints: roles.map((one) => `keyrite key permissions ${name} --role ${one}`)},
    )
  const ids = [...new Set(versions.filter(({state}) => state !== 'destroyed').map(({ref}) => ref.key))]
  if (ids.length === 0)
    throw new KeyriteError('KEY_STATE', `cannot give role ${role} on key "${name}": it is destroyed`, {
      hints: [`keyrite key show ${name}`],
    })
  return {role, spec: {label: name, scheme, purpose}, ids, identity, principal}
}
