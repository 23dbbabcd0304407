/** A quick way to keys by tag: the Resource Groups Tagging API. It lags, and not everybody may use it, so it only ever adds. */
import {ResourceGroupsTaggingAPI} from '@aws-sdk/client-resource-groups-tagging-api'
import type {IntentId} from '../ports.ts'
import {credentialsOf} from './credentials.ts'
import {isAwsHost, namedAddress} from './hosts.ts'
import type {Place} from './settings.ts'
import {tagNames} from './tags.ts'

/** Ids of keys that bear the intent. Empty where it does not say, for whatever reason: then every key is looked at. */
export async function taggedIds(place: Place, intent: IntentId): Promise<readonly string[]> {
  const {region, endpoint, awsProfile, roleArn} = place
  const elsewhere = endpoint !== null && !isAwsHost(URL.parse(endpoint)?.host ?? '', region)
  const tagging = new ResourceGroupsTaggingAPI({
    region,
    ...namedAddress,
    ...(elsewhere ? {endpoint} : {}),
    ...(awsProfile === null ? {} : {profile: awsProfile}),
    ...(roleArn === null ? {} : {credentials: credentialsOf(place, roleArn)}),
    maxAttempts: 1,
    requestHandler: {connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true},
  })
  try {
    const {ResourceTagMappingList: found} = await tagging.getResources({
      ResourceTypeFilters: ['kms:key'],
      TagFilters: [{Key: tagNames.intent, Values: [intent]}],
    })
    return (found ?? []).flatMap(({ResourceARN: arn}) => /:key\/([\w-]+)$/.exec(arn ?? '')?.[1] ?? [])
  } catch {
    return []
  } finally {
    tagging.destroy()
  }
}
