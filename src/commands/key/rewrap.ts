import {Args, Flags} from '@oclif/core'
import {dataKeysBehind, rewrapAll} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {pinFileFlag} from '../../ui/flags.ts'
import {contextFor} from '../../ui/gather.ts'
import {behindShown, rewrapLine, rewrappedShown} from '../../ui/show-envelope.ts'

export default class KeyRewrap extends KeyriteCommand {
  static override summary =
    'After a rotation, wrap the data keys under a key anew, under its primary version: what they protect is not touched.'
  static override description =
    'The most sensitive first, then what was wrapped last. Each is unwrapped from both versions and compared before it is recorded. It can be stopped anywhere and run again. Ends with 10 where one is left behind.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> orders-kek --dry-run',
    '<%= config.bin %> <%= command.id %> orders-kek',
  ]
  static override args = {key: Args.string({description: "the key's name", required: true})}
  static override flags = {
    'dry-run': Flags.boolean({summary: 'list what is to be wrapped anew, in its order, and stop'}),
    'pin-file': pinFileFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyRewrap)
    this.concerns = args.key
    const {app} = this
    const key = findKey(app.ledger, args.key)
    if (flags['dry-run']) return behindShown(this.print, key, dataKeysBehind(app.ledger, key.name))
    app.ledger.demandWriter()
    const all = await rewrapAll(contextFor(app, await this.actor()), key.name, (one, at, of) => {
      this.say(rewrapLine(one, at, of))
    })
    return rewrappedShown(key, all)
  }
}
