/** Who we are to Azure. */
import {readFile} from 'node:fs/promises'
import type {AccessToken, TokenCredential} from '@azure/core-auth'
import {
  AzureAuthorityHosts,
  AzureCliCredential,
  DefaultAzureCredential,
  EnvironmentCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential,
} from '@azure/identity'
import {KeyriteError} from '../../base/errors.ts'
import {storageError} from '../../base/file-errors.ts'
import type {Place} from './place.ts'

/** Who gives out tokens, by cloud. */
export const hosts = {
  public: AzureAuthorityHosts.AzurePublicCloud,
  usgov: AzureAuthorityHosts.AzureGovernment,
  china: AzureAuthorityHosts.AzureChina,
} as const

export const credentialKinds = [
  'default',
  'cli',
  'environment',
  'managed-identity',
  'workload-identity',
] as const

/** @throws KeyriteError `USAGE` for a kind that there is not. */
export async function credentialsFor({credential, tokenFile, cloud}: Place): Promise<TokenCredential> {
  if (tokenFile !== null) return {getToken: () => tokenIn(tokenFile)}
  const authorityHost = hosts[cloud]
  switch (credential) {
    case 'default':
      return new DefaultAzureCredential({authorityHost})
    case 'cli':
      return new AzureCliCredential()
    case 'environment':
      return new EnvironmentCredential({authorityHost})
    case 'managed-identity':
      return new ManagedIdentityCredential()
    case 'workload-identity':
      return new WorkloadIdentityCredential({authorityHost})
    default:
      throw new KeyriteError('USAGE', `cannot use credential "${credential}"`, {
        hints: [`there are ${credentialKinds.join(', ')}, and --token-file FILE`],
      })
  }
}

/** Read again each time the client asks: others renew it. A minute is what it is trusted for. */
async function tokenIn(path: string): Promise<AccessToken> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw storageError('read', path, error)
  })
  return {token: text.trim(), expiresOnTimestamp: Date.now() + 60_000}
}
