import {Flags} from '@oclif/core'
import {planGrant, profileOf} from '../../keys/index.ts'
import {grantableOf} from '../../providers/granting.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {GrantChange} from '../../ui/grant-change.ts'
import {keyArg, moveFlags} from '../../ui/key-move.ts'

export default class KeyGrant extends GrantChange {
  static override summary = 'Give somebody a grant of a key at its service, approved by people.'
  static override description =
    'For keys in AWS KMS, where whoever has a grant uses the key whatever its policy says; and in Google Cloud KMS, where it is one of Google’s roles for use, bound on the key; and in an Azure Managed HSM, where it is a local role on the key. It holds until it is taken away: keyrite key ungrant. A grant of AWS is for what is named and nothing else, in one region, and can be passed on to nobody; of a role the plan says what else it allows. Who it is for stands in the ledger as it is written here: name roles, and not people.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --to arn:aws:iam::111122223333:role/payments --operation Sign',
    '<%= config.bin %> <%= command.id %> invoices --to serviceAccount:ci@acme.iam.gserviceaccount.com --operation roles/cloudkms.signer',
    '<%= config.bin %> <%= command.id %> root-wrap --to 6f0c2c5e-1b7a-4a8e-9a51-0d6b2f7c3e11 --operation "Managed HSM Crypto User"',
    '<%= config.bin %> <%= command.id %> orders-dek --to arn:aws:iam::111122223333:role/orders --operation Encrypt --operation Decrypt --region eu-west-1',
  ]
  static override args = keyArg
  static override flags = {
    ...moveFlags,
    to: Flags.string({
      summary: 'who it is for, as the service names them',
      helpValue: 'ARN|MEMBER|OBJECT-ID',
      required: true,
    }),
    operation: Flags.string({
      summary: 'what it is for, as the service names it',
      helpValue: 'OP',
      multiple: true,
      required: true,
    }),
    region: Flags.string({summary: 'where; the region of the profile unless told', helpValue: 'R'}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyGrant)
    this.concerns = args.key
    const {view} = this.app.ledger
    const key = findKey(this.app.ledger, args.key)
    const grantable = await grantableOf(profileOf(view, key.profile), key.name)
    const wish = {grantee: flags.to, operations: flags.operation, region: flags.region ?? null}
    const planned = planGrant(view, key.name, wish, flags.version ?? null, grantable)
    return this.grantChange(planned, flags, key)
  }
}
