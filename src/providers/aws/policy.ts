/** The key policy that a key is made with: the account's IAM decides who does what, and no scheme but its own is ever used. */
import type {KeySpec} from '../ports.ts'
import {signingOf} from './specs.ts'

/** @returns the policy as JSON. */
export function policyOf({scheme, purpose}: KeySpec, account: string, partition: string): string {
  const root = {
    Sid: 'EnableIAMPermissions',
    Effect: 'Allow',
    Principal: {AWS: `arn:${partition}:iam::${account}:root`},
    Action: 'kms:*',
    Resource: '*',
  }
  return JSON.stringify({
    Version: '2012-10-17',
    Id: 'keyrite',
    Statement: [root, ...(purpose === 'mac' || scheme === 'a256gcm' ? [] : [onlyScheme(scheme)])],
  })
}

/** An RSA key could do all of RSA's schemes: KMS itself refuses every one but this. */
function onlyScheme(scheme: KeySpec['scheme']): object {
  const encrypts = scheme === 'oaep-sha256'
  const [name, value] = encrypts
    ? ['kms:EncryptionAlgorithm', 'RSAES_OAEP_SHA_256']
    : ['kms:SigningAlgorithm', signingOf(scheme).by]
  return {
    Sid: 'OnlyItsScheme',
    Effect: 'Deny',
    Principal: {AWS: '*'},
    Action: encrypts ? ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*'] : ['kms:Sign', 'kms:Verify'],
    Resource: '*',
    Condition: {StringNotEquals: {[name]: value}},
  }
}
