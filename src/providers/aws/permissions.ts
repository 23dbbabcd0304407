/** Roles as AWS has them: a policy of IAM for whoever acts, and the same as a statement of the key's own policy. */
import type {PermissionRole, PermissionsWish, Policy} from '../permissions.ts'
import {signingOf} from './specs.ts'

const reads = ['kms:DescribeKey', 'kms:ListResourceTags'] as const

const actionsOf: Readonly<Record<Exclude<PermissionRole, 'key-prover'>, readonly string[]>> = {
  'key-admin': [
    ...reads,
    ...['kms:EnableKey', 'kms:DisableKey', 'kms:ScheduleKeyDeletion', 'kms:CancelKeyDeletion'],
    ...['kms:RotateKeyOnDemand', 'kms:EnableKeyRotation', 'kms:DisableKeyRotation'],
    ...['kms:GetKeyRotationStatus', 'kms:ListKeyRotations', 'kms:UpdateKeyDescription'],
    ...['kms:TagResource', 'kms:UntagResource'],
  ],
  'key-user-sign': [...reads, 'kms:GetPublicKey', 'kms:Sign'],
  'key-user-verify': [...reads, 'kms:GetPublicKey', 'kms:Verify'],
  'key-user-encrypt': [...reads, 'kms:Encrypt'],
  'key-user-decrypt': [...reads, 'kms:Decrypt'],
  'key-user-wrap': [...reads, 'kms:Encrypt', 'kms:Decrypt'],
  'key-user-mac': [...reads, 'kms:GenerateMac', 'kms:VerifyMac'],
  'key-auditor': [
    ...reads,
    ...['kms:GetPublicKey', 'kms:GetKeyPolicy', 'kms:ListKeyPolicies', 'kms:ListGrants'],
    ...['kms:GetKeyRotationStatus', 'kms:ListKeyRotations'],
  ],
}

const provingActions = {
  sign: ['kms:GetPublicKey', 'kms:Sign'],
  encrypt: ['kms:Encrypt', 'kms:Decrypt'],
  wrap: ['kms:Encrypt', 'kms:Decrypt'],
  mac: ['kms:GenerateMac'],
  decrypt: ['kms:GetPublicKey', 'kms:Decrypt'],
} as const

export function policyFor({role, spec, ids, identity, principal}: PermissionsWish): Policy {
  const {label} = spec
  const {partition = 'aws', region = '', account = ''} = identity
  const name = `keyrite-${label}-${role.replace(/^key-/, '')}`
  const resources = ids.map((id) =>
    id.startsWith('arn:') ? id : `arn:${partition}:kms:${region}:${account}:key/${id}`,
  )
  const actions = actionsIn(role, spec)
  const statement = {
    Sid: sidOf(role),
    Effect: 'Allow',
    Action: actions,
    ...conditionOf(actions, spec),
  }
  const own = {Version: '2012-10-17', Statement: [{...statement, Resource: resources}]}
  const who = principal ?? 'ARN-OF-WHO-IT-IS-FOR'
  const ofKey = {...statement, Principal: {AWS: who}, Resource: '*'}
  const file = `${name}.json`
  return {
    language: 'AWS IAM policy',
    name,
    documents: [
      {title: 'IAM policy, for whoever acts', file, text: `${JSON.stringify(own, null, 2)}\n`},
      {
        title: 'statement for the key policy, in its stead',
        file: `${name}-key.json`,
        text: `${JSON.stringify(ofKey, null, 2)}\n`,
      },
    ],
    grants: resources.map((on) => ({on, may: actions})),
    steps: [
      `aws iam create-policy --policy-name ${name} --policy-document file://${file}`,
      `aws iam attach-role-policy --role-name ROLE --policy-arn arn:${partition}:iam::${account}:policy/${name}`,
    ],
    notes: notesOf(role, spec.purpose),
  }
}

function actionsIn(role: PermissionRole, {purpose}: PermissionsWish['spec']): readonly string[] {
  if (role === 'key-prover') return [...reads, ...provingActions[purpose]]
  const base = actionsOf[role]
  if (role === 'key-user-verify' && purpose === 'mac') return [...reads, 'kms:VerifyMac']
  if (role === 'key-user-encrypt' && purpose === 'decrypt') return [...base, 'kms:GetPublicKey']
  return base
}

/** No scheme but the key's own: an RSA key would do all of RSA's. */
function conditionOf(actions: readonly string[], {scheme}: PermissionsWish['spec']): object {
  const signs = actions.some((one) => one === 'kms:Sign' || one === 'kms:Verify')
  if (!signs || scheme === 'hs256' || scheme === 'a256gcm' || scheme === 'oaep-sha256') return {}
  // With "if it is there": the other actions of the statement have no such key.
  return {Condition: {StringEqualsIfExists: {'kms:SigningAlgorithm': signingOf(scheme).by}}}
}

function sidOf(role: PermissionRole): string {
  return `Keyrite${role.replace(/(^|-)([a-z])/g, (_all, _dash, letter: string) => letter.toUpperCase())}`
}

function notesOf(role: PermissionRole, purpose: string): readonly string[] {
  const always = [
    'Written from AWS’s documents: no emulator enforces policies, and it was never tried on AWS.',
    'A key policy, a grant or another policy may allow more; an explicit deny takes this away.',
  ]
  if (role === 'key-admin')
    return [
      'It may not write the key policy, nor make grants: with either it could let itself use the key.',
      ...always,
    ]
  if (role === 'key-prover' && purpose !== 'sign')
    return ['AWS KMS knows no probes: whoever has this may use the key as its users do.', ...always]
  if (role === 'key-auditor')
    return [
      'Listing keys and aliases (kms:ListKeys, kms:ListAliases) is not of one key, and is not in it.',
      ...always,
    ]
  return always
}
