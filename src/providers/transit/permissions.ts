/** Roles as policies of OpenBao or Vault: paths, each with what may be done there; what is not named is not allowed. */
import type {Purpose} from '../algorithms.ts'
import type {Grant, PermissionRole, PermissionsWish, Policy} from '../permissions.ts'

/** What an administrator may set, but not to give the material away: both cannot be taken back. */
const neverGiven = ['allow_plaintext_backup', 'exportable']

interface Rule extends Grant {
  readonly denied?: readonly string[]
}

export function policyFor({role, spec, ids, identity, principal}: PermissionsWish): Policy {
  const {label, purpose} = spec
  const mount = identity['mount'] ?? 'transit'
  const name = `keyrite-${label}-${role.replace(/^key-/, '')}`
  const rules = ids.flatMap((id) => rulesOf(role, purpose, mount, id))
  const grants = rules.filter((one, at) => rules.findIndex(({on}) => on === one.on) === at)
  const space = identity['namespace'] === 'root' ? '' : `-namespace=${identity['namespace'] ?? ''} `
  const file = `${name}.hcl`
  const head = `# Role ${role} on key "${label}": ${meaning[role]}\n`
  return {
    language: 'OpenBao policy',
    name,
    documents: [{title: `policy ${name}`, file, text: head + grants.map(stanza).join('')}],
    grants: grants.map(({on, may}) => ({on, may})),
    steps: [
      `bao policy write ${space}${name} ${file}`,
      principal === null
        ? `bao token create ${space}-policy=${name} -period=1h`
        : `bao write ${space}identity/entity/name/${principal} policies=… (all that ${principal} has, and ${name})`,
    ],
    notes: notesOf(role, purpose),
  }
}

const meaning: Readonly<Record<PermissionRole, string>> = {
  'key-admin': 'it reads, configures, rotates and destroys it, and never uses it.',
  'key-user-sign': 'it signs.',
  'key-user-verify': 'it verifies.',
  'key-user-encrypt': 'it encrypts.',
  'key-user-decrypt': 'it decrypts.',
  'key-user-wrap': 'it wraps keys, and unwraps them.',
  'key-user-mac': 'it makes MACs, and verifies them.',
  'key-auditor': 'it reads what the key is, and lists keys.',
  'key-prover': 'it shows that the key works, and that it is not given out.',
}

function rulesOf(role: PermissionRole, purpose: Purpose, mount: string, id: string): readonly Rule[] {
  const key = `${mount}/keys/${id}`
  const read: Rule = {on: key, may: ['read']}
  const list: Rule = {on: `${mount}/keys`, may: ['list']}
  const use = (verb: string): Rule => ({on: `${mount}/${verb}/${id}`, may: ['update']})
  // With the hash in the path, as many programs ask.
  const hashed = (verb: string): Rule[] => [use(verb), {on: `${mount}/${verb}/${id}/+`, may: ['update']}]
  switch (role) {
    case 'key-admin':
      return [
        list,
        {on: key, may: ['read', 'delete']},
        {on: `${key}/config`, may: ['update'], denied: neverGiven},
        {on: `${key}/rotate`, may: ['update']},
        {on: `${key}/soft-delete`, may: ['delete']},
        {on: `${key}/soft-delete-restore`, may: ['update']},
        {on: `${key}/trim`, may: ['update']},
      ]
    case 'key-user-sign':
      return [read, ...hashed('sign')]
    case 'key-user-verify':
      return [read, ...hashed('verify')]
    case 'key-user-encrypt':
      return [read, use('encrypt')]
    case 'key-user-decrypt':
      return [read, use('decrypt')]
    case 'key-user-wrap':
      return [read, use('encrypt'), use('decrypt')]
    case 'key-user-mac':
      return [read, ...hashed('hmac'), ...hashed('verify')]
    case 'key-auditor':
      return [list, read]
    case 'key-prover':
      return [
        read,
        ...provingVerbs[purpose].flatMap((verb) => (verb === 'hmac' ? hashed(verb) : [use(verb)])),
        {on: `${mount}/export/${exportKind(purpose)}/${id}/+`, may: ['read']},
      ]
  }
}

const provingVerbs: Readonly<Record<Purpose, readonly string[]>> = {
  sign: ['sign'],
  encrypt: ['encrypt', 'decrypt'],
  wrap: ['encrypt', 'decrypt'],
  mac: ['hmac'],
  decrypt: ['decrypt'],
}

export function exportKind(purpose: Purpose): string {
  if (purpose === 'mac') return 'hmac-key'
  return purpose === 'sign' ? 'signing-key' : 'encryption-key'
}

function stanza({on, may, denied}: Rule): string {
  const list = (all: readonly string[]): string => `[${all.map((one) => `"${one}"`).join(', ')}]`
  const not =
    denied === undefined
      ? ''
      : `  denied_parameters = {\n${denied.map((one) => `    "${one}" = []\n`).join('')}  }\n`
  return `\npath "${on}" {\n  capabilities = ${list(may)}\n${not}}\n`
}

function notesOf(role: PermissionRole, purpose: Purpose): readonly string[] {
  if (role === 'key-prover')
    return [
      'transit knows no probes: whoever has this may use the key as its users do. Give it to a machine that does nothing else.',
      'It may ask for an export, so that the refusal is seen; key-admin cannot make the key exportable, and nobody should have both.',
    ]
  if (role === 'key-admin')
    return [
      'It cannot make keys: the name of a new one is not known before. Making takes create and update on MOUNT/keys/LABEL.*.',
      'It may destroy the key, at once and for good.',
    ]
  if (role === 'key-user-encrypt' && purpose === 'encrypt')
    return ['An unknown name is not made by encrypting: that takes create, and this has update.']
  if (role === 'key-user-sign')
    return ['It may sign with any hash and padding that the server has for this type of key.']
  return []
}
