import {Args, Flags} from '@oclif/core'
import {sha256Hex} from '../../base/bytes.ts'
import {writeNew} from '../../base/files.ts'
import {withDefaults} from '../../ceremony/copy.ts'
import {demandNone, valuesFromSets, withoutValue} from '../../ceremony/parameters.ts'
import {shippedTemplate} from '../../ceremony/shipped.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class CeremonyNew extends KeyriteCommand {
  static override summary = 'Copy a template that comes with keyrite, to review it and make it your own.'
  static override description =
    'Values that are set become the defaults of the copy; every other byte, comments too, stays as it is. An existing file is never replaced.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> jwt-signing-rsa-4096 --out payments-jwt.yaml',
    '<%= config.bin %> <%= command.id %> jwt-signing-rsa-4096 --out payments-jwt.yaml --set key-name=payments-jwt --set profile=hsm',
  ]
  static override args = {
    template: Args.string({description: 'its name (see: keyrite ceremony templates)', required: true}),
  }
  static override flags = {
    out: Flags.string({summary: 'the file to write', helpValue: 'FILE', required: true}),
    set: Flags.string({
      summary: 'the default of a parameter; items of a list are separated by commas',
      helpValue: 'NAME=VALUE',
      multiple: true,
      default: [],
    }),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(CeremonyNew)
    const loaded = shippedTemplate(args.template)
    const {parameters} = loaded.template
    const {values, problems} = valuesFromSets(parameters, flags.set)
    demandNone(problems)
    const bytes = withDefaults(loaded, values)
    writeNew(flags.out, bytes, 0o644)
    const open = withoutValue(parameters, values)
    const document = {template: args.template, file: flags.out, sha256: sha256Hex(bytes), unset: open}
    return this.show({schema: 'keyrite.template/1', ...document}, [
      ...this.print.facts([
        ['Template', args.template],
        ['Written to', flags.out],
        ['SHA-256', document.sha256],
        ['Without value', open],
      ]),
      '',
      `Next: keyrite ceremony lint ${flags.out}`,
    ])
  }
}
