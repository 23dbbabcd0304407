import {Args, Flags} from '@oclif/core'
import {base64} from '../../base/bytes.ts'
import {readPublic} from '../../base/files.ts'
import {classifications, wrapDataKey} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {pinFileFlag} from '../../ui/flags.ts'
import {contextFor} from '../../ui/gather.ts'

/** More than any place gives back for a data key. */
const most = 16_384

export default class KeyWrap extends KeyriteCommand {
  static override summary =
    'Make a data key, wrapped under a key of keyrite’s, and record under which version it lies; or record one that lies there.'
  static override description =
    'The data key of 256 bits is made in this process, wrapped by the provider, and wiped; only what is wrapped is printed and kept. It is unwrapped once before it is recorded.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> orders-kek orders-2027 --classification restricted',
    '<%= config.bin %> <%= command.id %> orders-kek orders-old --blob orders.dek',
  ]
  static override args = {
    key: Args.string({description: 'the key that wraps', required: true}),
    'data-key': Args.string({description: 'a name for the data key: a-z, 0-9 and -', required: true}),
  }
  static override flags = {
    classification: Flags.option({
      summary: 'what it protects: the most sensitive are wrapped anew first',
      options: classifications,
      default: 'confidential' as const,
    })(),
    blob: Flags.string({summary: 'a file with one that lies wrapped under it already', helpValue: 'FILE'}),
    'pin-file': pinFileFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyWrap)
    this.concerns = args.key
    const {app} = this
    const key = findKey(app.ledger, args.key)
    app.ledger.demandWriter()
    const wish = {name: args['data-key'], key: key.name, classification: flags.classification}
    const wrapped = flags.blob === undefined ? null : readPublic(flags.blob, most)
    const text = base64(await wrapDataKey(contextFor(app, await this.actor()), {...wish, wrapped}))
    const document = {...wish, version: findKey(app.ledger, key.name).primary, wrapped: text}
    return this.show({schema: 'keyrite.data-key/1', ...document}, [text])
  }
}
