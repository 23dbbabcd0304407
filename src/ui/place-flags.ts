/** The flags of `profile add`: each kind takes its own, and no other. */
import {join, resolve} from 'node:path'
import {Flags} from '@oclif/core'
import {KeyriteError} from '../base/errors.ts'
import {providerKind, providerKinds} from '../providers/registry.ts'

export const placeFlags = {
  token: Flags.string({
    summary: 'local: the token file (default: HOME/tokens/NAME.token)',
    helpValue: 'FILE',
  }),
  module: Flags.string({summary: 'pkcs11: the module of the HSM’s maker', helpValue: 'FILE.so'}),
  'token-serial': Flags.string({summary: 'pkcs11: the serial number of the token', helpValue: 'SERIAL'}),
  'token-label': Flags.string({
    summary: 'pkcs11: the label of the token, where two have one serial number',
    helpValue: 'LABEL',
  }),
  address: Flags.string({
    summary: 'transit: where OpenBao or Vault is: https://…, or unix:/PATH of an agent on this machine',
    helpValue: 'URL',
  }),
  mount: Flags.string({
    summary: 'transit: the path of the secrets engine (default: transit)',
    helpValue: 'PATH',
  }),
  namespace: Flags.string({summary: 'transit: the namespace (default: the root)', helpValue: 'PATH'}),
  'token-file': Flags.string({
    summary:
      'transit, azure: the file with the token; without it transit’s is asked for, and azure finds credentials',
    helpValue: 'FILE',
  }),
  'ca-file': Flags.string({
    summary: 'transit, gcp, azure: the authorities that the server’s certificate must come from, as PEM',
    helpValue: 'FILE.pem',
  }),
  region: Flags.string({summary: 'aws, cloudhsm: the region', helpValue: 'REGION'}),
  'replica-regions': Flags.string({
    summary: 'aws: the regions that keys may have copies in, which makes them multi-Region keys',
    helpValue: 'REGION,…',
  }),
  cluster: Flags.string({summary: 'cloudhsm: the id of the cluster', helpValue: 'cluster-…'}),
  endpoint: Flags.string({
    summary:
      'aws, cloudhsm: another address (URL) than the region’s own; gcp: another (HOST:PORT) than the public one',
    helpValue: 'URL|HOST[:PORT]',
  }),
  'aws-profile': Flags.string({
    summary: 'aws, cloudhsm: a profile of AWS’s configuration files',
    helpValue: 'NAME',
  }),
  'role-arn': Flags.string({summary: 'aws, cloudhsm: a role to take on', helpValue: 'ARN'}),
  'custom-key-store': Flags.string({
    summary: 'aws: the id or name of a custom key store (CloudHSM, or outside AWS)',
    helpValue: 'STORE',
  }),
  fips: Flags.boolean({summary: 'aws: the endpoints that are validated under FIPS 140'}),
  'key-ring': Flags.string({
    summary: 'gcp: the key ring',
    helpValue: 'projects/P/locations/L/keyRings/R',
  }),
  'credentials-file': Flags.string({
    summary: 'gcp: a key file of a service account (default: the application default credentials)',
    helpValue: 'FILE.json',
  }),
  protection: Flags.string({
    summary: 'gcp, azure: where new keys are made (default: hsm)',
    options: ['hsm', 'software'],
  }),
  'vault-url': Flags.string({
    summary: 'azure: the vault or Managed HSM',
    helpValue: 'https://VAULT.vault.azure.net',
  }),
  'managed-hsm': Flags.boolean({summary: 'azure: it is a Managed HSM'}),
  cloud: Flags.string({
    summary: 'azure: whose cloud it is in (default: public)',
    options: ['public', 'usgov', 'china'],
  }),
  credential: Flags.string({
    summary: 'azure: how credentials are found (default: as Azure’s tools do)',
    options: ['default', 'cli', 'environment', 'managed-identity', 'workload-identity'],
  }),
  'retention-days': Flags.string({
    summary: 'azure: the days that the vault keeps what is deleted, 7 to 90 (default: 90)',
    helpValue: 'DAYS',
  }),
  'raw-aes': Flags.boolean({
    summary: 'gcp: AES keys encrypt as anybody would with them (AES-256-GCM), and not in Google’s own form',
  }),
  labels: Flags.string({
    summary: 'gcp: labels of your own for new keys',
    helpValue: 'NAME=VALUE,…',
  }),
  'destroy-days': Flags.string({
    summary: 'gcp: the days that a version waits before it is destroyed, 1 to 120 (default: 30)',
    helpValue: 'DAYS',
  }),
}

type Name = keyof typeof placeFlags
type Given = Readonly<Partial<Record<Name, string | boolean | undefined>>>

interface Use {
  readonly flag: Name
  readonly setting: string
  readonly needed: boolean
  readonly isPath?: true
}

const uses: Readonly<Record<keyof typeof providerKinds, readonly Use[]>> = {
  local: [{flag: 'token', setting: 'path', needed: false, isPath: true}],
  pkcs11: [
    {flag: 'module', setting: 'module', needed: true, isPath: true},
    // Nobody knows it by heart: where it is not given, the module says which tokens it shows.
    {flag: 'token-serial', setting: 'serial', needed: false},
    {flag: 'token-label', setting: 'label', needed: false},
  ],
  transit: [
    {flag: 'address', setting: 'address', needed: true},
    {flag: 'mount', setting: 'mount', needed: false},
    {flag: 'namespace', setting: 'namespace', needed: false},
    {flag: 'token-file', setting: 'token-file', needed: false, isPath: true},
    {flag: 'ca-file', setting: 'ca-file', needed: false, isPath: true},
  ],
  aws: [
    {flag: 'region', setting: 'region', needed: true},
    {flag: 'replica-regions', setting: 'replica_regions', needed: false},
    {flag: 'endpoint', setting: 'endpoint', needed: false},
    {flag: 'aws-profile', setting: 'aws_profile', needed: false},
    {flag: 'role-arn', setting: 'role_arn', needed: false},
    {flag: 'custom-key-store', setting: 'custom_key_store', needed: false},
    {flag: 'fips', setting: 'fips', needed: false},
  ],
  gcp: [
    {flag: 'key-ring', setting: 'key-ring', needed: true},
    {flag: 'endpoint', setting: 'endpoint', needed: false},
    {flag: 'credentials-file', setting: 'credentials-file', needed: false, isPath: true},
    {flag: 'ca-file', setting: 'ca-file', needed: false, isPath: true},
    {flag: 'protection', setting: 'protection', needed: false},
    {flag: 'destroy-days', setting: 'destroy-days', needed: false},
    {flag: 'raw-aes', setting: 'raw-aes', needed: false},
    {flag: 'labels', setting: 'labels', needed: false},
  ],
  cloudhsm: [
    {flag: 'region', setting: 'region', needed: true},
    {flag: 'cluster', setting: 'cluster', needed: true},
    {flag: 'endpoint', setting: 'endpoint', needed: false},
    {flag: 'aws-profile', setting: 'aws_profile', needed: false},
    {flag: 'role-arn', setting: 'role_arn', needed: false},
  ],
  azure: [
    {flag: 'vault-url', setting: 'vault-url', needed: true},
    {flag: 'managed-hsm', setting: 'managed-hsm', needed: false},
    {flag: 'cloud', setting: 'cloud', needed: false},
    {flag: 'credential', setting: 'credential', needed: false},
    {flag: 'token-file', setting: 'token-file', needed: false, isPath: true},
    {flag: 'ca-file', setting: 'ca-file', needed: false, isPath: true},
    {flag: 'protection', setting: 'protection', needed: false},
    {flag: 'retention-days', setting: 'retention-days', needed: false},
  ],
}

/** Those of the flags that say where a place is. */
export function placeFlagsIn(flags: Given): Given {
  return Object.fromEntries((Object.keys(placeFlags) as Name[]).map((name) => [name, flags[name]]))
}

/** @throws KeyriteError `UNSUPPORTED` for an unknown kind, `USAGE` naming the flag that is missing, or is of another kind. */
export function settingsFrom(
  kind: string,
  name: string,
  given: Given,
  home: string,
): Readonly<Record<string, string>> {
  providerKind(kind)
  const own = uses[kind as keyof typeof uses]
  const refuse = (fact: string, hint: string): never => {
    throw new KeyriteError('USAGE', `cannot add profile "${name}": ${fact}`, {hints: [hint]})
  }
  for (const flag of Object.keys(placeFlags) as Name[])
    if (isGiven(given[flag]) && !own.some((one) => one.flag === flag))
      refuse(
        `--${flag} is not for kind ${kind}`,
        `${kind} takes ${own.map((one) => `--${one.flag}`).join(', ')}`,
      )
  const missing = own.filter(({flag, needed}) => needed && !isGiven(given[flag])).map(({flag}) => `--${flag}`)
  if (missing.length > 0)
    refuse(
      `kind ${kind} needs ${missing.join(' and ')}`,
      `keyrite profile add ${name} --kind ${kind} ${missing.join(' … ')} …`,
    )
  const settings = own.flatMap(({flag, setting, isPath}): [string, string][] => {
    const value = given[flag]
    return !isGiven(value) ? [] : [[setting, isPath === true ? resolve(String(value)) : String(value)]]
  })
  const usual: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    local: {path: resolve(join(home, 'tokens', `${name}.token`))},
    transit: {mount: 'transit'},
  }
  return {...usual[kind], ...Object.fromEntries(settings)}
}

function isGiven(value: string | boolean | undefined): value is string | true {
  return value !== undefined && value !== false
}
