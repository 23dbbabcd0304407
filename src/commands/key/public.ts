import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {publicFormats, publicKeyText} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {wholeNumber} from '../../ui/flags.ts'

export default class KeyPublic extends KeyriteCommand {
  static override summary = 'Print the public half of a key, as the ledger recorded it when the key was made.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt > payments-jwt.pem',
    '<%= config.bin %> <%= command.id %> payments-jwt --format jwk',
  ]
  static override args = {key: Args.string({description: "the key's name", required: true})}
  static override flags = {
    format: Flags.option({options: publicFormats, summary: 'how it is written', default: 'pem'})(),
    version: Flags.string({
      summary: 'the version (default: the primary one)',
      helpValue: 'N',
      parse: async (text) => String(wholeNumber(text, 'a version', 1)),
    }),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyPublic)
    const {ledger} = this.app
    const key = findKey(ledger, args.key)
    const version = flags.version === undefined ? key.primary : Number(flags.version)
    if (!key.versions.some((one) => one.version === version))
      throw new KeyriteError('KEY_NOT_FOUND', `cannot find version ${version} of key "${key.name}"`, {
        hints: [`keyrite key show ${key.name}`],
      })
    const text = publicKeyText(ledger.view, key, version, flags.format)
    const document = {name: key.name, version, format: flags.format, text}
    return this.show({schema: 'keyrite.public-key/1', ...document}, text.trimEnd().split('\n'))
  }
}
