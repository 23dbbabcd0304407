/** What a key at AWS says of itself in its tags: KMS has no other place for it. Whoever may tag can change them. */
import type {KeyMetadata, Tag} from '@aws-sdk/client-kms'
import {purposes, purposesOf, schemes, schemesOf, type Purpose, type Scheme} from '../algorithms.ts'
import type {IntentId, KeySpec} from '../ports.ts'
import {algorithmOf, madeOf, usageOf} from './specs.ts'

/** Names of tags. The value of each is within what AWS allows. */
export const tagNames = {
  label: 'keyrite:name',
  intent: 'keyrite:intent',
  scheme: 'keyrite:scheme',
  purpose: 'keyrite:purpose',
} as const

export interface Tagged {
  readonly label: string
  readonly intent: IntentId
  readonly scheme: Scheme
  readonly purpose: KeySpec['purpose']
}

export function tagsOf({label, scheme, purpose}: KeySpec, intent: IntentId): Tag[] {
  const values = {label, intent, scheme, purpose}
  return Object.entries(values).map(([name, value]) => ({
    TagKey: tagNames[name as keyof typeof values],
    TagValue: value,
  }))
}

/** @returns undefined where keyrite did not make the key, or somebody changed what it said. */
export function parseTags(tags: readonly Tag[]): Tagged | undefined {
  const value = (name: string): string => tags.find(({TagKey}) => TagKey === name)?.TagValue ?? ''
  const label = value(tagNames.label)
  const intent = value(tagNames.intent)
  const scheme = schemes.find((one) => one === value(tagNames.scheme))
  const purpose = purposes.find((one) => one === value(tagNames.purpose))
  if (scheme === undefined || purpose === undefined || !purposesOf(scheme).includes(purpose)) return undefined
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(label) || !/^[0-9a-f]{32}$/.test(intent)) return undefined
  return {label, intent, scheme, purpose}
}

/** What the tags say, as far as the key itself agrees. */
export function specOf(metadata: KeyMetadata, tagged: Tagged): KeySpec | undefined {
  const algorithm = algorithmOf(madeOf(metadata))
  const {label, scheme, purpose} = tagged
  if (algorithm === undefined || metadata.KeyUsage !== usageOf(tagged)) return undefined
  return schemesOf[algorithm].some((one) => one === scheme) ? {label, algorithm, scheme, purpose} : undefined
}

/** What AWS's usages are to keyrite; of the two that a key to encrypt can have, the one that fits what it is made of. */
const purposesFor: Readonly<Record<string, readonly Purpose[]>> = {
  SIGN_VERIFY: ['sign'],
  GENERATE_VERIFY_MAC: ['mac'],
  ENCRYPT_DECRYPT: ['encrypt', 'decrypt'],
}

/** What a key of others can be to keyrite. KMS fixes no scheme to a key: it is the first of those that fit. @returns undefined for what keyrite has not. */
export function othersSpec(metadata: KeyMetadata, label: string): KeySpec | undefined {
  const algorithm = algorithmOf(madeOf(metadata))
  if (algorithm === undefined) return undefined
  for (const purpose of purposesFor[metadata.KeyUsage ?? ''] ?? []) {
    const scheme = schemesOf[algorithm].find((one) => purposesOf(one).includes(purpose))
    if (scheme !== undefined) return {label, algorithm, scheme, purpose}
  }
  return undefined
}
