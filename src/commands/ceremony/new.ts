import {Args, Flags} from '@oclif/core'
import {sha256Hex} from '../../base/bytes.ts'
import {demandNoFile, writeNew} from '../../base/files.ts'
import {withDefaults} from '../../ceremony/copy.ts'
import {demandNone, valuesFromSets, withoutValue} from '../../ceremony/parameters.ts'
import {shippedTemplate} from '../../ceremony/shipped.ts'
import type {Loaded, Values} from '../../ceremony/template.ts'
import {askedValues, shownValue} from '../../ui/ceremony-values.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'

export default class CeremonyNew extends KeyriteCommand {
  static override summary = 'Copy a template that comes with keyrite, to review it and make it your own.'
  static override description =
    'On a terminal every parameter that was not set is asked; Enter leaves it as the template has it, and so does --no-input for all. Values become the defaults of the copy; every other byte, comments too, stays as it is. What has no value is asked when the ceremony is run. An existing file is never replaced.'
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
    const {parameters, title} = loaded.template
    const {values: set, problems} = valuesFromSets(parameters, flags.set)
    demandNone(problems)
    demandNoFile(flags.out)
    const values = await this.#asked(loaded.template, set)
    const bytes = withDefaults(loaded, values)
    writeNew(flags.out, bytes, 0o644)
    const open = withoutValue(parameters, values)
    const document = {template: args.template, file: flags.out, sha256: sha256Hex(bytes), unset: open}
    return this.show({schema: 'keyrite.template/1', ...document}, [
      ...this.print.facts([
        ['Template', `${args.template} (${title})`],
        ['Written to', flags.out],
        ['SHA-256', document.sha256],
        ...[...values].map(([name, value]): [string, string] => [name, shownValue(value)]),
        ['Asked on the day', open],
      ]),
      '',
      'Next:',
      `  read ${flags.out}, and change what your house does differently`,
      `  keyrite ceremony lint ${flags.out}`,
      `  keyrite ceremony script ${flags.out} --out DIR`,
    ])
  }

  /** What was set, and on a terminal what is answered. */
  async #asked({title, parameters}: Loaded['template'], set: Values): Promise<Values> {
    const {ask} = this.app.world
    if (!ask.interactive) return set
    this.say(`${title}. Enter leaves a value as it stands in brackets.`)
    return askedValues(ask, parameters, set)
  }
}
