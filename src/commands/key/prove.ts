import {Args} from '@oclif/core'
import {keyDocument, proveKey} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {pinFileFlag} from '../../ui/flags.ts'
import {contextFor} from '../../ui/gather.ts'
import {versionFlag} from '../../ui/key-move.ts'
import {keyLines} from '../../ui/show-key.ts'

export default class KeyProve extends KeyriteCommand {
  static override summary =
    'Prove a key: that it works, is the one that was recorded, and cannot be exported. Recorded before and after.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt',
    '<%= config.bin %> <%= command.id %> payments-jwt --json',
  ]
  static override args = {key: Args.string({description: "the key's name", required: true})}
  static override flags = {version: versionFlag, 'pin-file': pinFileFlag}

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyProve)
    this.concerns = args.key
    const {app} = this
    const {name, primary} = findKey(app.ledger, args.key)
    app.ledger.demandWriter()
    await proveKey({...contextFor(app, await this.actor()), approved: 0}, name, flags.version ?? primary)
    const key = keyDocument(app.ledger, findKey(app.ledger, name))
    return this.show({schema: 'keyrite.key/1', ...key}, keyLines(this.print, key))
  }
}
