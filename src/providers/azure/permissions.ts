/** Roles as Azure has them: a custom role of Azure RBAC for a vault, of the local RBAC for a Managed HSM; and, where a vault still has access policies, those. */
import type {Purpose} from '../algorithms.ts'
import type {PermissionRole, PermissionsWish, Policy} from '../permissions.ts'

/**
 * Where these were found: a vault's in Microsoft's table of the operations of its resource providers; those of a Managed HSM in
 * the list of `KeyVaultDataAction` of its clients, and `keys/rotate/action` in what a Managed HSM said of its built-in role
 * Crypto User (a recording of March 2022). That reading what is deleted in a vault is `keys/read` no table says.
 */
/** By what a vault calls it: its data action, that of a Managed HSM, and the word of an access policy; null where there is none. */
const actions = {
  read: ['keys/read', 'keys/read/action', 'get'],
  update: ['keys/update/action', 'keys/write/action', 'update'],
  create: ['keys/create/action', 'keys/create', 'create'],
  rotate: ['keys/rotate/action', 'keys/rotate/action', 'rotate'],
  delete: ['keys/delete', 'keys/delete', 'delete'],
  recover: ['keys/recover/action', 'keys/deletedKeys/recover/action', 'recover'],
  readDeleted: [null, 'keys/deletedKeys/read/action', null],
  readPolicy: ['keyrotationpolicies/read', null, 'getrotationpolicy'],
  writePolicy: ['keyrotationpolicies/write', null, 'setrotationpolicy'],
  readRoles: [null, 'roleAssignments/read/action', null],
  sign: ['keys/sign/action', 'keys/sign/action', 'sign'],
  verify: ['keys/verify/action', 'keys/verify/action', 'verify'],
  encrypt: ['keys/encrypt/action', 'keys/encrypt/action', 'encrypt'],
  decrypt: ['keys/decrypt/action', 'keys/decrypt/action', 'decrypt'],
  wrap: ['keys/wrap/action', 'keys/wrap/action', 'wrapKey'],
  unwrap: ['keys/unwrap/action', 'keys/unwrap/action', 'unwrapKey'],
} as const satisfies Readonly<Record<string, readonly [string | null, string | null, string | null]>>

type Action = keyof typeof actions

const actionsOf: Readonly<Record<Exclude<PermissionRole, 'key-prover'>, readonly Action[]>> = {
  'key-admin': [
    ...(['read', 'update', 'create', 'rotate', 'delete', 'recover', 'readDeleted'] as const),
    ...(['readPolicy', 'writePolicy'] as const),
  ],
  'key-user-sign': ['read', 'sign'],
  'key-user-verify': ['read', 'verify'],
  'key-user-encrypt': ['read', 'encrypt'],
  'key-user-decrypt': ['read', 'decrypt'],
  'key-user-wrap': ['read', 'wrap', 'unwrap'],
  'key-user-mac': ['read', 'sign', 'verify'],
  'key-auditor': ['read', 'readDeleted', 'readPolicy', 'readRoles'],
}

const proving: Readonly<Record<Purpose, readonly Action[]>> = {
  sign: ['read', 'sign'],
  encrypt: ['read', 'encrypt', 'decrypt'],
  wrap: ['read', 'wrap', 'unwrap'],
  mac: ['read', 'sign', 'verify'],
  decrypt: ['read', 'decrypt'],
}

export function policyFor({role, spec, ids, identity, principal}: PermissionsWish): Policy {
  const {label, purpose} = spec
  const isHsm = (identity['resource'] ?? '').includes('managedhsm')
  const name = `keyrite-${role}-${purpose}`
  const wanted = role === 'key-prover' ? proving[purpose] : actionsOf[role]
  const pick = (at: 0 | 1 | 2): string[] => [
    ...new Set(wanted.flatMap((one): (string | null)[] => [actions[one][at]]).filter((one) => one !== null)),
  ]
  const prefix = `Microsoft.KeyVault/${isHsm ? 'managedHsm' : 'vaults'}/`
  const may = pick(isHsm ? 1 : 0).map((one) => `${prefix}${one}`)
  const host = new URL(identity['vault'] ?? 'https://vault').hostname.split('.')[0] ?? ''
  const who = principal ?? 'OBJECT-ID'
  const file = `${name}.json`
  const common = {language: isHsm ? 'Managed HSM local RBAC' : 'Azure RBAC', name}
  const grants = ids.map((id) => ({on: `/keys/${id}`, may}))
  const text = (value: object): string => `${JSON.stringify(value, null, 2)}\n`
  if (isHsm)
    return {
      ...common,
      documents: [
        {
          title: 'local role definition',
          file,
          text: text({
            roleName: name,
            description: `keyrite: ${role}`,
            actions: [],
            notActions: [],
            dataActions: may,
            notDataActions: [],
          }),
        },
      ],
      grants,
      steps: [
        `az keyvault role definition create --hsm-name ${host} --role-definition @${file}`,
        ...ids.map(
          (id) =>
            `az keyvault role assignment create --hsm-name ${host} --role ${name} --assignee ${who} --scope /keys/${id}`,
        ),
      ],
      notes: notesOf(role, purpose, true, label),
    }
  return {
    ...common,
    documents: [
      {
        title: 'custom role',
        file,
        text: text({
          Name: name,
          IsCustom: true,
          Description: `keyrite: ${role}`,
          ...{Actions: [], NotActions: [], DataActions: may, NotDataActions: []},
          AssignableScopes: ['/subscriptions/SUBSCRIPTION'],
        }),
      },
      {
        title: 'permissions of an access policy, in its stead (they are of the whole vault)',
        file: `${name}-access-policy.json`,
        text: text({objectId: who, permissions: {keys: pick(2)}}),
      },
    ],
    grants,
    steps: [
      `az role definition create --role-definition @${file}`,
      ...ids.map(
        (id) =>
          `az role assignment create --role ${name} --assignee ${who} --scope $(az keyvault show --name ${host} --query id --output tsv)/keys/${id}`,
      ),
    ],
    notes: notesOf(role, purpose, false, label),
  }
}

function notesOf(role: PermissionRole, purpose: Purpose, isHsm: boolean, label: string): readonly string[] {
  const always = [
    'Written from Azure’s documents, and never tried on Azure.',
    isHsm
      ? 'What is assigned at / or /keys is allowed on the key as well.'
      : 'What is assigned on the vault, its resource group or subscription is allowed on the key as well.',
  ]
  if (role === 'key-admin')
    return [
      'It may set what operations the key is for, which keyrite sets as the key’s state has it, and use none of them. It may not purge, import, back up or restore.',
      ...(isHsm
        ? [
            'Whether it may read and set the rotation policy no list of actions says: see a role of Azure’s own for it.',
          ]
        : []),
      ...always,
    ]
  if (role === 'key-prover' && purpose !== 'sign')
    return ['Azure knows no probes: whoever has this may use the key as its users do.', ...always]
  if (role === 'key-user-verify' || (role === 'key-user-encrypt' && purpose === 'decrypt'))
    return [`Whoever reads key "${label}" has its public half, and needs no service for this.`, ...always]
  return always
}
