import {Args} from '@oclif/core'
import {begunUngrant, grantCalled, grantsListed, planUngrant, profileOf} from '../../keys/index.ts'
import {grantableOf} from '../../providers/granting.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {GrantChange} from '../../ui/grant-change.ts'
import {keyArg, moveFlags} from '../../ui/key-move.ts'

export default class KeyUngrant extends GrantChange {
  static override summary = 'Take a grant of a key away at its service, approved by people.'
  static override description =
    'For keys in AWS KMS, Google Cloud KMS and Azure Managed HSM: any grant that keyrite key grants lists of the key itself, whoever gave it, also of a key that is disabled. The service may go on serving its grantee for some minutes. In an incident keyrite revoke comes first: what is disabled no grant can use.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt 0c237476b39f',
    '<%= config.bin %> <%= command.id %> payments-jwt 0c237476b39f --reason "the service is gone" --sign-with alice=alice.key --sign-with bob=bob.pub',
  ]
  static override args = {
    ...keyArg,
    grant: Args.string({description: 'its id, the first 8 signs of it or more, or its name', required: true}),
  }
  static override flags = moveFlags

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyUngrant)
    this.concerns = args.key
    const {ledger} = this.app
    const key = findKey(ledger, args.key)
    await grantableOf(profileOf(ledger.view, key.profile), key.name)
    const number = flags.version ?? key.primary
    // What was begun and not ended the service may list no more.
    const grants = [
      ...begunUngrant(ledger.view, key.name, number),
      ...(await grantsListed(await this.app.provider(key.profile), key, number)),
    ]
    const grant = grantCalled(grants, args.grant, key.name)
    return this.grantChange(planUngrant(ledger.view, key.name, grant, number), flags, key)
  }
}
