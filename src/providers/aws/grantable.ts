/** What AWS KMS can grant, and to whom. Loads nothing of the SDK: a plan is refused by it before anything is opened. */
import type {Grantable} from '../grants.ts'

const uses = {
  sign: ['Sign', 'Verify', 'GetPublicKey'],
  encrypt: ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo'],
  wrap: ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo'],
  mac: ['GenerateMac', 'VerifyMac'],
  decrypt: ['Encrypt', 'Decrypt', 'GetPublicKey'],
} as const

/** Of IAM or of a session; never a service, which has no grants but those it gives itself. */
const form =
  /^arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|(role|user|assumed-role|federated-user)\/[\w+=,.@/-]{1,512})$/

export const grantable: Grantable = {
  // Never CreateGrant: whom it would be passed on to nobody approves.
  operations: (purpose) => [...uses[purpose], 'DescribeKey'],
  granteeFault: (grantee) =>
    form.test(grantee) ? undefined : 'it is not the ARN of a role, a user, a session or an account',
}
