/** A vault or Managed HSM, from the settings of a profile. */
import {KeyriteError} from '../../base/errors.ts'
import {visibleLine} from '../../base/visible.ts'

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

/** Of which kind a place says that it is, by whom its tokens are for; null where that is nobody whom Azure is known to name. */
export function kindOf(resource: string): 'vault' | 'hsm' | null {
  const host = resource.replace(/^https:\/\//, '').replace(/\/$/, '')
  const found = Object.values(domains).find((all) => all.some((one) => one === host))
  return found === undefined ? null : found[0] === host ? 'vault' : 'hsm'
}

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
  refuse: (fact: string, hint: string) => never,
): void {
  const host = new URL(vault).hostname
  for (const [name, [ofVaults, ofHsms]] of Object.entries(domains)) {
    const isVault = host.endsWith(`.${ofVaults}`)
    if (!isVault && !host.endsWith(`.${ofHsms}`)) continue
    if (name !== cloud) refuse(`${host} is of the cloud ${name}, and not of ${cloud}`, `--cloud ${name}`)
    if (isVault === isHsm)
      refuse(
        `${host} is a ${isVault ? 'vault, and no Managed HSM' : 'Managed HSM'}`,
        isVault ? 'the same without --managed-hsm' : '--managed-hsm',
      )
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
  const refuse = (fact: string, hint: string): never => {
    throw new KeyriteError('USAGE', fact, {hints: [hint]})
  }
  const vault = url.replace(/\/$/, '')
  if (!/^https:\/\/[a-z0-9.-]+(?::\d{1,5})?$/i.test(vault))
    refuse(
      `expected the vault as https://HOST, got "${visibleLine(url, 120)}"`,
      '--vault-url https://VAULT.vault.azure.net, or https://HSM.managedhsm.azure.net with --managed-hsm',
    )
  if (cloud !== 'public' && cloud !== 'usgov' && cloud !== 'china')
    return refuse(
      `expected public, usgov or china as cloud, got "${visibleLine(cloud, 40)}"`,
      '--cloud public',
    )
  if (protection !== 'hsm' && protection !== 'software')
    return refuse(
      `expected hsm or software as protection, got "${visibleLine(protection, 40)}"`,
      '--protection hsm',
    )
  const isHsm = hsm === 'true'
  if (isHsm && protection === 'software')
    refuse('a Managed HSM makes no keys in software', 'the same without --protection software')
  demandCloud(vault, cloud, isHsm, refuse)
  const retentionDays = /^\d{1,2}$/.test(days) ? Number(days) : 0
  if (retentionDays < 7 || retentionDays > 90)
    refuse(
      `expected the days of retention as a number from 7 to 90, got "${visibleLine(days, 40)}"`,
      '--retention-days N, as the vault was made with: az keyvault show, softDeleteRetentionInDays',
    )
  return {
    ...{vault, isHsm, cloud, credential, protection, retentionDays},
    ...{tokenFile: tokenFile ?? null, caFile: caFile ?? null},
  }
}
