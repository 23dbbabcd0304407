/** Roles as Google has them: a custom role with these permissions and no others, and its binding on the key. */
import type {Purpose} from '../algorithms.ts'
import type {PermissionRole, PermissionsWish, Policy} from '../permissions.ts'

const versions = (...verbs: readonly string[]): string[] =>
  verbs.map((one) => `cloudkms.cryptoKeyVersions.${one}`)
const keys = (...verbs: readonly string[]): string[] => verbs.map((one) => `cloudkms.cryptoKeys.${one}`)

/** What can be granted on a key, all in all. */
export const everything: readonly string[] = [
  ...keys('get', 'update', 'delete', 'getIamPolicy', 'setIamPolicy'),
  ...versions('create', 'get', 'list', 'update', 'destroy', 'restore', 'delete', 'viewPublicKey'),
  ...versions('useToSign', 'useToVerify', 'useToEncrypt', 'useToDecrypt', 'manageRawAesCbcKeys'),
  ...versions('useToEncryptViaDelegation', 'useToDecryptViaDelegation'),
]

const reads = [...keys('get'), ...versions('get')]

const permissionsOf: Readonly<
  Record<Exclude<PermissionRole, 'key-prover' | 'key-user-verify' | 'key-user-encrypt'>, readonly string[]>
> = {
  'key-admin': [...reads, ...keys('update'), ...versions('create', 'list', 'update', 'destroy', 'restore')],
  'key-user-sign': [...reads, ...versions('viewPublicKey', 'useToSign')],
  'key-user-decrypt': [...reads, ...versions('useToDecrypt')],
  'key-user-wrap': [...reads, ...versions('useToEncrypt', 'useToDecrypt')],
  'key-user-mac': [...reads, ...versions('useToSign', 'useToVerify')],
  'key-auditor': [...reads, ...versions('list', 'viewPublicKey'), ...keys('getIamPolicy')],
}

const proving: Readonly<Record<Purpose, readonly string[]>> = {
  sign: versions('viewPublicKey', 'useToSign'),
  encrypt: versions('useToEncrypt', 'useToDecrypt'),
  wrap: versions('useToEncrypt', 'useToDecrypt'),
  mac: versions('useToSign'),
  decrypt: versions('viewPublicKey', 'useToDecrypt'),
}

function permissionsIn(role: PermissionRole, purpose: Purpose): readonly string[] {
  if (role === 'key-prover') return [...reads, ...proving[purpose]]
  // A pair is verified with, and encrypted to, by its public half: Google has no call for either.
  if (role === 'key-user-verify')
    return [...reads, ...versions(purpose === 'mac' ? 'useToVerify' : 'viewPublicKey')]
  if (role === 'key-user-encrypt')
    return [...reads, ...versions(purpose === 'decrypt' ? 'viewPublicKey' : 'useToEncrypt')]
  return permissionsOf[role]
}

/** The id of a custom role: no dashes there. */
const roleId = (role: PermissionRole, purpose: Purpose): string =>
  `keyrite_${role.replaceAll('-', '_')}_${purpose}`

export function policyFor({role, spec, ids, identity, principal}: PermissionsWish): Policy {
  const {label, purpose} = spec
  const ring = identity['key_ring'] ?? ''
  const [, project = '', , location = '', , ringName = ''] = ring.split('/')
  const id = roleId(role, purpose)
  const full = `projects/${project}/roles/${id}`
  const may = permissionsIn(role, purpose)
  const member = principal ?? 'MEMBER'
  const [roleFile, bindingFile] = [`${id}.yaml`, `keyrite-${label}-${role}-binding.json`]
  const binding = {bindings: [{role: full, members: [member]}]}
  return {
    language: 'Google Cloud IAM',
    name: full,
    documents: [
      {
        title: `custom role ${id}`,
        file: roleFile,
        text: `title: keyrite ${role} (${purpose})\nstage: GA\nincludedPermissions:\n${may.map((one) => `- ${one}\n`).join('')}`,
      },
      {title: 'its binding, on the key', file: bindingFile, text: `${JSON.stringify(binding, null, 2)}\n`},
    ],
    grants: ids.map((key) => ({on: `${ring}/cryptoKeys/${key}`, may})),
    steps: [
      `gcloud iam roles create ${id} --project=${project} --file=${roleFile}`,
      ...ids.map(
        (key) =>
          `gcloud kms keys add-iam-policy-binding ${key} --keyring=${ringName} --location=${location} --project=${project} --member=${member} --role=${full}`,
      ),
    ],
    notes: notesOf(role, purpose),
  }
}

function notesOf(role: PermissionRole, purpose: Purpose): readonly string[] {
  const always = [
    'Written from Google’s documents, and never tried on Google Cloud.',
    'What is bound on the key ring, the project, a folder or the organization is allowed on the key as well; a deny policy takes it away.',
    'MEMBER is user:ADDRESS, serviceAccount:ADDRESS or group:ADDRESS.',
  ]
  if (role === 'key-admin')
    return [
      'It may not set the policy of the key: with that it could let itself use it. Making keys and importing are not of one key.',
      ...always,
    ]
  if (role === 'key-prover' && purpose !== 'sign')
    return ['Google knows no probes: whoever has this may use the key as its users do.', ...always]
  if (role === 'key-auditor') return ['Listing keys is not of one key, and is not in it.', ...always]
  return always
}
