/** Taking on a role. Everything else of credentials is the SDK's own chain: files, SSO, environment, the machine's role. */
import {AssumeRoleCommand, GetCallerIdentityCommand, STSClient} from '@aws-sdk/client-sts'
import type {AwsCredentialIdentity} from '@smithy/types'
import {isAwsHost, namedAddress} from './hosts.ts'
import type {Place} from './settings.ts'

type Credentials = () => Promise<AwsCredentialIdentity>

/** A client of STS where the place is. */
export function stsOf({region, awsProfile, endpoint, fips}: Place, credentials?: Credentials): STSClient {
  // Whatever speaks as KMS elsewhere speaks as STS there too; at AWS they have addresses of their own.
  const elsewhere = endpoint !== null && !isAwsHost(URL.parse(endpoint)?.host ?? '', region)
  return new STSClient({
    region,
    ...namedAddress,
    ...(elsewhere ? {endpoint} : {}),
    ...(credentials === undefined ? {} : {credentials}),
    ...(awsProfile === null ? {} : {profile: awsProfile}),
    useFipsEndpoint: fips,
    requestHandler: {connectionTimeout: 5000, requestTimeout: 15_000, throwOnRequestTimeout: true},
  })
}

/** Credentials of the role, for an hour at a time; the SDK asks again when they end. */
export function credentialsOf(place: Place, roleArn: string): Credentials {
  return async () => {
    const sts = stsOf(place)
    try {
      const {Credentials: given} = await sts.send(
        new AssumeRoleCommand({RoleArn: roleArn, RoleSessionName: 'keyrite'}),
      )
      return {
        accessKeyId: given?.AccessKeyId ?? '',
        secretAccessKey: given?.SecretAccessKey ?? '',
        ...(given?.SessionToken === undefined ? {} : {sessionToken: given.SessionToken}),
        ...(given?.Expiration === undefined ? {} : {expiration: given.Expiration}),
      }
    } finally {
      sts.destroy()
    }
  }
}

/** What the SDK's own chain finds, or the role: for clients that are older than the chain. */
export function foundCredentials(place: Place): Credentials {
  if (place.roleArn !== null) return credentialsOf(place, place.roleArn)
  const sts = stsOf(place)
  return async () => sts.config.credentials()
}

/** The ARN of whoever calls; undefined where STS does not answer. It needs no permission. */
export async function callerOf(place: Place): Promise<string | undefined> {
  const sts = stsOf(place, place.roleArn === null ? undefined : credentialsOf(place, place.roleArn))
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Arn
  } catch {
    return undefined // KMS alone can be reached, as behind a VPC endpoint
  } finally {
    sts.destroy()
  }
}
