/** A vault or Managed HSM, from the settings of a profile. */
import {KeyriteError} from '../../base/errors.ts'

export interface Place {
  /** `https://NAME.vault.azure.net`, without a slash at its end. */
  readonly vault: string
  readonly isHsm: boolean
  readonly cloud: 'public' | 'usgov' | 'china'
  readonly credential: string
  /** A file with an access token, renewed by somebody else; null for the other kinds of credentials. */
  readonly tokenFile: string | null
  /** Certificates to trust instead of the usual ones, PEM. Then the challenge may name another host than the vault's. */
  readonly caFile: string | null
  /** Where new keys are made: in an HSM, or (in a vault only) in software. */
  readonly protection: 'hsm' | 'software'
  /** How long what is deleted can be recovered: fixed when the vault was made. */
  readonly retentionDays: number
}

/** What addresses end with, by cloud: of a vault, and of a Managed HSM. */
const domains = {
  public: ['vault.azure.net', 'managedhsm.azure.net'],
  usgov: ['vault.usgovcloudapi.net', 'managedhsm.usgovcloudapi.net'],
  china: ['vault.azure.cn', 'managedhsm.azure.cn'],
} as const

/** Whether only Azure answers there: who answers elsewhere can say what Azure says. */
export function isAzure(vault: string): boolean {
  const {hostname} = new URL(vault)
  return Object.values(domains)
    .flat()
    .some((domain) => hostname.endsWith(`.${domain}`))
}

/** An address that is of another cloud would get a token of the wrong one. Other addresses, of private endpoints or stand-ins, are nobody's. */
function demandCloud(
  vault: string,
  cloud: keyof typeof domains,
  isHsm: boolean,
  refuse: (fact: string) => never,
): void {
  const host = new URL(vault).hostname
  for (const [name, [ofVaults, ofHsms]] of Object.entries(domains)) {
    const isVault = host.endsWith(`.${ofVaults}`)
    if (!isVault && !host.endsWith(`.${ofHsms}`)) continue
    if (name !== cloud) refuse(`${host} is of the cloud ${name}, and not of ${cloud}`)
    if (isVault === isHsm) refuse(`${host} is a ${isVault ? 'vault, and no Managed HSM' : 'Managed HSM'}`)
  }
}

/** @throws KeyriteError `USAGE` for a setting that is not of its form. */
export function placeFrom(settings: Readonly<Record<string, string>>): Place {
  const {'vault-url': url = '', 'managed-hsm': hsm, 'token-file': tokenFile, 'ca-file': caFile} = settings
  const {
    cloud = 'public',
    credential = 'default',
    protection = 'hsm',
    'retention-days': days = '90',
  } = settings
  const refuse = (fact: string): never => {
    throw new KeyriteError('USAGE', fact, {
      hints: ['keyrite profile add NAME --kind azure --vault-url https://VAULT.vault.azure.net …'],
    })
  }
  const vault = url.replace(/\/$/, '')
  if (!/^https:\/\/[a-z0-9.-]+(?::\d{1,5})?$/i.test(vault)) refuse('expected the vault as https://HOST')
  if (cloud !== 'public' && cloud !== 'usgov' && cloud !== 'china')
    return refuse('expected public, usgov or china as cloud')
  if (protection !== 'hsm' && protection !== 'software')
    return refuse('expected hsm or software as protection')
  const isHsm = hsm === 'true'
  if (isHsm && protection === 'software') refuse('a Managed HSM makes no keys in software')
  demandCloud(vault, cloud, isHsm, refuse)
  const retentionDays = Number(days)
  if (!Number.isInteger(retentionDays) || retentionDays < 7 || retentionDays > 90)
    refuse('expected 7 to 90 days of retention')
  return {
    ...{vault, isHsm, cloud, credential, protection, retentionDays},
    ...{tokenFile: tokenFile ?? null, caFile: caFile ?? null},
  }
}
