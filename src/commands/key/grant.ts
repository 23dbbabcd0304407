import {Flags} from '@oclif/core'
import {planGrant, planPolicy, profileOf} from '../../keys/index.ts'
import {grantableOf} from '../../providers/granting.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {GrantChange} from '../../ui/grant-change.ts'
import {demandTaken, readKeyPolicy} from '../../ui/key-policy-file.ts'
import {keyArg, moveFlags} from '../../ui/key-move.ts'

export default class KeyGrant extends GrantChange {
  static override summary =
    'Give somebody a grant of a key at its service, or set the policy that the service keeps with it; approved by people.'
  static override description =
    'For keys in AWS KMS, where whoever has a grant uses the key whatever its policy says; and in Google Cloud KMS, where it is one of Google’s roles for use, bound on the key; and in an Azure Managed HSM, where it is a local role on the key. It holds until it is taken away: keyrite key ungrant. A grant of AWS is for what is named and nothing else, in one region, and can be passed on to nobody; of a role the plan says what else it allows. Who it is for stands in the ledger as it is written here: name roles, and not people. With --policy the whole policy of a key in AWS KMS becomes that of the file, in the region of its profile; by its text it must leave keyrite what it does with every key, and AWS’s own check of that stays on.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --to arn:aws:iam::111122223333:role/payments --operation Sign',
    '<%= config.bin %> <%= command.id %> invoices --to serviceAccount:ci@acme.iam.gserviceaccount.com --operation roles/cloudkms.signer',
    '<%= config.bin %> <%= command.id %> root-wrap --to 6f0c2c5e-1b7a-4a8e-9a51-0d6b2f7c3e11 --operation "Managed HSM Crypto User"',
    '<%= config.bin %> <%= command.id %> orders-dek --to arn:aws:iam::111122223333:role/orders --operation Encrypt --operation Decrypt --region eu-west-1',
    '<%= config.bin %> <%= command.id %> payments-jwt --policy payments-jwt.json --dry-run',
  ]
  static override args = keyArg
  static override flags = {
    ...moveFlags,
    to: Flags.string({
      summary: 'who it is for, as the service names them',
      helpValue: 'ARN|MEMBER|OBJECT-ID',
      exactlyOne: ['to', 'policy'],
      dependsOn: ['operation'],
    }),
    operation: Flags.string({
      summary: 'what it is for, as the service names it',
      helpValue: 'OP',
      multiple: true,
      dependsOn: ['to'],
    }),
    region: Flags.string({
      summary: 'where; the region of the profile unless told',
      helpValue: 'R',
      dependsOn: ['to'],
    }),
    policy: Flags.string({summary: 'a file with the policy, JSON (aws)', helpValue: 'FILE'}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyGrant)
    this.concerns = args.key
    const {view} = this.app.ledger
    const key = findKey(this.app.ledger, args.key)
    if (flags.policy !== undefined) {
      const document = readKeyPolicy(flags.policy)
      const before = await demandTaken(this.app, key, flags.version ?? key.primary, document)
      const planned = planPolicy(view, key.name, {document, before}, flags.version ?? null)
      return this.grantChange(planned, flags, key)
    }
    const grantable = await grantableOf(profileOf(view, key.profile), key.name)
    const wish = {grantee: flags.to ?? '', operations: flags.operation ?? [], region: flags.region ?? null}
    const planned = planGrant(view, key.name, wish, flags.version ?? null, grantable)
    return this.grantChange(planned, flags, key)
  }
}
