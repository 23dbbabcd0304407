/** Where keys are kept at AWS, as a profile says it. Nothing in it is a secret: credentials are found by the SDK's own chain. */
import {KeyriteError} from '../../base/errors.ts'

export interface Place {
  readonly region: string
  /** Another address than the region's own: a VPC endpoint, or something that speaks as AWS KMS does. */
  readonly endpoint: string | null
  /** A profile of AWS's own configuration files. */
  readonly awsProfile: string | null
  /** A role that is taken on with those credentials. */
  readonly roleArn: string | null
  /** The regions that keys may have copies in; keys are multi-Region where there is one. */
  readonly replicaRegions: readonly string[]
  /** A custom key store, by id or name: CloudHSM, or a key manager outside AWS. */
  readonly customKeyStore: string | null
  readonly fips: boolean
}

const regionForm = /^[a-z]{2,5}(-[a-z]{2,12}){1,3}-\d{1,2}$/
const roleForm = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/

/** @throws KeyriteError `USAGE` naming the setting that cannot be. */
export function placeOf(settings: Readonly<Record<string, string>>): Place {
  const given = (name: string): string | null => {
    const value = settings[name]
    return value === undefined || value === '' ? null : value
  }
  const replicas = given('replica_regions')?.split(',') ?? []
  const place: Place = {
    region: given('region') ?? refuse('expected a region', '--region eu-central-1'),
    endpoint: given('endpoint'),
    awsProfile: given('aws_profile'),
    roleArn: given('role_arn'),
    replicaRegions: replicas.toSorted(),
    customKeyStore: given('custom_key_store'),
    fips: given('fips') === 'true',
  }
  demandPossible(place)
  return place
}

function demandPossible(place: Place): void {
  const {region, endpoint, roleArn, replicaRegions, customKeyStore, fips} = place
  const wrong = [region, ...replicaRegions].find((one) => !regionForm.test(one))
  if (wrong !== undefined) refuse(`"${wrong}" is not the name of a region`, '--region eu-central-1')
  if (new Set([region, ...replicaRegions]).size !== replicaRegions.length + 1)
    refuse('a region is named twice', '--replica-regions names the other regions, each once')
  if (roleArn !== null && !roleForm.test(roleArn))
    refuse(`"${roleArn}" is not the ARN of a role`, '--role-arn arn:aws:iam::111122223333:role/NAME')
  if (endpoint !== null && !isAddress(endpoint))
    refuse(`"${endpoint}" is not an address`, '--endpoint https://HOST, without a path or a password')
  if (endpoint !== null && fips)
    refuse(
      '--fips chooses the endpoint, and another is given',
      'leave out one of them; --endpoint can be a FIPS endpoint itself',
    )
  if (customKeyStore !== null && replicaRegions.length > 0)
    refuse('keys of a custom key store have no copies in other regions', 'leave out --replica-regions')
}

function isAddress(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null &&
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    url.username === '' &&
    url.password === '' &&
    url.pathname === '/' &&
    url.search === ''
  )
}

function refuse(fact: string, hint: string): never {
  throw new KeyriteError('USAGE', `cannot reach AWS KMS: ${fact}`, {hints: [hint]})
}
