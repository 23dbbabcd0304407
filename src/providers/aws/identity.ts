/** Who answers: account, partition and region, out of the ARNs that KMS gives. */
import {KeyriteError} from '../../base/errors.ts'
import type {Identity} from '../ports.ts'
import type {Line} from './client.ts'
import {callerOf} from './credentials.ts'
import {isDenied, isRoleRefused} from './failures.ts'
import {isAwsHost} from './hosts.ts'

export interface KeyStoreFacts {
  readonly id: string
  readonly name: string
  /** `AWS_CLOUDHSM` or `EXTERNAL_KEY_STORE`. */
  readonly type: string
  readonly cluster: string | null
  readonly state: string
}

export interface Answered {
  readonly account: string
  readonly partition: string
  readonly region: string
  readonly store: KeyStoreFacts | null
  /** The host that answered. */
  readonly host: string
  readonly isAws: boolean
}

/** No key has it; asked for it, KMS says where it looked. */
const nobody = '00000000-0000-4000-8000-000000000000'
const arnForm = /arn:(aws[a-z-]*):(?:kms|sts|iam):([a-z0-9-]*):(\d{12}):/

/** @throws KeyriteError `PROVIDER_FAILED` where nothing that answers says which account it is. */
export async function whoAnswers(line: Line): Promise<Answered> {
  const {region, customKeyStore} = line.place
  const [, partition = '', there = '', account = ''] = arnForm.exec(await someArn(line)) ?? []
  if (account === '')
    throw new KeyriteError('PROVIDER_FAILED', 'cannot tell which account answers: nothing there names one', {
      hints: ['allow kms:ListAliases, kms:ListKeys or kms:DescribeKey to these credentials'],
    })
  const host = line.host ?? ''
  return {
    account,
    partition,
    region: there === '' ? region : there,
    store: customKeyStore === null ? null : await storeOf(line, customKeyStore),
    host,
    isAws: isAwsHost(host, region),
  }
}

/** Plain facts. Regions for copies are said by the profile, and stand here so that they are approved with it. */
export function identityOf(
  {account, partition, region, store, host, isAws}: Answered,
  replicaRegions: readonly string[],
): Identity {
  return {
    kind: 'aws',
    account,
    partition,
    region,
    ...(store === null ? {} : {custom_key_store: store.id, key_store_type: store.type}),
    ...(replicaRegions.length === 0 ? {} : {replicas: replicaRegions.join(',')}),
    // Whoever answers in AWS's place can say any account.
    ...(isAws ? {} : {not_aws: host}),
  }
}

async function someArn(line: Line): Promise<string> {
  const ways: readonly (() => Promise<string | undefined>)[] = [
    async () =>
      (await line.call('ask who answers', (kms) => kms.listAliases({Limit: 1}))).Aliases?.[0]?.AliasArn,
    async () => (await line.call('ask who answers', (kms) => kms.listKeys({Limit: 1}))).Keys?.[0]?.KeyArn,
    async () => said(line),
    async () => callerOf(line.place),
  ]
  for (const way of ways)
    try {
      const arn = await way()
      if (arn !== undefined && arnForm.test(arn)) return arn
    } catch (error) {
      if (!isDenied(error) || isRoleRefused(error)) throw error
    }
  return ''
}

/** "Key 'arn:…' does not exist", or "… is not authorized to perform … on resource: arn:…". */
async function said(line: Line): Promise<string | undefined> {
  try {
    await line.call('ask who answers', (kms) => kms.describeKey({KeyId: nobody}))
  } catch (error) {
    if (!(error instanceof KeyriteError) || !(error.cause instanceof Error)) throw error
    const {message} = error.cause
    const [at = ''] = /arn:aws[a-z-]*:kms:\S+/.exec(message) ?? []
    if (at !== '') return at
    if (error.code !== 'KEY_NOT_FOUND' && !isDenied(error)) throw error
  }
  return undefined
}

/** @throws KeyriteError `NOT_FOUND` where there is no such custom key store. */
async function storeOf(line: Line, called: string): Promise<KeyStoreFacts> {
  const wanted = /^cks-[0-9a-f]+$/.test(called) ? {CustomKeyStoreId: called} : {CustomKeyStoreName: called}
  const what = `ask for custom key store "${called}"`
  const {CustomKeyStores: found} = await line.call(what, (kms) => kms.describeCustomKeyStores(wanted))
  const [one] = found ?? []
  if (one?.CustomKeyStoreId === undefined)
    throw new KeyriteError('NOT_FOUND', `cannot ${what}: there is none`, {
      hints: ['aws kms describe-custom-key-stores'],
    })
  return {
    id: one.CustomKeyStoreId,
    name: one.CustomKeyStoreName ?? '',
    type: one.CustomKeyStoreType ?? 'AWS_CLOUDHSM',
    cluster: one.CloudHsmClusterId ?? null,
    state: one.ConnectionState ?? 'unknown',
  }
}
