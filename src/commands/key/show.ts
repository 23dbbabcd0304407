import {Args} from '@oclif/core'
import {keyDocument} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {keyLines} from '../../ui/show-key.ts'
import {weakLines, weakness} from '../../ui/weak.ts'

export default class KeyShow extends KeyriteCommand {
  static override summary =
    'Show a key: where it lies, what it is for, who answers for it, its versions and proofs.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt',
    '<%= config.bin %> <%= command.id %> payments-jwt --json',
  ]
  static override args = {key: Args.string({description: "the key's name", required: true})}

  async execute(): Promise<Shown> {
    const {args} = await this.parse(KeyShow)
    const {ledger} = this.app
    const key = keyDocument(ledger, findKey(ledger, args.key))
    return this.show({schema: 'keyrite.key/1', ...key, weak: weakness(ledger)}, [
      ...keyLines(this.print, key),
      ...weakLines(ledger),
    ])
  }
}
