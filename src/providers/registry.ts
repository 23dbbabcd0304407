/** The kinds of provider that there are. Each is loaded only when it is used, so that no command pays for an SDK that it does not call. */
import {KeyriteError} from '../base/errors.ts'
import type {Secret} from '../base/secret.ts'
import type {Opening, ProviderKind} from './kind.ts'
import type {PermissionsWish, Policy} from './permissions.ts'
import type {Provider} from './ports.ts'

export const providerKinds = {
  local: {
    title: 'software token: an encrypted file on this machine, no hardware',
    settings: {path: 'the token file'},
    secret: 'PIN',
    hardware: 'never',
    enforces: ['probe', 'enabled', 'historic', 'disabled'],
    async offers() {
      const {offered} = await import('./local/material.ts')
      return offered()
    },
    async identityAhead(settings) {
      const {identityOf, tokenIdentity} = await import('./local/index.ts')
      return identityOf(tokenIdentity(setting(settings, 'path')).token)
    },
    async open({settings, secret, ...rest}) {
      const {openToken} = await import('./local/index.ts')
      return openToken({path: setting(settings, 'path'), pin: needed(secret, 'PIN'), ...rest})
    },
    async create(name, {settings, secret, random, clock}) {
      const {createToken} = await import('./local/index.ts')
      return createToken({path: setting(settings, 'path'), name, pin: needed(secret, 'PIN'), random, clock})
    },
  },
  pkcs11: {
    title: 'an HSM, or anything that speaks PKCS#11, through its maker’s module',
    settings: {
      module: 'the module’s file',
      serial: 'the serial number of the token',
      label: 'the label of the token, where two have one serial number',
    },
    secret: 'PIN',
    keptBy: ['the tools of the HSM’s maker, between its own HSMs'],
    hardware: 'possible',
    enforces: ['enabled', 'historic', 'disabled'],
    async lacking() {
      const {driverLacking} = await import('./pkcs11/driver.ts')
      return driverLacking()
    },
    async beforeSecret(settings, within) {
      const {lookAtPin} = await import('./pkcs11/index.ts')
      const place = {...hsmModule(settings), serial: settings['serial'] ?? null}
      return lookAtPin(place, within === undefined ? undefined : patienceOf(within))
    },
    async offers(settings, within) {
      const {offeredBy} = await import('./pkcs11/index.ts')
      return offeredBy(hsmPlace(settings), patienceOf(within))
    },
    async open({settings, secret, within}) {
      const {openHsm} = await import('./pkcs11/index.ts')
      return openHsm(hsmPlace(settings), secret, within === undefined ? undefined : patienceOf(within))
    },
    create: null,
  },
  transit: {
    title: 'the transit secrets engine of OpenBao or Vault, a server with keys in software',
    settings: {
      address: 'https://HOST:PORT, or unix:/PATH of an agent on this machine',
      mount: 'the path of the secrets engine',
      namespace: 'the namespace, where there are any',
      'token-file': 'the file with the token, read again when it is renewed',
      'ca-file': 'the certificates of the authorities that sign the server’s, as PEM',
    },
    secret: 'token',
    keptBy: [
      'bao operator raft snapshot save FILE, of the whole server',
      'keyrite share split --key NAME, or keyrite backup take NAME, of a key that others made for it',
    ],
    hasSecret: ({'token-file': file, address}) => file !== undefined || address?.startsWith('unix:') === true,
    permissions: async () => (await import('./transit/permissions.ts')).policyFor,
    hardware: 'never',
    enforces: ['enabled'],
    // Of the older versions of a key, on any server; of the newest, where there is soft deletion.
    mayEnforce: ['historic', 'disabled'],
    async open({settings, secret, clock, within}) {
      const {openTransit} = await import('./transit/index.ts')
      const place = {
        address: setting(settings, 'address'),
        mount: setting(settings, 'mount'),
        namespace: settings['namespace'] ?? '',
        tokenFile: settings['token-file'] ?? null,
        caFile: settings['ca-file'] ?? null,
      }
      return openTransit(place, secret, clock, within === undefined ? undefined : patienceOf(within))
    },
    create: null,
  },
  aws: {
    title: 'AWS KMS, or what speaks as it does; credentials are found as AWS’s own tools find them',
    settings: {
      region: 'the region',
      endpoint: 'another address than the region’s own',
      aws_profile: 'a profile of AWS’s configuration files',
      role_arn: 'a role to take on',
      replica_regions: 'regions that keys may have copies in, with commas between',
      custom_key_store: 'the id or name of a custom key store',
      fips: '"true" for the endpoints that are validated under FIPS 140',
    },
    secret: null,
    permissions: async () => (await import('./aws/permissions.ts')).policyFor,
    grants: async () => (await import('./aws/grantable.ts')).grantable,
    hardware: 'possible',
    enforces: ['enabled', 'disabled'],
    window: {least: 7, most: 30},
    copies: ({replicas}) => (replicas === undefined ? [] : replicas.split(',')),
    materialEnds: {mostDays: 365},
    outside: ({key_store_type: type}) => type === 'EXTERNAL_KEY_STORE',
    async offers({custom_key_store: store}, _within, {key_store_type: type} = {}) {
      const {cloudHsmStore, offered} = await import('./aws/specs.ts')
      return offered(store === undefined ? null : (type ?? cloudHsmStore))
    },
    async open({settings, within}) {
      setting(settings, 'region')
      const {openAws, patience} = await import('./aws/index.ts')
      const short = within === undefined ? {} : {connect: within, answer: within, tries: 1}
      return openAws(settings, {...patience, ...short})
    },
    create: null,
  },
  gcp: {
    title: 'Google Cloud KMS: a key ring, in software or Cloud HSM',
    settings: {
      'key-ring': 'the key ring: projects/P/locations/L/keyRings/R',
      endpoint: 'host, or host:port, of another endpoint than the public one',
      'credentials-file': 'a key file of a service account; without it the application default credentials',
      'ca-file': 'certificates to trust, PEM, where the endpoint has one of its own',
      protection: 'hsm (unless told) or software: where new keys are made',
      'raw-aes': '"true" for AES keys that encrypt as anybody would with them, and not in Google’s own form',
      labels: 'labels of your own for new keys: NAME=VALUE, with commas between',
      'destroy-days': 'how many days a version waits before it is destroyed: 1 to 120, 30 unless told',
    },
    secret: null,
    permissions: async () => (await import('./gcp/permissions.ts')).policyFor,
    grants: async () => (await import('./gcp/grantable.ts')).grantable,
    deletes: true,
    makes: {
      lasting: 'NOBODY CAN TAKE IT BACK: Google deletes no key ring.',
      open: async (settings) => (await import('./gcp/ring.ts')).ringMaker(settings),
    },
    hardware: 'possible',
    enforces: ['enabled', 'disabled'],
    window: {least: 1, most: 120},
    ownWait: async (settings) => (await import('./gcp/place.ts')).placeFrom(settings).destroyDays,
    waitFlag: '--destroy-days',
    offers: async () => ({keys: (await import('./gcp/algorithms.ts')).capabilityList, imports: true}),
    open: async ({settings, within, believing}) =>
      (await import('./gcp/index.ts')).openFrom(settings, within, believing ?? null),
    create: null,
  },
  cloudhsm: {
    title: 'a cluster of AWS CloudHSM: its HSMs and backups; its keys are used through PKCS#11',
    settings: {
      region: 'the region',
      cluster: 'the id of the cluster',
      endpoint: 'another address than the region’s own',
      aws_profile: 'a profile of AWS’s configuration files',
      role_arn: 'a role to take on',
    },
    secret: null,
    hardware: 'possible',
    enforces: [],
    keysElsewhere: 'keys of a CloudHSM cluster are used through PKCS#11, in a profile of kind pkcs11',
    async open({settings}) {
      setting(settings, 'region')
      setting(settings, 'cluster')
      const {openCluster} = await import('./aws/cloudhsm/index.ts')
      return openCluster(settings)
    },
    create: null,
  },
  azure: {
    title: 'Azure Key Vault or Managed HSM; credentials are found as Azure’s own tools find them',
    settings: {
      'vault-url': 'https://HOST of the vault or Managed HSM',
      'managed-hsm': '"true" where it is a Managed HSM',
      cloud: 'public (unless told), usgov or china',
      credential: 'default (unless told), cli, environment, managed-identity or workload-identity',
      'token-file': 'a file with an access token, which somebody else renews, instead of a credential',
      'ca-file': 'certificates to trust, PEM, where the vault has one of its own',
      protection: 'hsm (unless told) or software: where new keys are made',
      'retention-days': 'how many days the vault keeps what is deleted: 7 to 90, 90 unless told',
    },
    secret: null,
    permissions: async () => (await import('./azure/permissions.ts')).policyFor,
    grants: async () => (await import('./azure/grantable.ts')).grantable,
    domains: async () => (await import('./azure/domain/index.ts')).domains,
    hardware: 'possible',
    enforces: ['enabled', 'historic', 'disabled'],
    window: {least: 7, most: 90},
    ownWait: async (settings) => (await import('./azure/place.ts')).placeFrom(settings).retentionDays,
    keepsDates: true,
    purges: true,
    brought:
      'Into an HSM it travels wrapped under a key of that HSM; into a vault’s software as it is, under TLS alone.',
    offers: async ({'managed-hsm': isHsm}) => ({
      keys: (await import('./azure/algorithms.ts')).capabilitiesOf({isHsm: isHsm === 'true'}),
      imports: true,
    }),
    async open({settings, within, believing}) {
      const [{openVault}, {placeFrom}, {agentName}] = await Promise.all([
        import('./azure/index.ts'),
        import('./azure/place.ts'),
        import('../base/package.ts'),
      ])
      return openVault(placeFrom(settings), agentName(), within, believing ?? null)
    },
    create: null,
  },
} as const satisfies Record<string, ProviderKind>

export type ProviderKindName = keyof typeof providerKinds

/** @throws KeyriteError `UNSUPPORTED` where a place of this kind knows no permissions of single keys. */
export async function permissionsOf(name: string): Promise<(wish: PermissionsWish) => Policy> {
  const {permissions} = providerKind(name)
  if (permissions !== undefined) return permissions()
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot write permissions for kind "${name}": whoever can open such a place may do everything there`,
    {hints: ['keep its PIN from whoever should not use its keys']},
  )
}

/** @throws KeyriteError `UNSUPPORTED` where places of this kind hold no keys. */
export function demandHoldsKeys(kind: string, profile: string): void {
  const {keysElsewhere} = providerKind(kind)
  if (keysElsewhere === undefined) return
  throw new KeyriteError('UNSUPPORTED', `cannot keep a key in profile "${profile}": ${keysElsewhere}`, {
    hints: ['keyrite profile add NAME --kind pkcs11 --module FILE --token-serial SERIAL --environment E'],
  })
}

/** @throws KeyriteError `UNSUPPORTED` naming the kinds that there are. */
export function providerKind(name: string): ProviderKind {
  if (isKind(name)) return providerKinds[name]
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot use provider kind "${name}": there are ${Object.keys(providerKinds).join(', ')}`,
  )
}

/**
 * Opens a place that holds keys.
 * @throws KeyriteError `UNSUPPORTED` if there is no such kind, `USAGE` if a setting is missing or unknown, and whatever the kind throws.
 */
export async function openProvider(name: string, opening: Opening): Promise<Provider> {
  return checkedKind(name, opening.settings).open(opening)
}

/** Makes the place, and opens it. @throws KeyriteError as `openProvider`, and `UNSUPPORTED` if the kind cannot be made by keyrite. */
export async function createProvider(
  name: string,
  called: string,
  opening: Omit<Opening, 'leastGeneration'>,
): Promise<Provider> {
  const {create} = checkedKind(name, opening.settings)
  if (create === null)
    throw new KeyriteError('UNSUPPORTED', `cannot create a place of kind "${name}": it must exist already`)
  return create(called, opening)
}

function checkedKind(name: string, settings: Opening['settings']): ProviderKind {
  const kind = providerKind(name)
  for (const given of Object.keys(settings))
    if (!Object.hasOwn(kind.settings, given))
      throw new KeyriteError(
        'USAGE',
        `cannot use setting "${given}": kind "${name}" takes ${Object.keys(kind.settings).join(', ')}`,
      )
  return kind
}

/** Whether this keyrite knows places of that kind. */
export function isKind(name: string): name is ProviderKindName {
  return Object.hasOwn(providerKinds, name)
}

function setting(settings: Opening['settings'], name: string): string {
  const value = settings[name]
  if (value === undefined || value === '') throw new KeyriteError('USAGE', `expected the setting "${name}"`)
  return value
}

function needed(secret: Secret | null, called: string): Secret {
  if (secret === null) throw new KeyriteError('USAGE', `expected a ${called}`)
  return secret
}

const hsmModule = (
  settings: Opening['settings'],
): {readonly module: string; readonly label: string | null} => ({
  module: setting(settings, 'module'),
  label: settings['label'] ?? null,
})

const hsmPlace = (
  settings: Opening['settings'],
): {readonly serial: string} & ReturnType<typeof hsmModule> => ({
  ...hsmModule(settings),
  serial: setting(settings, 'serial'),
})

/** Who says how long to wait only looks. */
const patienceOf = (
  within: number,
): {readonly usual: number; readonly making: number; readonly looks: true} => ({
  usual: within,
  making: within,
  looks: true,
})
