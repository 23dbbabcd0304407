import {Args} from '@oclif/core'
import {accessOf} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {pinFileFlag} from '../../ui/flags.ts'
import {accessDocument, accessLines} from '../../ui/show-access.ts'

export default class KeyGrants extends KeyriteCommand {
  static override summary =
    'Ask the service who else can reach a key: aliases, grants or roles, its policy, copies in other regions, last use.'
  static override description =
    'For keys in AWS KMS, Google Cloud KMS and Azure. Nothing is changed or recorded. A grant of AWS is a right that the service keeps beside every policy: whoever has one uses the key whatever a policy says.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt',
    '<%= config.bin %> <%= command.id %> payments-jwt --json',
  ]
  static override args = {key: Args.string({description: "the key's name", required: true})}
  static override flags = {'pin-file': pinFileFlag}

  async execute(): Promise<Shown> {
    const {args} = await this.parse(KeyGrants)
    const {app} = this
    const key = findKey(app.ledger, args.key)
    this.concerns = key.name
    const found = await accessOf(await app.provider(key.profile), key)
    return this.show(
      {schema: 'keyrite.key-access/1', ...accessDocument(key, found)},
      accessLines(this.print, key, found),
    )
  }
}
